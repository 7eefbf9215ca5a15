"""When issues are expected, and how many numbers there are. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from ils.config import Config
from ils.datafiles import BadConfiguration, Declared, entries, read
from ils.errors import N_, NotFound, Refused
from ils.ledger import Material

#: Periodicals that are counted by issues; newspapers are counted by yearly sets.
BY_ISSUE = (Material.JOURNAL,)
#: An issue so long after its day is late.
LATE_AFTER = timedelta(days=10)
#: Years periodicals are kept: of Kazakhstan, of other countries.
KEPT_OWN, KEPT_FOREIGN = 5, 3


class Pattern(Declared, frozen=True):
    """How often a periodical appears."""

    ru: str
    kk: str
    en: str
    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    months: tuple[int, ...] = tuple(range(1, 13))


class UnknownSubscription(NotFound):
    """There is no such subscription, or issue."""

    code = "unknown_subscription"
    message = N_("There is no such subscription or issue.")


class SubscribedAlready(Refused):
    """The branch has this periodical in this half-year."""

    code = "subscribed_already"
    message = N_("The branch is subscribed to it for this half-year already.")


class IssuesArrived(Refused):
    """A subscription with issues that came cannot be dropped."""

    code = "issues_arrived"
    message = N_("Issues of it have arrived: it cannot be removed.")


class NothingToAccount(Refused):
    """Everything that arrived is on account."""

    code = "nothing_to_account"
    message = N_("Everything that arrived is on account already.")


def patterns(config: Config) -> Mapping[str, Pattern]:
    """The patterns of a library, read once.

    Raises:
        BadConfiguration: one cannot be used.
    """
    return config.holding(_load)


def _load(config: Config) -> Mapping[str, Pattern]:
    path = config.source / "serials.toml"
    found = entries(read(path), Pattern, path.name)
    for name, pattern in found.items():
        if not (pattern.weekdays or pattern.days):
            raise BadConfiguration(place=f"{path.name}, {name}", problem="no weekdays and no days")
    return found


def expected_days(pattern: Pattern, year: int, half: int) -> list[date]:
    """The days issues are expected in half a year.

    >>> days = expected_days(Pattern(ru="", kk="", en="", days=(15,)), 2026, 2)
    >>> len(days), f"{days[0]:%d.%m}"
    (6, '15.07')
    """
    day, end = date(year, 1 + 6 * (half - 1), 1), date(year + (half == 2), 7 if half == 1 else 1, 1)
    found = []
    while day < end:
        listed = day.isoweekday() in pattern.weekdays or day.day in pattern.days
        if listed and day.month in pattern.months:
            found.append(day)
        day += timedelta(days=1)
    return found


def ranges(numbers: Iterable[str]) -> str:
    """Numbers as people write them: runs with a dash.

    >>> ranges(["1", "2", "3", "5", "6"]), ranges(["1-2", "4"])
    ('1–3, 5–6', '4, 1-2')
    """
    plain = sorted({int(one) for one in numbers if one.isascii() and one.isdigit()})
    others = [one for one in numbers if not (one.isascii() and one.isdigit())]
    return ", ".join([*_runs(plain), *others])


def _runs(numbers: Sequence[int]) -> Iterator[str]:
    if not numbers:
        return
    first = numbers[0]
    for one, following in pairwise([*numbers, None]):
        if following is None or one is None or following != one + 1:
            yield str(first) if first == one else f"{first}–{one}"
            first = following or 0


def kept_from(kazakhstani: bool, today: date) -> int:
    """The first year whose issues are kept."""
    return today.year - (KEPT_OWN if kazakhstani else KEPT_FOREIGN)
