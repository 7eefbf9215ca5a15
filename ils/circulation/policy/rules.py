"""Which of several lending rules holds, and until when a loan runs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from ils.errors import N_, Invalid
from ils.organisation.calendar.rules import Calendar
from ils.settings import Circulation


def due_day(today: date, days: int, calendar: Calendar) -> date:
    """The day a loan of so many days is due: a day the branch works."""
    return calendar.next_open_day(today + timedelta(days=days))


class Lending(StrEnum):
    """Whether copies leave the library."""

    HOME = "home"
    READING_ROOM = "reading_room"
    NONE = "none"


#: What a rule may say: least and most. ``lending`` is a code of `Lending`.
LIMITS: Mapping[str, tuple[int, int]] = {
    "loan_days": (1, 3650),
    "max_loans": (0, 10_000),
    "renewal_days": (1, 3650),
    "max_renewals": (0, 100),
    "max_unseen_renewals": (0, 100),
    "max_weeks": (0, 520),
    "grace_days": (0, 365),
    "max_overdue": (0, 10_000),
    "max_holds": (0, 1000),
    "hold_days": (1, 365),
}
VALUES = ("lending", *LIMITS)


@dataclass(frozen=True)
class PolicyRule:
    """A rule; ``None`` in its scope is any.

    Attributes:
        id: 0 for the configuration.
    """

    id: int
    branch_id: int | None = None
    category: str | None = None
    material: str | None = None
    values: Mapping[str, int | str] = field(default_factory=dict)

    def fits(self, branch_id: int, categories: Sequence[str], material: str | None) -> bool:
        """Whether it holds there; ``material`` is ``None`` where all kinds are meant."""
        return (
            self.branch_id in {None, branch_id}
            and (self.category is None or self.category in categories)
            and (self.material is None or self.material == material)
        )

    def width(self, categories: Sequence[str]) -> tuple[bool, int, bool]:
        """The narrower the smaller."""
        depth = len(categories) if self.category is None else categories.index(self.category)
        return (self.branch_id is None, depth, self.material is None)


@dataclass(frozen=True)
class LoanPolicy:
    """Every value that holds for a reader and a material at a branch, with its rule."""

    decided: Mapping[str, tuple[int | str, PolicyRule]]

    def number(self, name: str) -> int:
        """A value of `LIMITS`."""
        return int(self.decided[name][0])

    def rule(self, name: str) -> PolicyRule:
        """The rule a value comes from."""
        return self.decided[name][1]

    @property
    def lending(self) -> Lending:
        """Whether copies leave the library."""
        return Lending(str(self.decided["lending"][0]))


def default_rule(settings: Circulation) -> PolicyRule:
    """The widest rule: what the configuration says."""
    return PolicyRule(0, values={name: getattr(settings, name) for name in VALUES})


def policy_for(
    rules: Iterable[PolicyRule],
    settings: Circulation,
    *,
    branch_id: int,
    categories: Sequence[str],
    material: str | None,
) -> LoanPolicy:
    """What holds.

    Args:
        categories: the reader's category, then those above it.
        material: ``None`` asks for what holds for all kinds together.
    """
    fitting = [r for r in rules if r.fits(branch_id, categories, material)]
    fitting.sort(key=lambda rule: rule.width(categories), reverse=True)
    decided: dict[str, tuple[int | str, PolicyRule]] = {}
    for rule in (default_rule(settings), *fitting):
        decided |= {name: (value, rule) for name, value in rule.values.items()}
    return LoanPolicy(decided)


def checked_value(name: str, text: str, field_name: str) -> int | str | None:
    """A value of a rule as typed; nothing typed leaves it to a wider rule.

    Raises:
        Invalid: it is no number, or out of bounds.
    """
    text = text.strip()
    if not text:
        return None
    if name == "lending":
        if text not in set(Lending):
            raise Invalid(field_name, N_("Choose one from the list."))
        return text
    least, most = LIMITS[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        raise Invalid(field_name, N_("It must be a whole number within its bounds."))
    return int(text)
