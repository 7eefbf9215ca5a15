"""What is planned for some days, from plans by quarter. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction

from ils.stats.facets.context import Quarters
from ils.stats.periods import Window, month_of, months


def planned(
    standing: Quarters,
    window: Window,
    scope: Collection[int] | None,
    working: Collection[int] = (),
) -> Fraction | None:
    """The plan of some days: a month is a third of its quarter, a day a part of its month.

    Args:
        scope: the branches whose plans are added up; ``None``: the system, whose own plan of a
            quarter goes before the sum of its branches'.
        working: branches that must all have a plan, else there is none for them together.
    """
    found: Fraction | None = None
    for year, quarter, share in _shares(window):
        values = {
            branch: value
            for (branch, *when), value in standing.items()
            if when == [year, quarter] and (scope is None or branch in scope)
        }
        if values:
            if None not in values and not values.keys() >= set(working):
                return None
            whole = values[None] if None in values else sum(values.values())
            found = (found or Fraction(0)) + share * whole
    return found


def _shares(window: Window) -> Iterator[tuple[int, int, Fraction]]:
    """(year, quarter, how much of it) for each month of some days."""
    for part in months(window):
        whole = month_of(part.first)
        share = Fraction((part.end - part.first).days, (whole.end - whole.first).days)
        yield part.first.year, (part.first.month + 2) // 3, share / 3
