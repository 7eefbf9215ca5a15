"""Forms that were done, so that none is done twice.

Revision ID: 0007
Locks, time: one table is made.
Downgrade: drops it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import ils.db

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Forth."""
    op.create_table(
        "handled_request",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_handled_request")),
    )
    op.create_index("ix_handled_request_at", "handled_request", ["at"])


def downgrade() -> None:
    """Back."""
    op.drop_table("handled_request")
