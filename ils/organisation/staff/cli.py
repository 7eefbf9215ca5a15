"""`ils staff`: accounts from the command line."""

from __future__ import annotations

import secrets

import click

from ils import db
from ils.console import Commands, Console, print_json, with_console
from ils.errors import N_
from ils.organisation.branches import queries as branch_queries
from ils.organisation.staff import actions
from ils.organisation.staff import queries as staff_queries
from ils.organisation.staff.models import Role

LANGUAGES = click.Choice(["kk", "ru", "en"])
ROLES = click.Choice([role.value for role in Role])


@click.group(cls=Commands)
def staff() -> None:
    """Staff accounts."""


@staff.command()
@click.argument("login")
@click.option("--name", required=True)
@click.option("--role", "roles", multiple=True, required=True, type=ROLES)
@click.option("--branch", required=True, help="Code of the branch.")
@click.option("--language", default="ru", type=LANGUAGES)
@click.option("--password", help="Made up and printed if not given.")
@with_console
def add(
    console: Console,
    login: str,
    name: str,
    roles: tuple[str, ...],
    branch: str,
    language: str,
    password: str | None,
) -> None:
    """Open an account."""
    chosen = password or secrets.token_urlsafe(12)
    with db.transaction(console.sessions) as session:
        member = actions.add_staff(
            session,
            None,
            console.config,
            login=login,
            name=name,
            password=chosen,
            roles=map(Role, roles),
            branch=branch_queries.branch_by_code(session, branch),
            language=language,
        )
        _tell_password(console, member.login, None if password else chosen)


@staff.command("set-role")
@click.argument("login")
@click.argument("roles", nargs=-1, required=True, type=ROLES)
@with_console
def set_role(console: Console, login: str, roles: tuple[str, ...]) -> None:
    """Give an account these roles and no others."""
    with db.transaction(console.sessions) as session:
        member = staff_queries.staff_by_login(session, login)
        actions.change_staff(
            session,
            None,
            member,
            name=member.name,
            roles=map(Role, roles),
            branch=member.branch,
            active=member.active,
        )


@staff.command("reset-password")
@click.argument("login")
@click.option("--password", help="Made up and printed if not given.")
@with_console
def reset_password(console: Console, login: str, password: str | None) -> None:
    """Give an account a new password; its sign-ins end."""
    chosen = password or secrets.token_urlsafe(12)
    with db.transaction(console.sessions) as session:
        member = staff_queries.staff_by_login(session, login)
        actions.set_password(session, None, console.config, member, password=chosen)
    if password is None:
        _tell_password(console, login, chosen)


@staff.command("list")
@click.option("--json", "json_", is_flag=True)
@with_console
def list_(console: Console, json_: bool) -> None:
    """All accounts."""
    with db.reading(console.sessions) as session:
        rows = [
            {
                "id": member.id,
                "login": member.login,
                "name": member.name,
                "roles": sorted(member.roles),
                "branch": member.branch.code,
                "active": member.active,
            }
            for member in session.scalars(staff_queries.staff_members())
        ]
    if json_:
        print_json({"staff": rows})
        return
    for row in rows:
        roles = ", ".join(map(str, row["roles"])) if isinstance(row["roles"], list) else ""
        click.echo(f"{row['login']:<16} {row['branch']:<8} {roles}  {row['name']}")


def _tell_password(console: Console, login: str, password: str | None) -> None:
    """Say that an account is open, with a password that was made for it."""
    if password is None:
        console.say(N_("%(login)s: account opened"), login=login)
    else:
        console.say(N_("%(login)s: password %(password)s"), login=login, password=password)
