"""What an account must have. Pure."""

from __future__ import annotations

from ils.errors import N_, Invalid, Refused

LANGUAGES = ("kk", "ru", "en")


class WrongPassword(Invalid):
    """The account or the password is wrong; which one is not said."""

    code = "wrong_password"
    message = N_("The name or the password is wrong.")


class LastAdministrator(Refused):
    """Nobody would be left who can administer the library."""

    code = "last_administrator"
    message = N_("This is the last administrator; give the role to another account first.")


def checked_password(text: str, least: int) -> str:
    """A password long enough to keep.

    Raises:
        Invalid: it is shorter than ``least`` characters.
    """
    if len(text) < least:
        raise Invalid(N_("Password"), N_("It is too short."))
    return text
