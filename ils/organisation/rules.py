"""What may be a code, a password, a calendar. Pure."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import available_timezones

from ils.errors import N_, Invalid, Refused
from ils.ledger import Place
from ils.organisation.models import PointType

LANGUAGES = ("kk", "ru", "en")
LONGEST_CODE = 40
WEEKDAYS = "1234567"


class WrongPassword(Invalid):
    """The account or the password is wrong; which one is not said."""

    code = "wrong_password"
    message = N_("The name or the password is wrong.")


class LastAdministrator(Refused):
    """Nobody would be left who can administer the library."""

    code = "last_administrator"
    message = N_("This is the last administrator; give the role to another account first.")


class AlreadyExists(Refused):
    """A code or login is taken."""

    code = "already_exists"
    message = N_("“%(code)s” is already taken.")


def checked_code(text: str, field: str) -> str:
    """A code as typed, without outer blanks.

    Raises:
        Invalid: it is empty, too long, or has blanks inside.
    """
    code = text.strip()
    if not code or len(code) > LONGEST_CODE or any(c.isspace() for c in code):
        raise Invalid(field, N_("1 to 40 characters without blanks."))
    return code


def checked_name(text: str, field: str) -> str:
    """A name, with single blanks.

    Raises:
        Invalid: nothing is left.
    """
    name = " ".join(text.split())
    if not name:
        raise Invalid(field, N_("This must be filled in."))
    return name


def checked_password(text: str, least: int) -> str:
    """A password long enough to keep.

    Raises:
        Invalid: it is shorter than ``least`` characters.
    """
    if len(text) < least:
        raise Invalid(N_("Password"), N_("It is too short."))
    return text


def checked_timezone(text: str) -> str:
    """An IANA time zone.

    Raises:
        Invalid: there is no such zone.
    """
    if text not in available_timezones():
        raise Invalid(N_("Time zone"), N_("There is no such time zone."))
    return text


def checked_weekdays(digits: str) -> str:
    """Closed weekdays as digits; at least one day must stay open.

    Raises:
        Invalid: other characters, or all seven days.
    """
    days = "".join(sorted(set(digits)))
    if not set(days) <= set(WEEKDAYS) or days == WEEKDAYS:
        raise Invalid(N_("Closed weekdays"), N_("Choose some of the seven days, not all."))
    return days


def holidays_of(year: int, listed: Mapping[str, Mapping[str, str]]) -> dict[date, str]:
    """The holidays of a year with their names in both languages."""
    found = {}
    for day, names in listed.items():
        full = day if len(day) > len("MM-DD") else f"{year}-{day}"
        if full.startswith(f"{year}-") and not (day == "02-29" and not isleap(year)):
            found[date.fromisoformat(full)] = f"{names['kk']} / {names['ru']}"
    return found


def sanitary_days(year: int, weekday: int, *, last: bool) -> list[date]:
    """The first or last such weekday (1 is Monday) of each month: the sanitary days of a year."""
    found = []
    for month in range(1, 13):
        days = [date(year, month, n) for n in range(1, monthrange(year, month)[1] + 1)]
        fitting = [day for day in days if day.isoweekday() == weekday]
        found.append(fitting[-1 if last else 0])
    return found


#: What reading at a kind of service point is, for the ledger.
PLACES = {
    PointType.LENDING: Place.HOME,
    PointType.READING_ROOM: Place.READING_ROOM,
    PointType.OUTREACH: Place.SERVICE_POINT,
    PointType.HOME_DELIVERY: Place.HOME_DELIVERY,
}


@dataclass(frozen=True)
class Calendar:
    """When a branch does not work: weekdays as digits (1 is Monday), and single days."""

    closed_weekdays: str = ""
    closed: Container[date] = ()

    def next_open_day(self, day: date) -> date:
        """The first day from ``day`` on when the branch works; ``day`` if none in a year."""
        for ahead in range(366):
            candidate = day + timedelta(days=ahead)
            if self.works_on(candidate):
                return candidate
        return day

    def works_on(self, day: date) -> bool:
        """Whether the branch works on a day."""
        return str(day.isoweekday()) not in self.closed_weekdays and day not in self.closed
