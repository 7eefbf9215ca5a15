"""How a report says its numbers, days and branches to people. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ils import i18n
from ils.errors import N_
from ils.stats.documents.report import ReportCell, ReportDocument
from ils.stats.periods import next_month

DECLARED = N_("entered manually, not counted")
PRELIMINARY = N_("preliminary")
HIDDEN = "…"
HIDDEN_NOTE = N_("…: below 5, or hidden because such a number could be computed from it.")


MEGABYTE = 1024 * 1024
TENTH = Decimal("0.1")


def shown(cell: ReportCell) -> str:
    """The number of a cell; an amount of data in megabytes."""
    if cell.hidden:
        return HIDDEN
    if cell.unit == "bytes" and cell.value is not None:
        return f"{number_shown((Decimal(cell.value) / MEGABYTE).quantize(TENTH))}\u00a0МБ"
    return number_shown(cell.value)


def number_shown(value: int | Decimal | None) -> str:
    """A number for people: thousands apart, a decimal comma; «—» for none."""
    if value is None:
        return "—"
    whole, _, rest = str(value).partition(".")
    sign, digits = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", "\u00a0")
    return sign + grouped + (f",{rest}" if rest else "")


def marked(cell: ReportCell) -> str:
    """The number of a cell, with a star where nobody counted it."""
    return f"{shown(cell)}*" if cell.declared else shown(cell)


def span(document: ReportDocument, language: str) -> str:
    """The period in figures, and that it is preliminary while a month of it is open."""
    days = f"{document.first:%d.%m.%Y} – {document.last:%d.%m.%Y}"
    return f"{days} ({words(PRELIMINARY, language)})" if document.preliminary else days


def closed_months(frozen: Sequence[date]) -> str:
    """Closed months, those that follow each other as one: ``01.2026 – 10.2026``."""
    spans: list[list[date]] = []
    for month in frozen:
        if spans and next_month(spans[-1][-1]) == month:
            spans[-1].append(month)
        else:
            spans.append([month])
    return ", ".join(
        f"{one[0]:%m.%Y} – {one[-1]:%m.%Y}" if len(one) > 1 else f"{one[0]:%m.%Y}" for one in spans
    )


def where(document: ReportDocument, language: str) -> str:
    """What the report is of: branches, or the whole library."""
    names = document.branch_names or (document.library,)
    return ", ".join(name[language] for name in names)


def words(text: str, language: str) -> str:
    """One of the program's texts in the language of a report."""
    return i18n.say(text, language)
