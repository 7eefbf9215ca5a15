"""Who reads: the cookie of a reader, apart from that of staff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from flask import g
from flask import session as cookie
from sqlalchemy.orm import Session

from ils import clock, web
from ils.circulation.context import Desk
from ils.errors import N_, NotSignedIn, Refused
from ils.ledger import Channel, Origin
from ils.organisation.branches.models import Branch
from ils.patrons import queries as patron_queries
from ils.patrons.models import Patron
from ils.patrons.rules import age_on

#: Seconds without a page after which a reader is asked again: others come to the same screen.
IDLE = 30 * 60
NAME = "reader"
#: Years (Civil Code of Kazakhstan, article 17).
OF_AGE = 18


class ReaderNotSignedIn(NotSignedIn):
    """The page is a reader's own."""

    code = "reader_not_signed_in"
    message = N_("Please sign in with your library card.")


class PasswordNeeded(Refused):
    """The reader came in with the library's code and has no password yet."""

    code = "password_needed"
    message = N_("Please set a password of your own first.")


@dataclass(frozen=True)
class SignedInReader:
    """Who is signed in, as pages know it."""

    id: int
    name: str
    by_code: bool


def sign_in(patron_id: int, version: int) -> None:
    """Remember who reads; staff who are signed in here stay so."""
    now = int(clock.now().timestamp())
    cookie[NAME] = {"id": patron_id, "version": version, "at": now}


def sign_out() -> None:
    """Forget who read."""
    cookie.pop(NAME, None)


def look(session: Session) -> None:
    """Who reads, if anybody; ``g.reader`` says it."""
    g.reader = None
    kept, now = cookie.get(NAME), int(clock.now().timestamp())
    if not isinstance(kept, dict) or not 0 <= now - int(kept.get("at", 0)) < IDLE:
        return
    patron = session.get(Patron, kept["id"])
    if patron is None or not patron.site_password or patron.site_version != kept["version"]:
        return  # the cookie is left: the answer to another request may have renewed it just now
    if now - kept["at"] > IDLE // 10:
        cookie[NAME] = {**kept, "at": now}
    g.reader = SignedInReader(patron.id, patron.given_name, patron.site_code_until is not None)
    g.who = f"reader {patron.id}"


def require(session: Session) -> None:
    """Let readers in who have a password of their own.

    Raises:
        ReaderNotSignedIn, PasswordNeeded: who has not.
    """
    require_any(session)
    if g.reader.by_code:
        raise PasswordNeeded


def require_any(session: Session) -> None:
    """Let readers in, also those who came with the library's code.

    Raises:
        ReaderNotSignedIn: nobody has signed in.
    """
    look(session)
    if g.reader is None:
        raise ReaderNotSignedIn


def reader(session: Session) -> Patron:
    """The reader who is signed in."""
    return session.get_one(Patron, g.reader.id)


def persons(session: Session) -> list[Patron]:
    """The reader, and the children whom the reader answers for; not those who are grown up."""
    today = clock.local_day(clock.now(), web.current().config.library.timezone)
    family = session.scalars(patron_queries.dependants_of(g.reader.id))
    return [reader(session), *(p for p in family if age_on(p.birth_date, today) < OF_AGE)]


def desk_of(session: Session, branch_id: int) -> Desk:
    """A reader acts from home, at a branch: where a loan or a hold belongs."""
    return Desk(session, origin_at(session, branch_id), web.current().config)


def origin_at(session: Session, branch_id: int, request_id: UUID | None = None) -> Origin:
    """A reader acts from home, at a branch, in answer to the form unless another request is."""
    branch, now = session.get_one(Branch, branch_id), clock.now()
    return Origin(
        now, clock.local_day(now, branch.timezone), branch.id, None, Channel.SITE,
        request_id=request_id or web.form_uuid("request_id"),
    )  # fmt: skip


def part(desk: Desk, name: str) -> Desk:
    """The same act's further part."""
    return replace(desk, origin=desk.origin.derive(name))
