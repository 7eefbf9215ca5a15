"""Closing months: the frontier moves, the sums are sealed, totals are kept for reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ils import clock, ledger
from ils.clock import Period
from ils.db import bulk_insert, new_id
from ils.errors import N_, Invalid, Refused
from ils.ledger import Kind
from ils.stats.models import ClosedMonth, KeptSpan, KeptTotal
from ils.stats.queries import closing, totals, verification
from ils.stats.reports import periods
from ils.stats.reports.counted import Count
from ils.stats.reports.definitions import AMOUNTS, Definitions
from ils.stats.reports.demands import Demand, demands
from ils.stats.reports.periods import Window

#: Reports that must be quick for closed months; their facts are what is kept of them.
STANDING = ("annual", "half-year", "quarter", "month", "months")
COLUMNS = tuple(
    c.name for c in KeptTotal.__table__.columns if c.name not in {"id", "span_id", "kind", *AMOUNTS}
)


class MonthNotOver(Refused):
    """A month can be closed when its last day is over."""

    code = "month_not_over"
    message = N_("%(month)s is not over yet.")


class AlreadyClosed(Refused):
    """A closed month stays closed; there is no reopening."""

    code = "already_closed"
    message = N_("%(month)s is closed already.")


class NotAccepted(Refused):
    """Something speaks against closing; whoever closes must have seen it."""

    code = "not_accepted"
    message = N_("Before %(month)s is closed, look at the list and accept it.")


def parsed_month(text: str) -> date:
    """The first day of a month given as 2026-10.

    Raises:
        Invalid: it is no month.
    """
    try:
        year, month = map(int, text.split("-"))
        return date(year, month, 1)
    except ValueError:
        raise Invalid(N_("Month"), N_("Write the month as 2026-10.")) from None


def close_month(
    session: Session,
    month: date,
    *,
    today: date,
    staff_id: int | None,
    accepted: bool,
) -> list[date]:
    """Close a month and those before it that are still open; returns them in order.

    Their sums are sealed afterwards, by `seal_month`, so that desks wait for a moment only.

    Raises:
        MonthNotOver, AlreadyClosed: see there.
        NotAccepted: days are missing, or the self-check found something or has not run, and
            nobody said that this is right.
    """
    named = f"{month:%Y-%m}"
    if periods.next_month(month) > today:
        raise MonthNotOver(month=named)
    months = closing.open_months(session, month)
    if not months:
        raise AlreadyClosed(month=named)
    silent = {one: closing.silent_days(session, one) for one in months[-1:]}
    checked = closing.selfcheck(session)
    if (any(silent.values()) or checked) and not accepted:
        raise NotAccepted(month=named)
    ledger.close_until(session, periods.next_month(month))
    for one in months:
        session.add(
            ClosedMonth(
                month=one,
                closed_at=clock.now(),
                closed_by=staff_id,
                automatic=staff_id is None,
                accepted=closing.said(silent.get(one, []), checked if one == month else ""),
            )
        )
    session.flush()
    return months


@dataclass(frozen=True)
class KeptRows:
    """Totals of a span, as they are to be kept."""

    window: Window
    columns: Mapping[str, list[str]]
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Seal:
    """What a closed month came to."""

    month: date
    entries: int
    digest: str
    totals: Mapping[str, Any]
    kept: Sequence[KeptRows]


def taken_seal(session: Session, month: date, done: Definitions) -> Seal:
    """Count a closed month; writes nothing, so that desks need not wait."""
    before = session.scalar(
        select(ClosedMonth.digest)
        .where(ClosedMonth.month < month)
        .order_by(ClosedMonth.month.desc())
        .limit(1)
    )
    entries, digest = verification.digest_of(session, month, before or "")
    end = periods.next_month(month)
    windows = [Window(month, end)]
    if month.month == 12:  # the year, and balances from the beginning
        windows += [Window(month.replace(month=1), end), Window(None, end)]
    kept = [kept_rows(session, done, window) for window in windows]
    return Seal(month, entries, digest, verification.sums_of(session, month), kept)


def seal_month(session: Session, seal: Seal) -> None:
    """Write the seal of a closed month, once; no entry can come any more."""
    closed = session.get_one(ClosedMonth, seal.month)
    if closed.sealed_at is not None:
        return
    closed.entries, closed.digest, closed.totals = seal.entries, seal.digest, dict(seal.totals)
    closed.sealed_at = clock.now()
    for kept in seal.kept:
        keep(session, kept)


def kept_rows(session: Session, done: Definitions, window: Window) -> KeptRows:
    """Totals of days that are closed, by the facts the standing reports ask for."""
    wanted = kept_columns(done, balances=window.start is None)
    asked = [
        Demand(kind, columns, frozenset(), window, amount)
        for kind, columns in wanted.items()
        for amount in AMOUNTS
    ]
    found = totals.counts(session, asked, None)
    rows = [
        _row(kind, count)
        for kind, columns in wanted.items()
        for count in found.get((kind, window), {}).get(columns, ())
    ]
    return KeptRows(window, {kind.value: sorted(c) for kind, c in wanted.items()}, rows)


def _row(kind: Kind, count: Count) -> dict[str, Any]:
    amounts = {name: count.sums[name] or 0 for name in AMOUNTS}
    return {"kind": kind.value, **dict.fromkeys(COLUMNS), **count.columns, **amounts}


def keep(session: Session, kept: KeptRows) -> None:
    """Keep the totals of a span, instead of those kept before."""
    window = kept.window
    old = select(KeptSpan.id).where(KeptSpan.start == window.first, KeptSpan.end == window.end)
    session.execute(delete(KeptTotal).where(KeptTotal.span_id.in_(old)))
    session.execute(delete(KeptSpan).where(KeptSpan.id.in_(old)))
    session.flush()
    span = KeptSpan(start=window.first, end=window.end, kept=dict(kept.columns))
    session.add(span)
    session.flush()
    rows = [{**row, "id": new_id(), "span_id": span.id} for row in kept.rows]
    bulk_insert(session, KeptTotal, rows)


def stale_windows(session: Session, done: Definitions) -> list[Window]:
    """Spans that do not tell what new definitions ask for."""
    return [
        Window(None, span.window.end) if _of_all_time(span.window) else span.window
        for span in totals.kept_spans(session)
        if any(
            not columns <= span.columns.get(kind.value, frozenset())
            for kind, columns in kept_columns(done, balances=_of_all_time(span.window)).items()
        )
    ]


def _of_all_time(window: Window) -> bool:
    return window.first == date.min


def kept_columns(done: Definitions, *, balances: bool = False) -> dict[Kind, frozenset[str]]:
    """Kind → the columns its totals are kept by: what the standing reports tell it apart by.

    Args:
        balances: only of kinds that are added up from the beginning.
    """
    period = Period(date(2001, 1, 1), date(2002, 1, 1))  # any; only the facts are of interest
    found: dict[Kind, frozenset[str]] = defaultdict(frozenset)
    for name in STANDING:
        if name not in done.reports:
            continue
        for table_id in done.reports[name].tables:
            for table in (t for t in done.tables if t.id == table_id):
                for demand in demands(table, done, period):
                    if balances and demand.window.start is not None:
                        continue
                    found[demand.kind] |= demand.columns | demand.branches
    return {kind: columns & set(COLUMNS) for kind, columns in found.items()}
