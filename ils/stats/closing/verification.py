"""Closed months counted again from raw entries: plain SQL, no line of the engine's.

What is written here must stay independent of `queries.totals` and `reports`: it is the
second opinion.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from ils.ledger import Kind, guards

#: What a digest is made of, in this order.
DIGESTED = (
    "id, occurred_at, recorded_at, day, posted, branch_id, service_point_id, channel, kind, count, "
    "pages, bytes, amount, reverses_id, patron_year_id, item_id, record_id, loan_id, document_id, "
    "act_id, catalogue, material, language, subject_area, owner_branch_id, patron_category, age, "
    "sex, source, reason, opening_of, other_branch_id, place, detail"
)
#: Named one by one, they let the database use its index.
KINDS = ", ".join(f"'{kind}'" for kind in Kind)
ENTRIES = f"""
    SELECT {DIGESTED} FROM ledger
    WHERE kind IN ({KINDS}) AND posted >= :first AND posted < :end
"""  # noqa: S608 -- our own columns and codes
SUMS = f"""
    SELECT l.kind, b.code, SUM(l.count), SUM(COALESCE(l.pages, 0)), SUM(COALESCE(l.bytes, 0)),
           SUM(COALESCE(l.amount, 0)), SUM(CASE WHEN l.count < 0 THEN -1 ELSE 1 END)
    FROM ledger l JOIN branch b ON b.id = l.branch_id
    WHERE l.kind IN ({KINDS}) AND l.posted >= :first AND l.posted < :end
    GROUP BY l.kind, b.code
"""  # noqa: S608 -- our own codes
AMOUNTS = "SUM(count), SUM(COALESCE(pages, 0)), SUM(COALESCE(bytes, 0)), SUM(COALESCE(amount, 0))"


@dataclass(frozen=True)
class CountDifference:
    """What was kept and what is counted now."""

    month: date
    what: str
    kept: str
    counted: str


#: Months the audit trail knows as closed, and not as opened again after a wrong clock.
CLOSED_BY_TRAIL = """
    SELECT subject FROM audit WHERE action IN ('month.close', 'month.open_again')
    GROUP BY subject
    HAVING SUM(CASE action WHEN 'month.close' THEN 1 ELSE -1 END) > 0
"""


def structure(session: Session) -> list[CountDifference]:
    """What guards closed months: the triggers, the frontier, and months that follow each other."""
    rows = session.execute(text("SELECT month FROM closed_month ORDER BY month")).scalars()
    months = [_date(month) for month in rows]
    stands = session.execute(text("SELECT first_open_day FROM ledger_frontier")).scalar()
    frontier = _date(stands or date.min)
    first = months[0] if months else frontier
    found = [CountDifference(first, "guard", name, "missing") for name in guards.missing(session)]
    found += [
        CountDifference(_after(one), "month", "closed", "missing")
        for one, other in pairwise(months)
        if other != _after(one)
    ]
    expected = _after(months[-1]) if months else date.min
    if frontier != expected:
        found.append(CountDifference(expected, "frontier", f"{expected}", f"{frontier}"))
    told = session.execute(text(CLOSED_BY_TRAIL))
    closed = {f"{month:%Y-%m}" for month in months}
    found += [
        CountDifference(date.fromisoformat(f"{subject}-01"), "month", "closed", "missing")
        for subject in sorted({*told.scalars()} - closed)
    ]
    return found


def verify(
    session: Session, *, progress: Callable[[date], None] = lambda _: None
) -> tuple[int, list[CountDifference]]:
    """Count every closed month again; returns how many, and what differs."""
    found = structure(session)
    before = ""
    rows = session.execute(
        text("SELECT month, sealed_at, entries, digest, totals FROM closed_month ORDER BY month")
    ).all()
    for month, sealed_at, entries, digest, totals in rows:
        first = _date(month)
        progress(first)
        if sealed_at is None:
            found.append(CountDifference(first, "seal", "", "missing"))
            continue
        counted, again = digest_of(session, first, before)
        found += _compared(first, {"entries": entries, "digest": digest},
                           {"entries": counted, "digest": again})  # fmt: skip
        kept = totals if isinstance(totals, dict) else json.loads(totals)
        found += _compared(first, _flat(kept), _flat(sums_of(session, first)))
        before = digest
    found += _summary_spans(session)
    return len(rows), found


def digest_of(session: Session, month: date, before: str) -> tuple[int, str]:
    """The number of entries of a month, and the SHA-256 over them and the month before.

    A line for each entry in the order of ids: its columns as texts, divided by ``|``.
    """
    hashed = hashlib.sha256(before.encode())
    rows = session.execute(text(ENTRIES), {"first": month, "end": _after(month)})
    lines = sorted((row[0], _digested(row)) for row in rows)
    for _, line in lines:
        hashed.update(f"{line}\n".encode())
    return len(lines), hashed.hexdigest()


def _digested(row: Row[Any]) -> str:
    """An entry as its digest sees it; a day is the same text on every database."""
    return "|".join("" if value is None else _told(value) for value in row)


def _told(value: object) -> str:
    """A value as a digest has it; of SQLite's moments the hours are those of the universe."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return str(value)


