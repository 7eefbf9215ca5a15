"""The words of the papers of the stock: dated data in two languages; what all papers share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from ils.clock import Period
from ils.config import Config
from ils.datafiles import BadConfiguration, read
from ils.documents import Block, PagedTable
from ils.ledger import Entry, Kind

LANGUAGES = ("ru", "kk")


@dataclass(frozen=True)
class Paper:
    """A paper ready to be written: its title, what stands in it, what is at the foot of pages."""

    title: str
    blocks: Sequence[Block]
    foot: str = ""


@dataclass(frozen=True)
class Wordings:
    """The words of one language: those that hold always, and those that hold from a day on."""

    always: Mapping[str, str]
    dated: Sequence[tuple[date, Mapping[str, str]]]


@dataclass(frozen=True)
class PaperWords:
    """PaperWords for one paper: its language, and the day it is of."""

    language: str
    words: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """A text with its values."""
        return self.words[key].format_map(values)


def words(config: Config, language: str, day: date) -> PaperWords:
    """The words of papers of a day; Russian stands for any language but Kazakh."""
    chosen = "kk" if language == "kk" else "ru"
    of = config.holding(_load)[chosen]
    found = dict(of.always)
    for since, changed in of.dated:
        if since <= day:
            found |= changed
    return PaperWords(chosen, found)


def check(config: Config) -> None:
    """See that the file can be used.

    Raises:
        BadConfiguration: it cannot.
    """
    config.holding(_load)


def _load(config: Config) -> dict[str, Wordings]:
    path = config.source / "papers.toml"
    content = read(path)
    found = {name: _wordings(content.get(name), f"{path.name}, {name}") for name in LANGUAGES}
    first, *others = (found[name].always for name in LANGUAGES)
    for name, other in zip(LANGUAGES[1:], others, strict=True):
        if differing := sorted(first.keys() ^ other.keys()):
            problem = f"texts that one language lacks: {', '.join(differing)}"
            raise BadConfiguration(place=f"{path.name}, {name}", problem=problem)
        for key, text in other.items():
            if _values(text) != _values(first[key]):
                place = f"{path.name}, {name}.{key}"
                raise BadConfiguration(place=place, problem="not the same values in {}")
    return found


def _wordings(section: Any, place: str) -> Wordings:
    if not isinstance(section, dict):
        raise BadConfiguration(place=place, problem="the language is missing")
    always = {key: text for key, text in section.items() if isinstance(text, str)}
    dated = []
    for key, changed in section.items():
        if isinstance(changed, str):
            continue
        try:
            since = date.fromisoformat(key)
        except ValueError as error:
            raise BadConfiguration(place=f"{place}.{key}", problem="it is no day") from error
        for name, text in changed.items():
            if name not in always or _values(text) != _values(always[name]):
                problem = "it stands for no text, or has not its values"
                raise BadConfiguration(place=f"{place}.{key}.{name}", problem=problem)
        dated.append((since, changed))
    return Wordings(always, sorted(dated, key=lambda pair: pair[0]))


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@dataclass(frozen=True)
class PagedColumns:
    """The columns of a table over pages.

    Attributes:
        sums: column → how its sum is written.
    """

    head: Sequence[str]
    widths: Sequence[float]
    sums: Mapping[int, Callable[[int], str]]


def paged(
    say: PaperWords, columns: PagedColumns, rows: Sequence[tuple[Sequence[str], Sequence[int]]]
) -> PagedTable:
    """A table over pages, each with its total and the total so far.

    Args:
        rows: the cells of each, and the numbers of the columns that are summed.
    """
    return PagedTable(
        columns.head, rows, list(columns.sums.items()), say.say("page_total"),
        say.say("carried"), columns.widths,
    )  # fmt: skip


def seal(session: Session, say: PaperWords, of: ColumnElement[bool], *contents: object) -> str:
    """What stands at the foot: the newest entry the paper is made of, a hash of what it says.

    The same paper printed again has the same seal, whatever happened since elsewhere.
    """
    newest = session.scalar(select(func.max(Entry.id)).where(of)) or 0
    digest = hashlib.sha256(repr(contents).encode()).hexdigest()[:16]
    return say.say("seal", entry=newest, hash=digest)


def of_stock(days: Period) -> ColumnElement[bool]:
    """Entries of the stock up to the end of a period."""
    kinds = (Kind.ACCESSION, Kind.TITLE, Kind.OPENING, Kind.REDISTRIBUTION, Kind.WITHDRAWAL)
    return and_(Entry.kind.in_(kinds), Entry.posted < days.end)
