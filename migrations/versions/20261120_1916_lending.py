"""Lending rules, holds, ways between branches; the full card of a reader; loans by place and count.

Revision ID: 0004
Locks, time: columns are added in place; the index of open loans is built anew (seconds).
Downgrade: drops what came with it; group loans that are open must be ended first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import ils.db

revision = "0004"
down_revision = "0003"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN_HOLD = sa.text("status IN ('waiting', 'in_transit', 'on_shelf')")
NOT_ENDED = sa.text("ended_at IS NULL")
OPEN_OF_ONE_COPY = sa.text("ended_at IS NULL AND NOT of_group")
OF_LOAN = {
    "service_point_id": "BIGINT CONSTRAINT fk_loan_service_point_id REFERENCES service_point (id)",
    "place": "VARCHAR NOT NULL DEFAULT 'home' CONSTRAINT ck_loan_place CHECK (place IN ('home', 'reading_room', 'service_point', 'home_delivery'))",
    "material": "VARCHAR NOT NULL DEFAULT 'book'",
    "of_group": "BOOLEAN NOT NULL DEFAULT false",
    "copies": "INTEGER NOT NULL DEFAULT 1",
    "back": "INTEGER NOT NULL DEFAULT 0 CONSTRAINT ck_loan_copies CHECK (copies > 0 AND back BETWEEN 0 AND copies)",
    "unseen_renewals": "INTEGER NOT NULL DEFAULT 0",
}
OF_PATRON = {
    "channel": "VARCHAR NOT NULL DEFAULT 'phone' CONSTRAINT ck_patron_channel CHECK (channel IN ('phone', 'whatsapp', 'sms', 'email', 'letter'))",
    "school": "VARCHAR NOT NULL DEFAULT ''",
    "grade": "INTEGER",
    "grade_year": "INTEGER",
    "workplace": "VARCHAR NOT NULL DEFAULT ''",
    "disability": "VARCHAR CONSTRAINT ck_patron_disability CHECK (disability IN ('sight', 'hearing', 'speech', 'movement', 'other'))",
    "home_delivery": "BOOLEAN NOT NULL DEFAULT false",
    "wishes": "VARCHAR NOT NULL DEFAULT ''",
    "notes": "VARCHAR NOT NULL DEFAULT ''",
    "guardian_id": "BIGINT CONSTRAINT fk_patron_guardian_id REFERENCES patron (id)",
    "guardian_name": "VARCHAR NOT NULL DEFAULT ''",
    "guardian_phone": "VARCHAR NOT NULL DEFAULT ''",
    "import_key": "VARCHAR",
}
TABLES = (
    "transit",
    "patron_photo",
    "patron_block",
    "hold",
    "former_card",
    "consent_record",
    "lending_rule",
)


def upgrade() -> None:
    """Forth."""
    op.create_table(
        "lending_rule",
        sa.Column("id", BIG, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("branch_id", BIG, nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("material", sa.String(), nullable=True),
        sa.Column("lending", sa.String(), nullable=True),
        sa.Column("loan_days", sa.Integer(), nullable=True),
        sa.Column("max_loans", sa.Integer(), nullable=True),
        sa.Column("renewal_days", sa.Integer(), nullable=True),
        sa.Column("max_renewals", sa.Integer(), nullable=True),
        sa.Column("max_unseen_renewals", sa.Integer(), nullable=True),
        sa.Column("grace_days", sa.Integer(), nullable=True),
        sa.Column("max_overdue", sa.Integer(), nullable=True),
        sa.Column("max_holds", sa.Integer(), nullable=True),
        sa.Column("hold_days", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_lending_rule_branch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lending_rule")),
        sa.UniqueConstraint("scope", name=op.f("uq_lending_rule_scope")),
    )
    op.create_table(
        "consent_record",
        sa.Column("id", BIG, nullable=False),
        sa.Column("patron_id", BIG, nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", ils.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_consent_record_patron_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_consent_record_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_record")),
    )
    op.create_index("ix_consent_record_patron_id", "consent_record", ["patron_id"])

    op.create_table(
        "former_card",
        sa.Column("id", BIG, nullable=False),
        sa.Column("patron_id", BIG, nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("replaced_at", ils.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_former_card_patron_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_former_card_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_card")),
        sa.UniqueConstraint("card", name=op.f("uq_former_card_card")),
    )
    op.create_index("ix_former_card_patron_id", "former_card", ["patron_id"])

    op.create_table(
        "hold",
        sa.Column("id", BIG, nullable=False),
        sa.Column("patron_id", BIG, nullable=True),
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("wanted_item_id", BIG, nullable=True),
        sa.Column("branch_id", BIG, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("item_id", BIG, nullable=True),
        sa.Column("placed_at", ils.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("shelf_until", sa.Date(), nullable=True),
        sa.Column("ended_at", ils.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'in_transit', 'on_shelf', 'filled', 'cancelled', 'expired')",
            name=op.f("ck_hold_status"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_hold_branch_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_hold_item_id")),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_hold_patron_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_hold_record_id")),
        sa.ForeignKeyConstraint(
            ["wanted_item_id"], ["item.id"], name=op.f("fk_hold_wanted_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index("ix_hold_item_id", "hold", ["item_id"])
    op.create_index(
        "ix_hold_open_record",
        "hold",
        ["record_id", "status", "id"],
        sqlite_where=OPEN_HOLD,
        postgresql_where=OPEN_HOLD,
    )
    op.create_index(
        "ix_hold_open_patron",
        "hold",
        ["patron_id"],
        sqlite_where=OPEN_HOLD,
        postgresql_where=OPEN_HOLD,
    )

    op.create_table(
        "patron_block",
        sa.Column("id", BIG, nullable=False),
        sa.Column("patron_id", BIG, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("placed_at", ils.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("placed_by", BIG, nullable=True),
        sa.Column("lifted_at", ils.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["lifted_by"], ["staff.id"], name=op.f("fk_patron_block_lifted_by")
        ),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_patron_block_patron_id")
        ),
        sa.ForeignKeyConstraint(
            ["placed_by"], ["staff.id"], name=op.f("fk_patron_block_placed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patron_block")),
    )
    op.create_index("ix_patron_block_patron_id", "patron_block", ["patron_id"])

    op.create_table(
        "patron_photo",
        sa.Column("patron_id", BIG, nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_patron_photo_patron_id")
        ),
        sa.PrimaryKeyConstraint("patron_id", name=op.f("pk_patron_photo")),
    )
    op.create_table(
        "transit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("from_branch_id", BIG, nullable=False),
        sa.Column("to_branch_id", BIG, nullable=False),
        sa.Column("hold_id", BIG, nullable=True),
        sa.Column("sent_at", ils.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_by", BIG, nullable=True),
        sa.Column("ended_at", ils.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_branch_id"], ["branch.id"], name=op.f("fk_transit_from_branch_id")
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_transit_hold_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_transit_item_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["staff.id"], name=op.f("fk_transit_sent_by")),
        sa.ForeignKeyConstraint(
            ["to_branch_id"], ["branch.id"], name=op.f("fk_transit_to_branch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transit")),
    )
    op.create_index("ix_transit_to_branch_id", "transit", ["to_branch_id"])
    op.create_index(
        "uq_transit_open_item",
        "transit",
        ["item_id"],
        unique=True,
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    )

    _ends("'returned', 'lost', 'undone'")
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in (("loan", OF_LOAN), ("patron", OF_PATRON)):
        for name, kind in columns.items():
            said = kind.replace("BIGINT", "INTEGER") if sqlite else kind
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {said}")
    op.execute("UPDATE loan SET back = 1 WHERE ended_by = 'returned'")
    op.execute(
        "UPDATE loan SET material = (SELECT material FROM record JOIN item ON item.record_id = record.id WHERE item.id = loan.item_id)"
    )
    op.create_index("ix_patron_guardian_id", "patron", ["guardian_id"])
    op.create_index("ix_patron_import_key", "patron", ["import_key"], unique=True)
    op.drop_index("ix_loan_open_patron", "loan")
    op.create_index(
        "ix_loan_open_patron",
        "loan",
        ["patron_id", "due", "material", "copies", "back"],
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    )
    op.drop_index("uq_loan_open_item", "loan")
    op.create_index(
        "uq_loan_open_item",
        "loan",
        ["item_id"],
        unique=True,
        sqlite_where=OPEN_OF_ONE_COPY,
        postgresql_where=OPEN_OF_ONE_COPY,
    )


def _ends(codes: str) -> None:
    """How a loan may end; SQLite copies the table for it."""
    with op.batch_alter_table("loan") as batch:
        batch.drop_constraint(op.f("ck_loan_ended_by"), type_="check")
        batch.create_check_constraint(op.f("ck_loan_ended_by"), f"ended_by IN ({codes})")


def downgrade() -> None:
    """Back."""
    op.execute("UPDATE loan SET ended_by = 'returned' WHERE ended_by = 'lost'")
    op.drop_index("uq_loan_open_item", "loan")
    op.create_index(
        "uq_loan_open_item",
        "loan",
        ["item_id"],
        unique=True,
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    )
    op.drop_index("ix_loan_open_patron", "loan")
    op.create_index(
        "ix_loan_open_patron",
        "loan",
        ["patron_id", "due"],
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    )
    op.drop_index("ix_patron_import_key", "patron")
    op.drop_index("ix_patron_guardian_id", "patron")
    for table, columns in (("loan", OF_LOAN), ("patron", OF_PATRON)):
        for name in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    _ends("'returned', 'undone'")
    for table in TABLES:
        op.drop_table(table)
