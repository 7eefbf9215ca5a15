"""Small numbers of files for people outside: hidden, and what would tell them hidden too."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from ils.stats.reports.definitions import TOTAL

LEAST_SHOWN = 5
#: A count from 1 to 4; a number that would tell one.
SMALL, TELLING = "<5", "…"
MARKS = frozenset({SMALL, TELLING})
REFERENCE = re.compile(r"\[([^|\]]+)\|([^|\]]+)\]")
#: What is said of single cells, and must not be said of hidden ones.
ABOUT = ("fractions", "formulas")
Place = tuple[str, str]


def hide_small(table: dict[str, Any], broken: Collection[str]) -> bool:
    """Hide small counts of a table, what is computed from them, and what subtracting would tell.

    Where one part alone of a whole is hidden, the smallest of the other parts is hidden with it.

    Args:
        broken: keys of lines that break their total down by a facet.

    Returns:
        Whether anything had to be hidden.
    """
    cells = _Cells(table, broken)
    for place, value in cells.values.items():
        if cells.counts(place) and 0 < value < LEAST_SHOWN:
            cells.hidden[place] = SMALL
    while cells.hide_computed() or cells.hide_beside():
        pass
    cells.write()
    return bool(cells.hidden)


class _Cells:
    """The cells of a table by (row, column), and which of them are hidden."""

    def __init__(self, table: dict[str, Any], broken: Collection[str]) -> None:
        self.rows = {row["key"]: row for row in (*table["rows"], *table.get("base", ()))}
        shown = [row["key"] for row in table["rows"]]
        columns = [column["key"] for column in table["columns"]]
        self.values: dict[Place, Any] = {
            (key, column): row["cells"][column]
            for key, row in self.rows.items()
            for column in columns
        }
        self.hidden: dict[Place, str] = {}
        #: (a whole, its parts)
        self.wholes: list[tuple[Place, list[Place]]] = [
            *(
                ((whole, column), [(row, column) for row in parts])
                for whole, parts in _parts(shown, broken)
                for column in columns
            ),
            *(
                ((row, whole), [(row, column) for column in parts])
                for whole, parts in _parts(columns, broken)
                for row in shown
            ),
        ]

    def counts(self, place: Place) -> bool:
        """Whether it is a number of things."""
        unit = self.rows[place[0]].get("units", {}).get(place[1], "count")
        return unit == "count" and isinstance(self.values[place], int)

    def hide_computed(self) -> bool:
        """Hide what is computed from hidden cells; returns whether anything was."""
        found = False
        for key, row in self.rows.items():
            for column, formula in row.get("formulas", {}).items():
                if (key, column) in self.hidden:
                    continue
                if any(place in self.hidden for place in REFERENCE.findall(formula)):
                    self.hidden[key, column] = TELLING
                    found = True
        return found

    def hide_beside(self) -> bool:
        """Hide a second part where one alone is hidden, or the whole if there is none.

        Returns:
            Whether anything was hidden.
        """
        found = False
        for whole, parts in self.wholes:
            hidden = [place for place in parts if place in self.hidden]
            if len(hidden) != 1 or whole in self.hidden or not self.counts(hidden[0]):
                continue
            others = [
                place
                for place in parts
                if place not in self.hidden and self.counts(place) and self.values[place]
            ]
            beside = min(others, key=lambda place: abs(self.values[place]), default=whole)
            self.hidden[beside] = TELLING
            found = True
        return found

    def write(self) -> None:
        """Put marks in the place of hidden cells, and say nothing more of them."""
        for (key, column), mark in self.hidden.items():
            row = self.rows[key]
            row["cells"][column] = mark
            for name in ABOUT:
                row.get(name, {}).pop(column, None)
        for row in self.rows.values():
            for name in ABOUT:
                if name in row and not row[name]:
                    del row[name]


def _parts(keys: Sequence[str], broken: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """Wholes and their parts: ``a.b`` and ``a.c`` of ``a``; of a total, what it is broken down by.

    Lines that are named one by one are parts of a total too, but apart.
    """
    groups: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for key in keys:
        whole = key.rpartition(".")[0]
        if whole in keys:
            groups[whole, key in broken].append(key)
        elif key != TOTAL and TOTAL in keys:
            groups[TOTAL, key in broken].append(key)
    return ((whole, parts) for (whole, _), parts in groups.items() if len(parts) > 1)
