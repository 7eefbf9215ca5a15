"""Events, enquiries, refusals, suggestions; boxes for service points; kinds that count them.

Revision ID: 0005
Locks, time: tables are made; the list of kinds of the ledger is written anew without touching its rows.
Downgrade: refused by the database while entries of the new kinds stand.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import ils.db

revision = "0005"
down_revision = "0004"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSIDE = sa.text("out_at IS NULL")
OLD = "'event', 'suggestion'"
NEW = "'event', 'event_views', 'shown', 'shown_issued', 'consultation', 'suggestion'"
TABLES = ("refusal", "enquiry", "box_item", "suggestion", "event", "box")


def upgrade() -> None:
    """Forth."""
    _kinds(OLD, NEW)
    op.create_table(
        "box",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("branch_id", BIG, nullable=False),
        sa.Column("service_point_id", BIG, nullable=False),
        sa.Column("made_at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("sent_at", ils.db.UtcDateTime(), nullable=True),
        sa.Column("closed_at", ils.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_box_branch_id")),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_box_service_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box")),
    )
    op.create_index("ix_box_branch_id", "box", ["branch_id"])

    op.create_table(
        "event",
        sa.Column("id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("branch_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("participants", sa.Integer(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("shown_kk", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("issued_kk", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.CheckConstraint("mode IN ('onsite', 'offsite', 'online')", name=op.f("ck_event_mode")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_event_branch_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_event_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_day", "event", ["day"])

    op.create_table(
        "suggestion",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("branch_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.CheckConstraint(
            "status IN ('new', 'ordered', 'declined')", name=op.f("ck_suggestion_status")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_suggestion_branch_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_suggestion_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
    )
    op.create_index("ix_suggestion_search_key", "suggestion", ["search_key"])

    op.create_table(
        "box_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("box_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("put_at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("out_at", ils.db.UtcDateTime(), nullable=True),
        sa.Column("back", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_box_item_box_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_box_item_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_item")),
    )
    op.create_index("ix_box_item_box_id", "box_item", ["box_id"])
    op.create_index(
        "uq_box_item_inside",
        "box_item",
        ["item_id"],
        unique=True,
        sqlite_where=INSIDE,
        postgresql_where=INSIDE,
    )

    op.create_table(
        "enquiry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("branch_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("division", sa.String(), nullable=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("undone_at", ils.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "type IN ('thematic', 'address', 'verifying', 'factual', 'consultation', 'delivery', 'copy')",
            name=op.f("ck_enquiry_type"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_enquiry_branch_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger.id"], name=op.f("fk_enquiry_entry_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_enquiry_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
    )
    op.create_index("ix_enquiry_day", "enquiry", ["day"])

    op.create_table(
        "refusal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("branch_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("record_id", BIG, nullable=True),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("undone_at", ils.db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('absent', 'all_on_loan', 'withdrawn', 'no_such_language', 'other')",
            name=op.f("ck_refusal_reason"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_refusal_branch_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger.id"], name=op.f("fk_refusal_entry_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_refusal_record_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_refusal_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
    )
    op.create_index("ix_refusal_day", "refusal", ["day"])
    op.create_index("ix_refusal_record_id", "refusal", ["record_id"])
    op.create_index("ix_refusal_search_key", "refusal", ["search_key"])


def _kinds(old: str, new: str) -> None:
    """Change the codes the ledger takes.

    SQLite would copy the whole table to do it; this is the way its manual gives for a check:
    the text of the table is changed, no row.
    """
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
        bind.exec_driver_sql("PRAGMA writable_schema = ON")
        bind.exec_driver_sql(
            "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'ledger'",
            (old, new),
        )
        bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
        bind.exec_driver_sql("PRAGMA writable_schema = OFF")
        return
    said = bind.exec_driver_sql(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_ledger_kind'"
    ).scalar_one()
    codes = set(said.split("'")[1::2])
    codes = codes - set(old.split("'")[1::2]) | set(new.split("'")[1::2])
    listed = ", ".join(f"'{code}'" for code in sorted(codes))
    op.execute("ALTER TABLE ledger DROP CONSTRAINT ck_ledger_kind")
    op.execute(f"ALTER TABLE ledger ADD CONSTRAINT ck_ledger_kind CHECK (kind IN ({listed}))")


def downgrade() -> None:
    """Back."""
    for table in TABLES:
        op.drop_table(table)
    _kinds(NEW, OLD)
