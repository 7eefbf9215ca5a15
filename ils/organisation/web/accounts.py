"""Settings: accounts of staff."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_
from ils.fields import FieldKind, described
from ils.organisation.branches import queries as branch_queries
from ils.organisation.permissions import Permission
from ils.organisation.staff import actions as staff_actions
from ils.organisation.staff import queries as staff_queries
from ils.organisation.staff.models import Role, Staff
from ils.organisation.web.blueprints import OPEN_CATALOGUES, settings
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition


@dataclass(frozen=True)
class NewAccount:
    """The form of another account."""

    login: str = described(N_("Login"), width="phone")
    name: str = described(N_("Full name"))
    password: str = described(
        N_("Password"), FieldKind.PASSWORD, autocomplete="new-password", width="phone"
    )
    branch: str = described(N_("Branch"), FieldKind.CHOICE, default="")
    language: str = described(N_("Language"), codes="language", default="ru")
    roles: tuple[str, ...] = described(N_("Roles"), FieldKind.MANY, default=())


@dataclass(frozen=True)
class AccountData:
    """The form of an account."""

    name: str = described(N_("Full name"))
    branch: str = described(N_("Branch"), FieldKind.CHOICE, default="")
    roles: tuple[str, ...] = described(N_("Roles"), FieldKind.MANY, default=())
    catalogues: tuple[str, ...] = described(
        OPEN_CATALOGUES, FieldKind.MANY, codes="catalogues", default=()
    )
    active: bool = described(N_("may sign in"), FieldKind.FLAG, default=False)


@dataclass(frozen=True)
class PasswordData:
    """The form of a new password."""

    password: str = described(
        N_("Password"), FieldKind.PASSWORD, autocomplete="new-password", width="phone"
    )


@settings.get("/staff")
@web.page(Permission.ADMINISTER)
def staff_list(session: Session) -> ResponseReturnValue:
    """The accounts."""
    return _accounts_page(session, Form(NewAccount, {}, choices=_account_choices(session)))


def _account_choices(session: Session) -> dict[str, list[tuple[str, str]]]:
    language = web.language()
    branches = session.scalars(branch_queries.branches())
    return {
        "branch": [(branch.code, branch.name(language)) for branch in branches],
        "roles": list(web.role_names().items()),
    }


def _accounts_page(session: Session, form: Form[NewAccount]) -> ResponseReturnValue:
    names = web.role_names()
    definition = ListDefinition(
        staff_queries.staff_members(),
        (
            Column("login", N_("Login"), lambda member: member.login, Staff.login,
                   lambda member: url_for("settings.staff_member", login=member.login)),
            Column("name", N_("Full name"), lambda member: member.name, Staff.name),
            Column("roles", N_("Roles"),
                   lambda member: ", ".join(n for r, n in names.items() if r in member.roles)),
            Column("branch", N_("Branch"), lambda member: member.branch.name(web.language())),
            Column("state", N_("State"),
                   lambda member: gettext("may sign in") if member.active
                   else gettext("sign-in closed"),
                   Staff.active),
        ),
    )  # fmt: skip
    return web.list_page(
        session, definition, title=N_("Accounts"), template="organisation/staff.html", form=form
    )


@settings.post("/staff")
@web.page(Permission.ADMINISTER, write=True)
def add_staff(session: Session) -> ResponseReturnValue:
    """Open an account."""

    def work(data: NewAccount) -> ResponseReturnValue:
        values = asdict(data) | {
            "roles": [Role(code) for code in data.roles],
            "branch": branch_queries.branch_by_code(session, data.branch),
        }
        config = web.current().config
        staff = staff_actions.add_staff(session, g.staff.id, config, **values)
        return redirect(url_for("settings.staff_member", login=staff.login))

    form = Form(NewAccount, choices=_account_choices(session))
    return web.handled(session, form, work, lambda form: _accounts_page(session, form))


@settings.get("/staff/<login>")
@web.page(Permission.ADMINISTER)
def staff_member(session: Session, login: str) -> ResponseReturnValue:
    """One account."""
    return _account_page(session, staff_queries.staff_by_login(session, login), None)


def _account_page(session: Session, member: Staff, sent: Form[Any] | None) -> str:
    values = {
        "name": member.name,
        "branch": member.branch.code,
        "roles": member.roles,
        "catalogues": member.catalogues,
        "active": member.active,
    }
    own = Form(AccountData, values, choices=_account_choices(session), name="account")
    return render_template(
        "organisation/staff_member.html",
        member=member,
        own=sent if sent is not None and sent.name == "account" else own,
        password=sent if sent is not None and sent.name == "password"
        else Form(PasswordData, {}, name="password"),
    )  # fmt: skip


@settings.post("/staff/<login>")
@web.page(Permission.ADMINISTER, write=True)
def change_staff(session: Session, login: str) -> ResponseReturnValue:
    """Save an account, or give it a new password."""
    member: Staff = staff_queries.staff_by_login(session, login)
    here = redirect(url_for("settings.staff_member", login=login))

    def give_password(data: PasswordData) -> ResponseReturnValue:
        config = web.current().config
        staff_actions.set_password(session, g.staff.id, config, member, password=data.password)
        if member.id == g.staff.id:
            cookie["version"] = member.sign_in_version
        return here

    def save(data: AccountData) -> ResponseReturnValue:
        values = asdict(data) | {
            "roles": [Role(code) for code in data.roles],
            "branch": branch_queries.branch_by_code(session, data.branch),
        }
        staff_actions.change_staff(session, g.staff.id, member, **values)
        return here

    if request.form.get("form") == "password":
        form = Form(PasswordData, name="password")
        return web.handled(
            session, form, give_password, lambda f: _account_page(session, member, f)
        )
    own = Form(AccountData, choices=_account_choices(session), name="account")
    return web.handled(session, own, save, lambda f: _account_page(session, member, f))
