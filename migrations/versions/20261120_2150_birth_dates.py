"""Readers are looked for by their birth date before each registration.

Revision ID: 0008
Locks, time: one index is made (seconds).
Downgrade: drops it.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forth."""
    op.create_index("ix_patron_birth_date", "patron", ["birth_date"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_patron_birth_date", "patron")
