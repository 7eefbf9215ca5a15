"""Which level a loan has reached, and by which way its reader can be told. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from ils.circulation.notices.models import NoticeChannel
from ils.config import Config
from ils.datafiles import BadConfiguration, Declared, Meta, entries, read
from ils.messages.templates import templates

FILE = "notices.toml"
#: Behind the name of a template: its words as a short message.
SHORT = "_sms"


class NoticeLevel(Declared, frozen=True):
    """When, how and what readers are told.

    Attributes:
        days: after the day a loan is due; before it, less than nothing.
    """

    days: Annotated[int, Meta(ge=-30, le=3650)]
    channels: tuple[Literal["email", "sms"], ...]
    template: str
    branches: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def is_late(self) -> bool:
        """Whether it tells of a debt: it is counted as a reminder."""
        return self.days > 0

    def fits(self, branch: str, categories: Sequence[str]) -> bool:
        """Whether it is told at a branch to a reader of a category, or of one above it."""
        return (not self.branches or branch in self.branches) and (
            not self.categories or bool(set(categories) & set(self.categories))
        )


def levels(config: Config) -> Mapping[str, NoticeLevel]:
    """The levels of the settings, the earliest first."""
    return config.holding(_load)


def _load(config: Config) -> Mapping[str, NoticeLevel]:
    found = entries(read(config.source / FILE), NoticeLevel, FILE)
    for code, level in found.items():
        for name in (level.template, f"{level.template}{SHORT}"):
            if name not in templates(config):
                problem = f"messages.toml has no “{name}”"
                raise BadConfiguration(place=f"{FILE}, {code}", problem=problem)
        if unknown := set(level.categories) - set(config.lists.categories):
            problem = f"unknown category {', '.join(sorted(unknown))}"
            raise BadConfiguration(place=f"{FILE}, {code}", problem=problem)
        if not level.channels:
            raise BadConfiguration(place=f"{FILE}, {code}", problem="no channels")
    return dict(sorted(found.items(), key=lambda one: one[1].days))


def reached(
    known: Mapping[str, NoticeLevel], due: date, today: date, catch_up: int
) -> tuple[str, NoticeLevel] | None:
    """The latest level a loan has reached; ``None``: none, or too long ago to be told now.

    >>> one = NoticeLevel(days=3, channels=("email",), template="t")
    >>> reached({"late": one}, date(2026, 3, 1), date(2026, 3, 3), 7) is None
    True
    >>> reached({"late": one}, date(2026, 3, 1), date(2026, 3, 4), 7)[0]
    'late'
    """
    passed = [(code, one) for code, one in known.items() if due + timedelta(one.days) <= today]
    if not passed:
        return None
    code, level = passed[-1]
    if level.days < 0 and today > due:  # it was to come before
        return None
    return (code, level) if due + timedelta(level.days + catch_up) > today else None


@dataclass(frozen=True)
class Reach:
    """Where a reader can be reached; ``phone``: of a mobile, as it is dialled."""

    email: str = ""
    phone: str = ""
    school: str = ""


def channel(level: NoticeLevel, reach: Reach, usable: Sequence[str]) -> NoticeChannel:
    """The first way of a level by which a reader can be reached.

    Args:
        usable: ways the settings have a server or gateway for.
    """
    known = {"email": reach.email, "sms": reach.phone}
    for name in level.channels:
        if name in usable and known[name]:
            return NoticeChannel(name)
    return NoticeChannel.SCHOOL if reach.school else NoticeChannel.VISIT


def may_send(now: datetime, from_hour: int, until_hour: int) -> bool:
    """Whether it is an hour to send at, in the branch's own time.

    >>> may_send(datetime(2026, 3, 2, 8, 59), 9, 20), may_send(datetime(2026, 3, 2, 9, 0), 9, 20)
    (False, True)
    """
    return from_hour <= now.hour < until_hour
