"""What was counted, as tables find it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ils.ledger import Kind
from ils.stats.periods import Window


@dataclass(frozen=True)
class Count:
    """Entries of one kind with the same columns, added up: column → value, amount → sum."""

    columns: Mapping[str, Any]
    sums: Mapping[str, int]


#: (kind, window) → columns → what was counted, told apart by them.
Counts = Mapping[tuple[Kind, Window], Mapping[frozenset[str], Sequence[Count]]]


class LedgerSums:
    """What was counted, for all tables of a report: each finds it by the columns it needs."""

    def __init__(self, counts: Counts) -> None:
        self._reduced = {key: dict(cuts) for key, cuts in counts.items()}

    def reduced(self, kind: Kind, window: Window, columns: frozenset[str]) -> Sequence[Count]:
        """The counts told apart by these columns only."""
        known = self._reduced.get((kind, window), {})
        if columns not in known:
            fitting = [counts for had, counts in known.items() if columns <= had]
            if not fitting:
                return ()
            # From the shortest list that tells these columns apart a shorter one is made.
            known[columns] = _reduced(min(fitting, key=len), columns)
        return known[columns]


def _reduced(counts: Sequence[Count], columns: frozenset[str]) -> list[Count]:
    names = sorted(columns)
    sums: dict[tuple[object, ...], dict[str, int]] = {}
    for count in counts:
        values = tuple([count.columns[name] for name in names])
        there = sums.get(values)
        if there is None:
            sums[values] = dict(count.sums)
        else:
            for amount, number in count.sums.items():
                there[amount] += number
    return [Count(dict(zip(names, values, strict=True)), s) for values, s in sums.items()]
