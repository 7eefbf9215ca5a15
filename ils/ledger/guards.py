"""The guards of the ledger in the database itself: whether they stand."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

#: Dialect → the triggers that must stand, and how they are asked for.
GUARDS = {
    "sqlite": {
        "ledger_no_update",
        "ledger_no_delete",
        "ledger_open_day",
        "ledger_frontier_forward",
    },
    "postgresql": {
        "ledger_append_only",
        "ledger_no_truncate",
        "ledger_open_day",
        "ledger_frontier_forward",
    },
}
STANDING = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


def missing(session: Session) -> list[str]:
    """The names of the guards that were taken away or put out of action."""
    dialect = session.get_bind().dialect.name
    standing = set(session.scalars(text(STANDING[dialect])))
    return sorted(GUARDS[dialect] - standing)
