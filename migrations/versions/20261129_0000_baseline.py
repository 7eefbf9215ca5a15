"""All tables, their indexes, and the guards of the ledger.

Revision ID: 0001
Locks, time: on an empty database only. It replaces the ten migrations of before the first
release: a database of then must be made anew.
Downgrade: drops everything, with all data.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SQLITE = (
    """
    CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
    """,
    """
    CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
    """,
    """
    CREATE TRIGGER ledger_open_day BEFORE INSERT ON ledger
    WHEN NEW.posted < (SELECT first_open_day FROM ledger_frontier)
    BEGIN SELECT RAISE(ABORT, 'the month is closed'); END
    """,
    """
    CREATE TRIGGER ledger_frontier_forward BEFORE UPDATE ON ledger_frontier
    WHEN NEW.first_open_day < OLD.first_open_day
    BEGIN SELECT RAISE(ABORT, 'closed months stay closed'); END
    """,
)
# A desk that loses the race against the closing of a month tries again: hence the code.
POSTGRESQL = (
    """
    CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$
    """,
    """
    CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only()
    """,
    """
    CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()
    """,
    """
    CREATE FUNCTION ledger_open_day() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF NEW.posted < (SELECT first_open_day FROM ledger_frontier) THEN
            RAISE EXCEPTION 'the month is closed' USING ERRCODE = '40001';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER ledger_open_day BEFORE INSERT ON ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_open_day()
    """,
    """
    CREATE FUNCTION ledger_frontier_forward() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF NEW.first_open_day < OLD.first_open_day THEN
            RAISE EXCEPTION 'closed months stay closed';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER ledger_frontier_forward BEFORE UPDATE ON ledger_frontier
    FOR EACH ROW EXECUTE FUNCTION ledger_frontier_forward()
    """,
)


def upgrade() -> None:
    """Make the tables in the order of their references; guard the ledger; all months are open."""
    for make in (
        _changes,
        _act,
        _authority,
        _branch,
        _heartbeat,
        _idempotency_key,
        _ledger_codes,
        _ledger_frontier,
        _job_and_file,
        _record,
        _summary_span,
        _authority_form,
        _circulation_rule,
        _closed_day,
        _department,
        _item,
        _patron,
        _outbox_message,
        _record_link,
        _record_isbn,
        _record_problem,
        _schedule,
        _search_miss,
        _service_point,
        _staff,
        _summary_total,
        _audit,
        _batch_edit,
        _box,
        _closed_month,
        _consent_record,
        _scan_exception,
        _declared_value,
        _event,
        _hold,
        _ledger,
        _not_duplicate,
        _patron_block,
        _patron_photo,
        _patron_year,
        _patron_merge,
        _plan_version,
        _prepared_report,
        _purchase_suggestion,
        _record_merge,
        _code,
        _revision,
        _box_item,
        _enquiry,
        _loan,
        _plan_value,
        _transit,
        _unmet_request,
    ):
        make()
    _fill()
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _fill() -> None:
    op.execute("INSERT INTO ledger_frontier (id, first_open_day) VALUES (1, '0001-01-01')")
    for table, codes in (("ledger_kind", KINDS), ("ledger_channel", CHANNELS)):
        for code in codes.split():
            op.execute(sa.text(f"INSERT INTO {table} (code) VALUES ('{code}')"))  # noqa: S608


def downgrade() -> None:
    """Drop the tables, last made first, and the functions of the guards."""
    for table in TABLES[::-1]:
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION ledger_append_only()")
        op.execute("DROP FUNCTION ledger_open_day()")
        op.execute("DROP FUNCTION ledger_frontier_forward()")
        op.execute("DROP FUNCTION IF EXISTS note_changed()")


#: The kinds and channels of entries; a later one is an INSERT of its migration.
KINDS = """
    registration visit remote_visit loan renewal return in_house_use hold_placed
    hold_cancelled hold_filled hold_expired refusal reminder amnesty_return lost found
    accession title withdrawal redistribution repair check il_requested il_selected
    il_dispatched il_received il_lent il_sent_back il_back il_cancelled record_added
    record_edited record_deleted record_merged record_restored digitised attached published
    viewed downloaded reference delivery event event_views shown shown_issued consultation
    suggestion copy_service reader_served borrower catalogue_visit topic_notice opening
"""
CHANNELS = """
    desk offline phone email site kiosk sip2 import tally system
