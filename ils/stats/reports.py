"""Reports as data, and how sums fill them. Pure.

A table has a row for each value of one fact, and a column for each measure; a measure is
a selection of entries by kind and facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ils.errors import N_, NotFound
from ils.ledger import Kind

TOTAL = "total"
#: What stands in a row where an entry has no such fact.
NONE = "none"
LANGUAGES = ("kk", "ru")
OTHER = "other"

#: The sums of one combination of facts: the facts and ``count``.
Total = Mapping[str, Any]
Cells = dict[str, dict[str, int]]


class UnknownCell(NotFound):
    """The report has no such table, row or column."""

    code = "unknown_cell"
    message = N_("The report “%(report)s” has no cell %(cell)s.")


@dataclass(frozen=True)
class Measure:
    """A column: entries of a kind that have these facts."""

    key: str
    label: str
    kind: Kind
    where: Mapping[str, str] = field(default_factory=dict)

    def counts(self, total: Total) -> bool:
        """Whether these entries belong to it."""
        return total["kind"] == self.kind and self.where.items() <= total.items()


@dataclass(frozen=True)
class Table:
    """A table: one row for each value of ``rows``, then the total."""

    id: str
    title: str
    rows: str
    measures: tuple[Measure, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts its sums are divided by."""
        used = {"kind", self.rows}.union(*(m.where for m in self.measures))
        return tuple(sorted(used))

    def row_of(self, total: Total) -> str:
        """The key of the row these entries belong to."""
        value = total[self.rows]
        if value is None:
            return NONE
        if self.rows == "language" and value not in LANGUAGES:
            return OTHER
        return str(value)

    def fill(self, totals: Iterable[Total]) -> Cells:
        """Row key → column key → number; a row appears when one of its cells is not 0."""
        cells: Cells = defaultdict(lambda: dict.fromkeys((m.key for m in self.measures), 0))
        for total in totals:
            for measure in self.measures:
                if measure.counts(total):
                    cells[self.row_of(total)][measure.key] += total["count"]
                    cells[TOTAL][measure.key] += total["count"]
        shown = {row: c for row, c in cells.items() if row == TOTAL or any(c.values())}
        shown.setdefault(TOTAL, dict.fromkeys((m.key for m in self.measures), 0))
        return shown

    def measure(self, key: str) -> Measure | None:
        """The column with this key."""
        return next((m for m in self.measures if m.key == key), None)


@dataclass(frozen=True)
class Report:
    """A form: some tables of one period."""

    id: str
    title: str
    tables: tuple[Table, ...]

    def table(self, key: str) -> Table | None:
        """The table with this id."""
        return next((t for t in self.tables if t.id == key), None)


@dataclass(frozen=True)
class Cell:
    """The address of a figure; ``row`` is a key of the table's rows, of a branch its id."""

    report: Report
    table: str
    row: str
    column: str

    def place(self) -> tuple[Table, Measure]:
        """The table and the column.

        Raises:
            UnknownCell: the report has none of this name.
        """
        table = self.report.table(self.table)
        measure = table.measure(self.column) if table else None
        if table is None or measure is None:
            cell = f"{self.table} {self.row} {self.column}"
            raise UnknownCell(report=self.report.id, cell=cell)
        return table, measure


LOANS = Measure("loans", N_("Loans"), Kind.LOAN)
LOANS_KK = Measure("loans.kk", N_("of them in Kazakh"), Kind.LOAN, {"language": "kk"})
RENEWALS = Measure("renewals", N_("Renewals"), Kind.RENEWAL)
RETURNS = Measure("returns", N_("Returns"), Kind.RETURN)
IN_HOUSE = Measure("in_house_use", N_("Read in the library"), Kind.IN_HOUSE_USE)
VISITS = Measure("visits", N_("Visits"), Kind.VISIT)
REGISTRATIONS = Measure("registrations", N_("Readers registered"), Kind.REGISTRATION)
NEW = Measure("registrations.new", N_("of them new"), Kind.REGISTRATION, {"detail": "new"})

OF_COPIES = (LOANS, LOANS_KK, RENEWALS, RETURNS, IN_HOUSE)

MONTH = Report(
    "month",
    N_("Work of the month"),
    (
        Table(
            "activity_by_branch",
            N_("By branch"),
            "branch_id",
            (*OF_COPIES, VISITS, REGISTRATIONS, NEW),
        ),
        Table("activity_by_division", N_("By division"), "division", OF_COPIES),
        Table(
            "activity_by_language",
            N_("By language"),
            "language",
            tuple(m for m in OF_COPIES if m is not LOANS_KK),
        ),
    ),
)

REPORTS = {report.id: report for report in (MONTH,)}
