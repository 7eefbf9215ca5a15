"""A report as it is read: titles, lines and cells. Every format is written from it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ils.clock import Period
from ils.stats.definitions.formulas import Term
from ils.stats.names import Names
from ils.stats.periods import months


@dataclass(frozen=True)
class ReportCell:
    """A number and where it comes from.

    Attributes:
        value: as it is printed: a whole number, or a decimal one rounded to its places. Money
            is in tenge.
        unit: a `definitions.schema.Unit`.
        fraction: the exact value where the printed one is rounded: what was divided by what.
        formula: how it was computed from other cells of the table.
        declared: nobody counted it, somebody said it.
        counted: entries stand behind it.
        hidden: it is kept from people outside, so there is no value.
    """

    value: int | Decimal | None
    unit: str = "count"
    fraction: tuple[Fraction, Fraction] | None = None
    formula: Term | None = None
    declared: bool = False
    counted: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class ReportColumn:
    """The head of a column; ``level``: how deep it stands under others."""

    key: str
    label: Names
    level: int = 0


@dataclass(frozen=True)
class ReportRow:
    """A row with a cell for each column; ``level``: how deep it stands under others."""

    key: str
    label: Names
    level: int
    cells: tuple[ReportCell, ...]


@dataclass(frozen=True)
class ReportTable:
    """A table; ``base``: rows that are not shown but computed with."""

    id: str
    title: Names
    columns: tuple[ReportColumn, ...]
    rows: tuple[ReportRow, ...]
    base: tuple[ReportRow, ...] = ()
    note: Names | None = None
    chart: bool = False

    @property
    def declared(self) -> bool:
        """Whether anything in it was declared by people."""
        return any(cell.declared for row in (*self.rows, *self.base) for cell in row.cells)


@dataclass(frozen=True)
class PlanNote:
    """A setting or change of the plans a report compares with."""

    day: date
    reason: str
    who: str


@dataclass(frozen=True)
class ReportDocument:
    """A report of a period.

    Attributes:
        first, last: its days, both counted.
        branches: codes of the branches it is of; none: the whole system.
        frozen: first days of the closed months in it.
    """

    report: str
    title: Names
    library: Names
    first: date
    last: date
    branches: tuple[str, ...]
    branch_names: tuple[Names, ...]
    frozen: tuple[date, ...]
    plans: tuple[PlanNote, ...]
    tables: tuple[ReportTable, ...]

    @property
    def preliminary(self) -> bool:
        """Whether a month of it is still open, so that its figures may change."""
        closed = set(self.frozen)
        return any(one.first.replace(day=1) not in closed for one in months(self._days()))

    def _days(self) -> Period:
        return Period.inclusive(self.first, self.last)
