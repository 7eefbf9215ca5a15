"""A report as data: measures, tables of lines, reports of tables. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ils.errors import N_, NotFound
from ils.ledger import Kind
from ils.stats.definitions.formulas import Term
from ils.stats.facets import Conditions

TOTAL = "total"
AMOUNTS = ("count", "pages", "bytes", "amount", "entries")
#: When a line is counted: in the period, or up to its start or end, or from the first day of
#: the month or year of its last day; or that whole month or year.
WHENS = (
    "during", "start", "end", "month_to_date", "year_to_date", "whole_month", "whole_year",
)  # fmt: skip
UNITS = ("count", "ratio", "percent", "money", "bytes")


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
class Names:
    """What something is called in the two languages of every report."""

    ru: str
    kk: str

    def __getitem__(self, language: str) -> str:
        """The name in a language; Russian stands for any but Kazakh."""
        return self.kk if language == "kk" else self.ru


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


@dataclass(frozen=True)
class Line:
    """A row or a column: a selection, a breakdown or a formula.

    Attributes:
        breakdown: facets of a breakdown, one line for each value; the second within the first.
        always_shown: values of a breakdown that are shown even if nothing was counted.
        parts: selections within it, each a line of its own («в т.ч.»): their codes.
        back: how many years earlier it is counted.
        share_of: the key of the line it is a percentage of.
        children: lines of a breakdown are followed by what stands under them in their list.
        input: the key of a declared value; ``{row}`` and ``{column}`` in it stand for the keys of
            the cell. Of a column without them it is the same in every row.
        plan_of: the line of a table, ``indicators.loans``, whose plan it is; else that of its row.
        days: for how many days the line is counted, from the first that has entries on.
        after_closing: only entries about days of months that were closed already.
        compact: lines of a breakdown with nothing in them are left out.
    """

    key: str
    names: Names
    measure: str | None = None
    where: Conditions = ()
    breakdown: tuple[str, ...] = ()
    always_shown: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    when: str | None = None
    back: int = 0
    formula: Term | None = None
    share_of: str | None = None
    input: str | None = None
    plan: bool = False
    plan_of: str | None = None
    days: bool = False
    unit: str | None = None
    after_closing: bool = False
    hidden: bool = False
    compact: bool = False
    children: bool = False

    @property
    def counted(self) -> bool:
        """Whether its cells are sums of entries."""
        return not (self.formula or self.share_of or self.input or self.plan or self.days)


def input_of(row: Line, column: Line) -> str | None:
    """The key of the declared value a cell shows, if it shows one.

    A column's formula goes before everything, a value its column names outright before a row's
    formula (it is the same in every row), one named outright before one made from keys.
    """
    if column.formula or column.share_of:
        return None
    if column.input is not None and not made(column.input):
        return column.input
    said = [line.input for line in (row, column) if line.input is not None]
    if not said or row.formula or row.share_of or any(c.plan or c.days for c in (row, column)):
        return None
    return min(said, key=made).format(row=row.key, column=column.key)


def made(input_: str | None) -> bool:
    """Whether the key of a declared value is made from those of the cell."""
    return input_ is not None and "{" in input_


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
