"""The guards of the ledger in the database itself: whether they stand."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from ils.ledger.entries import ClosingFrontier

#: The frontier of closed months only moves on.
FORWARD = "ledger_frontier_forward"

#: Dialect → the triggers that must stand, and how they are asked for.
GUARDS = {
    "sqlite": {
        "ledger_no_update",
        "ledger_no_delete",
        "ledger_open_day",
        FORWARD,
    },
    "postgresql": {
        "ledger_append_only",
        "ledger_no_truncate",
        "ledger_open_day",
        FORWARD,
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


def move_frontier_back(session: Session, day: date) -> None:
    """Let entries be posted from an earlier day on again: months were closed by a wrong clock.

    The guard is put aside for this one change, in the same transaction. Whoever calls this has
    made sure that the months are not over, and writes down who did it and why.
    """
    back = update(ClosingFrontier).values(first_open_day=day)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE ledger IN SHARE ROW EXCLUSIVE MODE"))
        session.execute(text(f"ALTER TABLE ledger_frontier DISABLE TRIGGER {FORWARD}"))
        session.execute(back)
        session.execute(text(f"ALTER TABLE ledger_frontier ENABLE TRIGGER {FORWARD}"))
        return
    guard = session.scalars(
        text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": FORWARD}
    ).one()
    session.execute(text(f"DROP TRIGGER {FORWARD}"))
    session.execute(back)
    session.execute(text(guard))
