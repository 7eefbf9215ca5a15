"""What can go wrong and be told to a person: the class is the policy.

The base carries the HTTP status, the leaf its code and message, the values travel in
`facts`. Domain code raises; the edge (page, command, protocol) translates once.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar


class Text(str):
    """A text of the program, to be translated where it is shown; other strings are data."""

    __slots__ = ()


class InLanguages(dict[str, str]):
    """A text of the library's settings in each language; it is not translated, but chosen."""


def N_(text: str) -> Text:  # noqa: N802 -- the name translation tools look for
    """Mark a text for translation where it is written."""
    return Text(text)


class Remark(str):  # noqa: SLOT000 -- it keeps what it was made of
    """What is said of a record or line of a file: English, told in other languages by `i18n`.

    Attributes:
        message, facts: a text marked with `N_` with ``%(fact)s`` places, and what stands there.
    """

    message: str
    facts: dict[str, object]

    def __new__(cls, message: str, **facts: object) -> Remark:  # noqa: PYI034 -- not Self: final
        """Say it in English."""
        said = super().__new__(cls, message % facts if facts else message)
        said.message, said.facts = message, facts
        return said

    def as_json(self) -> dict[str, Any]:
        """It as it is kept to be told later."""
        return {"message": self.message, "facts": {k: str(v) for k, v in self.facts.items()}}


class IlsError(Exception):
    """An expected failure. ``message`` is English with ``%(fact)s`` places."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: ClassVar[str] = "error"
    message: ClassVar[str] = N_("Something went wrong.")

    def __init__(self, **facts: object) -> None:
        """Keep the values the message mentions."""
        self.facts = facts
        super().__init__(f"{self.code}: {self.message % facts}")

    def as_json(self) -> dict[str, Any]:
        """The error to be kept and told later; texts to be translated stay marked as such."""
        facts = {name: _kept(value) for name, value in self.facts.items()}
        return {"code": self.code, "message": str(self.message), "facts": facts}


def _kept(value: object) -> str | dict[str, str]:
    """A fact as it is kept: data; a text of the program; one of the settings, by language."""
    if isinstance(value, InLanguages):
        return value
    return {"text": str(value)} if isinstance(value, Text) else str(value)


class NotFound(IlsError):
    """The thing asked for does not exist, or not for this person."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"
    message = N_("Not found.")


class Invalid(IlsError):
    """What was entered cannot be used; ``field`` names the place."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid"
    message = N_("Please check the field “%(field)s”: %(reason)s")

    def __init__(self, field: str = "", reason: str = "", **facts: object) -> None:
        """Name the field and the reason; both are texts marked with `N_`."""
        super().__init__(field=field, reason=reason, **facts)


class Refused(IlsError):
    """A rule of the library says no."""

    status = HTTPStatus.CONFLICT
    code = "refused"


class Doubtful(Refused):
    """Perhaps a mistake: a person reads what is told and may say, by ``tick``, that it is none."""

    code = "doubtful"
    tick: ClassVar[str] = N_("This is no mistake")


class Busy(Refused):
    """Two desks wanted the same thing at once, twice in a row."""

    code = "busy"
    message = N_("Another desk is working with the same copy or reader. Please scan again.")


class Stale(IlsError):
    """Somebody else changed the thing meanwhile."""

    status = HTTPStatus.CONFLICT
    code = "stale"
    message = N_("Somebody else has changed this meanwhile. Please look at it again.")


class Unavailable(IlsError):
    """An outside program or device failed; trying later may help."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
    message = N_("This is not available now: %(reason)s")


class NotSignedIn(IlsError):
    """The page is for staff."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not_signed_in"
    message = N_("Please sign in.")


class Forbidden(IlsError):
    """The account has no role for this page."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"
    message = N_("Your account has no right to do this. It needs the role: %(roles)s.")


class TooManyRequests(IlsError):
    """Sign-in was tried too often."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_attempts"
    message = N_("Too many attempts. Please wait %(seconds)s seconds.")
