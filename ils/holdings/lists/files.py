"""Files of lists: read, with what cannot be used put aside to be mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ils import i18n
from ils.catalog.subjects import classes_of
from ils.config import Config
from ils.documents import spreadsheets
from ils.documents.columns import cells_of, columns_of, head_and_rows
from ils.errors import N_, IlsError, Invalid
from ils.holdings.lists import rules
from ils.holdings.lists.rules import ListedCopy

REASON = "why"


@dataclass
class ParsedList:
    """What a list holds.

    Attributes:
        columns: at → what it is.
        raw: number of a row → its cells as they came.
        filled: rows whose title stands in a merged cell above.
        totals: rows that sum up others.
    """

    head: Sequence[str]
    columns: dict[int, str]
    raw: dict[int, Sequence[str]] = field(default_factory=dict)
    copies: list[ListedCopy] = field(default_factory=list)
    problems: list[tuple[int, IlsError]] = field(default_factory=list)
    filled: int = 0
    totals: int = 0


def read_list(path: Path, config: Config, layout: Mapping[str, str]) -> ParsedList:
    """The copies of a table (XLSX, CSV in UTF-8 or CP1251).

    Args:
        layout: name of a column → what it is, where a person said so.

    Raises:
        NotTable: it is none.
        Invalid: it has no column of titles.
    """
    rows = spreadsheets.rows(path.read_bytes(), config.limits)
    at, head, below = head_and_rows(rows, rules.COLUMNS)
    columns = columns_of(head, rules.COLUMNS)
    for place, name in enumerate(named(head)):
        if name in layout:
            columns.pop(place, None)
            if layout[name] in rules.COLUMNS:
                columns[place] = layout[name]
    parsed = ParsedList(head, columns)
    if "title" not in columns.values():
        raise Invalid(N_("File"), N_("It needs a column of titles: say which one it is."))
    classes, above = classes_of(config.lists), dict[str, str]()
    for number, row in enumerate(below, at + 1):
        if not any(row):
            continue
        cells = cells_of(row, columns)
        if rules.is_total(cells):
            parsed.totals += 1
            continue
        parsed.raw[number] = row
        if not cells.get("title") and (cells.get("number") or cells.get("barcode")) and above:
            cells = {**cells, **above}  # a cell merged over several copies
            parsed.filled += 1
        above = {name: cells.get(name, "") for name in ("title", "author", "year", "isbn")}
        try:
            parsed.copies.append(rules.of_row(number, cells, config.lists, classes))
        except IlsError as error:
            parsed.problems.append((number, error))
    return parsed


def named(head: Sequence[str]) -> list[str]:
    """The names of columns, told apart where two are called alike.

    >>> named(["Номер", "Заглавие", "Номер"])
    ['Номер', 'Заглавие', 'Номер #3']
    """
    return [name if name not in head[:at] else f"{name} #{at + 1}" for at, name in enumerate(head)]


def reason(error: IlsError, language: str) -> str:
    """Why a row cannot be used, for the file of rejects."""
    return i18n.say_error(error, language)


def rejected(parsed: ParsedList, problems: Sequence[tuple[int, str]]) -> bytes:
    """The rows that could not be used, with reasons, as a file to be mended and sent again."""
    reasons: dict[int, list[str]] = {}
    for number, why in problems:
        reasons.setdefault(number, []).append(why)
    width = len(parsed.head)
    body = [
        [*(list(parsed.raw[number]) + [""] * width)[:width], "; ".join(said)]
        for number, said in sorted(reasons.items())
    ]
    return spreadsheets.as_csv([*parsed.head, REASON], body)
