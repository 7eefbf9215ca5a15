"""What a report must know besides the ledger: lists, branches, plans, declared values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from ils.config import Lists
from ils.stats.names import Names


@dataclass(frozen=True)
class PlaceName:
    """A branch, or a place of service of one: its code, names and type."""

    code: str
    names: Names
    type: str
    branch_id: int = 0


#: (branch, or ``None``: the system; year; quarter) → the plan that stands.
Quarters = Mapping[tuple[int | None, int, int], int]


@dataclass(frozen=True)
class ReportContext:
    """What a report must know besides the ledger.

    Attributes:
        scope: the branches it is of; ``None``: the whole system.
        plans: (table, row) → its plans by branch and quarter.
        inputs: (key, first day, end) → declared value.
        began: the first day that has entries other than opening balances; ``None``: there are none.
        opened: what an opening balance is of → the first day one was brought in, of these branches.
        open_branches: the branches that work, of those the report is of.
    """

    lists: Lists
    branches: Mapping[Any, PlaceName]
    points: Mapping[Any, PlaceName]
    scope: frozenset[int] | None = None
    plans: Mapping[tuple[str, str], Quarters] = field(default_factory=dict)
    inputs: Mapping[tuple[str, date, date], Fraction] = field(default_factory=dict)
    began: date | None = None
    opened: Mapping[str, date] = field(default_factory=dict)
    open_branches: frozenset[int] = frozenset()

    def in_scope(self, branch_id: int) -> bool:
        """Whether the report is of a branch."""
        return self.scope is None or branch_id in self.scope
