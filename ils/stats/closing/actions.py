"""Closing months: the frontier moves, the sums are sealed, totals are kept for reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from ils import clock, ledger
from ils.clock import Period
from ils.db import bulk_insert, new_id
from ils.errors import N_, Invalid, Refused
from ils.jobs.actions import enqueue
from ils.ledger import Kind
from ils.organisation.audit.actions import audit
from ils.stats import periods
from ils.stats.closing import queries as closing
from ils.stats.closing import verification
from ils.stats.closing.queries import Checklist
from ils.stats.definitions.schema import AMOUNTS, Definitions
from ils.stats.engine import totals
from ils.stats.engine.counted import Count, LedgerSums
from ils.stats.engine.demands import SumRequest, demands
from ils.stats.models import ClosedMonth, SummarySpan, SummaryTotal
from ils.stats.periods import Window

#: The job that seals closed months.
SEAL = "seal_months"
#: Reports that must be quick for closed months; their facts are what is kept of them.
STANDING = ("annual", "half-year", "quarter", "month", "months")
COLUMNS = tuple(
    c.name
    for c in SummaryTotal.__table__.columns
    if c.name not in {"id", "span_id", "kind", *AMOUNTS}
)


class MonthNotOver(Refused):
    """A month can be closed when its last day is over."""

    code = "month_not_over"
    message = N_("%(month)s is not over yet.")


class AlreadyClosed(Refused):
    """A closed month stays closed; there is no reopening."""

    code = "already_closed"
    message = N_("%(month)s is closed already.")


class BeforeTheLedger(Invalid):
    """Nothing was written down as early as that."""

    code = "before_the_ledger"
    message = N_("%(month)s is before the first entry of the ledger.")


class NoEvidence(Refused):
    """Nothing was written down in the month or after it: perhaps it is another year."""

    code = "no_evidence"
    message = N_(
        "Nothing was written down in %(month)s or later. If today really is %(today)s, confirm it."
    )


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
        return datetime.strptime(text.strip(), "%Y-%m").date()  # noqa: DTZ007 -- a month has no zone
    except ValueError:
        raise Invalid(N_("Month"), N_("Write the month as 2026-10.")) from None


def check_over(month: date, today: date) -> None:
    """Ask whether a month can be closed at all.

    Raises:
        MonthNotOver: it cannot.
    """
    if periods.next_month(month) > today:
        raise MonthNotOver(month=f"{month:%Y-%m}")


def close_month(
    session: Session,
    month: date,
    checklist: Checklist,
    *,
    today: date,
    staff_id: int | None,
    accepted: bool,
    clock_is_right: bool = False,
) -> list[date]:
    """Close a month and those before it that are still open; returns them in order.

    What speaks against it is counted before, their sums are sealed afterwards, by a job, so that
    desks wait for a moment only.

    Raises:
        MonthNotOver, AlreadyClosed, BeforeTheLedger: see there.
        NoEvidence: only the clock says that the month is over, and nobody that it is right.
        NotAccepted: days are missing, or the self-check found something or has not run, and
            nobody said that this is right; or a month was closed since the list was made.
    """
    named = f"{month:%Y-%m}"
    check_over(month, today)
    months = closing.open_months(session, month)
    if not months:
        known = session.get(ClosedMonth, month) is not None
        raise AlreadyClosed(month=named) if known else BeforeTheLedger(month=named)
    if not (clock_is_right or checklist.worked):
        raise NoEvidence(month=named, today=f"{today:%d.%m.%Y}")
    silent, checked = checklist.silent, checklist.checked
    if tuple(months) != checklist.months or ((any(silent.values()) or checked) and not accepted):
        raise NotAccepted(month=named)
    ledger.close_until(session, periods.next_month(month))
    for one in months:
        audit(session, staff_id, "month.close", f"{one:%Y-%m}")
        session.add(
            ClosedMonth(
                month=one,
                closed_at=clock.now(),
                closed_by=staff_id,
                automatic=staff_id is None,
                accepted=closing.said(silent.get(one, []), checked if one == month else ""),
            )
        )
    enqueue(session, SEAL, key=f"{SEAL}:{named}")
    session.flush()
    return months


@dataclass(frozen=True)
class SummaryRows:
    """Totals of a slice of a span, as they are to be kept."""

    window: Window
    slice: int
    columns: Mapping[str, list[str]]
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Seal:
    """What a closed month came to."""

    month: date
    entries: int
    digest: str
    totals: Mapping[str, Any]
    summaries: Sequence[SummaryRows]


def taken_seal(session: Session, month: date, definitions: Definitions) -> Seal:
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
    summaries = [rows for window in windows for rows in summary_rows(session, definitions, window)]
    return Seal(month, entries, digest, verification.sums_of(session, month), summaries)


def seal_month(session: Session, seal: Seal) -> None:
    """Write the seal of a closed month, once; no entry can come any more."""
    closed = session.get_one(ClosedMonth, seal.month)
    if closed.sealed_at is not None:
        return
    closed.entries, closed.digest, closed.totals = seal.entries, seal.digest, dict(seal.totals)
    closed.sealed_at = clock.now()
    for summary in seal.summaries:
        store_summary(session, summary)


def summary_rows(session: Session, definitions: Definitions, window: Window) -> list[SummaryRows]:
    """Totals of days that are closed, by the facts the standing reports ask for, in slices."""
    slices = kept_slices(definitions, balances=window.start is None)
    asked = [
        SumRequest(kind, columns, frozenset(), window, amount)
        for slice_ in slices
        for kind, columns in slice_.items()
        for amount in AMOUNTS
    ]
    found = LedgerSums(totals.counts(session, asked, None))
    return [
        SummaryRows(
            window,
            number,
            {kind.value: sorted(columns) for kind, columns in slice_.items()},
            [
                _row(kind, count)
                for kind, columns in slice_.items()
                for count in found.reduced(kind, window, columns)
            ],
        )
        for number, slice_ in enumerate(slices)
    ]


def _row(kind: Kind, count: Count) -> dict[str, Any]:
    amounts = {name: count.sums[name] or 0 for name in AMOUNTS}
    return {"kind": kind.value, **dict.fromkeys(COLUMNS), **count.columns, **amounts}


def store_summary(session: Session, summary: SummaryRows) -> None:
    """Keep the totals of a slice, instead of those kept before."""
    first, end = summary.window.first, summary.window.end
    forget(session, select(SummarySpan.id).where(
        SummarySpan.start == first, SummarySpan.end == end, SummarySpan.slice == summary.slice
    ))  # fmt: skip
    span = SummarySpan(
        start=first, end=end, slice=summary.slice, columns_by_kind=dict(summary.columns)
    )
    session.add(span)
    session.flush()
    rows = [{**row, "id": new_id(), "span_id": span.id} for row in summary.rows]
    bulk_insert(session, SummaryTotal, rows)


def forget(session: Session, spans: Select[int]) -> None:
    """Drop kept totals; they can be made anew from the ledger."""
    session.execute(delete(SummaryTotal).where(SummaryTotal.span_id.in_(spans)))
    session.execute(delete(SummarySpan).where(SummarySpan.id.in_(spans)))
    session.flush()


def stale_windows(session: Session, definitions: Definitions) -> list[Window]:
    """Spans that do not tell what new definitions ask for."""
    found: dict[Window, dict[int, Mapping[str, frozenset[str]]]] = defaultdict(dict)
    for span in totals.summary_slices(session):
        found[span.window][span.slice] = span.columns
    return [
        Window(None, window.end) if _of_all_time(window) else window
        for window, slices in found.items()
        if any(
            not columns <= slices.get(number, {}).get(kind.value, frozenset())
            for number, wanted in enumerate(kept_slices(definitions, balances=_of_all_time(window)))
            for kind, columns in wanted.items()
        )
    ]


def _of_all_time(window: Window) -> bool:
    return window.first == date.min


def kept_slices(
    definitions: Definitions, *, balances: bool = False
) -> list[dict[Kind, frozenset[str]]]:
    """By which columns the totals of each kind are kept, slice by slice.

    Args:
        balances: only of kinds that are added up from the beginning.
    """
    whole: dict[Kind, frozenset[str]] = defaultdict(frozenset)
    cuts: dict[Kind, set[frozenset[str]]] = defaultdict(set)
    for demand in _standing_demands(definitions):
        if not balances or demand.window.start is None:
            whole[demand.kind] |= (demand.columns | demand.branches) & set(COLUMNS)
            cuts[demand.kind].add(demand.columns & set(COLUMNS))
    slices = [dict(whole)]
    for kind, found in cuts.items():
        largest = [one for one in found if not any(one < other for other in found)]
        for number, columns in enumerate(sorted(largest, key=sorted), 1):
            if columns != whole[kind]:
                while len(slices) <= number:
                    slices.append({})
                slices[number][kind] = columns
    return slices


def _standing_demands(definitions: Definitions) -> Iterator[SumRequest]:
    period = Period(date(2001, 1, 1), date(2002, 1, 1))  # any; only the facts are of interest
    wanted = {table for name in STANDING if name in definitions.reports
              for table in definitions.reports[name].tables}  # fmt: skip
    for table in definitions.tables:
        if table.id in wanted:
            yield from demands(table, definitions, period)
