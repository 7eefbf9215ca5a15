"""A report as data: measures, tables of lines, reports of tables. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Self, get_args

from ils.errors import N_, NotFound
from ils.ledger import Kind
from ils.stats.definitions.formulas import Term, names, with_names
from ils.stats.facets.conditions import Conditions
from ils.stats.facets.registry import NONE
from ils.stats.names import Names

TOTAL = "total"
Amount = Literal["count", "pages", "bytes", "amount", "entries"]
AMOUNTS: tuple[Amount, ...] = get_args(Amount)
#: Which of an entry's branches counts it.
BranchOf = Literal["branch", "owner", "other"]
#: When a line is counted: in the period, or up to its start or end, or from the first day of
#: the month or year of its last day; or that whole month or year.
When = Literal[
    "during", "start", "end", "month_to_date", "year_to_date", "whole_month", "whole_year",
]  # fmt: skip
Unit = Literal["count", "ratio", "percent", "money", "bytes"]


class UnknownReport(NotFound):
    """There is no report with this id."""

    code = "unknown_report"
    message = N_("There is no report “%(report)s”.")


class UnknownTable(NotFound):
    """No table with this id is valid on the day."""

    code = "unknown_table"
    message = N_("There is no table “%(table)s”.")


class UnknownCell(NotFound):
    """The report has no such table, row or column."""

    code = "unknown_cell"
    message = N_("The report “%(report)s” has no cell %(cell)s.")


@dataclass(frozen=True)
class Part:
    """Entries of a kind, added or taken away.

    Attributes:
        amount: which number of an entry is added up.
        by: which of its branches counts it: ``branch``, ``owner`` or ``other``.
        between: counted only where the branch at the other end is not in the report.
    """

    kind: Kind
    where: Conditions = ()
    sign: int = 1
    amount: str = "count"
    by: str = "branch"
    between: bool = False


@dataclass(frozen=True)
class Measure:
    """What a cell counts."""

    key: str
    parts: tuple[Part, ...]
    unit: str = "count"


@dataclass(frozen=True, kw_only=True)
class BaseLine:
    """What every row and column says: its name, what it is of, and how it is shown.

    Attributes:
        breakdown: facets of a breakdown, one line for each value; the second within the first.
        always_shown: values of a breakdown that are shown even if nothing was counted.
        parts: selections within it, each a line of its own («в т.ч.»): their codes.
        back: how many years earlier it is counted.
        children: lines of a breakdown are followed by what stands under them in their list.
        after_closing: only entries about days of months that were closed already.
        compact: lines of a breakdown with nothing in them are left out.
        most: a share cannot be more: then nothing can be said.
        planned_by: the declared value that is its plan; the plan of a ratio is no sum of quarters.
        none: the key of a breakdown's line for what says nothing; two of an axis have their own.
    """

    key: str
    names: Names
    where: Conditions = ()
    breakdown: tuple[str, ...] = ()
    always_shown: tuple[str, ...] = ()
    children: bool = False
    parts: tuple[str, ...] = ()
    when: str | None = None
    back: int = 0
    after_closing: bool = False
    unit: str | None = None
    hidden: bool = False
    compact: bool = False
    none: str = NONE
    most: int | None = None
    planned_by: str | None = None

    @property
    def referred(self) -> tuple[str, ...]:
        """The keys of the lines it is computed from."""
        return ()

    def renamed(self, rename: Callable[[str], str]) -> Self:
        """The same line, computed from lines with other keys."""
        del rename
        return self


@dataclass(frozen=True, kw_only=True)
class CountedLine(BaseLine):
    """Its cells are sums of entries; ``measure``: of which, if neither other line nor table say."""

    measure: str | None = None


@dataclass(frozen=True, kw_only=True)
class FormulaLine(BaseLine):
    """Its cells are computed from those of other lines."""

    formula: Term

    @property
    def referred(self) -> tuple[str, ...]:
        """The keys of the lines in its formula."""
        return tuple(dict.fromkeys(names(self.formula)))

    def renamed(self, rename: Callable[[str], str]) -> Self:
        """The same formula over other keys."""
        return replace(self, formula=with_names(self.formula, rename))


@dataclass(frozen=True, kw_only=True)
class ShareLine(BaseLine):
    """Its cells are those of another line in percent of their total."""

    share_of: str

    @property
    def referred(self) -> tuple[str, ...]:
        """The key of the line it is a share of."""
        return (self.share_of,)

    def renamed(self, rename: Callable[[str], str]) -> Self:
        """The share of another line."""
        return replace(self, share_of=rename(self.share_of))


@dataclass(frozen=True, kw_only=True)
class InputLine(BaseLine):
    """Its cells are declared values.

    Attributes:
        input: the key of the value; ``{row}`` and ``{column}`` in it stand for the keys of the
            cell. Of a column without them it is the same in every row.
    """

    input: str

    @property
    def made(self) -> bool:
        """Whether the key of the value is made from those of the cell."""
        return "{" in self.input


@dataclass(frozen=True, kw_only=True)
class PlanLine(BaseLine):
    """Its cells are plans: of the line of a table, ``indicators.loans``, or else of their row."""

    plan_of: str | None = None


@dataclass(frozen=True, kw_only=True)
class DaysLine(BaseLine):
    """Its cells are the days a line is counted for, from the first that has entries on."""


#: A row or a column.
Line = CountedLine | FormulaLine | ShareLine | InputLine | PlanLine | DaysLine


def part_of(code: str) -> Callable[[str], str]:
    """How the key of a line becomes that of its part: ``loans`` → ``loans.kk``."""
    return lambda key: f"{key}.{code}"


@dataclass(frozen=True)
class Within:
    """A selection that lines can be divided by: «в т.ч. на каз. яз.»."""

    key: str
    names: Names
    where: Conditions


@dataclass(frozen=True)
class TableDefinition:
    """Rows and columns; valid for periods that end from ``since`` on, before ``until``.

    ``plans``: the table whose plans stand beside its rows, if not itself.
    """

    id: str
    names: Names
    rows: tuple[Line, ...]
    columns: tuple[Line, ...]
    measure: str | None = None
    plans: str | None = None
    note: Names | None = None
    since: date = date.min
    until: date = date.max
    chart: bool = False


@dataclass(frozen=True)
class Report:
    """A form: some tables of a period; ``to_date``: of none that ends after today."""

    id: str
    names: Names
    tables: tuple[str, ...]
    months: int | None = None
    to_date: bool = False


@dataclass(frozen=True)
class Input:
    """A value nobody can count: declared by people, or noted by the system.

    Attributes:
        per: what one value is for: ``day``, ``month``, ``quarter`` or ``year``.
        adds: values of a longer period are added up; else the last one stands.
        noted: the system writes it down itself; people may not.
    """

    key: str
    names: Names
    per: str
    adds: bool = False
    noted: bool = False


@dataclass(frozen=True)
class Definitions:
    """All reports of a library."""

    measures: Mapping[str, Measure]
    subsets: Mapping[str, Within]
    tables: tuple[TableDefinition, ...]
    reports: Mapping[str, Report]
    inputs: Mapping[str, Input]

    def report(self, report_id: str) -> Report:
        """A report.

        Raises:
            UnknownReport: there is none with this id.
        """
        if report_id not in self.reports:
            raise UnknownReport(report=report_id)
        return self.reports[report_id]

    def table(self, table_id: str, day: date) -> TableDefinition | None:
        """The table with this id that is valid on a day."""
        return next((t for t in self.tables if t.id == table_id and t.since <= day < t.until), None)

    def tables_of(self, report: Report, day: date) -> list[TableDefinition]:
        """The tables of a report that are valid on a day, in its order."""
        found = (self.table(table_id, day) for table_id in report.tables)
        return [table for table in found if table is not None]