"""

TABLES = (
    "changed_row",
    "journal_mark",
    "ledger_kind",
    "ledger_channel",
    "act",
    "authority",
    "branch",
    "heartbeat",
    "idempotency_key",
    "ledger_frontier",
    "job",
    "stored_file",
    "record",
    "summary_span",
    "authority_form",
    "circulation_rule",
    "closed_day",
    "department",
    "item",
    "patron",
    "outbox_message",
    "record_link",
    "record_isbn",
    "record_problem",
    "schedule",
    "search_miss",
    "service_point",
    "staff",
    "summary_total",
    "audit",
    "batch_edit",
    "box",
    "closed_month",
    "consent_record",
    "scan_exception",
    "declared_value",
    "event",
    "hold",
    "ledger",
    "not_duplicate",
    "patron_block",
    "patron_photo",
    "patron_year",
    "patron_merge",
    "plan_version",
    "prepared_report",
    "purchase_suggestion",
    "record_merge",
    "code",
    "revision",
    "box_item",
    "enquiry",
    "reader_question",
    "reader_list_entry",
    "topic",
    "loan",
    "plan_value",
    "transit",
    "unmet_request",
)


def _changes() -> None:
    op.create_table(
        "changed_row",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("table", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_row")),
    )
    op.create_table(
        "journal_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("database", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("restored_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_mark")),
    )


def _act() -> None:
    op.create_table(
        "act",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_act")),
    )
    op.create_index(op.f("ix_act_at"), "act", ["at"], unique=False)


def _authority() -> None:
    op.create_table(
        "authority",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("dialect", sa.String(), nullable=False),
        sa.Column("marc", sa.String(), nullable=False),
        sa.Column("control_number", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("link_key", sa.String(), nullable=False),
        sa.Column("import_key", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.Column("imported_revision", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "change_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint(
            "cause IN ('imported', 'added', 'edited', 'batch', 'heading', 'merged', 'separated', 'restored', 'deleted', 'undeleted')",
            name=op.f("ck_authority_act"),
        ),
        sa.CheckConstraint(
            "dialect IN ('unimarc', 'marc21', 'irbis')", name=op.f("ck_authority_dialect")
        ),
        sa.CheckConstraint(
            "kind IN ('person', 'body', 'subject', 'place', 'series', 'title', 'genre')",
            name=op.f("ck_authority_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('active', 'deleted', 'merged')", name=op.f("ck_authority_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
        sa.UniqueConstraint("import_key", name=op.f("uq_authority_import_key")),
    )
    op.create_index(
        op.f("ix_authority_change_number"), "authority", ["change_number"], unique=False
    )
    op.create_index(
        op.f("ix_authority_control_number"), "authority", ["control_number"], unique=False
    )
    op.create_index(op.f("ix_authority_link_key"), "authority", ["link_key"], unique=False)


def _branch() -> None:
    op.create_table(
        "branch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_ru", sa.String(), nullable=False),
        sa.Column("name_kk", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("closed_weekdays", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("catalogues", sa.String(), server_default="", nullable=False),
        sa.Column("former_types", sa.JSON(), server_default="[]", nullable=False),
        sa.CheckConstraint(
            "type IN ('central', 'children', 'city', 'rural')", name=op.f("ck_branch_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
        sa.UniqueConstraint("code", name=op.f("uq_branch_code")),
    )


def _heartbeat() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )


def _idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_at"), "idempotency_key", ["at"], unique=False)


def _ledger_codes() -> None:
    for table in ("ledger_kind", "ledger_channel"):
        op.create_table(
            table,
            sa.Column("code", sa.String(), nullable=False),
            sa.PrimaryKeyConstraint("code", name=op.f(f"pk_{table}")),
        )


def _ledger_frontier() -> None:
    op.create_table(
        "ledger_frontier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_open_day", sa.Date(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_frontier_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_frontier")),
    )


def _job_and_file() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_job_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    op.create_index("ix_job_kind_id", "job", ["kind", "id"], unique=False)
    op.create_index(
        "ix_job_open_run_at",
        "job",
        ["run_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'running')"),
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('photo', 'upload', 'rejects', 'attachment', 'enclosure')",
            name=op.f("ck_stored_file_purpose"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("token", name=op.f("uq_stored_file_token")),
    )
    op.create_index(op.f("ix_stored_file_expires_at"), "stored_file", ["expires_at"], unique=False)


def _outbox_message() -> None:
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(), server_default="email", nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f("ck_outbox_message_channel")),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_outbox_message_file_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_outbox_message_patron_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
    )
    op.create_index(
        op.f("ix_outbox_message_patron_id"), "outbox_message", ["patron_id"], unique=False
    )


def _record() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("catalogue", sa.String(), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("worksheet", sa.String(), nullable=False),
        sa.Column("material", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("authors", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("subject_area", sa.String(), nullable=True),
        sa.Column("isbn", sa.String(), nullable=True),
        sa.Column("issn", sa.String(), nullable=True),
        sa.Column("local_history", sa.Boolean(), nullable=False),
        sa.Column("match_key", sa.String(), nullable=True),
        sa.Column(
            "merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("dialect", sa.String(), nullable=False),
        sa.Column("marc", sa.String(), nullable=False),
        sa.Column("control_number", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("link_key", sa.String(), nullable=False),
        sa.Column("import_key", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.Column("imported_revision", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "change_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint(
            "cause IN ('imported', 'added', 'edited', 'batch', 'heading', 'merged', 'separated', 'restored', 'deleted', 'undeleted')",
            name=op.f("ck_record_act"),
        ),
        sa.CheckConstraint(
            "dialect IN ('unimarc', 'marc21', 'irbis')", name=op.f("ck_record_dialect")
        ),
        sa.CheckConstraint(
            "material IN ('book', 'newspaper', 'journal', 'cd', 'ebook', 'map', 'other')",
            name=op.f("ck_record_material"),
        ),
        sa.CheckConstraint(
            "state IN ('active', 'deleted', 'merged')", name=op.f("ck_record_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("import_key", name=op.f("uq_record_import_key")),
    )
    op.create_index(op.f("ix_record_change_number"), "record", ["change_number"], unique=False)
    op.create_index(op.f("ix_record_control_number"), "record", ["control_number"], unique=False)
    op.create_index(op.f("ix_record_link_key"), "record", ["link_key"], unique=False)
    op.create_index("ix_record_issn", "record", ["issn"], unique=False)
    op.create_index("ix_record_match_key", "record", ["match_key"], unique=False)
    op.create_index(op.f("ix_record_merged_into_id"), "record", ["merged_into_id"], unique=False)


def _summary_span() -> None:
    op.create_table(
        "summary_span",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("slice", sa.Integer(), nullable=False),
        sa.Column("columns_by_kind", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_span")),
        sa.UniqueConstraint("start", "end", "slice", name=op.f("uq_summary_span_start_end_slice")),
    )


def _authority_form() -> None:
    op.create_table(
        "authority_form",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "authority_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.CheckConstraint(
            "relation IN ('heading', 'see', 'see_also', 'parallel')",
            name=op.f("ck_authority_form_relation"),
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_authority_form_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_form")),
    )
    op.create_index(
        op.f("ix_authority_form_authority_id"), "authority_form", ["authority_id"], unique=False
    )
    op.create_index("ix_authority_form_search_key", "authority_form", ["search_key"], unique=False)


def _circulation_rule() -> None:
    op.create_table(
        "circulation_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
            ["branch_id"], ["branch.id"], name=op.f("fk_circulation_rule_branch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulation_rule")),
        sa.UniqueConstraint("scope", name=op.f("uq_circulation_rule_scope")),
    )


def _closed_day() -> None:
    op.create_table(
        "closed_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_closed_day_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_day")),
        sa.UniqueConstraint("branch_id", "day", name=op.f("uq_closed_day_branch_id_day")),
    )


def _department() -> None:
    op.create_table(
        "department",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
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
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("inventory_number", sa.String(), nullable=True),
        sa.Column("barcode", sa.String(), nullable=True),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column(
            "owner_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("shelf_mark", sa.String(), nullable=False),
        sa.Column("condition", sa.String(), server_default="", nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ksu", sa.String(), nullable=False),
        sa.Column("withdrawal_act", sa.String(), nullable=False),
        sa.Column("disputed_numbers", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
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
    op.create_index(op.f("ix_item_record_id"), "item", ["record_id"], unique=False)


def _patron() -> None:
    op.create_table(
        "patron",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("surname", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("patronymic", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_number", sa.String(), server_default="", nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), server_default="phone", nullable=False),
        sa.Column("school", sa.String(), server_default="", nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("grade_year", sa.Integer(), nullable=True),
        sa.Column("workplace", sa.String(), server_default="", nullable=False),
        sa.Column("disability", sa.String(), nullable=True),
        sa.Column("home_delivery", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("wishes", sa.String(), server_default="", nullable=False),
        sa.Column("notes", sa.String(), server_default="", nullable=False),
        sa.Column(
            "guardian_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("guardian_name", sa.String(), server_default="", nullable=False),
        sa.Column("guardian_phone", sa.String(), server_default="", nullable=False),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_key", sa.String(), nullable=True),
        sa.Column("site_password", sa.String(), server_default="", nullable=False),
        sa.Column("site_code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("site_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("topics_off", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("notices_off", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("history_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('phone', 'whatsapp', 'sms', 'email', 'letter')",
            name=op.f("ck_patron_channel"),
        ),
        sa.CheckConstraint(
            "disability IN ('sight', 'hearing', 'speech', 'movement', 'other')",
            name=op.f("ck_patron_disability"),
        ),
        sa.CheckConstraint("sex IN ('f', 'm')", name=op.f("ck_patron_sex")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_patron_branch_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["patron.id"], name=op.f("fk_patron_guardian_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patron")),
        sa.UniqueConstraint("card", name=op.f("uq_patron_card")),
    )
    op.create_index(op.f("ix_patron_birth_date"), "patron", ["birth_date"], unique=False)
    op.create_index(op.f("ix_patron_phone_number"), "patron", ["phone_number"], unique=False)
    op.create_index(op.f("ix_patron_guardian_id"), "patron", ["guardian_id"], unique=False)
    op.create_index(op.f("ix_patron_import_key"), "patron", ["import_key"], unique=True)


def _record_isbn() -> None:
    op.create_table(
        "record_isbn",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("isbn", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_isbn_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_isbn")),
    )
    op.create_index(op.f("ix_record_isbn_record_id"), "record_isbn", ["record_id"], unique=False)
    op.create_index(op.f("ix_record_isbn_isbn"), "record_isbn", ["isbn"], unique=False)


def _record_link() -> None:
    op.create_table(
        "record_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_link_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_link")),
    )
    op.create_index(op.f("ix_record_link_record_id"), "record_link", ["record_id"], unique=False)
    op.create_index("ix_record_link_target", "record_link", ["relation", "target"], unique=False)


def _record_problem() -> None:
    op.create_table(
        "record_problem",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_problem_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_problem")),
    )
    op.create_index("ix_record_problem_code", "record_problem", ["code"], unique=False)
    op.create_index(
        op.f("ix_record_problem_record_id"), "record_problem", ["record_id"], unique=False
    )


def _search_miss() -> None:
    op.create_table(
        "search_miss",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_search_miss_branch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_miss")),
        sa.UniqueConstraint(
            "month",
            "text",
            "language",
            "branch_id",
            name=op.f("uq_search_miss_month_text_language_branch_id"),
        ),
    )


def _schedule() -> None:
    op.create_table(
        "schedule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("every", sa.String(), nullable=False),
        sa.Column("days_after", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("addresses", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_schedule_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
    )


def _service_point() -> None:
    op.create_table(
        "service_point",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
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
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("sign_in_version", sa.Integer(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("ended_sittings", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("catalogues", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_staff_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )


def _summary_total() -> None:
    op.create_table(
        "summary_total",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("span_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "owner_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "other_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "service_point_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("catalogue", sa.String(), nullable=True),
        sa.Column("material", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("subject_area", sa.String(), nullable=True),
        sa.Column("patron_category", sa.String(), nullable=True),
        sa.Column("age", sa.SmallInteger(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("opening_of", sa.String(), nullable=True),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pages", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["span_id"],
            ["summary_span.id"],
            name=op.f("fk_summary_total_span_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_total")),
    )
    op.create_index(
        "ix_summary_total_kind_span_id", "summary_total", ["kind", "span_id"], unique=False
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_audit_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )


def _batch_edit() -> None:
    op.create_table(
        "batch_edit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("operation", sa.JSON(), nullable=False),
        sa.Column("revisions", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_batch_edit_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_edit")),
    )


def _box() -> None:
    op.create_table(
        "box",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "service_point_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_box_branch_id")),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_box_service_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box")),
    )
    op.create_index(op.f("ix_box_branch_id"), "box", ["branch_id"], unique=False)


def _closed_month() -> None:
    op.create_table(
        "closed_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("totals", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "closed_by IS NOT NULL OR automatic", name=op.f("ck_closed_month_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["staff.id"], name=op.f("fk_closed_month_closed_by")
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_closed_month")),
    )


def _scan_exception() -> None:
    op.create_table(
        "scan_exception",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_scan_exception_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_scan_exception_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_scan_exception_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_exception")),
        sa.UniqueConstraint("request_id", name=op.f("uq_scan_exception_request_id")),
    )


def _consent_record() -> None:
    op.create_table(
        "consent_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_consent_record_patron_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_consent_record_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_record")),
    )
    op.create_index(
        op.f("ix_consent_record_patron_id"), "consent_record", ["patron_id"], unique=False
    )


def _declared_value() -> None:
    op.create_table(
        "declared_value",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "declared_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_declared_value_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by"], ["staff.id"], name=op.f("fk_declared_value_declared_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_value")),
    )
    op.create_index("ix_declared_value_key_start", "declared_value", ["key", "start"], unique=False)


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
    op.create_index(op.f("ix_event_day"), "event", ["day"], unique=False)


def _hold() -> None:
    op.create_table(
        "hold",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "wanted_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("shelf_until", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
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
    op.create_index(op.f("ix_hold_item_id"), "hold", ["item_id"], unique=False)
    op.create_index(
        "ix_hold_open_patron",
        "hold",
        ["patron_id"],
        unique=False,
        sqlite_where=sa.text("status IN ('waiting', 'in_transit', 'on_shelf')"),
        postgresql_where=sa.text("status IN ('waiting', 'in_transit', 'on_shelf')"),
    )
    op.create_index(
        "ix_hold_open_record",
        "hold",
        ["record_id", "status", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('waiting', 'in_transit', 'on_shelf')"),
        postgresql_where=sa.text("status IN ('waiting', 'in_transit', 'on_shelf')"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("posted", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "service_point_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pages", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "patron_year_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("loan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("catalogue", sa.String(), nullable=True),
        sa.Column("material", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("subject_area", sa.String(), nullable=True),
        sa.Column(
            "owner_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("patron_category", sa.String(), nullable=True),
        sa.Column("age", sa.SmallInteger(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("opening_of", sa.String(), nullable=True),
        sa.Column(
            "other_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.CheckConstraint("posted >= day", name=op.f("ck_ledger_posted_not_before_day")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_ledger_branch_id")),
        sa.ForeignKeyConstraint(
            ["channel"], ["ledger_channel.code"], name=op.f("fk_ledger_channel")
        ),
        sa.ForeignKeyConstraint(["kind"], ["ledger_kind.code"], name=op.f("fk_ledger_kind")),
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
    op.create_index(op.f("ix_ledger_item_id"), "ledger", ["item_id"], unique=False)
    op.create_index("ix_ledger_kind_posted", "ledger", ["kind", "posted"], unique=False)
    op.create_index(
        "ix_ledger_late",
        "ledger",
        ["posted"],
        unique=False,
        sqlite_where=sa.text("day < posted"),
        postgresql_where=sa.text("day < posted"),
    )
    op.create_index(op.f("ix_ledger_patron_year_id"), "ledger", ["patron_year_id"], unique=False)


def _not_duplicate() -> None:
    op.create_table(
        "not_duplicate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("one_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["one_id"], ["record.id"], name=op.f("fk_not_duplicate_one_id")),
        sa.ForeignKeyConstraint(
            ["other_id"], ["record.id"], name=op.f("fk_not_duplicate_other_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_not_duplicate_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_duplicate")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_not_duplicate_one_id_other_id")),
    )


def _patron_block() -> None:
    op.create_table(
        "patron_block",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
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
    op.create_index(op.f("ix_patron_block_patron_id"), "patron_block", ["patron_id"], unique=False)


def _patron_photo() -> None:
    op.create_table(
        "patron_photo",
        sa.Column(
            "patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_patron_photo_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_patron_photo_patron_id")
        ),
        sa.PrimaryKeyConstraint("patron_id", name=op.f("pk_patron_photo")),
    )


def _patron_year() -> None:
    op.create_table(
        "patron_year",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=False),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_patron_year_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_patron_year_patron_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patron_year")),
    )
    op.create_index(
        "uq_patron_year_standing",
        "patron_year",
        ["patron_id", "year"],
        unique=True,
        sqlite_where=sa.text("NOT taken_back"),
        postgresql_where=sa.text("NOT taken_back"),
    )
    op.create_index("ix_patron_year_patron_id", "patron_year", ["patron_id"], unique=False)


def _patron_merge() -> None:
    op.create_table(
        "patron_merge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kept_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dropped", sa.JSON(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("doubled", sa.JSON(), nullable=False),
        sa.Column("corrected", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["patron.id"], name=op.f("fk_patron_merge_kept_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_patron_merge_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patron_merge")),
    )
    op.create_index(op.f("ix_patron_merge_kept_id"), "patron_merge", ["kept_id"], unique=False)


def _plan_version() -> None:
    op.create_table(
        "plan_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_plan_version_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_version")),
    )


def _prepared_report() -> None:
    op.create_table(
        "prepared_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_prepared_report_schedule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_report")),
        sa.UniqueConstraint(
            "schedule_id", "start", name=op.f("uq_prepared_report_schedule_id_start")
        ),
    )


def _purchase_suggestion() -> None:
    op.create_table(
        "purchase_suggestion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.CheckConstraint(
            "status IN ('new', 'ordered', 'declined')", name=op.f("ck_purchase_suggestion_status")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_purchase_suggestion_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_purchase_suggestion_patron_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_purchase_suggestion_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_suggestion")),
    )
    op.create_index(
        op.f("ix_purchase_suggestion_patron_id"), "purchase_suggestion", ["patron_id"], unique=False
    )
    op.create_index(
        op.f("ix_purchase_suggestion_search_key"),
        "purchase_suggestion",
        ["search_key"],
        unique=False,
    )


def _record_merge() -> None:
    op.create_table(
        "record_merge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kept_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dropped_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dropped_id"], ["record.id"], name=op.f("fk_record_merge_dropped_id")
        ),
        sa.ForeignKeyConstraint(["kept_id"], ["record.id"], name=op.f("fk_record_merge_kept_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_record_merge_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_merge")),
    )
    op.create_index(
        op.f("ix_record_merge_dropped_id"), "record_merge", ["dropped_id"], unique=False
    )
    op.create_index(op.f("ix_record_merge_kept_id"), "record_merge", ["kept_id"], unique=False)


def _code() -> None:
    op.create_table(
        "code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("written", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("disputed", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "kind IN ('card', 'barcode', 'inventory_number', 'former_card', 'former_barcode')",
            name=op.f("ck_code_kind"),
        ),
        sa.CheckConstraint(
            "(patron_id IS NULL) <> (item_id IS NULL)", name=op.f("ck_code_one_owner")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_code_item_id")),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_code_patron_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_code_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
    )
    op.create_index("ix_code_folded", "code", ["folded"], unique=False)
    op.create_index(op.f("ix_code_item_id"), "code", ["item_id"], unique=False)
    op.create_index(op.f("ix_code_patron_id"), "code", ["patron_id"], unique=False)
    op.create_index(
        "uq_code_folded",
        "code",
        ["folded"],
        unique=True,
        sqlite_where=sa.text("NOT disputed"),
        postgresql_where=sa.text("NOT disputed"),
    )


def _revision() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("marc", sa.String(), nullable=False),
        sa.Column("catalogue", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "cause IN ('imported', 'added', 'edited', 'batch', 'heading', 'merged', 'separated', 'restored', 'deleted', 'undeleted')",
            name=op.f("ck_revision_act"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_revision_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("subject_id", "number", name=op.f("uq_revision_subject_id_number")),
    )


def _box_item() -> None:
    op.create_table(
        "box_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("box_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("back", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_box_item_box_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_box_item_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_item")),
    )
    op.create_index(op.f("ix_box_item_box_id"), "box_item", ["box_id"], unique=False)
    op.create_index(
        "uq_box_item_inside",
        "box_item",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("out_at IS NULL"),
        postgresql_where=sa.text("out_at IS NULL"),
    )


def _enquiry() -> None:
    op.create_table(
        "enquiry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("subject_area", sa.String(), nullable=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "type IN ('thematic', 'address', 'verifying', 'factual', 'consultation', 'delivery', 'copy')",
            name=op.f("ck_enquiry_type"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_enquiry_branch_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger.id"], name=op.f("fk_enquiry_entry_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_enquiry_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
    )
    op.create_index(op.f("ix_enquiry_day"), "enquiry", ["day"], unique=False)
    op.create_table(
        "reader_question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "enquiry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_reader_question_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["enquiry_id"], ["enquiry.id"], name=op.f("fk_reader_question_enquiry_id")
        ),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_reader_question_patron_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_reader_question_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_question")),
    )
    op.create_index(
        op.f("ix_reader_question_patron_id"), "reader_question", ["patron_id"], unique=False
    )
    op.create_index(
        op.f("ix_reader_question_record_id"), "reader_question", ["record_id"], unique=False
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("seen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_topic_patron_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )
    op.create_index(op.f("ix_topic_patron_id"), "topic", ["patron_id"], unique=False)
    op.create_table(
        "reader_list_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["patron_id"], ["patron.id"], name=op.f("fk_reader_list_entry_patron_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_reader_list_entry_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_list_entry")),
    )
    op.create_index(
        op.f("ix_reader_list_entry_patron_id"), "reader_list_entry", ["patron_id"], unique=False
    )
    op.create_index(
        op.f("ix_reader_list_entry_record_id"), "reader_list_entry", ["record_id"], unique=False
    )


def _loan() -> None:
    op.create_table(
        "loan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("patron_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "patron_year_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "service_point_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("place", sa.String(), server_default="home", nullable=False),
        sa.Column("material", sa.String(), server_default="book", nullable=False),
        sa.Column("is_bulk", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("copies", sa.Integer(), server_default="1", nullable=False),
        sa.Column("quantity_returned", sa.Integer(), server_default="0", nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("unseen_renewals", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "ended_by IN ('returned', 'lost', 'undone')", name=op.f("ck_loan_ended_by")
        ),
        sa.CheckConstraint(
            "place IN ('home', 'reading_room', 'service_point', 'home_delivery')",
            name=op.f("ck_loan_place"),
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_loan_ended")),
        sa.CheckConstraint(
            "copies > 0 AND quantity_returned BETWEEN 0 AND copies", name=op.f("ck_loan_copies")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_loan_branch_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_loan_item_id")),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_loan_patron_id")),
        sa.ForeignKeyConstraint(
            ["patron_year_id"], ["patron_year.id"], name=op.f("fk_loan_patron_year_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("fk_loan_service_point_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_loan_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
    )
    op.create_index("ix_loan_item_id_issued_at", "loan", ["item_id", "issued_at"], unique=False)
    op.create_index(
        "ix_loan_open_patron",
        "loan",
        ["patron_id", "due", "material", "copies", "quantity_returned", "place"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_loan_open_item",
        "loan",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL AND NOT is_bulk"),
        postgresql_where=sa.text("ended_at IS NULL AND NOT is_bulk"),
    )


def _plan_value() -> None:
    op.create_table(
        "plan_value",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("table_id", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_plan_value_quarter")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_plan_value_branch_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["plan_version.id"], name=op.f("fk_plan_value_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_value")),
        sa.UniqueConstraint(
            "version_id",
            "table_id",
            "row",
            "branch_id",
            "year",
            "quarter",
            name=op.f("uq_plan_value_version_id_table_id_row_branch_id_year_quarter"),
        ),
    )
    op.create_index("ix_plan_value_year_table_id", "plan_value", ["year", "table_id"], unique=False)


def _transit() -> None:
    op.create_table(
        "transit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "from_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "to_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("hold_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
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
    op.create_index(op.f("ix_transit_to_branch_id"), "transit", ["to_branch_id"], unique=False)
    op.create_index(
        "uq_transit_open_item",
        "transit",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _unmet_request() -> None:
    op.create_table(
        "unmet_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('absent', 'all_on_loan', 'withdrawn', 'no_such_language', 'other')",
            name=op.f("ck_unmet_request_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_unmet_request_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger.id"], name=op.f("fk_unmet_request_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_unmet_request_record_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_unmet_request_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmet_request")),
    )
    op.create_index(op.f("ix_unmet_request_day"), "unmet_request", ["day"], unique=False)
    op.create_index(
        op.f("ix_unmet_request_record_id"), "unmet_request", ["record_id"], unique=False
    )
    op.create_index(
        op.f("ix_unmet_request_search_key"), "unmet_request", ["search_key"], unique=False
    )
