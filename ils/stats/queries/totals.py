"""Sums of the ledger by the facts a report asks for; of closed months, those that are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from ils.ledger import Entry, Kind
from ils.stats.models import KeptSpan, KeptTotal
from ils.stats.reports.counted import Count, Counts
from ils.stats.reports.definitions import AMOUNTS
from ils.stats.reports.filling import Demand
from ils.stats.reports.periods import Window, inside, pieces

BRANCHES = ("branch_id", "owner_branch_id", "other_branch_id")
#: Days a month has at most.
MONTH = 31


@dataclass(frozen=True)
class Kept:
    """A span whose totals are kept, and by which columns of each kind."""

    id: int
    window: Window
    columns: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class _Question:
    """What one statement asks: kinds told apart by the same columns, within a window."""

    kinds: tuple[Kind, ...]
    columns: tuple[str, ...]
    amounts: tuple[str, ...]


def counts(session: Session, demands: Iterable[Demand], scope: frozenset[int] | None) -> Counts:
    """What was counted, for each kind and window that is asked for.

    Args:
        scope: only of these branches, and of moves between them and others.
    """
    asked = list(demands)
    kept = kept_spans(session)
    found: dict[tuple[Kind, Window], _Sums] = defaultdict(_Sums)
    for part in _apart(asked, kept):
        for piece, here in _pieces(part).items():
            for question in _questions(here, scope):
                _answer(session, _Piece(question, piece, here, scope), kept, found)
    return {key: sums.counts() for key, sums in found.items()}


def _pieces(demands: Sequence[Demand]) -> dict[Window, list[Demand]]:
    """The pieces of time each kind is asked for in, as long as can be, with who asks."""
    found: dict[Window, list[Demand]] = defaultdict(list)
    for kind in dict.fromkeys(d.kind for d in demands):
        of_kind = [d for d in demands if d.kind == kind]
        for piece in pieces(d.window for d in of_kind):
            found[piece] += [d for d in of_kind if inside(piece, d.window)]
    return found


def _apart(demands: Sequence[Demand], kept: Sequence[Kept]) -> list[list[Demand]]:
    """Months within a year that is kept are asked for by themselves, lest they cut it up."""
    years = [k.window for k in kept if (k.window.end - k.window.first).days > MONTH]
    single = [d for d in demands if d.monthly and any(inside(d.window, y) for y in years)]
    return [part for part in ([d for d in demands if d not in single], single) if part]


class _Sums:
    """Sums of a kind within a window; pieces with the same columns are added together."""

    def __init__(self) -> None:
        self.columns: tuple[str, ...] = ()
        self.amounts: tuple[str, ...] = ()
        self.rows: dict[tuple[Any, ...], list[int]] = {}

    def add(self, question: _Question, rows: Iterable[Row[Any]]) -> None:
        """Add rows of columns and amounts."""
        if not self.amounts:
            self.columns, self.amounts = question.columns, question.amounts
        elif (self.columns, self.amounts) != (question.columns, question.amounts):
            self._widen(question)
        width = len(question.columns) + 1  # the kind stands first
        places = [self.columns.index(name) for name in question.columns]
        straight = places == list(range(len(self.columns)))
        amounts = [self.amounts.index(name) for name in question.amounts]
        for row in rows:
            key: tuple[Any, ...] = row[1:width] if straight else self._placed(places, row[1:width])
            sums = self.rows.get(key)
            if sums is None:
                sums = self.rows[key] = [0] * len(self.amounts)
            for at, number in zip(amounts, row[width:], strict=True):
                sums[at] += number

    def _placed(self, places: Sequence[int], row: Sequence[Any]) -> tuple[Any, ...]:
        whole: list[Any] = [None] * len(self.columns)
        for at, value in zip(places, row, strict=True):
            whole[at] = value
        return tuple(whole)

    def _widen(self, question: _Question) -> None:
        """Another piece knows more columns or amounts."""
        more = tuple(c for c in question.columns if c not in self.columns)
        amounts = tuple(a for a in question.amounts if a not in self.amounts)
        self.rows = {
            (*key, *[None] * len(more)): [*sums, *[0] * len(amounts)]
            for key, sums in self.rows.items()
        }
        self.columns, self.amounts = (*self.columns, *more), (*self.amounts, *amounts)

    def counts(self) -> list[Count]:
        """The sums, as reports read them."""
        return [
            Count(
                dict(zip(self.columns, key, strict=True)),
                dict(zip(self.amounts, sums, strict=True)),
            )
            for key, sums in self.rows.items()
        ]


@dataclass(frozen=True)
class _Piece:
    """A question about a piece of time, and the windows it is a part of."""

    question: _Question
    window: Window
    demands: Sequence[Demand]
    scope: frozenset[int] | None


def _questions(demands: Sequence[Demand], scope: frozenset[int] | None) -> list[_Question]:
    """As few statements as the columns allow: each kind is asked for once."""
    columns: dict[Kind, frozenset[str]] = defaultdict(frozenset)
    amounts: dict[Kind, set[str]] = defaultdict(set)
    for demand in demands:
        columns[demand.kind] |= demand.columns
        if scope is not None:
            columns[demand.kind] |= demand.branches
        amounts[demand.kind].add(demand.amount)
    together: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Kind]] = defaultdict(list)
    for kind, needed in columns.items():
        said = tuple(a for a in AMOUNTS if a in amounts[kind])
        together[tuple(sorted(needed)), said].append(kind)
    return [_Question(tuple(kinds), *key) for key, kinds in together.items()]


def _answer(
    session: Session,
    piece: _Piece,
    kept: Sequence[Kept],
    found: dict[tuple[Kind, Window], _Sums],
) -> None:
    """Add the sums of a piece: of kept spans where there are, of entries for the rest."""
    question, scope = piece.question, piece.scope
    used, rest = cover(piece.window, kept, question.kinds, frozenset(question.columns))
    queries = [_of_kept(question, used, scope)] if used else []
    queries += [_of_entries(question, window, scope) for window in rest]
    windows = {kind: {d.window for d in piece.demands if d.kind == kind} for kind in question.kinds}
    for query in queries:
        rows: dict[str, list[Row[Any]]] = defaultdict(list)
        # By the connection: the session would make objects of a hundred thousand rows.
        for row in session.connection().execute(query):
            rows[row[0]].append(row)
        for kind in question.kinds:
            for window in windows[kind]:
                found[kind, window].add(question, rows.get(kind, ()))


def _of_entries(question: _Question, window: Window, scope: frozenset[int] | None) -> Select[Any]:
    columns = [getattr(Entry, name) for name in question.columns]
    sums = [_sum(amount_of(name)) for name in question.amounts]
    # Joined with nothing, a kind does not lead SQLite away from the index of late entries.
    kind = Entry.kind + "" if window.late else Entry.kind
    conditions: list[ColumnElement[bool]] = [kind.in_(question.kinds), posted_in(window)]
    if scope is not None:
        conditions.append(touches(Entry, scope))
    return select(Entry.kind, *columns, *sums).where(*conditions).group_by(Entry.kind, *columns)


def _of_kept(
    question: _Question, spans: Sequence[Kept], scope: frozenset[int] | None
) -> Select[Any]:
    columns = [getattr(KeptTotal, name) for name in question.columns]
    sums = [_sum(getattr(KeptTotal, name)) for name in question.amounts]
    conditions: list[ColumnElement[bool]] = [
        KeptTotal.kind.in_(question.kinds),
        KeptTotal.span_id.in_([s.id for s in spans]),
    ]
    if scope is not None:
        conditions.append(touches(KeptTotal, scope))
    query = select(KeptTotal.kind, *columns, *sums).where(*conditions)
    return query.group_by(KeptTotal.kind, *columns)


def touches(table: type[Entry | KeptTotal], scope: frozenset[int]) -> ColumnElement[bool]:
    """Entries one of whose branches is among these."""
    return or_(*(getattr(table, name).in_(scope) for name in BRANCHES))


def posted_in(window: Window) -> ColumnElement[bool]:
    """Entries that count within a window."""
    inside = Entry.posted < window.end
    if window.start is not None:
        inside = and_(Entry.posted >= window.start, inside)
    return and_(Entry.day < Entry.posted, inside) if window.late else inside


def amount_of(name: str) -> ColumnElement[int]:
    """One of `AMOUNTS` of an entry; ``entries``: that it is one."""
    if name == "entries":
        return case((Entry.count < 0, -1), else_=1)
    column: ColumnElement[int] = getattr(Entry, name)
    return column


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    """A sum as a whole number; PostgreSQL makes decimals of sums."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def kept_spans(session: Session) -> list[Kept]:
    """All spans whose totals are kept, the longest first."""
    spans = [
        Kept(
            row.id,
            Window(row.start, row.end),
            {kind: frozenset(columns) for kind, columns in row.kept.items()},
        )
        for row in session.scalars(select(KeptSpan))
    ]
    return sorted(spans, key=lambda s: (s.window.first - s.window.end, s.window.first))


def cover(
    piece: Window, kept: Sequence[Kept], kinds: Iterable[Kind], columns: frozenset[str]
) -> tuple[list[Kept], list[Window]]:
    """Which kept spans make up a window, as far as they can, and what of it they leave."""
    asked = tuple(kinds)
    if piece.late:
        return [], [piece]
    fitting = [
        span
        for span in kept
        if inside(span.window, piece)
        and all(columns <= span.columns.get(kind, frozenset()) for kind in asked)
    ]
    used: list[Kept] = []
    for span in fitting:  # the longest first
        if not any(_overlap(span.window, other.window) for other in used):
            used.append(span)
    return used, _gaps(piece, sorted((s.window for s in used), key=lambda w: w.first))


def _overlap(one: Window, other: Window) -> bool:
    return one.first < other.end and other.first < one.end


def _gaps(piece: Window, covered: Sequence[Window]) -> list[Window]:
    gaps: list[Window] = []
    start: date | None = piece.start
    for window in covered:
        if start is None or start < window.first:
            gaps.append(Window(start, window.first))
        start = window.end
    if start is None or start < piece.end:
        gaps.append(Window(start, piece.end))
    return gaps
