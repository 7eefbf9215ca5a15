"""Reading references, unmet requests, suggestions."""

from __future__ import annotations

from sqlalchemy import BigInteger, Select, and_, cast, func, literal, null, select, union_all

from ils.clock import Period
from ils.services.enquiries.models import (
    Enquiry,
    PurchaseSuggestion,
    SuggestionStatus,
    UnmetRequest,
)


def enquiries(branch_id: int, period: Period) -> Select[Enquiry]:
    """Enquiries of a branch in a period, latest first."""
    within = and_(Enquiry.day >= period.start, Enquiry.day < period.end)
    query = select(Enquiry).where(within, Enquiry.branch_id == branch_id)
    return query.where(Enquiry.undone_at.is_(None)).order_by(Enquiry.id.desc())


def suggestions_of(patron_id: int) -> Select[PurchaseSuggestion]:
    """What a reader suggested on the site, latest first."""
    own = PurchaseSuggestion.patron_id == patron_id
    return select(PurchaseSuggestion).where(own).order_by(PurchaseSuggestion.id.desc())


def wanted(period: Period) -> Select[str, int | None, int, int]:
    """What readers asked for in vain or suggested, most wanted first.

    Rows: what, the record if there is one, refusals, suggestions.
    """
    refused = select(
        UnmetRequest.search_key.label("key"),
        UnmetRequest.what.label("what"),
        UnmetRequest.record_id.label("record_id"),
        literal(1).label("refusals"),
        literal(0).label("suggestions"),
    ).where(
        UnmetRequest.undone_at.is_(None),
        UnmetRequest.day >= period.start,
        UnmetRequest.day < period.end,
    )
    suggested = select(
        PurchaseSuggestion.search_key,
        PurchaseSuggestion.what,
        cast(null(), BigInteger),
        literal(0),
        literal(1),
    ).where(
        PurchaseSuggestion.status != SuggestionStatus.DECLINED,
        PurchaseSuggestion.day >= period.start,
        PurchaseSuggestion.day < period.end,
    )
    both = union_all(refused, suggested).subquery()
    unmet_requests = cast(func.sum(both.c.refusals), BigInteger)
    suggestions = cast(func.sum(both.c.suggestions), BigInteger)
    return (
        select(func.min(both.c.what), func.max(both.c.record_id), unmet_requests, suggestions)
        .group_by(both.c.key)
        .order_by((unmet_requests + suggestions).desc(), both.c.key)
    )


def unmet_requests(branch_id: int, period: Period) -> Select[UnmetRequest]:
    """Refusals of a branch in a period, latest first."""
    within = and_(UnmetRequest.day >= period.start, UnmetRequest.day < period.end)
    query = select(UnmetRequest).where(within, UnmetRequest.branch_id == branch_id)
    return query.where(UnmetRequest.undone_at.is_(None)).order_by(UnmetRequest.id.desc())


def suggestions() -> Select[PurchaseSuggestion]:
    """Purchase suggestions: new ones first."""
    order = PurchaseSuggestion.status != SuggestionStatus.NEW
    return select(PurchaseSuggestion).order_by(order, PurchaseSuggestion.id.desc())
