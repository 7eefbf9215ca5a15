"""What a registration must say."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace
from datetime import date
from difflib import SequenceMatcher
from typing import Any, Protocol

from ils.catalog.identifiers import heading_key
from ils.codes.keyboard import readings
from ils.errors import N_, Doubtful, Invalid, Refused
from ils.fields import MAX_TEXT_LENGTH
from ils.patrons.fields import TEXTS, PatronData
from ils.patrons.models import ContactChannel, Disability

MAX_AGE = 120
#: So command barcodes begin.
COMMANDS = "SQ-"
MAX_CARD_LENGTH = 40
_printed = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9./-]{1,39}")
_new_card = re.compile(r"(?=.*[0-9A-Za-z])[!-~]{2,40}")
SEXES = ("f", "m", "")
GRADES = tuple(map(str, range(13)))
OF_CARD = N_("Latin letters and digits, 2 to 40 signs, without blanks.")
#: A school year begins in this month.
SEPTEMBER = 9

#: Libraries ask for a guarantor up to this age; minors consent through parents (Law 94-V).
OF_AGE = 16
NEAR = 0.82
#: A phone may be said with whose it is: 8 701 123-45-67 (мама), 23-45-67.
_phone = re.compile(r"(?=(?:.*\d){4}).{4,100}")
_nothing = {"-", "–", "—", "нет", "жоқ"}
_email = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class PossibleDuplicate(Doubtful):
    """Readers of nearly the same name or birth date are there; ``found`` has their ids."""

    code = "looks_registered"
    message = N_("Perhaps this reader is registered already: %(names)s.")
    tick = N_("This is another person: register")

    def __init__(self, found: list[int], names: str) -> None:
        """Keep the readers for the page."""
        super().__init__(names=names)
        self.found = found


class NoGuardian(Doubtful):
    """A child is registered without anybody who answers for it."""

    code = "no_guardian"
    message = N_("Who answers for a reader under %(age)s? Name a guardian.")
    tick = N_("There is nobody to name: register")


class AlreadyRegistered(Refused):
    """The reader is registered this year."""

    code = "already_registered"
    message = N_("The reader is already registered for %(year)s.")


def checked(
    data: PatronData, categories: Container[str], today: date, *, consent: bool = True
) -> PatronData:
    """The data with tidy blanks.

    Args:
        consent: whether it must be given now; an import brings readers whose paper says it.

    Raises:
        Invalid: a field cannot be used; it is named.
    """
    tidy: dict[str, Any] = {name: _tidy(getattr(data, name)) for name in TEXTS}
    if tidy["phone"].casefold() in _nothing:
        tidy["phone"] = ""
    data = replace(data, **tidy)
    for bad, field, reason in _wrong(data, categories, today, consent=consent):
        if bad:
            raise Invalid(field, reason)
    return data


def _wrong(
    data: PatronData, categories: Container[str], today: date, *, consent: bool
) -> list[tuple[bool, str, str]]:
    """What may be wrong: whether it is, the field, the reason."""
    return [
        *_wrong_contacts(data),
        (not data.surname, N_("Surname"), N_("This must be filled in.")),
        (not data.given_name, N_("Given name"), N_("This must be filled in.")),
        (
            not 0 <= (today - data.birth_date).days <= MAX_AGE * 366,
            N_("Birth date"),
            N_("It must be a day of the last 120 years."),
        ),
        (data.category not in categories, N_("Category"), N_("Choose one from the list.")),
        (data.sex not in SEXES, N_("Sex"), N_("Choose one from the list.")),
        (data.language not in {"kk", "ru", "en"}, N_("Language"), N_("Choose one from the list.")),
        (not _is_card(data.card), N_("Card barcode"), OF_CARD),
        (
            not (data.grade == "" or data.grade in GRADES),
            N_("Grade"),
            N_("It must be a number from 0 to 12."),
        ),
        (
            data.disability not in {"", *Disability},
            N_("Disability"),
            N_("Choose one from the list."),
        ),
        (
            any(len(getattr(data, name)) > MAX_TEXT_LENGTH for name in TEXTS),
            N_("Notes"),
            N_("It is too long."),
        ),
        (
            consent and not data.consent,
            N_("The reader has read the rules and agrees to the processing of personal data"),
            N_("A reader is registered only with consent."),
        ),
    ]


class SaidContacts(Protocol):
    """How somebody is reached."""

    @property
    def phone(self) -> str: ...  # noqa: D102
    @property
    def email(self) -> str: ...  # noqa: D102
    @property
    def channel(self) -> str: ...  # noqa: D102


def check_contacts(said: SaidContacts) -> None:
    """Ask whether somebody can be reached so.

    Raises:
        Invalid: the field that is wrong.
    """
    for wrong, field, reason in _wrong_contacts(said):
        if wrong:
            raise Invalid(field, reason)


def _wrong_contacts(data: SaidContacts) -> list[tuple[bool, str, str]]:
    return [
        (
            bool(data.phone) and not _phone.fullmatch(data.phone),
            N_("Phone"),
            N_("It must have at least four digits."),
        ),
        (
            bool(data.email) and not _email.fullmatch(data.email),
            N_("E-mail"),
            N_("It does not look like an address."),
        ),
        (
            data.channel not in set(ContactChannel),
            N_("How to reach the reader"),
            N_("Choose one from the list."),
        ),
        (
            data.channel == ContactChannel.EMAIL and not data.email,
            N_("E-mail"),
            N_("Required: it is the preferred contact channel."),
        ),
    ]


class SaidPerson(Protocol):
    """Who somebody is."""

    @property
    def surname(self) -> str: ...  # noqa: D102
    @property
    def given_name(self) -> str: ...  # noqa: D102
    @property
    def patronymic(self) -> str: ...  # noqa: D102
    @property
    def birth_date(self) -> date: ...  # noqa: D102


class Person(SaidPerson, Protocol):
    """What of a reader is compared."""

    @property
    def phone(self) -> str: ...  # noqa: D102


def possible_duplicates(data: PatronData, other: Person) -> bool:
    """Whether two may be one person: two of surname, given name and birth date are near.

    A name is near another if few letters differ, Kazakh letters counting as the Russian
    ones that stand for them. The same phone stands for a name.
    """
    surname = _near(data.surname, other.surname)
    given = _near(data.given_name, other.given_name)
    phone = bool(_digits(data.phone)) and _digits(data.phone) == _digits(other.phone)
    if data.birth_date == other.birth_date:
        return surname or (given and phone)
    return surname and given and data.birth_date.year == other.birth_date.year


def same_person(data: SaidPerson, other: SaidPerson) -> bool:
    """Whether two sayings are of one person: no name and no birth date contradicts the other.

    Kazakh letters count as the Russian ones that stand for them, and the first of January as any
    day of its year: so a birth year is kept.
    """
    for name in ("surname", "given_name", "patronymic"):
        one, two = heading_key(getattr(data, name)), heading_key(getattr(other, name))
        if one != two and (name != "patronymic" or (one and two)):
            return False
    days = {data.birth_date, other.birth_date}
    years = {day.year for day in days}
    return len(days) == 1 or (len(years) == 1 and date(min(years), 1, 1) in days)


def _near(one: str, other: str) -> bool:
    return SequenceMatcher(None, heading_key(one), heading_key(other)).ratio() >= NEAR


def _digits(phone: str) -> str:
    return "".join(filter(str.isdigit, phone))[-10:]


def checked_card(card: str) -> None:
    """Look whether a text can be a new card; those of another system may be shorter.

    Raises:
        Invalid: it cannot.
    """
    if not _new_card.fullmatch(card) or card.upper().startswith(COMMANDS):
        raise Invalid(N_("Card barcode"), OF_CARD)


def may_be_card(code: str) -> bool:
    """Whether a code that nobody has may be a new card: names and commands are none."""
    return _is_card(code) and any(c.isdigit() for c in code)


def card_meant(code: str) -> str:
    """The card a scanner typed, whatever the layout made of it; as it is where none can be.

    >>> card_meant("К0000012"), card_meant("R0012"), card_meant("Абай")
    ('R0000012', 'R0012', 'Абай')
    """
    if code.isascii():
        return code  # no other layout was at work
    return next((reading for reading in readings(code) if _printed.fullmatch(reading)), code)


def _is_card(card: str) -> bool:
    return len(card) <= MAX_CARD_LENGTH and card.isascii() and " " not in card


def check_guardian(data: PatronData, today: date) -> None:
    """Look whether somebody answers for a child.

    Raises:
        NoGuardian: nobody is named.
    """
    named = data.guardian or is_name(data.guardian_name)
    if not named and age_on(data.birth_date, today) < OF_AGE:
        raise NoGuardian(age=str(OF_AGE))


def is_name(text: str) -> bool:
    """Whether a field names somebody; a dash in it does not."""
    return any(c.isalpha() for c in text)


def age_on(birth_date: date, day: date) -> int:
    """Completed years of life on a day, as state forms ask for.

    >>> age_on(date(2011, 12, 20), date(2026, 1, 10)), age_on(date(2012, 2, 29), date(2027, 2, 28))
    (14, 14)
    """
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def school_year(day: date) -> int:
    """The year a school year began in."""
    return day.year if day.month >= SEPTEMBER else day.year - 1


def _tidy(text: str) -> str:
    return " ".join(text.split())


def next_card(last: str | None) -> str:
    """The card after the last one the system made.

    >>> next_card(None), next_card("R0000009")
    ('R0000001', 'R0000010')
    """
    number = int(last[1:]) if last else 0
    return f"R{number + 1:07}"
