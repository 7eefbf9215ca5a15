"""Codes are compared without minus signs, as without dashes.

Revision ID: 0009
Locks, time: a moment; it reads the table of codes once.
Downgrade: nothing is lost; a code written with a minus sign is found by another sign only.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
MINUS = "\N{MINUS SIGN}"
_code = sa.table(
    "code", sa.column("id"), sa.column("folded", sa.String), sa.column("disputed", sa.Boolean)
)


def upgrade() -> None:
    """Take the signs out of what is compared; whose code is another's then is asked at the desk."""
    connection = op.get_bind()
    query = sa.select(_code.c.id, _code.c.folded).where(_code.c.folded.contains(MINUS))
    for number, folded in connection.execute(query.order_by(_code.c.id)).all():
        plain = folded.replace(MINUS, "").lstrip("0") or "0"
        taken = connection.scalar(
            sa.select(sa.func.count()).select_from(_code).where(_code.c.folded == plain)
        )
        values = {"folded": plain} | ({"disputed": True} if taken else {})
        connection.execute(sa.update(_code).where(_code.c.id == number).values(**values))


def downgrade() -> None:
    """Leave it: what is written stayed as it was."""
