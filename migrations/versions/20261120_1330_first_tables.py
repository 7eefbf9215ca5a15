"""The first tables.

Revision ID: 0001
Locks, time: on an empty database only.
Downgrade: drops everything, with all data.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
OPEN = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text("ended_at IS NULL"))


def upgrade() -> None:
    """Make the tables in the order of their references."""
    _authority()
    _branch()
    _ledger_books()
    _record()
    _closed_day()
    _department()
    _item()
    _patron()
    _service_point()
    _staff()
    _audit()
    _ledger()
    _patron_year()
    _loan()


def downgrade() -> None:
    """Drop the tables, last made first."""
    op.drop_table("loan")
    op.drop_table("patron_year")
    op.drop_table("ledger")
    op.drop_table("audit")
    op.drop_table("staff")
    op.drop_table("service_point")
    op.drop_table("patron")
    op.drop_table("item")
    op.drop_table("department")
    op.drop_table("closed_day")
    op.drop_table("record")
    op.drop_table("ledger_books")
    op.drop_table("branch")
    op.drop_table("authority")


def _authority() -> None:
    op.create_table(
        "authority",
        sa.Column("id", ID, nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("dialect", sa.String(), nullable=False),
        sa.Column("marc", sa.String(), nullable=False),
        sa.Column("import_key", sa.String(), nullable=True),
        sa.Column("created_at", WHEN, nullable=False),
        sa.CheckConstraint(
            "dialect IN ('unimarc', 'marc21', 'irbis')", name=op.f("ck_authority_dialect")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
        sa.UniqueConstraint("import_key", name=op.f("uq_authority_import_key")),
    )


def _branch() -> None:
    op.create_table(
        "branch",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_ru", sa.String(), nullable=False),
        sa.Column("name_kk", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("closed_weekdays", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "type IN ('central', 'children', 'city', 'rural')", name=op.f("ck_branch_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
        sa.UniqueConstraint("code", name=op.f("uq_branch_code")),
    )


def _ledger_books() -> None:
    op.create_table(
        "ledger_books",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_open_day", sa.Date(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_books_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_books")),
    )


def _record() -> None:
    op.create_table(
        "record",
        sa.Column("id", ID, nullable=False),
        sa.Column("catalogue", sa.String(), nullable=False),
        sa.Column("material", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("authors", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("division", sa.String(), nullable=True),
        sa.Column("isbn", sa.String(), nullable=True),
        sa.Column("issn", sa.String(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("dialect", sa.String(), nullable=False),
        sa.Column("marc", sa.String(), nullable=False),
        sa.Column("import_key", sa.String(), nullable=True),
        sa.Column("created_at", WHEN, nullable=False),
        sa.CheckConstraint(
            "dialect IN ('unimarc', 'marc21', 'irbis')", name=op.f("ck_record_dialect")
        ),
        sa.CheckConstraint(
            "material IN ('book', 'newspaper', 'journal', 'cd', 'ebook', 'map', 'other')",
            name=op.f("ck_record_material"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("import_key", name=op.f("uq_record_import_key")),
    )
    op.create_index("ix_record_isbn", "record", ["isbn"])


def _closed_day() -> None:
    op.create_table(
        "closed_day",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_closed_day_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_day")),
        sa.UniqueConstraint("branch_id", "day", name=op.f("uq_closed_day_branch_id_day")),
    )


def _department() -> None:
    op.create_table(
        "department",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_ru", sa.String(), nullable=False),
        sa.Column("name_kk", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_department_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("branch_id", "code", name=op.f("uq_department_branch_id_code")),
    )


def _item() -> None:
    op.create_table(
        "item",
        sa.Column("id", ID, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("inventory_number", sa.String(), nullable=True),
        sa.Column("barcode", sa.String(), nullable=True),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("owner_branch_id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("shelf_mark", sa.String(), nullable=False),
        sa.Column("price", ID, nullable=True),
        sa.Column("ksu", sa.String(), nullable=False),
        sa.Column("withdrawal_act", sa.String(), nullable=False),
        sa.Column("disputed_numbers", sa.String(), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.CheckConstraint(
            "status IN ('in_processing', 'available', 'on_loan', 'on_hold_shelf', 'in_transit', 'in_repair', 'missing', 'lost', 'withdrawn')",
            name=op.f("ck_item_status"),
        ),
        sa.CheckConstraint("copies > 0", name=op.f("ck_item_copies")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_item_branch_id")),
        sa.ForeignKeyConstraint(
            ["owner_branch_id"], ["branch.id"], name=op.f("fk_item_owner_branch_id")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_item_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("barcode", name=op.f("uq_item_barcode")),
        sa.UniqueConstraint("inventory_number", name=op.f("uq_item_inventory_number")),
    )
    op.create_index(op.f("ix_item_record_id"), "item", ["record_id"])


def _patron() -> None:
    op.create_table(
        "patron",
        sa.Column("id", ID, nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("surname", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("patronymic", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("consent_at", WHEN, nullable=True),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.CheckConstraint("sex IN ('f', 'm')", name=op.f("ck_patron_sex")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_patron_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patron")),
        sa.UniqueConstraint("card", name=op.f("uq_patron_card")),
    )


def _service_point() -> None:
    op.create_table(
        "service_point",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_ru", sa.String(), nullable=False),
        sa.Column("name_kk", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.CheckConstraint(
            "type IN ('lending', 'reading_room', 'outreach', 'home_delivery')",
            name=op.f("ck_service_point_type"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_service_point_branch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_point")),
        sa.UniqueConstraint("branch_id", "code", name=op.f("uq_service_point_branch_id_code")),
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", ID, nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("sign_in_version", sa.Integer(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_staff_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_audit_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", ID, nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", WHEN, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("posted", sa.Date(), nullable=False),
        sa.Column("recorded_at", WHEN, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("service_point_id", ID, nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("count", ID, nullable=False),
        sa.Column("pages", ID, nullable=True),
        sa.Column("bytes", ID, nullable=True),
        sa.Column("amount", ID, nullable=True),
        sa.Column("reverses_id", ID, nullable=True),
        sa.Column("patron_year_id", ID, nullable=True),
        sa.Column("item_id", ID, nullable=True),
        sa.Column("record_id", ID, nullable=True),
        sa.Column("loan_id", ID, nullable=True),
        sa.Column("document_id", ID, nullable=True),
        sa.Column("act_id", ID, nullable=True),
        sa.Column("catalogue", sa.String(), nullable=True),
        sa.Column("material", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("division", sa.String(), nullable=True),
        sa.Column("owner_branch_id", ID, nullable=True),
        sa.Column("patron_category", sa.String(), nullable=True),
        sa.Column("age", sa.SmallInteger(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("other_branch_id", ID, nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('desk', 'offline', 'phone', 'email', 'site', 'kiosk', 'sip2', 'import', 'tally', 'system')",
            name=op.f("ck_ledger_channel"),
        ),
        sa.CheckConstraint(
            "kind IN ('registration', 'visit', 'remote_visit', 'loan', 'renewal', 'return', 'in_house_use', 'hold_placed', 'hold_cancelled', 'hold_filled', 'hold_expired', 'refusal', 'reminder', 'amnesty_return', 'lost', 'found', 'accession', 'withdrawal', 'redistribution', 'repair', 'check', 'il_requested', 'il_selected', 'il_dispatched', 'il_received', 'il_lent', 'il_sent_back', 'il_back', 'il_cancelled', 'record_added', 'record_edited', 'record_deleted', 'record_merged', 'record_restored', 'digitised', 'attached', 'published', 'viewed', 'downloaded', 'reference', 'delivery', 'event', 'suggestion', 'copy_service', 'opening')",
            name=op.f("ck_ledger_kind"),
        ),
        sa.CheckConstraint("posted >= day", name=op.f("ck_ledger_posted_not_before_day")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_ledger_branch_id")),
        sa.ForeignKeyConstraint(
            ["other_branch_id"], ["branch.id"], name=op.f("fk_ledger_other_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_branch_id"], ["branch.id"], name=op.f("fk_ledger_owner_branch_id")
        ),
        sa.ForeignKeyConstraint(["reverses_id"], ["ledger.id"], name=op.f("fk_ledger_reverses_id")),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_ledger_service_point_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_ledger_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("request_id", name=op.f("uq_ledger_request_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_reverses_id")),
    )
    op.create_index(op.f("ix_ledger_item_id"), "ledger", ["item_id"])
    op.create_index(op.f("ix_ledger_patron_year_id"), "ledger", ["patron_year_id"])
    op.create_index("ix_ledger_posted_kind", "ledger", ["posted", "kind"])


def _patron_year() -> None:
    op.create_table(
        "patron_year",
        sa.Column("id", ID, nullable=False),
        sa.Column("patron_id", ID, nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=False),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("registered_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_patron_year_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_patron_year_patron_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patron_year")),
        sa.UniqueConstraint("patron_id", "year", name=op.f("uq_patron_year_patron_id_year")),
    )


def _loan() -> None:
    op.create_table(
        "loan",
        sa.Column("id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("patron_id", ID, nullable=True),
        sa.Column("patron_year_id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("issued_at", WHEN, nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=True),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.CheckConstraint("ended_by IN ('returned', 'undone')", name=op.f("ck_loan_ended_by")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_loan_ended")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_loan_staff_id")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_loan_branch_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_loan_item_id")),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_loan_patron_id")),
        sa.ForeignKeyConstraint(
            ["patron_year_id"], ["patron_year.id"], name=op.f("fk_loan_patron_year_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
    )
    op.create_index("ix_loan_item_id_issued_at", "loan", ["item_id", "issued_at"])
    op.create_index("ix_loan_open_patron", "loan", ["patron_id", "due"], **OPEN)
    op.create_index("uq_loan_open_item", "loan", ["item_id"], unique=True, **OPEN)
