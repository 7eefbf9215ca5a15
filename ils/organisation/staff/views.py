"""Lists as somebody likes to see them: narrowed and sorted, under a name, for one's own account."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

from sqlalchemy.orm import Session

from ils.errors import N_, Invalid
from ils.organisation.staff.models import Staff

MOST = 60
LONGEST_NAME = 60
LONGEST_ADDRESS = 1000
#: Where lists stand.
PLACES = ("/staff/", "/desk/")
#: Parts of an address that are of the moment.
_OF_THE_MOMENT = ("page", "export")
_NAME = N_("Name of the view")


def save_view(session: Session, staff_id: int, *, name: str, address: str) -> str:
    """Keep a list's address under a name; one of that name on that list is replaced.

    Returns:
        The address that is kept: without its page.

    Raises:
        Invalid: no name, no address of a list, or too many.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(_NAME, N_("Write a name, not too long."))
    address = _lasting(address)
    staff = session.get_one(Staff, staff_id)
    others = [one for one in staff.views if (one[0], _path(one[1])) != (name, _path(address))]
    if len(others) >= MOST:
        raise Invalid(_NAME, N_("There are too many views. Remove one first."))
    staff.views = sorted([*others, [name, address]])
    session.flush()
    return address


def remove_view(session: Session, staff_id: int, *, name: str, address: str) -> None:
    """Forget a view; one that is gone already is no error."""
    staff = session.get_one(Staff, staff_id)
    staff.views = [one for one in staff.views if one != [name, address]]
    session.flush()


def views_of(views: Iterable[tuple[str, str]], path: str) -> list[tuple[str, str]]:
    """Those of some views that are of one list."""
    return [(name, address) for name, address in views if _path(address) == path]


def _path(address: str) -> str:
    return urlsplit(address).path


def _lasting(address: str) -> str:
    """The address of a list without what is of the moment.

    Raises:
        Invalid: it leads elsewhere.
    """
    parts = urlsplit(address)
    if (
        parts.scheme or parts.netloc or len(address) > LONGEST_ADDRESS
        or not parts.path.startswith(PLACES)
    ):  # fmt: skip
        raise Invalid(N_("Address"), N_("This is no list of the system."))
    asked = [
        (key, value)
        for key, value in parse_qsl(parts.query)
        if key.rsplit("-", 1)[-1] not in _OF_THE_MOMENT
    ]
    return f"{parts.path}?{urlencode(asked)}" if asked else parts.path
