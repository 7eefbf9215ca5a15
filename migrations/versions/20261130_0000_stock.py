"""The stock: acts, checks of the shelves, periodicals, orders.

Revision ID: 0002
Locks, time: new tables only; a moment.
Downgrade: drops them, with all acts.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _list_layout()
    _partner()
    _budget_article()
    _shelf_place()
    _subscription()
    _set_volume()
    _stock_act()
    _stocktake()
    _acceptance_line()
    _act_item()
    _debt_contact()
    _purchase_order()
    _serial_issue()
    _stocktake_item()
    _stocktake_scan()
    _order_line()
    _order_receipt()


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_item_created_at"), table_name="item")
    op.drop_column("item", "part")
    op.drop_column("item", "labelled_at")
    op.drop_index(op.f("ix_order_receipt_line_id"), table_name="order_receipt")
    op.drop_table("order_receipt")
    op.drop_index(op.f("ix_order_line_record_id"), table_name="order_line")
    op.drop_index(op.f("ix_order_line_order_id"), table_name="order_line")
    op.drop_index(op.f("ix_order_line_article_id"), table_name="order_line")
    op.drop_table("order_line")
    op.drop_index("ix_stocktake_scan_outcome", table_name="stocktake_scan")
    op.drop_table("stocktake_scan")
    op.drop_index("ix_stocktake_item_item", table_name="stocktake_item")
    op.drop_table("stocktake_item")
    op.drop_index(op.f("ix_serial_issue_subscription_id"), table_name="serial_issue")
    op.drop_table("serial_issue")
    op.drop_table("purchase_order")
    op.drop_index(op.f("ix_debt_contact_patron_id"), table_name="debt_contact")
    op.drop_table("debt_contact")
    op.drop_index(
        "ix_act_item_open",
        table_name="act_item",
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )
    op.drop_index("ix_act_item_item", table_name="act_item")
    op.drop_table("act_item")
    op.drop_index(op.f("ix_acceptance_line_record_id"), table_name="acceptance_line")
    op.drop_index(op.f("ix_acceptance_line_act_id"), table_name="acceptance_line")
    op.drop_table("acceptance_line")
    op.drop_table("stocktake")
    op.drop_table("stock_act")
    op.drop_index(op.f("ix_set_volume_record_id"), table_name="set_volume")
    op.drop_table("set_volume")
    op.drop_index(op.f("ix_subscription_record_id"), table_name="subscription")
    op.drop_table("subscription")
    op.drop_table("shelf_place")
    op.drop_table("budget_article")
    op.drop_table("partner")
    op.drop_table("list_layout")


def _list_layout() -> None:
    op.create_table(
        "list_layout",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_layout")),
        sa.UniqueConstraint("source", name=op.f("uq_list_layout_source")),
    )


def _partner() -> None:
    op.create_table(
        "partner",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tax_number", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('supplier', 'donor', 'institution')", name=op.f("ck_partner_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("name_key", name=op.f("uq_partner_name_key")),
    )


def _budget_article() -> None:
    op.create_table(
        "budget_article",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "allocated", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "after_tender", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint("quarter BETWEEN 0 AND 4", name=op.f("ck_budget_article_quarter")),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_budget_article_branch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_article")),
        sa.UniqueConstraint(
            "year",
            "quarter",
            "name",
            "branch_id",
            name=op.f("uq_budget_article_year_quarter_name_branch_id"),
        ),
    )


def _shelf_place() -> None:
    op.create_table(
        "shelf_place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_shelf_place_branch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelf_place")),
        sa.UniqueConstraint("code", name=op.f("uq_shelf_place_code")),
    )


def _subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("half", sa.Integer(), nullable=False),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("index", sa.String(), nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("kazakhstani", sa.Boolean(), nullable=False),
        sa.CheckConstraint("half IN (1, 2)", name=op.f("ck_subscription_half")),
        sa.CheckConstraint("sets > 0", name=op.f("ck_subscription_sets")),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_subscription_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_subscription_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_record_id"), "subscription", ["record_id"], unique=False)


def _set_volume() -> None:
    op.create_table(
        "set_volume",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["noted_by"], ["staff.id"], name=op.f("fk_set_volume_noted_by")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_set_volume_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_volume")),
    )
    op.create_index(op.f("ix_set_volume_record_id"), "set_volume", ["record_id"], unique=False)


def _stock_act() -> None:
    op.create_table(
        "stock_act",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("document_day", sa.Date(), nullable=True),
        sa.Column(
            "document_sum", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("commission", sa.String(), nullable=False),
        sa.Column("disposal", sa.String(), nullable=False),
        sa.Column("approval", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "executed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "last_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "kind IN ('acceptance', 'redistribution', 'withdrawal')", name=op.f("ck_stock_act_kind")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'fixed', 'approved', 'executed', 'cancelled')",
            name=op.f("ck_stock_act_state"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["staff.id"], name=op.f("fk_stock_act_approved_by")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_stock_act_branch_id")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_stock_act_created_by")),
        sa.ForeignKeyConstraint(
            ["executed_by"], ["staff.id"], name=op.f("fk_stock_act_executed_by")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["stock_act.id"], name=op.f("fk_stock_act_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_act")),
        sa.UniqueConstraint("kind", "year", "number", name=op.f("uq_stock_act_kind_year_number")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_stock_act_reverses_id")),
    )


def _stocktake() -> None:
    op.create_table(
        "stocktake",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seen_since", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("commission", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('preparing', 'open', 'paused', 'closed')", name=op.f("ck_stocktake_state")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_stocktake_branch_id")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_stocktake_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake")),
    )


def _acceptance_line() -> None:
    op.create_table(
        "acceptance_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("stated", sa.Integer(), nullable=True),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("barcode", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("shelf_mark", sa.String(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("numbered", sa.Boolean(), nullable=False),
        sa.Column(
            "replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("ordered", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["stock_act.id"], name=op.f("fk_acceptance_line_act_id")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_acceptance_line_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_acceptance_line_record_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["item.id"], name=op.f("fk_acceptance_line_replaces_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance_line")),
    )
    op.create_index(op.f("ix_acceptance_line_act_id"), "acceptance_line", ["act_id"], unique=False)
    op.create_index(
        op.f("ix_acceptance_line_record_id"), "acceptance_line", ["record_id"], unique=False
    )


def _act_item() -> None:
    op.create_table(
        "act_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("status_before", sa.String(), nullable=False),
        sa.Column(
            "owner_before_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.String(), server_default="", nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["stock_act.id"], name=op.f("fk_act_item_act_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_act_item_item_id")),
        sa.ForeignKeyConstraint(
            ["owner_before_id"], ["branch.id"], name=op.f("fk_act_item_owner_before_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_item")),
        sa.UniqueConstraint("act_id", "item_id", name=op.f("uq_act_item_act_id_item_id")),
    )
    op.create_index("ix_act_item_item", "act_item", ["item_id"], unique=False)
    op.create_index(
        "ix_act_item_open",
        "act_item",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )


def _debt_contact() -> None:
    op.create_table(
        "debt_contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("promised_until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "channel IN ('phone', 'whatsapp', 'sms', 'email', 'letter', 'visit', 'school', 'volunteer')",
            name=op.f("ck_debt_contact_channel"),
        ),
        sa.CheckConstraint(
            "result IN ('opened', 'sent', 'reached', 'promised', 'no_answer', 'wrong_number', 'moved', 'refused')",
            name=op.f("ck_debt_contact_result"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_debt_contact_branch_id")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger.id"], name=op.f("fk_debt_contact_entry_id")),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_debt_contact_patron_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_debt_contact_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debt_contact")),
    )
    op.create_index(op.f("ix_debt_contact_patron_id"), "debt_contact", ["patron_id"], unique=False)


def _purchase_order() -> None:
    op.create_table(
        "purchase_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'ordered', 'closed')", name=op.f("ck_purchase_order_state")
        ),
        sa.ForeignKeyConstraint(
            ["act_id"], ["stock_act.id"], name=op.f("fk_purchase_order_act_id")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_purchase_order_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff.id"], name=op.f("fk_purchase_order_created_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_purchase_order_year_number")),
    )


def _serial_issue() -> None:
    op.create_table(
        "serial_issue",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("claimed_on", sa.Date(), nullable=True),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["stock_act.id"], name=op.f("fk_serial_issue_act_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("fk_serial_issue_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial_issue")),
        sa.UniqueConstraint(
            "subscription_id", "number", name=op.f("uq_serial_issue_subscription_id_number")
        ),
    )
    op.create_index(
        op.f("ix_serial_issue_subscription_id"), "serial_issue", ["subscription_id"], unique=False
    )


def _stocktake_item() -> None:
    op.create_table(
        "stocktake_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stocktake_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_stocktake_item_item_id")),
        sa.ForeignKeyConstraint(
            ["stocktake_id"], ["stocktake.id"], name=op.f("fk_stocktake_item_stocktake_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_item")),
        sa.UniqueConstraint(
            "stocktake_id", "item_id", name=op.f("uq_stocktake_item_stocktake_id_item_id")
        ),
    )
    op.create_index("ix_stocktake_item_item", "stocktake_item", ["item_id"], unique=False)


def _stocktake_scan() -> None:
    op.create_table(
        "stocktake_scan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stocktake_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('here', 'already', 'elsewhere', 'on_loan', 'in_transit', 'withdrawn', 'found', 'unknown')",
            name=op.f("ck_stocktake_scan_outcome"),
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_stocktake_scan_item_id")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["shelf_place.id"], name=op.f("fk_stocktake_scan_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_stocktake_scan_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["stocktake_id"], ["stocktake.id"], name=op.f("fk_stocktake_scan_stocktake_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_scan")),
    )
    op.create_index(
        "ix_stocktake_scan_outcome", "stocktake_scan", ["stocktake_id", "outcome"], unique=False
    )


def _order_line() -> None:
    op.create_table(
        "order_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("isbn", sa.String(), nullable=False),
        sa.Column("volumes", sa.String(), nullable=False),
        sa.Column("shares", sa.String(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.CheckConstraint("cancelled >= 0 AND received >= 0", name=op.f("ck_order_line_numbers")),
        sa.CheckConstraint("copies > 0", name=op.f("ck_order_line_copies")),
        sa.CheckConstraint("received + cancelled <= copies", name=op.f("ck_order_line_most")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["budget_article.id"], name=op.f("fk_order_line_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_order_line_order_id")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_order_line_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
    )
    op.create_index(op.f("ix_order_line_article_id"), "order_line", ["article_id"], unique=False)
    op.create_index(op.f("ix_order_line_order_id"), "order_line", ["order_id"], unique=False)
    op.create_index(op.f("ix_order_line_record_id"), "order_line", ["record_id"], unique=False)


def _order_receipt() -> None:
    op.create_table(
        "order_receipt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("act_lines", sa.JSON(), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(["act_id"], ["stock_act.id"], name=op.f("fk_order_receipt_act_id")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_line.id"], name=op.f("fk_order_receipt_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["order_receipt.id"], name=op.f("fk_order_receipt_reverses_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_order_receipt_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_receipt")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_order_receipt_reverses_id")),
    )
    op.create_index(op.f("ix_order_receipt_line_id"), "order_receipt", ["line_id"], unique=False)
    op.add_column("item", sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("item", sa.Column("part", sa.String(), server_default="", nullable=False))
    op.create_index(op.f("ix_item_created_at"), "item", ["created_at"], unique=False)