def sums_of(session: Session, month: date) -> dict[str, dict[str, list[int]]]:
    """Kind → branch code → sums of count, pages, bytes, amount and entries."""
    found: dict[str, dict[str, list[int]]] = {}
    for kind, code, *numbers in session.execute(text(SUMS), {"first": month, "end": _after(month)}):
        found.setdefault(kind, {})[code] = [int(n) for n in numbers]
    return found


def _summary_spans(session: Session) -> list[CountDifference]:
    """Kept totals, kind by kind and fact by fact, against the entries of their days."""
    found = []
    for span, start, end, columns_by_kind in session.execute(
        text('SELECT id, start, "end", columns_by_kind FROM summary_span ORDER BY start, "end"')
    ).all():
        first, last = _date(start), _date(end)
        columns = (
            columns_by_kind if isinstance(columns_by_kind, dict) else json.loads(columns_by_kind)
        )
        for kind, names in sorted(columns.items()):
            one = _Kind(span, first, last, kind, tuple(names))
            found += _kept_kind(session, one)
    return found


@dataclass(frozen=True)
class _Kind:
    """A kind within a kept span, and the columns it is kept by."""

    span: int
    first: date
    end: date
    kind: str
    columns: tuple[str, ...]


def _kept_kind(session: Session, one: _Kind) -> list[CountDifference]:
    told = "".join(f"{name}, " for name in one.columns)
    places = ", ".join(str(n + 1) for n in range(len(one.columns)))
    grouped = f"GROUP BY {places}" if places else ""
    counted = session.execute(
        text(
            f"SELECT {told}{AMOUNTS} FROM ledger WHERE kind = :kind "  # noqa: S608 -- our own columns
            f"AND posted >= :first AND posted < :end {grouped}"
        ),
        {"kind": one.kind, "first": one.first, "end": one.end},
    ).all()
    kept = session.execute(
        text(
            f"SELECT {told}{AMOUNTS} FROM summary_total "  # noqa: S608 -- our own columns
            f"WHERE span_id = :span AND kind = :kind {grouped}"
        ),
        {"span": one.span, "kind": one.kind},
    ).all()
    here, there = ({_line(row) for row in rows if any(row[-4:])} for rows in (kept, counted))
    if here == there:
        return []
    what = f"kept totals of {one.kind}, {one.first} – {one.end - timedelta(days=1)}"
    more, fewer = sorted(here - there)[:3], sorted(there - here)[:3]
    return [CountDifference(one.first, what, "; ".join(more), "; ".join(fewer))]


def _line(row: Any) -> str:
    numbers = [str(int(n)) for n in row[-4:]]
    return " ".join([*("—" if v is None else str(v) for v in row[:-4]), *numbers])


def _flat(totals: Mapping[str, Mapping[str, list[int]]]) -> dict[str, str]:
    return {
        f"{kind} {code}": " ".join(map(str, numbers))
        for kind, branches in totals.items()
        for code, numbers in branches.items()
    }


def _compared(
    month: date, kept: Mapping[str, object], counted: Mapping[str, object]
) -> list[CountDifference]:
    return [
        CountDifference(month, key, str(kept.get(key, "")), str(counted.get(key, "")))
        for key in sorted({*kept, *counted})
        if kept.get(key) != counted.get(key)
    ]


def _date(value: object) -> date:
    """SQLite gives plain SQL its texts."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
