"""Internal loans between branches: requests, boxes, copies lent to a branch; spine labels.

Revision ID: 0003
Locks, time: new tables, and columns that are empty; a moment.
Downgrade: drops them, with all requests and boxes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables and the columns."""
    op.execute("INSERT INTO ledger_kind (code) VALUES ('il_reader')")
    _internal_request()
    _shipment()
    _internal_loan()
    op.add_column(
        "branch", sa.Column("van_weekdays", sa.String(), server_default="", nullable=False)
    )
    op.add_column(
        "item",
        sa.Column(
            "assigned_branch_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
    )
    op.add_column("item", sa.Column("assigned_until", sa.Date(), nullable=True))
    op.add_column("item", sa.Column("spine_labelled_at", sa.DateTime(timezone=True), nullable=True))
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    # In one statement: SQLite adds no key to a column that is there.
    op.execute(
        f"ALTER TABLE transit ADD COLUMN shipment_id {number} "
        "CONSTRAINT fk_transit_shipment_id REFERENCES shipment (id)"
    )
    op.create_index(op.f("ix_transit_shipment_id"), "transit", ["shipment_id"], unique=False)
    op.add_column("transit", sa.Column("lost", sa.Boolean(), server_default="0", nullable=False))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("transit", "lost")
    op.drop_index(op.f("ix_transit_shipment_id"), table_name="transit")
    op.drop_column("transit", "shipment_id")
    op.drop_column("item", "spine_labelled_at")
    op.drop_column("item", "assigned_until")
    op.drop_column("item", "assigned_branch_id")
    op.drop_column("branch", "van_weekdays")
    op.drop_table("internal_loan")
    op.drop_table("shipment")
    op.drop_table("internal_request")
    op.execute("DELETE FROM ledger_kind WHERE code = 'il_reader'")


def _internal_request() -> None:
    op.create_table(
        "internal_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('request', 'selection', 'exhibition')",
            name=op.f("ck_internal_request_purpose"),
        ),
        sa.CheckConstraint(
            "record_id IS NOT NULL OR topic <> ''", name=op.f("ck_internal_request_asked")
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'filled', 'refused', 'cancelled')",
            name=op.f("ck_internal_request_state"),
        ),
        sa.CheckConstraint("copies > 0", name=op.f("ck_internal_request_copies")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff.id"], name=op.f("fk_internal_request_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_internal_request_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_internal_request_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_request")),
    )
    op.create_index("ix_internal_request_state", "internal_request", ["state", "id"], unique=False)


def _shipment() -> None:
    op.create_table(
        "shipment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "from_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "to_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "received_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("extra", sa.JSON(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(
            ["from_branch_id"], ["branch.id"], name=op.f("fk_shipment_from_branch_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_shipment_made_by")),
        sa.ForeignKeyConstraint(
            ["received_by"], ["staff.id"], name=op.f("fk_shipment_received_by")
        ),
        sa.ForeignKeyConstraint(
            ["to_branch_id"], ["branch.id"], name=op.f("fk_shipment_to_branch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint(
            "from_branch_id", "number", name=op.f("uq_shipment_from_branch_id_number")
        ),
    )
    op.create_index(op.f("ix_shipment_to_branch_id"), "shipment", ["to_branch_id"], unique=False)


def _internal_loan() -> None:
    op.create_table(
        "internal_loan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "from_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "to_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column(
            "request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("hold_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('request', 'selection', 'exhibition')",
            name=op.f("ck_internal_loan_purpose"),
        ),
        sa.CheckConstraint(
            "state IN ('selected', 'dispatched', 'received', 'sent_back', 'back', 'cancelled')",
            name=op.f("ck_internal_loan_state"),
        ),
        sa.ForeignKeyConstraint(
            ["from_branch_id"], ["branch.id"], name=op.f("fk_internal_loan_from_branch_id")
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_internal_loan_hold_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_internal_loan_item_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["internal_request.id"], name=op.f("fk_internal_loan_request_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_branch_id"], ["branch.id"], name=op.f("fk_internal_loan_to_branch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_loan")),
    )
    op.create_index(op.f("ix_internal_loan_item_id"), "internal_loan", ["item_id"], unique=False)
    op.create_index(
        op.f("ix_internal_loan_request_id"), "internal_loan", ["request_id"], unique=False
    )
    op.create_index(
        op.f("ix_internal_loan_to_branch_id"), "internal_loan", ["to_branch_id"], unique=False
    )
    op.create_index(
        "uq_internal_loan_open_item",
        "internal_loan",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
