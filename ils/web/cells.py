"""A value as a list shows it: in a cell of a page, or in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from markupsafe import Markup, escape

from ils.web import i18n


@dataclass(frozen=True)
class ListCell:
    """What a cell shows besides a plain value: a smaller line, a tag, links, a mood, marks."""

    value: object
    note: str = ""
    tag: str = ""
    mood: str = ""
    links: Sequence[tuple[str, str]] = ()
    #: The value in pieces, each with whether it was searched for.
    pieces: Sequence[tuple[str, bool]] = ()


def plain(value: object) -> str | int | Decimal:
    """A value as a file has it: numbers as numbers, everything else as it is shown."""
    if isinstance(value, ListCell):
        own = str(plain(value.value))
        return " · ".join(filter(None, (own, value.note, value.tag)))
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, datetime):
        return i18n.moment(value)
    return i18n.shown_day(value) if isinstance(value, date) else str(value)


def shown_value(value: object) -> str:
    """A plain value as a cell shows it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return i18n.shown_number(value)
    return str(plain(value))


def is_number(value: object) -> bool:
    """Whether a cell stands to the right."""
    own = value.value if isinstance(value, ListCell) else value
    return isinstance(own, int | Decimal) and not isinstance(own, bool)


def cell(value: object, label: str, link: str | None, *, head: bool) -> Markup:
    """A cell of a row; on a phone its label stands beside it.

    Built here and not by a template: a page has hundreds.
    """
    number = ' class="num"' if is_number(value) else ""
    inside = _content(value) if isinstance(value, ListCell) else escape(shown_value(value))
    if link:
        inside = f'<a href="{escape(link)}">{inside}</a>'
    begin, end = ('th scope="row"', "th") if head else ("td", "td")
    return Markup(f'<{begin} data-label="{escape(label)}"{number}>{inside}</{end}>')  # noqa: S704 -- all of it is escaped


def _content(one: ListCell) -> str:
    shown = ""
    if one.mood:
        shown = f'<span class="{escape(one.mood)}">{escape(shown_value(one.value))}</span>'
    elif one.pieces:
        shown = "".join(
            f"<mark>{escape(text)}</mark>" if marked else escape(text)
            for text, marked in one.pieces
        )
    elif one.value or not one.links:
        shown = str(escape(shown_value(one.value)))  # text: what is added is markup already
    for text, address in one.links:
        shown += f' <a href="{escape(address)}">{escape(text)}</a>'
    if one.tag:
        shown += f' <span class="tag">{escape(one.tag)}</span>'
    if one.note:
        shown += f"<br><small>{escape(one.note)}</small>"
    return shown
