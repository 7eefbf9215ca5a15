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
from ils.stats.definitions.schema import AMOUNTS
from ils.stats.engine.counted import Count, Counts
from ils.stats.engine.demands import SumRequest
from ils.stats.models import SummarySpan, SummaryTotal
from ils.stats.periods import Window, inside, pieces

BRANCHES = ("branch_id", "owner_branch_id", "other_branch_id")
#: Days a month has at most.
MONTH = 31


@dataclass(frozen=True)
class SummarySlice:
    """A slice of a span whose totals are slices, and by which columns of each kind."""

    id: int
    slice: int
    window: Window
    columns: Mapping[str, frozenset[str]]


Columns = tuple[str, ...]


@dataclass(frozen=True)
class _Question:
    """What is asked about a piece of time: kinds that are told apart alike.

    Attributes:
        cuts: the sets of columns they are told apart by, each for some tables.
    """

    kinds: tuple[Kind, ...]
    cuts: tuple[Columns, ...]
    amounts: tuple[str, ...]

    @property
    def columns(self) -> Columns:
        """All of them together."""
        return tuple(sorted({name for cut in self.cuts for name in cut}))


class _SumPlan:
    """What is asked of each kind and window: column sets none of which contains another."""

    def __init__(
        self,
        demands: Sequence[SumRequest],
        scope: frozenset[int] | None,
        amounts: Mapping[tuple[Kind, bool], set[str]],
    ) -> None:
        sets: dict[tuple[Kind, Window], set[frozenset[str]]] = defaultdict(set)
        self.amounts: dict[Kind, set[str]] = {}
        for demand in demands:
            branches = demand.branches if scope is not None else frozenset[str]()
            sets[demand.kind, demand.window].add(demand.columns | branches)
            self.amounts[demand.kind] = amounts[demand.kind, demand.window.after_closing]
        self.cuts = {
            key: [tuple(sorted(one)) for one in found if not any(one < other for other in found)]
            for key, found in sets.items()
        }
        self.sums: dict[tuple[Kind, Window], dict[Columns, _Sums]] = {
            key: {cut: {} for cut in cuts} for key, cuts in self.cuts.items()
        }

    def pieces(self) -> dict[Window, list[Kind]]:
        """The pieces of time each kind is asked for in, as long as can be."""
        found: dict[Window, list[Kind]] = defaultdict(list)
        for kind in self.amounts:
            for piece in pieces(window for of, window in self.cuts if of == kind):
                found[piece].append(kind)
        return found

    def questions(self, piece: Window, kinds: Iterable[Kind]) -> list[_Question]:
        """As few statements as the columns allow: each kind is asked for once."""
        together: dict[tuple[tuple[Columns, ...], tuple[str, ...]], list[Kind]] = defaultdict(list)
        for kind in kinds:
            cuts = {
                cut
                for (of, window), found in self.cuts.items()
                if of == kind and inside(piece, window)
                for cut in found
            }
            amounts = tuple(name for name in AMOUNTS if name in self.amounts[kind])
            together[tuple(sorted(cuts)), amounts].append(kind)
        return [_Question(tuple(of), *key) for key, of in together.items()]

    def add(self, piece: Window, cut: Columns, columns: Columns, rows: Iterable[Row[Any]]) -> None:
        """Add rows of a piece, told apart by ``columns``, to every window that wants the cut."""
        places = [1 + columns.index(name) for name in cut]  # the kind stands first
        first = 1 + len(columns)
        targets: dict[str, list[_Sums]] = defaultdict(list)
        for (kind, window), cuts in self.sums.items():
            if cut in cuts and inside(piece, window):
                targets[kind.value].append(cuts[cut])
        for row in rows:
            key = tuple([row[at] for at in places])
            for sums in targets[row[0]]:
                there = sums.get(key)
                if there is None:
                    sums[key] = list(row[first:])
                else:
                    for at, number in enumerate(row[first:]):
                        there[at] += number

    def counts(self) -> Counts:
        """What was added, as reports read it."""
        return {
            (kind, window): {
                frozenset(cut): [
                    Count(dict(zip(cut, key, strict=True)), dict(zip(amounts, sums, strict=True)))
                    for key, sums in found.items()
                ]
                for cut, found in cuts.items()
            }
            for (kind, window), cuts in self.sums.items()
            for amounts in [[name for name in AMOUNTS if name in self.amounts[kind]]]
        }


#: Values of the columns of a cut → sums of amounts.
_Sums = dict[tuple[Any, ...], list[int]]


def counts(session: Session, demands: Iterable[SumRequest], scope: frozenset[int] | None) -> Counts:
    """What was counted, for each kind and window that is asked for.

    Args:
        scope: only of these branches, and of moves between them and others.
    """
    slices = summary_slices(session)
    found: dict[tuple[Kind, Window], dict[frozenset[str], Sequence[Count]]] = defaultdict(dict)
    asked = list(demands)
    amounts: dict[tuple[Kind, bool], set[str]] = defaultdict(set)
    for demand in asked:  # of a kind the same ones in all parts: a table reads them together
        amounts[demand.kind, demand.window.after_closing].add(demand.amount)
    for part in _apart(asked, slices):
        wanted = _SumPlan(part, scope, amounts)
        for piece, kinds in wanted.pieces().items():
            for question in wanted.questions(piece, kinds):
                _answer(session, wanted, question, _Where(piece, scope, slices))
        for key, cuts in wanted.counts().items():  # a window may be asked for in both parts
            found[key].update(cuts)
    return found


