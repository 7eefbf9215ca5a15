"""Notices of loans: planned, sent, settled; campaigns for the return of overdue copies.

Revision ID: 0005
Locks, time: new tables; a moment.
Downgrade: drops them, with what was planned; letters that left stay in the outbox.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("branches", sa.JSON(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("compared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first <= last", name=op.f("ck_campaign_days")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_campaign_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("loan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.Date(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "channel IN ('email', 'sms', 'visit', 'school')", name=op.f("ck_notice_channel")
        ),
        sa.CheckConstraint(
            "reason IN ('returned', 'renewed', 'lost', 'undone', 'claimed', 'superseded', 'switched_off', 'no_address', 'too_late', 'unknown', 'not_taken')",
            name=op.f("ck_notice_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'sent', 'tested', 'cancelled', 'failed', 'by_hand')",
            name=op.f("ck_notice_state"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_notice_branch_id")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_notice_loan_id")),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["outbox_message.id"],
            name=op.f("fk_notice_message_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_notice_patron_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "loan_id", "due", "level", "channel", name=op.f("uq_notice_loan_id_due_level_channel")
        ),
    )
    op.create_index(op.f("ix_notice_patron_id"), "notice", ["patron_id"], unique=False)
    op.create_index(
        "ix_notice_planned",
        "notice",
        ["patron_id"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(
        "ix_notice_planned",
        table_name="notice",
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.drop_index(op.f("ix_notice_patron_id"), table_name="notice")
    op.drop_table("notice")
    op.drop_table("campaign")
