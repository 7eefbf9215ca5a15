"""The entries behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, func, null, or_, select
from sqlalchemy.orm import Session

from ils.ledger import Entry
from ils.stats.engine.filling import Term
from ils.stats.engine.totals import amount_of, posted_in
from ils.stats.facets.conditions import Condition
from ils.stats.facets.context import ReportContext
from ils.stats.facets.languages import LANGUAGES, OTHER
from ils.stats.facets.registry import BRANCH_COLUMNS, FACETS, NONE, POINT_PLACES


def entries(terms: Sequence[Term], context: ReportContext) -> Select[Entry, int]:
    """Entries with what each adds to the figure; these numbers add up to it."""
    conditions = [_condition(term, context) for term in terms]
    shares = [
        case((condition, term.factor * func.coalesce(amount_of(term.part.amount), 0)), else_=0)
        for term, condition in zip(terms, conditions, strict=True)
    ]
    share: ColumnElement[int] = shares[0]
    for other in shares[1:]:
        share = share + other
    return (
        select(Entry, cast(share, BigInteger).label("share"))
        .where(or_(*conditions))
        .order_by(Entry.id)
    )


def sum_of(session: Session, query: Select[Entry, int]) -> int:
    """The figure some entries add up to."""
    inner = query.order_by(None).subquery()
    return session.scalar(select(cast(func.coalesce(func.sum(inner.c.share), 0), BigInteger))) or 0


def _condition(term: Term, context: ReportContext) -> ColumnElement[bool]:
    part = term.part
    meant = [_holds(c, part.by, context) for c in (*part.where, *term.where)]
    inside = [Entry.kind == part.kind, posted_in(term.window), *meant]
    if part.between:
        if context.scope is None:
            return and_(*inside, Entry.id < 0)  # nothing moves in or out of the whole
        there = Entry.branch_id if part.by == "other" else Entry.other_branch_id
        inside += [
            _branch(part.by).in_(context.scope),
            or_(there.is_(None), there.not_in(context.scope)),
        ]
    elif context.scope is not None:
        inside.append(_branch(part.by).in_(context.scope))
    return and_(*inside)


def _branch(by: str) -> ColumnElement[Any]:
    if by == "owner":
        return func.coalesce(Entry.owner_branch_id, Entry.branch_id)
    column: ColumnElement[Any] = getattr(Entry, BRANCH_COLUMNS[by][0])
    return column


def _holds(condition: Condition, by: str, context: ReportContext) -> ColumnElement[bool]:
    """A condition on a facet, as `Facet.reader` tells its values."""
    column = _facet(condition.facet, by, context)
    values = set(condition.values)
    chosen: list[ColumnElement[bool]] = []
    if NONE in values:
        chosen.append(column.is_(None))
        values.discard(NONE)
    if condition.facet == "language" and OTHER in values:
        chosen.append(column.not_in(LANGUAGES))
        values.discard(OTHER)
    if values:
        chosen.append(column.in_(sorted(values, key=str)))
    meant = func.coalesce(or_(*chosen), False)
    return ~meant if condition.negated else meant


def _facet(facet: str, by: str, context: ReportContext) -> ColumnElement[Any]:
    if facet == "branch":
        return _branch(by)
    if facet == "branch_type":
        central = [id_ for id_, place in context.branches.items() if place.type == "central"]
        return case((_branch(by).in_(central), "central"), else_="branches")
    if facet == "place":
        told = [
            (Entry.service_point_id.in_(ids), place)
            for type_, place in POINT_PLACES.items()
            if (ids := [id_ for id_, at in context.points.items() if at.type == type_])
        ]
        placed: ColumnElement[Any] = case(*told) if told else null()
        return func.coalesce(Entry.place, placed)
    column: ColumnElement[Any] = getattr(Entry, FACETS[facet].columns[0])
    return column
