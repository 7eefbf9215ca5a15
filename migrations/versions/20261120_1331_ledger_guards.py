"""The ledger can only grow, and nothing is posted into a closed month: the database says so.

Revision ID: 0002
Locks, time: creates triggers only.
Downgrade: drops the triggers; no data is touched.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

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
    WHEN NEW.posted < (SELECT first_open_day FROM ledger_books)
    BEGIN SELECT RAISE(ABORT, 'the month is closed'); END
    """,
)
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
        IF NEW.posted < (SELECT first_open_day FROM ledger_books) THEN
            RAISE EXCEPTION 'the month is closed';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER ledger_open_day BEFORE INSERT ON ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_open_day()
    """,
)


def upgrade() -> None:
    """Begin with all months open, then guard the ledger."""
    op.execute("INSERT INTO ledger_books (id, first_open_day) VALUES (1, '0001-01-01')")
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Let the ledger be changed again."""
    op.execute("DELETE FROM ledger_books")
    if op.get_bind().dialect.name == "sqlite":
        for name in ("ledger_no_update", "ledger_no_delete", "ledger_open_day"):
            op.execute(f"DROP TRIGGER {name}")
        return
    for name in ("ledger_append_only", "ledger_no_truncate", "ledger_open_day"):
        op.execute(f"DROP TRIGGER {name} ON ledger")
    op.execute("DROP FUNCTION ledger_append_only()")
    op.execute("DROP FUNCTION ledger_open_day()")
