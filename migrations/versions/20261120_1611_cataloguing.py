"""Versions, states and links of records; forms of headings; merges, batch edits, problems.

Revision ID: 0003
Locks, time: columns are added in place; records that came in as MARC21 or ИРБИС are converted to
UNIMARC one by one, some thousands a second.
Downgrade: drops what cataloguing made; records stay in UNIMARC.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import ils.db
from ils.catalog.authorities import rules as headings
from ils.catalog.records.actions import columns
from ils.catalog.records.rules import describe
from ils.catalog.subjects import Classes
from ils.config import ROOT, load_lists
from ils.marc.crosswalk import to_unimarc
from ils.marc.record import Dialect, MarcRecord

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "'active', 'deleted', 'merged'"
ACTS = "'imported', 'added', 'edited', 'batch', 'heading', 'merged', 'separated', 'restored', 'deleted', 'undeleted'"
KINDS = "'person', 'body', 'subject', 'place', 'series', 'title', 'genre'"
DESCRIBED = {
    "control_number": "VARCHAR NOT NULL DEFAULT ''",
    "fingerprint": "VARCHAR",
    "imported_revision": "INTEGER",
    "revision": "INTEGER NOT NULL DEFAULT 1",
    "changed_at": "TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT '2026-01-01 00:00:00+00'",
    "changed_by": "BIGINT",
}
OF_RECORD = {
    "branch_id": "BIGINT",
    "worksheet": "VARCHAR NOT NULL DEFAULT 'book'",
    "local_history": "BOOLEAN NOT NULL DEFAULT false",
    "match_key": "VARCHAR",
    "merged_into_id": "BIGINT",
}
INDEXES = (
    ("ix_authority_control_number", "authority", "control_number"),
    ("ix_record_control_number", "record", "control_number"),
    ("ix_record_issn", "record", "issn"),
    ("ix_record_match_key", "record", "match_key"),
    ("ix_record_merged_into_id", "record", "merged_into_id"),
)
TABLES = (
    "record_problem",
    "batch_edit",
    "record_merge",
    "not_duplicate",
    "revision",
    "record_link",
    "authority_form",
)


def upgrade() -> None:
    """Forth."""
    # In plain SQL: SQLite would copy the whole table, which copies and loans refer to.
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ("record", "authority"):
        for name, kind in (DESCRIBED | (OF_RECORD if table == "record" else {})).items():
            op.execute(
                f"ALTER TABLE {table} ADD COLUMN {name} {_in_sqlite(kind) if sqlite else kind}"
            )
        for name, default, codes in (("state", "active", STATES), ("act", "imported", ACTS)):
            _add_code(table, name, default, codes)
    _add_code("authority", "kind", "subject", KINDS)
    for table in ("branch", "staff"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN catalogues VARCHAR NOT NULL DEFAULT ''")
    for name, table, column in INDEXES:
        op.create_index(name, table, [column])
    _new_tables()
    _convert()


def _in_sqlite(kind: str) -> str:
    plain = kind.replace("TIMESTAMP WITH TIME ZONE", "DATETIME").replace("+00'", "'")
    return plain.replace("BIGINT", "INTEGER")


def _add_code(table: str, name: str, default: str, codes: str) -> None:
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {name} VARCHAR NOT NULL DEFAULT '{default}' "
        f"CONSTRAINT ck_{table}_{name} CHECK ({name} IN ({codes}))"
    )


def _new_tables() -> None:
    moment = ils.db.UtcDateTime(timezone=True)

    def table(name: str, *columns: sa.Column | sa.Constraint) -> None:
        key = sa.PrimaryKeyConstraint("id", name=f"pk_{name}")
        op.create_table(name, sa.Column("id", BIG, nullable=False), *columns, key)

    def text(name: str, **options: object) -> sa.Column:
        return sa.Column(name, sa.String(), nullable=bool(options.get("nullable", False)))

    def of(name: str, target: str, owner: str, *, nullable: bool = False) -> list:
        key = sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{owner}_{name}")
        return [sa.Column(name, BIG, nullable=nullable), key]

    def staff(owner: str) -> list:
        return of("staff_id", "staff", owner, nullable=True)

    def at() -> sa.Column:
        return sa.Column("at", moment, nullable=False)

    table(
        "authority_form",
        *of("authority_id", "authority", "authority_form"),
        text("relation"),
        text("form"),
        text("language", nullable=True),
        text("search_key"),
        sa.CheckConstraint(
            "relation IN ('heading', 'see', 'see_also', 'parallel')",
            name="ck_authority_form_relation",
        ),
    )
    table(
        "record_link",
        *of("record_id", "record", "record_link"),
        text("tag"),
        text("relation"),
        text("target"),
    )
    table(
        "revision",
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        text("marc"),
        text("catalogue", nullable=True),
        text("state"),
        text("act"),
        at(),
        *staff("revision"),
        sa.CheckConstraint(f"act IN ({ACTS})", name="ck_revision_act"),
        sa.UniqueConstraint("subject_id", "number", name="uq_revision_subject_id_number"),
    )
    table(
        "not_duplicate",
        *of("one_id", "record", "not_duplicate"),
        *of("other_id", "record", "not_duplicate"),
        at(),
        *staff("not_duplicate"),
        sa.UniqueConstraint("one_id", "other_id", name="uq_not_duplicate_one_id_other_id"),
    )
    table(
        "record_merge",
        *of("kept_id", "record", "record_merge"),
        *of("dropped_id", "record", "record_merge"),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        at(),
        *staff("record_merge"),
        sa.Column("undone_at", moment),
    )
    table(
        "batch_edit",
        at(),
        *staff("batch_edit"),
        text("query"),
        sa.Column("operation", sa.JSON(), nullable=False),
        sa.Column("revisions", sa.JSON(), nullable=False),
        sa.Column("undone_at", moment),
    )
    table(
        "record_problem",
        *of("record_id", "record", "record_problem"),
        text("code"),
        text("place"),
        text("detail"),
    )
    for name, owner, columns_ in (
        ("ix_authority_form_authority_id", "authority_form", ["authority_id"]),
        ("ix_authority_form_search_key", "authority_form", ["search_key"]),
        ("ix_record_link_record_id", "record_link", ["record_id"]),
        ("ix_record_link_target", "record_link", ["relation", "target"]),
        ("ix_record_merge_kept_id", "record_merge", ["kept_id"]),
        ("ix_record_merge_dropped_id", "record_merge", ["dropped_id"]),
        ("ix_record_problem_code", "record_problem", ["code"]),
        ("ix_record_problem_record_id", "record_problem", ["record_id"]),
    ):
        op.create_index(name, owner, columns_)


def _convert() -> None:
    """What was kept in its own dialect becomes UNIMARC; columns follow anew."""
    bind = op.get_bind()
    lists = load_lists(ROOT / "config")
    classes = Classes(lists.udc, lists.bbk)
    for row in bind.execute(
        sa.text("SELECT id, dialect, marc, catalogue, provisional FROM record")
    ).all():
        marc = to_unimarc(MarcRecord.load(row.marc), Dialect(row.dialect)).marc
        values = {"control_number": marc.get("001") or str(row.id)}
        if not row.provisional:
            values |= columns(describe(marc, classes), row.catalogue)
            values |= {"fingerprint": marc.fingerprint(), "imported_revision": 1}
        _update(bind, "record", row.id, values | {"marc": marc.dump()})
    for row in bind.execute(sa.text("SELECT id, marc FROM authority")).all():
        marc = MarcRecord.load(row.marc)
        values = {
            "control_number": marc.get("001") or str(row.id),
            "kind": headings.kind(marc).value,
        }
        _update(bind, "authority", row.id, values)


def _update(bind: sa.Connection, table: str, row_id: int, values: dict[str, object]) -> None:
    changes = ", ".join(f"{name} = :{name}" for name in values)
    statement = f"UPDATE {table} SET {changes} WHERE id = :id"  # noqa: S608 -- names of ours
    bind.execute(sa.text(statement), {**values, "id": row_id})


def downgrade() -> None:
    """Back."""
    for table in TABLES:
        op.drop_table(table)
    for name, table, _ in INDEXES:
        op.drop_index(name, table_name=table)
    for table in ("branch", "staff"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN catalogues")
    for name in (*DESCRIBED, *OF_RECORD, "state", "act"):
        op.execute(f"ALTER TABLE record DROP COLUMN {name}")
    for name in (*DESCRIBED, "state", "act", "kind"):
        op.execute(f"ALTER TABLE authority DROP COLUMN {name}")
