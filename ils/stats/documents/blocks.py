"""A report as a document for print: what DOCX and PDF are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ils.documents import Block, Heading, Paragraph, Table
from ils.errors import N_
from ils.stats.documents.report import ReportColumn, ReportDocument, ReportTable
from ils.stats.documents.wording import DECLARED, closed_months, marked, span, where, words

#: Columns of numbers that stand beside each other; more go below, with the names again.
ABREAST = 8
PERIOD, DIRECTOR, AUTHOR = N_("Period"), N_("Director"), N_("Prepared by")
FROZEN = N_("Closed months: %(months)s")
PLANNED = N_("Plan of %(day)s: %(reason)s (%(who)s)")
LINE = "____________________"
APPROVED = N_("APPROVED")
DATE_LINE = "«____» ______________ 20___"


def blocks(document: ReportDocument, language: str) -> list[Block]:
    """The report as the departments send it: whose, what, when, tables, who signs."""
    return [
        *(Paragraph(line, right=True) for line in _approval(language)),
        Heading(document.title[language], 1),
        Paragraph(where(document, language)),
        Paragraph(f"{words(PERIOD, language)}: {span(document, language)}"),
        *(block for table in document.tables if table.rows for block in _table(table, language)),
        *_under(document, language),
        Paragraph(f"{words(AUTHOR, language)} {LINE}"),
    ]


def _approval(language: str) -> list[str]:
    """The lines whoever approves the report signs, at the head of the first page."""
    return [words(APPROVED, language), f"{words(DIRECTOR, language)} {LINE}", DATE_LINE]


def _table(table: ReportTable, language: str) -> Iterator[Block]:
    yield Heading(table.title[language])
    columns = table.columns
    for start in range(0, len(columns), ABREAST):
        end = min(start + ABREAST, len(columns))
        yield Table(
            ["", *(_label(columns, at, language) for at in range(start, end))],
            [[row.label[language], *map(marked, row.cells[start:end])] for row in table.rows],
            [row.level for row in table.rows],
        )
    if table.note:
        yield Paragraph(table.note[language], small=True)
    if any(cell.declared for row in table.rows for cell in row.cells):
        yield Paragraph(f"* {words(DECLARED, language)}", small=True)


def _label(columns: Sequence[ReportColumn], at: int, language: str) -> str:
    """A column's name; of a part at the head of a block, with that of its whole."""
    column = columns[at]
    name = column.label[language]
    if column.level and at % ABREAST == 0:
        whole = next((c for c in reversed(columns[:at]) if not c.level), None)
        if whole is not None:
            return f"{whole.label[language]}: {name}"
    return name


def _under(document: ReportDocument, language: str) -> Iterator[Block]:
    """What a reader of the figures should know: plans and their changes, closed months."""
    for plan in document.plans:
        values = {"day": f"{plan.day:%d.%m.%Y}", "reason": plan.reason, "who": plan.who}
        yield Paragraph(words(PLANNED, language) % values, small=True)
    if document.frozen:
        months = closed_months(document.frozen)
        yield Paragraph(words(FROZEN, language) % {"months": months}, small=True)
