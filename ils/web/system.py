"""The running system and who is signed in, as pages know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import (
    current_app,
    g,
    url_for,
)
from sqlalchemy.orm import Session

from ils import db
from ils.config import Config


@dataclass(frozen=True)
class Workplace:
    """The branch somebody is signed in at."""

    id: int
    code: str
    name_ru: str
    name_kk: str
    timezone: str

    def name(self, language: str) -> str:
        """The name in the viewer's language; Russian stands for any but Kazakh."""
        return self.name_kk if language == "kk" else self.name_ru


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in: values, so that they outlive the transaction they were read in."""

    id: int
    login: str
    name: str
    language: str
    roles: frozenset[str]
    branch: Workplace
    #: (name, address) of lists as this account likes to see them.
    views: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Ils:
    """The running system: kept with the application."""

    config: Config
    sessions: db.Sessions
    #: The account of the sign-in cookie, while it is valid.
    authenticate: Callable[[Session, int, int, str], SignedIn | None]
    #: Write into the audit trail: by whom, what, of whom.
    audit: Callable[[Session, int | None, str, str], None]
    #: Permission → the roles that have it.
    permissions: Mapping[str, frozenset[str]]
    #: What keeps a branch from being closed: a text to be translated → how much of it.
    ties: Callable[[Session, int], Mapping[str, int]]
    #: How many loans of a branch are due on days it is closed, from a day on.
    due_when_closed: Callable[[Session, int, date], int]


def current() -> Ils:
    """The running system."""
    system: Ils = current_app.extensions["ils"]
    return system


def may(permission: str) -> bool:
    """Whether whoever is signed in has a permission.

    Raises:
        KeyError: there is no such permission.
    """
    roles = current().permissions[permission]
    staff = known_staff()
    return staff is not None and not staff.roles.isdisjoint(roles)


def open_address(endpoint: str) -> str:
    """Where a page without arguments is, if whoever is signed in may see it; else nothing."""
    permission: str | None = getattr(current_app.view_functions[endpoint], "permission", None)
    return url_for(endpoint) if permission is None or may(permission) else ""


def known_staff() -> SignedIn | None:
    """Who is signed in, once the page has looked."""
    staff: SignedIn | None = getattr(g, "staff", None)
    return staff


def afterwards(work: Callable[[Session], None]) -> None:
    """Have something written after a page that only reads, in a transaction of its own."""
    g.setdefault("afterwards", []).append(work)


def note(action: str, subject: str, *, by: int | None = None) -> None:
    """Have something looked at or tried noted in the audit trail, after the page was read."""
    staff = known_staff()
    who = by or (staff.id if staff else None)
    audit = current().audit
    afterwards(lambda session: audit(session, who, action, subject))
