"""Letters that wait to be sent.

Revision ID: 0006
Locks, time: one table is made.
Downgrade: drops it; letters not yet sent are lost.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import ils.db

revision = "0006"
down_revision = "0005"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DUE = sa.text("sent_at IS NULL AND given_up_at IS NULL")


def upgrade() -> None:
    """Forth."""
    op.create_table(
        "letter",
        sa.Column("id", BIG, nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("due_at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", ils.db.UtcDateTime(), nullable=True),
        sa.Column("given_up_at", ils.db.UtcDateTime(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(
        "ix_letter_due_at", "letter", ["due_at"], sqlite_where=DUE, postgresql_where=DUE
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("letter")
