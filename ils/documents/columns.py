"""Which column of a table is what: by names people give columns, wherever the head stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

#: Rows above the head of a table: its title, the name of the library.
HEAD_WITHIN = 30
_signs = re.compile(r"[\W_]+")


def plain(name: str) -> str:
    """A name of a column as it is compared: lower case, no blanks and signs.

    >>> plain("Инв. №"), plain("Дата рождения")
    ('инв', 'датарождения')
    """
    return _signs.sub("", name.casefold().replace("ё", "е"))


def columns_of(head: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Which column is what; columns that say nothing to us are left out.

    Args:
        names: what we call it → what it may be called besides.

    >>> columns_of(["Инв. №", "Цвет", "Заглавие"], {"number": ["инв №"], "title": ["заглавие"]})
    {0: 'number', 2: 'title'}
    """
    known = {plain(name): key for key, own in names.items() for name in (key, *own)}
    found = ((at, known.get(plain(cell))) for at, cell in enumerate(head))
    return {at: key for at, key in found if key is not None}


def cells_of(row: Sequence[str], columns: Mapping[int, str]) -> dict[str, str]:
    """What each column says; of two with one meaning the one that says more.

    >>> cells_of(["23.08.1977", "1977"], {0: "birth_date", 1: "birth_date"})
    {'birth_date': '23.08.1977'}
    >>> cells_of(["1977 год", "5.4.77"], {0: "birth_date", 1: "birth_date"})
    {'birth_date': '5.4.77'}
    """
    cells: dict[str, str] = {}
    for at, name in columns.items():
        value = row[at].strip() if at < len(row) else ""
        if name not in cells or _says(value) > _says(cells[name]):
            cells[name] = value
    return cells


def _says(value: str) -> tuple[int, int, int]:
    """How much a cell says: numbers, words, letters."""
    return len(re.findall(r"\d+", value)), len(value.split()), len(value)


def head_and_rows(
    rows: Iterable[Sequence[str]], names: Mapping[str, Sequence[str]], *, least: int = 2
) -> tuple[int, Sequence[str], Iterator[Sequence[str]]]:
    """The number of the row that is the head, the head, and what stands below it.

    The head is the first row that names so many columns we know; titles may stand above it.
    Without one, the first row that says anything.
    """
    left = iter(rows)
    first = list(islice(left, HEAD_WITHIN))
    at = next((n for n, row in enumerate(first) if len(columns_of(row, names)) >= least), None)
    if at is None:
        at = next((n for n, row in enumerate(first) if any(row)), 0)

    def below() -> Iterator[Sequence[str]]:
        yield from first[at + 1 :]
        yield from left

    return at + 1, first[at] if first else [], below()
