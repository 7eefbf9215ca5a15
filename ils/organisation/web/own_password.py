"""The password of whoever is signed in, changed by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_, Invalid
from ils.fields import FieldKind, described
from ils.organisation.permissions import Permission
from ils.organisation.staff import actions as staff_actions
from ils.organisation.staff.models import Staff
from ils.organisation.staff.rules import WrongPassword
from ils.organisation.web.blueprints import pages
from ils.web.filled import Form

#: Wrong present passwords in a minute, of an account at an address.
PER_MINUTE = 5


@dataclass(frozen=True)
class ChangedPassword:
    """The form: the present password, and the new one twice."""

    present: str = described(
        N_("Present password"), FieldKind.PASSWORD, autocomplete="current-password", longest=1000
    )
    password: str = described(
        N_("New password"), FieldKind.PASSWORD, autocomplete="new-password", longest=1000
    )
    again: str = described(
        N_("The same again"), FieldKind.PASSWORD, autocomplete="new-password", longest=1000
    )


@pages.get("/staff/password")
@web.page(Permission.VIEW_CATALOGUE)
def own_password(session: Session) -> ResponseReturnValue:
    """The form."""
    del session
    return _page(Form(ChangedPassword, {}))


@pages.post("/staff/password")
@web.page(Permission.VIEW_CATALOGUE, write=True)
def change_own_password(session: Session) -> ResponseReturnValue:
    """Change it; other sign-ins of the account end."""

    def work(data: ChangedPassword) -> ResponseReturnValue:
        member = session.get_one(Staff, g.staff.id)
        key = f"{request.remote_addr or ''} {member.login}"
        web.rates.check("own password", key, PER_MINUTE)
        try:
            staff_actions.sign_in(session, login=member.login, password=data.present)
        except WrongPassword:
            web.rates.count("own password", key, PER_MINUTE)
            raise Invalid(N_("Present password"), N_("It is not the right one.")) from None
        if data.password != data.again:
            raise Invalid(N_("The same again"), N_("The two are not the same."))
        staff_actions.set_password(
            session, member.id, web.current().config, member, password=data.password
        )
        cookie["version"] = member.sign_in_version
        flash(gettext("Your password is set."))
        return redirect(url_for("shell.home"))

    return web.handled(session, Form(ChangedPassword), work, _page)


def _page(form: Form[ChangedPassword]) -> ResponseReturnValue:
    return render_template("organisation/own_password.html", form=form)
