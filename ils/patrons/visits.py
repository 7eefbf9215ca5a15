"""Visits: the first service to a reader at a branch on a day is one, or one from afar."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from ils import ledger
from ils.ledger import Entry, Facts, Kind, Origin
from ils.patrons import queries


def reader_facts(entry: Entry) -> Facts:
    """What an entry says of its reader."""
    return {
        "patron_year_id": entry.patron_year_id,
        "patron_category": entry.patron_category,
        "age": entry.age,
        "sex": entry.sex,
    }


def count_visit(session: Session, origin: Origin, patron_id: int, facts: Facts) -> None:
    """Write the visit of the day, unless it is written; by phone, e-mail or site the remote one."""
    about: Facts = {
        "patron_year_id": facts.get("patron_year_id"),
        "patron_category": facts.get("patron_category"),
        "age": facts.get("age"),
        "sex": facts.get("sex"),
    }
    remote = origin.channel in queries.REMOTE
    kind = Kind.REMOTE_VISIT if remote else Kind.VISIT
    ledger.record_once(
        session, kind, origin, about, key=visit_key(kind, patron_id, origin.branch_id, origin.day)
    )


def uncount_visit(session: Session, origin: Origin, patron_id: int, act: Entry) -> None:
    """Take the visit back when the undone act was the reader's only service of the day."""
    remote = act.channel in queries.REMOTE
    left = queries.services_left(session, patron_id, act.branch_id, act.day, remote=remote)
    if left:
        return
    kind = Kind.REMOTE_VISIT if remote else Kind.VISIT
    visit = ledger.entry_of_key(session, visit_key(kind, patron_id, act.branch_id, act.day))
    if visit is not None:
        ledger.reverse(session, visit, origin.derive("visit"))


def visit_key(kind: Kind, patron_id: int, branch_id: int, day: date) -> str:
    """What the one visit of a reader to a branch on a day is known by."""
    return f"{kind}:{patron_id}:{branch_id}:{day}"
