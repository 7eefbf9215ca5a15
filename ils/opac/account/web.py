"""Signing in, what is lent and renewed, what is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.holds import actions as hold_actions
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.models import Hold
from ils.circulation.loans import actions as loan_actions
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.models import Loan
from ils.codes.keyboard import readings
from ils.codes.rules import folded
from ils.errors import N_, IlsError, Invalid
from ils.fields import FieldKind, described
from ils.opac import pages
from ils.opac.account import signing
from ils.opac.pages import opac
from ils.organisation.branches.queries import names_of
from ils.patrons import queries as patron_queries
from ils.patrons import site_access
from ils.patrons.models import Patron
from ils.patrons.site_access import SHORTEST, WrongCardOrPassword
from ils.web.filled import Form

#: Wrong passwords in a minute: of a card at an address, and of an address. Not of a card as such:
#: nobody shall lock a reader out from elsewhere.
PER_CARD, PER_ADDRESS = 5, 60
#: Refusals told at once, and letters of a title in them.
MOST_TOLD, LONGEST_TITLE = 5, 60


@dataclass(frozen=True)
class ReaderSignInData:
    """The form of a reader's sign-in."""

    card: str = described(N_("Number of your library card"), autocomplete="username", longest=100)
    password: str = described(
        N_("Password or code"), FieldKind.PASSWORD, autocomplete="current-password",
        hint=N_("The library gives a code for the first time."), longest=1000,
    )  # fmt: skip


@dataclass(frozen=True)
class OwnPasswordData:
    """The form of a reader's own password."""

    password: str = described(
        N_("New password"), FieldKind.PASSWORD, autocomplete="new-password", longest=1000,
        hint=N_("At least 8 characters"),
    )  # fmt: skip
    again: str = described(
        N_("The same again"), FieldKind.PASSWORD, autocomplete="new-password", longest=1000
    )


@opac.get("/my/sign-in")
@web.public(check=signing.look)
def reader_sign_in(session: Session) -> ResponseReturnValue:
    """The form."""
    return _sign_in_page(session, Form(ReaderSignInData, {}))


@opac.post("/my/sign-in")
@web.public()
def do_reader_sign_in(session: Session) -> ResponseReturnValue:
    """Sign in. Nothing is written: a password takes long to check."""

    def work(data: ReaderSignInData) -> ResponseReturnValue:
        address = request.remote_addr or ""
        card = folded(data.card)
        limits = (("card", f"{address} {card}", PER_CARD), ("reader address", address, PER_ADDRESS))
        with web.rates.attempt(f"reader {card}", limits, WrongCardOrPassword):
            found = patron_queries.patron_by_card(session, readings(data.card))
            patron = site_access.check_password(found, data.password)
        signing.sign_in(patron.id, patron.site_version)
        origin = signing.origin_at(session, patron.branch_id, uuid4())
        patron_id = patron.id
        web.afterwards(lambda later: site_access.count_use(
            later, origin, patron_queries.patron(later, patron_id)))  # fmt: skip
        if patron.site_code_until is not None:
            return redirect(url_for("opac.own_password"))
        return redirect(web.next_path() or url_for("opac.my"))

    return web.handled(
        session, Form(ReaderSignInData), work, lambda form: _sign_in_page(session, form),
        silent=True,
    )  # fmt: skip


def _sign_in_page(session: Session, form: Form[ReaderSignInData]) -> ResponseReturnValue:
    return pages.page("sign_in.html", session, form=form, next=web.next_path())


@opac.post("/my/sign-out")
@web.public(write=True, check=signing.look)
def reader_sign_out(session: Session) -> ResponseReturnValue:
    """Forget who read; no copy of the cookie opens anything any more, wherever it was made."""
    if g.reader is not None:
        site_access.end_sign_ins(signing.reader(session))
    signing.sign_out()
    return redirect(url_for("opac.start"))


@opac.get("/my/password")
@web.public(check=signing.require_any)
def own_password(session: Session) -> ResponseReturnValue:
    """The form of a password of one's own."""
    return _password_page(session, Form(OwnPasswordData, {}))


@opac.post("/my/password")
@web.public(check=signing.require_any)
def set_own_password(session: Session) -> ResponseReturnValue:
    """Set it; other sign-ins of the reader end. It is hashed before anything is written."""

    def work(data: OwnPasswordData) -> ResponseReturnValue:
        if data.password != data.again:
            raise Invalid(N_("The same again"), N_("The two are not the same."))
        patron = signing.reader(session)
        patron_id, kept = patron.id, site_access.new_password(patron, data.password)
        signing.sign_in(patron_id, patron.site_version + 1)
        web.afterwards(lambda later: site_access.set_password(
            later, patron_queries.patron(later, patron_id, lock=True), kept))  # fmt: skip
        flash(gettext("Your password is set."))
        return redirect(url_for("opac.my"))

    return web.handled(
        session, Form(OwnPasswordData), work, lambda form: _password_page(session, form)
    )


