"""What a form or an address says, checked."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from flask import (
    request,
)
from werkzeug.routing import IntegerConverter, Map

from ils import clock
from ils.errors import N_, Invalid

#: The largest number a column of the database holds.
MAX_INT = 2**63 - 1


#: A path: what browsers or servers would skip or take for another sign is not in it.
_local = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def next_path() -> str:
    """Where to go on to: a path of this site, or nothing."""
    target = request.values.get("next", "")
    return target if _local.fullmatch(target) else ""


def by_script() -> bool:
    """Whether the desk's script asks: it wants a line for its list, not a page."""
    return request.headers.get("X-Requested-With") == "desk"


class IdConverter(IntegerConverter):
    """An id in an address: a whole number that fits its column."""

    def __init__(self, map: Map) -> None:  # noqa: A002 -- werkzeug's name
        """With our bound."""
        super().__init__(map, max=MAX_INT)


def form_uuid(name: str) -> UUID:
    """A UUID of the form.

    Raises:
        Invalid: it is none.
    """
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise Invalid(N_("Request"), N_("It must be a UUID.")) from None


def whole(name: str, text: str) -> int | None:
    """A whole number that fits its column, or nothing.

    Raises:
        Invalid: it is something else.
    """
    return _int(name, text)


def form_int(name: str) -> int | None:
    """A whole number of the form, or nothing.

    Raises:
        Invalid: it is something else.
    """
    return _int(name, request.form.get(name, ""))


def form_ints(name: str) -> list[int]:
    """Whole numbers of the form that have one name.

    Raises:
        Invalid: one is something else.
    """
    numbers = (_int(name, text) for text in request.form.getlist(name))
    return [number for number in numbers if number is not None]


def argument_int(name: str) -> int | None:
    """A whole number of the address, or nothing."""
    return _int(name, request.args.get(name, ""))


def _int(name: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_INT))):
        raise Invalid(name, N_("It must be a number."))
    if int(text) > MAX_INT:
        raise Invalid(name, N_("It must be a number."))
    return int(text)


def form_day(name: str, field: str) -> date:
    """A day of the form, as 2026-01-31 or 31.01.2026.

    Raises:
        Invalid: it is no day; ``field`` names it.
    """
    return parsed_day(request.form.get(name, ""), field)


def parsed_day(text: str, field: str, *, past: bool = False) -> date:
    """A day as people write it, see `clock.day_written`.

    Raises:
        Invalid: it is no day; ``field`` names it.
    """
    day = clock.day_written(text, past=past)
    if day is None:
        raise Invalid(field, N_("Write the day as 31.01.2026."))
    return day
