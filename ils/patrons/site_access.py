"""A reader's own access to the site: a code of the desk first, then the reader's password."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from ils import clock, ledger, passwords
from ils.errors import N_, Invalid, Refused
from ils.fields import FieldKind, described
from ils.ledger import Facts, Kind, Origin
from ils.organisation.audit.actions import audit
from ils.patrons import queries, rules
from ils.patrons.actions import patron_facts
from ils.patrons.models import Patron

CODE_DIGITS = 8
CODE_HOLDS = timedelta(days=7)
SHORTEST = 8
LONGEST = 200


class WrongCardOrPassword(Refused):
    """No reader has this card and this password."""

    code = "wrong_card_or_password"
    message = N_("The card or the password is wrong, or the code of the library is too old.")


@dataclass(frozen=True)
class SiteCode:
    """A code, and what is kept of it."""

    written: str
    kept: str


def new_code() -> SiteCode:
    """A code nobody has yet; it takes long, so not within a writing transaction."""
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    return SiteCode(code, passwords.hashed(code))


def give_code(session: Session, by: int | None, patron: Patron, code: SiteCode) -> None:
    """A code to sign in and set a password with; what the reader had opens nothing any more."""
    patron.site_password = code.kept
    patron.site_code_until = clock.now() + CODE_HOLDS
    patron.site_version += 1
    audit(session, by, "patron.site_code", str(patron.id))
    session.flush()


def close_access(session: Session, by: int | None, patron: Patron) -> None:
    """Nobody signs in as the reader until there is a new code."""
    patron.site_password, patron.site_code_until = "", None
    patron.site_version += 1
    audit(session, by, "patron.site_closed", str(patron.id))
    session.flush()


def check_password(patron: Patron | None, password: str) -> Patron:
    """The reader, if the password or the code is right.

    Raises:
        WrongCardOrPassword: it is not, or the code is too old.
    """
    right = passwords.fits(patron.site_password if patron else None, password[:LONGEST])
    if patron is None or not right:
        raise WrongCardOrPassword
    if patron.site_code_until is not None and patron.site_code_until < clock.now():
        raise WrongCardOrPassword
    return patron


def new_password(patron: Patron, password: str) -> str:
    """What is kept of a reader's own password; it takes long, so not within a writing transaction.

    Raises:
        Invalid: it is too short, too long, or what it was.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(N_("Password"), N_("It must have at least 8 characters."))
    if passwords.fits(patron.site_password, password):
        raise Invalid(N_("Password"), N_("It must be another than before."))
    return passwords.hashed(password)


def set_password(session: Session, patron: Patron, kept: str) -> None:
    """Keep a reader's own password, see `new_password`; other sign-ins end."""
    patron.site_password, patron.site_code_until = kept, None
    patron.site_version += 1
    audit(session, None, "patron.site_password", str(patron.id))
    session.flush()


@dataclass(frozen=True)
class ContactData:
    """How the library reaches the reader."""

    phone: str = described(N_("Phone"), FieldKind.TEL, default="", width="phone", longest=40)
    email: str = described(N_("E-mail"), FieldKind.EMAIL, default="", longest=200)
    language: str = described(N_("Language of messages"), codes="language", default="kk")
    channel: str = described(N_("How to reach you"), codes="contact_channel", default="phone")


def end_sign_ins(patron: Patron) -> None:
    """Every sign-in of the reader ends."""
    patron.site_version += 1


def change_contacts(session: Session, patron: Patron, data: ContactData) -> None:
    """The reader says how to be reached.

    Raises:
        Invalid: a field cannot be used.
    """
    data = replace(data, phone=data.phone.strip(), email=data.email.strip())
    rules.check_contacts(data)
    changed = [one.name for one in fields(data)
               if getattr(patron, one.name) != getattr(data, one.name)]  # fmt: skip
    for name in changed:
        setattr(patron, name, getattr(data, name))
    session.flush()
    if changed:
        audit(session, None, "patron.change", str(patron.id), what=changed)


def count_use(session: Session, origin: Origin, patron: Patron) -> None:
    """Once a year the reader is a user of the site, if registered for it."""
    year = queries.patron_year(session, patron.id, origin.day.year)
    if year is not None:
        facts: Facts = {**patron_facts(year, origin, patron), "patron_year_id": None}
        key = f"site:{patron.id}:{origin.day.year}"
        ledger.record_once(session, Kind.REGISTRATION, origin, facts, key=key, detail="site")
