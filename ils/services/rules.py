"""What a count, an event, an enquiry must say. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from ils.errors import N_, Invalid, NotFound


class UnknownService(NotFound):
    """No event, enquiry or count has this number."""

    code = "unknown_service"
    message = N_("There is no such entry.")


LANGUAGES = ("kk", "ru", "en")
MAX_COUNT = 100_000
MAX_DAYS_BACK = timedelta(days=366)
MAX_LENGTH = 500


def whole(text: str, field: str) -> int:
    """A number of things; nothing typed is none.

    Raises:
        Invalid: it is no whole number, or too large.
    """
    text = text.strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= MAX_COUNT):
        raise Invalid(field, N_("It must be a whole number, at most 100 000."))
    return int(text)


def checked_day(day: date, today: date) -> date:
    """A day something was counted on.

    Raises:
        Invalid: it is still to come, or more than a year back.
    """
    if day > today or today - day > MAX_DAYS_BACK:
        raise Invalid(N_("Day"), N_("It must be today or a day of the last year."))
    return day


def text_of(text: str, field: str) -> str:
    """A text that must be there, with single blanks.

    Raises:
        Invalid: it is empty or too long.
    """
    text = " ".join(text.split())
    if not text:
        raise Invalid(field, N_("This must be filled in."))
    if len(text) > MAX_LENGTH:
        raise Invalid(field, N_("It is too long."))
    return text


def part_of(part: int, whole_: int, field: str) -> None:
    """A part cannot exceed its whole.

    Raises:
        Invalid: it does.
    """
    if part > whole_:
        raise Invalid(field, N_("A part cannot be larger than the whole."))
