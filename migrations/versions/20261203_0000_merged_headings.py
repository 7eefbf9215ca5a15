"""Headings that were merged into others; the order of holds.

Revision ID: 0008
Locks, time: a moment.
Downgrade: which heading stands for a merged one is forgotten; its records keep their names. Who
was put first waits in the order of the holds again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Say of a heading what stands for it, of a hold which comes first."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("authority", sa.Column("merged_into_id", number, nullable=True))
    op.add_column("hold", sa.Column("rank", number, nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("hold", "rank")
    op.drop_column("authority", "merged_into_id")
