"""Opening balances say what they are of in a column of their own; titles; months that close.

Revision ID: 0009
Locks, time: the ledger is read once and its index built anew; minutes on millions of entries.
Downgrade: puts what a balance is of back into the detail; refused while titles are counted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

OLD = "'accession', 'withdrawal'"
NEW = "'accession', 'title', 'withdrawal'"
LATE = sa.text("day < posted")
GUARD = """
    CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""
OPEN_DAY = """
    CREATE OR REPLACE FUNCTION ledger_open_day() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF NEW.posted < (SELECT first_open_day FROM ledger_books) THEN
            RAISE EXCEPTION 'the month is closed'{code};
        END IF;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    """Forth."""
    _kinds(OLD, NEW)
    op.add_column("ledger", sa.Column("opening_of", sa.String(), nullable=True))
    _unguarded("UPDATE ledger SET opening_of = detail, detail = NULL WHERE kind = 'opening'")
    op.drop_index("ix_ledger_posted_kind", "ledger")
    op.create_index("ix_ledger_kind_posted", "ledger", ["kind", "posted"])
    op.create_index(
        "ix_ledger_late", "ledger", ["posted"], sqlite_where=LATE, postgresql_where=LATE
    )
    if op.get_bind().dialect.name != "sqlite":
        # A desk that loses the race against the closing of a month tries again.
        op.execute(OPEN_DAY.format(code=" USING ERRCODE = '40001'"))


def _unguarded(statement: str) -> None:
    """Change the ledger's shape, not what it says, past its guard."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER ledger_no_update")
        op.execute(statement)
        op.execute(GUARD)
        return
    op.execute("ALTER TABLE ledger DISABLE TRIGGER ledger_append_only")
    op.execute(statement)
    op.execute("ALTER TABLE ledger ENABLE TRIGGER ledger_append_only")


def _kinds(old: str, new: str) -> None:
    """Change the codes the ledger takes; on SQLite without copying the table, see 0005."""
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
    if op.get_bind().dialect.name != "sqlite":
        op.execute(OPEN_DAY.format(code=""))
    op.drop_index("ix_ledger_late", "ledger")
    op.drop_index("ix_ledger_kind_posted", "ledger")
    op.create_index("ix_ledger_posted_kind", "ledger", ["posted", "kind"])
    _unguarded("UPDATE ledger SET detail = opening_of WHERE kind = 'opening'")
    op.drop_column("ledger", "opening_of")
    _kinds(NEW, OLD)
