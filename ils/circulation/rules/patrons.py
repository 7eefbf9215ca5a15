"""What a registration must say."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date

from ils.errors import N_, Invalid, Refused

OLDEST = 120
LONGEST_CARD = 40
SEXES = ("f", "m", "")

_phone = re.compile(r"\+?[\d\s()-]{5,20}")
_email = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class PatronData:
    """What the form asks."""

    surname: str
    given_name: str
    birth_date: date
    category: str
    patronymic: str = ""
    card: str = ""
    sex: str = ""
    language: str = "ru"
    phone: str = ""
    email: str = ""
    address: str = ""
    consent: bool = False


class CardTaken(Refused):
    """The barcode belongs to another reader or to a copy."""

    code = "card_taken"
    message = N_("The barcode “%(card)s” is already in use.")


class AlreadyRegistered(Refused):
    """The reader is registered this year."""

    code = "already_registered"
    message = N_("The reader is already registered for %(year)s.")


def checked(data: PatronData, categories: Container[str], today: date) -> PatronData:
    """The data with tidy blanks.

    Raises:
        Invalid: a field cannot be used; it is named.
    """
    data = replace(
        data,
        surname=_tidy(data.surname),
        given_name=_tidy(data.given_name),
        patronymic=_tidy(data.patronymic),
        phone=_tidy(data.phone),
        email=data.email.strip(),
        address=_tidy(data.address),
        card=data.card.strip(),
    )
    wrong = [
        (not data.surname, N_("Surname"), N_("This must be filled in.")),
        (not data.given_name, N_("Given name"), N_("This must be filled in.")),
        (
            not 0 <= (today - data.birth_date).days <= OLDEST * 366,
            N_("Birth date"),
            N_("It must be a day of the last 120 years."),
        ),
        (data.category not in categories, N_("Category"), N_("Choose one from the list.")),
        (data.sex not in SEXES, N_("Sex"), N_("Choose one from the list.")),
        (data.language not in {"kk", "ru", "en"}, N_("Language"), N_("Choose one from the list.")),
        (
            not (len(data.card) <= LONGEST_CARD and data.card.isascii() and " " not in data.card),
            N_("Card barcode"),
            N_("Latin letters and digits, up to 40, without blanks."),
        ),
        (
            bool(data.phone) and not _phone.fullmatch(data.phone),
            N_("Phone"),
            N_("Only digits, blanks, brackets and +."),
        ),
        (
            bool(data.email) and not _email.fullmatch(data.email),
            N_("E-mail"),
            N_("It does not look like an address."),
        ),
        (not data.consent, N_("Consent"), N_("A reader is registered only with consent.")),
    ]
    for bad, field, reason in wrong:
        if bad:
            raise Invalid(field, reason)
    return data


def _tidy(text: str) -> str:
    return " ".join(text.split())


def next_card(last: str | None) -> str:
    """The card after the last one the system made.

    >>> next_card(None), next_card("R0000009")
    ('R0000001', 'R0000010')
    """
    number = int(last[1:]) if last else 0
    return f"R{number + 1:07}"
