"""Headings that were merged into others.

Revision ID: 0008
Locks, time: a moment.
Downgrade: which heading stands for a merged one is forgotten; its records keep their names.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Say of a heading what stands for it."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("authority", sa.Column("merged_into_id", number, nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("authority", "merged_into_id")
