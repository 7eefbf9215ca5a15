"""Reading references, unmet requests, suggestions."""

from __future__ import annotations

from sqlalchemy import BigInteger, Select, and_, cast, func, literal, null, select, union_all

from ils.clock import Period
from ils.ledger import Entry
from ils.services.enquiries.models import Enquiry, Refusal, Suggestion, SuggestionStatus


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
