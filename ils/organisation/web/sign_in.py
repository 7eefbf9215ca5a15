"""The start page, sign-in and language."""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass

from flask import g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import clock, web
from ils.errors import N_, Invalid, Unavailable
from ils.fields import FieldKind, described
from ils.organisation.branches.rules import MAX_CODE_LENGTH
from ils.organisation.staff import actions as staff_actions
from ils.organisation.staff import queries as staff_queries
from ils.organisation.staff.rules import WrongPassword
from ils.organisation.web.blueprints import pages
from ils.web.filled import Form

#: Bytes; with less nothing can be written soon.
LEAST_FREE = 20_000_000


@dataclass(frozen=True)
class SignInData:
    """The form of a sign-in."""

    login: str = described(N_("Login"), autocomplete="username", longest=10_000)
    password: str = described(N_("Password"), FieldKind.PASSWORD, autocomplete="current-password")


@pages.get("/healthz")
@web.public()
def healthz(session: Session) -> ResponseReturnValue:
    """Whether the system answers, its database too, and there is room to write."""
    staff_queries.is_empty(session)
    if shutil.disk_usage(web.current().config.folder).free < LEAST_FREE:
        raise Unavailable(reason=gettext("the disk is full"))
    return "ok\n", {"Content-Type": "text/plain"}


@pages.get("/sign-in")
@web.public()
def sign_in(session: Session) -> ResponseReturnValue:
    """The form."""
    del session
    return _sign_in_page(Form(SignInData, {}))


@pages.post("/sign-in")
@web.public()
def do_sign_in(session: Session) -> ResponseReturnValue:
    """Sign in; failures stay on the form. Nothing is written: a password takes long to check."""

    def work(data: SignInData) -> ResponseReturnValue:
        login = data.login[:MAX_CODE_LENGTH]
        whose = f"staff {login.strip().lower()}"
        with web.rates.attempt(whose, _limits(login), WrongPassword):
            try:
                staff = staff_actions.sign_in(session, login=login, password=data.password)
            except WrongPassword:
                _note_failure(session, login)
                raise
        web.note("staff.sign_in", staff.login, by=staff.id)
        cookie.clear()
        cookie.permanent = True
        cookie["staff"], cookie["version"] = staff.id, staff.sign_in_version
        cookie["sitting"], cookie["seen"] = secrets.token_hex(4), int(clock.now().timestamp())
        return redirect(web.next_path() or url_for("shell.home"))

    return web.handled(session, Form(SignInData), work, _sign_in_page, silent=True)


def _sign_in_page(form: Form[SignInData]) -> str:
    if form.error is not None:
        g.error_code = form.error.code
    return render_template("organisation/sign_in.html", form=form, next=web.next_path())


@pages.post("/sign-out")
@web.public(write=True)
def sign_out(session: Session) -> ResponseReturnValue:
    """Forget who was here."""
    if g.staff is not None:
        staff_actions.sign_out(session, g.staff.id, web.sitting(), web.current().config)
    cookie.clear()
    return redirect(url_for("organisation.sign_in"))


@pages.post("/language")
@web.public(write=True)
def choose_language(session: Session) -> ResponseReturnValue:
    """Change the language; an account keeps it."""
    chosen = request.form.get("language", "")
    if chosen not in web.LANGUAGES:
        raise Invalid(N_("Language"), N_("Choose one from the list."))
    cookie["language"] = chosen
    if g.staff is not None:
        staff_actions.set_language(session, g.staff.id, language=chosen)
    return redirect(web.next_path() or url_for("shell.home"))


def _limits(login: str) -> list[tuple[str, str, int]]:
    """An address may fail so often with one account, and so often with all of them.

    Not an account as such: nobody shall lock another out from elsewhere.
    """
    limits, address = web.current().config.sign_in, request.remote_addr or ""
    account = f"{address} {login.strip().lower()}"
    return [
        ("account", account, limits.attempts_per_minute),
        ("address", address, limits.attempts_per_minute_address),
    ]


def _note_failure(session: Session, login: str) -> None:
    """Of accounts there are only: people type passwords into the wrong field."""
    with suppress(staff_queries.UnknownStaff):
        staff = staff_queries.staff_by_login(session, login.strip().lower())
        web.note("staff.sign_in_failed", staff.login)