def _password_page(session: Session, form: Form[OwnPasswordData]) -> ResponseReturnValue:
    return pages.page("password.html", session, form=form, shortest=SHORTEST)


@opac.get("/my")
@web.public(check=signing.require)
def my(session: Session) -> ResponseReturnValue:
    """What the reader has and waits for."""
    today = pages.today()
    return pages.page(
        "my.html",
        session,
        persons=[_of_person(session, one, today) for one in signing.persons(session)],
        branches=names_of(session, g.language),
        today=today,
    )


@dataclass(frozen=True)
class PersonalPage:
    """What a person has and waits for; each hold with its place in the queue."""

    patron: Patron
    loans: Sequence[Loan]
    holds: Sequence[tuple[Hold, int]]
    blocks: Sequence[str]

    @property
    def number_of_loans(self) -> int:
        """How many loans there are."""
        return len(self.loans)


def _of_person(session: Session, patron: Patron, today: date) -> PersonalPage:
    holds = session.scalars(hold_queries.holds_of(patron.id)).all()
    return PersonalPage(
        patron,
        session.scalars(loan_queries.open_loans(patron.id)).all(),
        [(hold, hold_queries.place_in_queue(session, hold)) for hold in holds],
        patron_queries.reasons_of_blocks(session, patron.id, today),
    )


@opac.post("/my/renew")
@web.public(write=True, check=signing.require)
def renew(session: Session) -> ResponseReturnValue:
    """Renew one loan, or all that can be; each says why not."""
    asked = web.form_int("loan")
    loans = [
        loan
        for one in signing.persons(session)
        for loan in session.scalars(loan_queries.open_loans(one.id))
        if asked in {None, loan.id}
    ]
    refused, renewed = list[str](), list[str]()
    for loan in loans:
        done, text = _renewed(session, loan)
        (renewed if done else refused).append(text)
    told = renewed if len(renewed) == 1 else []
    if len(renewed) > 1:
        told = [gettext("Renewed: %(number)s.", number=len(renewed))]
    for text in (*told, *refused[:MOST_TOLD]):  # a cookie carries them
        flash(text)
    return redirect(url_for("opac.my"))


def _renewed(session: Session, loan: Loan) -> tuple[bool, str]:
    """Whether a loan is renewed, and what is said of it."""
    title = loan.item.record.title[:LONGEST_TITLE]
    desk = signing.part(signing.desk_of(session, loan.branch_id), f"renew:{loan.id}")
    try:
        loan_actions.renew_loan(desk, loan=loan)
    except IlsError as error:
        why = web.translated(error)
        text = gettext("“%(title)s” is not renewed: %(why)s", title=title, why=why)
        return False, text
    due = loan.due.strftime("%d.%m.%Y")
    return True, gettext("“%(title)s” is renewed until %(day)s", title=title, day=due)


@opac.post("/my/holds/<id:hold_id>/cancel")
@web.public(write=True, check=signing.require)
def cancel_own_hold(session: Session, hold_id: int) -> ResponseReturnValue:
    """Wait no more.

    Raises:
        UnknownHold: it is another reader's, or none.
    """
    hold = _own_hold(session, hold_id)
    hold_actions.give_up(signing.desk_of(session, hold.branch_id), hold)
    flash(gettext("You no longer wait for “%(title)s”.", title=hold.record.title))
    return redirect(url_for("opac.my"))


@opac.post("/my/holds/<id:hold_id>/pause")
@web.public(write=True, check=signing.require)
def pause_own_hold(session: Session, hold_id: int) -> ResponseReturnValue:
    """Keep the place while the reader is away; an empty day: go on.

    Raises:
        UnknownHold: it is another reader's, or none.
        Invalid: the day cannot be read.
    """
    hold, text = _own_hold(session, hold_id), request.form.get("until", "").strip()
    until = web.parsed_day(text, N_("Set nothing aside until")) if text else None
    hold_actions.pause_hold(signing.desk_of(session, hold.branch_id), hold, until)
    flash(gettext("Saved."))
    return redirect(url_for("opac.my"))


def _own_hold(session: Session, hold_id: int) -> Hold:
    hold = hold_queries.hold(session, hold_id)
    if hold.patron_id not in {one.id for one in signing.persons(session)}:
        raise hold_queries.UnknownHold
    return hold
