"""Who may read a document, where, on which day; when a work is in the public domain. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from ipaddress import ip_address, ip_network

from ils.config import Config
from ils.datafiles import Declared, checked, read
from ils.digitization.rights.models import Rights, Scope
from ils.errors import N_, Doubtful, Invalid, Refused
from ils.fields import FieldKind, described


class ProtectionTerm(Declared, frozen=True):
    """Years of protection after the author's death, for works that become free from a year on."""

    since: int
    years: int


class Why(StrEnum):
    """Why a document may or may not be read."""

    OPEN = "open"
    IN_LIBRARY = "in_library"
    #: It may be read, but only inside.
    ONLY_INSIDE = "only_inside"
    NOT_YET = "not_yet"
    ENDED = "ended"
    UNKNOWN = "unknown"
    NOT_PUBLISHED = "not_published"
    STAFF = "staff"


@dataclass(frozen=True)
class Terms:
    """What a contract says of access."""

    scope: Scope
    download: bool
    since: date
    until: date | None
    #: It was ended before its time.
    ended: bool = False


@dataclass(frozen=True)
class Access:
    """Whether a document may be read, and kept."""

    read: bool
    download: bool
    why: Why


_NO = {why: Access(read=False, download=False, why=why) for why in Why}


def access(
    rights: Rights, terms: Terms | None, *, published: bool, inside: bool, today: date
) -> Access:
    """What anybody may do with a document at a place on a day; staff see everything.

    >>> access(Rights.UNKNOWN, None, published=True, inside=True, today=date(2026, 1, 1)).why
    <Why.UNKNOWN: 'unknown'>
    """
    if not published:
        return _NO[Why.NOT_PUBLISHED]
    if rights in {Rights.PUBLIC_DOMAIN, Rights.OWN}:
        return Access(read=True, download=True, why=Why.OPEN)
    if rights == Rights.UNKNOWN or terms is None:
        return _NO[Why.UNKNOWN]
    if today < terms.since or terms.ended or (terms.until is not None and today > terms.until):
        return _NO[Why.NOT_YET if today < terms.since else Why.ENDED]
    why = Why.OPEN if terms.scope == Scope.INTERNET else Why.IN_LIBRARY
    may = why == Why.OPEN or inside
    return Access(read=True, download=terms.download, why=why) if may else _NO[Why.ONLY_INSIDE]


def is_inside(address: str | None, networks: Sequence[str]) -> bool:
    """Whether an address is one of the library.

    >>> is_inside("10.1.2.3", ["10.1.0.0/16"]), is_inside("8.8.8.8", ["10.1.0.0/16"])
    (True, False)
    """
    try:
        own = ip_address(address or "")
    except ValueError:
        return False
    if own.version == 6 and own.ipv4_mapped is not None:
        own = own.ipv4_mapped
    return any(own in ip_network(network) for network in networks)


def terms(config: Config) -> list[ProtectionTerm]:
    """The terms of protection of the settings, the latest first."""
    data = read(config.source / "rights.toml").get("terms", [])
    found = [
        checked(
            {"since": one.pop("from", None), **one}, ProtectionTerm, f"rights.toml, terms[{number}]"
        )
        for number, one in enumerate(data)
    ]
    return sorted(found, key=lambda term: term.since, reverse=True)


_YEARS = re.compile(r"(?<!\d)(\d{4})\s*[-–—]\s*(\d{4})(?!\d)|[-–—]\s*(\d{4})(?!\d)")


def death_year(dates: str) -> int | None:
    """The year of death in the dates of a heading.

    >>> death_year("1904-1936"), death_year("-1936"), death_year("1960-"), death_year("")
    (1936, 1936, None, None)
    """
    found = _YEARS.search(dates)
    return None if found is None else int(found[2] or found[3])


def free_from(died: int, known: Sequence[ProtectionTerm]) -> int:
    """The year from which the works of somebody are free.

    A longer term does not bring back what was free when it came.

    >>> known = [ProtectionTerm(since=2005, years=70), ProtectionTerm(since=1996, years=50)]
    >>> free_from(1936, known), free_from(1950, known), free_from(1990, known)
    (1987, 2001, 2061)
    """
    for term in reversed(known):  # the oldest term first
        year = died + term.years + 1
        later = [one for one in known if one.since > term.since]
        if not later or year < min(one.since for one in later):
            return year
    return died + 71


class StillProtected(Refused):
    """An author died too recently."""

    code = "still_protected"
    message = N_("Works of %(author)s are protected until the end of %(year)s.")


class DeathUnknown(Doubtful):
    """Nothing says when an author died."""

    code = "death_unknown"
    message = N_("The record does not say when %(author)s died. Is the work free?")
    tick = N_("The work is in the public domain")


class NoContract(Invalid):
    """A contract is needed for that."""

    code = "no_contract"
    message = N_("Choose the contract.")


@dataclass(frozen=True)
class RightsData:
    """What a form asks of the rights of a document."""

    rights: str = described(N_("Rights"), codes="rights", default="unknown")
    contract: str = described(N_("Contract"), codes="contract", default="", empty=N_("no contract"))


@dataclass(frozen=True)
class ContractData:
    """What a form asks of a contract."""

    number: str = described(N_("Number"), width="short", longest=50)
    holder: str = described(N_("Right holder"), longest=300)
    signed_on: date = described(N_("Signed on"), FieldKind.DAY, width="date")
    until: date | None = described(
        N_("Valid until"),
        FieldKind.DAY,
        default=None,
        width="date",
        hint=N_("The last day; empty: without end."),
    )
    scope: str = described(N_("Where it may be read"), codes="rights_scope", default="internet")
    download: bool = described(N_("Readers may download"), FieldKind.FLAG, default=False)
    note: str = described(
        N_("Works, kinds of use, where the paper is"), FieldKind.LONG, default="", longest=2000
    )
