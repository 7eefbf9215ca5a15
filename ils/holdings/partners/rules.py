"""What the register asks of a partner. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ils.errors import N_, Invalid, NotFound, Refused
from ils.fields import FieldKind, described


class UnknownPartner(NotFound):
    """There is no such partner."""

    code = "unknown_partner"
    message = N_("There is no such supplier, donor or institution.")


class PartnerThere(Refused):
    """One of this name is in the register."""

    code = "partner_there"
    message = N_("“%(name)s” is in the register already.")


class NumberTaken(Refused):
    """Another partner has the number."""

    code = "tax_number_taken"
    message = N_("“%(name)s” has this BIN or IIN.")


@dataclass(frozen=True)
class PartnerName:
    """What papers call a partner."""

    name: str = described(N_("Name"), longest=200)


@dataclass(frozen=True)
class PartnerData:
    """What is known of a partner."""

    kind: str = described(N_("Kind"), codes="partner_kind", default="supplier")
    tax_number: str = described(N_("BIN or IIN"), default="", width="phone", longest=20,
                                hint=N_("twelve digits"))  # fmt: skip
    address: str = described(N_("Address"), default="", longest=300)
    contact: str = described(N_("Contact person"), default="", longest=200)
    phone: str = described(N_("Phone"), FieldKind.TEL, default="", width="phone", longest=60)
    email: str = described(N_("E-mail"), FieldKind.EMAIL, default="", longest=200)
    note: str = described(N_("Note"), FieldKind.LONG, default="", longest=2000)
    closed: bool = described(N_("Not suggested any more"), FieldKind.FLAG, default=False)


@dataclass(frozen=True)
class NewPartner(PartnerData, PartnerName):
    """The form of a new partner: its name is not changed later."""


def tax_number(text: str) -> str:
    """A БИН or ИИН, without the spaces it may be typed with; its last digit is a check.

    >>> tax_number("0405 4000 0113"), tax_number("")
    ('040540000113', '')

    Raises:
        Invalid: it is none.
    """
    digits = "".join(text.split())
    if not digits:
        return ""
    if len(digits) != 12 or not (digits.isascii() and digits.isdigit()):
        raise Invalid(N_("BIN or IIN"), N_("It has twelve digits."))
    numbers = [int(digit) for digit in digits]
    check = sum(n * weight for n, weight in zip(numbers, range(1, 12), strict=False)) % 11
    if check == 10:  # the second row of weights
        weights = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
        check = sum(n * weight for n, weight in zip(numbers, weights, strict=False)) % 11
    if check != numbers[11]:
        raise Invalid(N_("BIN or IIN"), N_("Its last digit does not fit: is it typed right?"))
    return digits