def _apart(demands: Sequence[SumRequest], slices: Sequence[SummarySlice]) -> list[list[SumRequest]]:
    """What is asked for by itself, the rest first.

    Months within a year that is kept would cut it up; late entries would have all others counted
    by themselves too.
    """
    years = [k.window for k in slices if (k.window.end - k.window.first).days > MONTH]
    late = [d for d in demands if d.window.after_closing]
    single = [d for d in demands if d.monthly and any(inside(d.window, y) for y in years)]
    rest = [d for d in demands if d not in single and not d.window.after_closing]
    return [part for part in (rest, single, late) if part]


@dataclass(frozen=True)
class _Where:
    """A piece of time, whose entries, and what is kept of them."""

    piece: Window
    scope: frozenset[int] | None
    slices: Sequence[SummarySlice]


def _answer(session: Session, wanted: _SumPlan, question: _Question, where: _Where) -> None:
    """Add the sums of a piece: of kept spans where there are, of entries for the rest."""
    columns = question.columns
    used, rest = cover(where.piece, where.slices, question.kinds, frozenset(columns))
    # By the connection: the session would make objects of many thousand rows.
    connection = session.connection()
    if used:
        for cut in question.cuts:
            spans = [_shortest(span, where.slices, question.kinds, frozenset(cut)) for span in used]
            rows = connection.execute(_of_summaries(question, cut, spans, where.scope)).all()
            wanted.add(where.piece, cut, cut, rows)
    for window in rest:
        found = connection.execute(_of_entries(question, window, where.scope)).all()
        for cut in question.cuts:
            wanted.add(where.piece, cut, columns, found)


def _of_entries(question: _Question, window: Window, scope: frozenset[int] | None) -> Select[Any]:
    columns = [getattr(Entry, name) for name in question.columns]
    sums = [_sum(amount_of(name)) for name in question.amounts]
    # Joined with nothing, a kind does not lead SQLite away from the index of late entries.
    kind = Entry.kind + "" if window.after_closing else Entry.kind
    conditions: list[ColumnElement[bool]] = [kind.in_(question.kinds), posted_in(window)]
    if scope is not None:
        conditions.append(touches(Entry, scope))
    return select(Entry.kind, *columns, *sums).where(*conditions).group_by(Entry.kind, *columns)


def _of_summaries(
    question: _Question, cut: Columns, spans: Sequence[SummarySlice], scope: frozenset[int] | None
) -> Select[Any]:
    columns = [getattr(SummaryTotal, name) for name in cut]
    sums = [_sum(getattr(SummaryTotal, name)) for name in question.amounts]
    conditions: list[ColumnElement[bool]] = [
        SummaryTotal.kind.in_(question.kinds),
        SummaryTotal.span_id.in_([s.id for s in spans]),
    ]
    if scope is not None:
        conditions.append(touches(SummaryTotal, scope))
    query = select(SummaryTotal.kind, *columns, *sums).where(*conditions)
    return query.group_by(SummaryTotal.kind, *columns)


def touches(table: type[Entry | SummaryTotal], scope: frozenset[int]) -> ColumnElement[bool]:
    """Entries one of whose branches is among these."""
    return or_(*(getattr(table, name).in_(scope) for name in BRANCHES))


def posted_in(window: Window) -> ColumnElement[bool]:
    """Entries that count within a window."""
    inside = Entry.posted < window.end
    if window.start is not None:
        inside = and_(Entry.posted >= window.start, inside)
    return and_(Entry.day < Entry.posted, inside) if window.after_closing else inside


def amount_of(name: str) -> ColumnElement[int]:
    """One of `AMOUNTS` of an entry; ``entries``: that it is one."""
    if name == "entries":
        return case((Entry.count < 0, -1), else_=1)
    column: ColumnElement[int] = getattr(Entry, name)
    return column


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    """A sum as a whole number; PostgreSQL makes decimals of sums."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def summary_slices(session: Session) -> list[SummarySlice]:
    """Everything that is slices: the longest spans first, of each what tells most."""
    spans = [
        SummarySlice(
            row.id,
            row.slice,
            Window(row.start, row.end),
            {kind: frozenset(columns) for kind, columns in row.columns_by_kind.items()},
        )
        for row in session.scalars(select(SummarySpan))
    ]
    return sorted(spans, key=lambda s: (s.window.first - s.window.end, s.window.first, s.slice))


def cover(
    piece: Window, slices: Sequence[SummarySlice], kinds: Iterable[Kind], columns: frozenset[str]
) -> tuple[list[SummarySlice], list[Window]]:
    """Which kept spans make up a window, as far as they can, and what of it they leave."""
    asked = tuple(kinds)
    if piece.after_closing:
        return [], [piece]
    fitting = [s for s in slices if inside(s.window, piece) and _tells(s, asked, columns)]
    used: list[SummarySlice] = []
    for span in fitting:  # the longest first
        if not any(_overlap(span.window, other.window) for other in used):
            used.append(span)
    return used, _gaps(piece, sorted((s.window for s in used), key=lambda w: w.first))


def _shortest(
    span: SummarySlice,
    slices: Iterable[SummarySlice],
    kinds: Iterable[Kind],
    columns: frozenset[str],
) -> SummarySlice:
    """What is kept of the same days and tells no more than some columns need."""
    asked = tuple(kinds)
    fitting = [one for one in slices if one.window == span.window and _tells(one, asked, columns)]
    return min(fitting, key=lambda one: sum(len(one.columns[kind]) for kind in asked))


def _tells(span: SummarySlice, kinds: Iterable[Kind], columns: frozenset[str]) -> bool:
    return all(kind in span.columns and columns <= span.columns[kind] for kind in kinds)


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
