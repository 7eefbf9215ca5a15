"""Reading events, enquiries, refusals, and what was counted by hand."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Select, and_, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased

from ils import ledger
from ils.clock import Period
from ils.errors import N_, NotFound
from ils.ledger import Channel, Entry
from ils.organisation.models import Staff
from ils.services import rules
from ils.services.models import Enquiry, Event, Refusal, Suggestion, SuggestionStatus

TALLIED = sorted({counted.kind for counted in rules.TALLIES.values()})


class UnknownService(NotFound):
    """No event, enquiry or count has this number."""

    code = "unknown_service"
    message = N_("There is no such entry.")


def events(branch_id: int | None, period: Period) -> Select[Event]:
    """Events of a period, latest first; of one branch, or of all."""
    query = select(Event).where(Event.day >= period.start, Event.day < period.end)
    if branch_id is not None:
        query = query.where(Event.branch_id == branch_id)
    return query.order_by(Event.day.desc(), Event.id.desc())


def event(session: Session, event_id: int) -> Event:
    """An event, held until the transaction ends.

    Raises:
        UnknownService: there is none.
    """
    found = session.get(Event, event_id, with_for_update=True)
    if found is None:
        raise UnknownService
    return found


def enquiries(branch_id: int, period: Period) -> Select[Enquiry]:
    """Enquiries of a branch in a period, latest first."""
    within = and_(Enquiry.day >= period.start, Enquiry.day < period.end)
    query = select(Enquiry).where(within, Enquiry.branch_id == branch_id)
    return query.where(Enquiry.undone_at.is_(None)).order_by(Enquiry.id.desc())


def enquiry_of(entry: Entry) -> Select[Enquiry]:
    """The enquiry an entry counts."""
    return select(Enquiry).where(Enquiry.entry_id == entry.id)


def refusal_of(entry: Entry) -> Select[Refusal]:
    """The refusal an entry counts."""
    return select(Refusal).where(Refusal.entry_id == entry.id)


def tallies(session: Session, branch_id: int, day: date) -> Select[Entry, str]:
    """What was counted by hand for a day at a branch and stands, by whom; latest first."""
    undone = aliased(Entry)
    reversed_ = select(undone.id).where(undone.reverses_id == Entry.id).exists()
    return (
        select(Entry, func.coalesce(Staff.name, ""))
        .outerjoin(Staff, Staff.id == Entry.staff_id)
        .where(Entry.branch_id == branch_id, Entry.day == day)
        .where(Entry.kind.in_(TALLIED))
        .where(Entry.posted.in_({day, ledger.posted(session, day)}))
        .where(Entry.channel == Channel.TALLY, Entry.reverses_id.is_(None), ~reversed_)
        .order_by(Entry.id.desc())
    )


def wanted(period: Period) -> Select[str, int | None, int, int]:
    """What readers asked for in vain or suggested, most wanted first.

    Rows: what, the record if there is one, refusals, suggestions.
    """
    refused = select(
        Refusal.search_key.label("key"),
        Refusal.what.label("what"),
        Refusal.record_id.label("record_id"),
        literal(1).label("refusals"),
        literal(0).label("suggestions"),
    ).where(Refusal.undone_at.is_(None), Refusal.day >= period.start, Refusal.day < period.end)
    suggested = select(
        Suggestion.search_key,
        Suggestion.what,
        cast(null(), BigInteger),
        literal(0),
        literal(1),
    ).where(
        Suggestion.status != SuggestionStatus.DECLINED,
        Suggestion.day >= period.start,
        Suggestion.day < period.end,
    )
    both = union_all(refused, suggested).subquery()
    refusals = cast(func.sum(both.c.refusals), BigInteger)
    suggestions = cast(func.sum(both.c.suggestions), BigInteger)
    return (
        select(func.min(both.c.what), func.max(both.c.record_id), refusals, suggestions)
        .group_by(both.c.key)
        .order_by((refusals + suggestions).desc(), both.c.key)
    )


def refusals(branch_id: int, period: Period) -> Select[Refusal]:
    """Refusals of a branch in a period, latest first."""
    within = and_(Refusal.day >= period.start, Refusal.day < period.end)
    query = select(Refusal).where(within, Refusal.branch_id == branch_id)
    return query.where(Refusal.undone_at.is_(None)).order_by(Refusal.id.desc())


def suggestions() -> Select[Suggestion]:
    """Purchase suggestions: new ones first."""
    order = Suggestion.status != SuggestionStatus.NEW
    return select(Suggestion).order_by(order, Suggestion.id.desc())
