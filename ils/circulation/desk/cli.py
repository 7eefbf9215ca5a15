"""Commands of `ils desk`."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from ils import db, i18n
from ils.circulation.console import BRANCH, desk_of, patron_of
from ils.circulation.desk import actions, answers
from ils.circulation.desk.results import Answer, Lent, Renewed, Returned
from ils.circulation.holds import actions as holds
from ils.circulation.loans import queries as loan_queries
from ils.codes.keyboard import readings
from ils.console import Commands, Console, with_console
from ils.errors import N_, IlsError, Refused
from ils.holdings.items.queries import item_by_code


class NotThat(Refused):
    """The scan is possible, but it is not what the command was asked to do."""

    code = "not_that"
    message = N_("Not done: the desk would answer “%(situation)s”.")


@click.group(cls=Commands)
def desk() -> None:
    """Lend, take back and renew from scripts."""


@desk.command()
@click.argument("card")
@click.argument("items", nargs=-1, required=True)
@BRANCH
@with_console
def issue(console: Console, card: str, items: tuple[str, ...], branch: str) -> None:
    """Lend copies to a reader."""
    _each(console, branch, items, card)


@desk.command("return")
@click.argument("items", nargs=-1, required=True)
@BRANCH
@with_console
def return_(console: Console, items: tuple[str, ...], branch: str) -> None:
    """Take copies back."""
    _each(console, branch, items, None)


@desk.command("expire-holds")
@BRANCH
@with_console
def expire_holds(console: Console, branch: str) -> None:
    """End the holds of a branch whose readers did not come in time."""
    with db.transaction(console.sessions) as session:
        for item in holds.expire_holds(desk_of(console, session, branch)):
            click.echo(item.number)


@desk.command()
@click.argument("item")
@BRANCH
@with_console
def renew(console: Console, item: str, branch: str) -> None:
    """Renew the loan of a copy."""

    def work(session: Session) -> Answer:
        found = item_by_code(session, readings(item))
        last = loan_queries.last_loan(session, found.id) if found else None
        if last is None or last.ended_at is not None:
            raise loan_queries.UnknownLoan
        return answers.renew(desk_of(console, session, branch), loan_id=last.id)

    _tell(db.run(console.sessions, work))


def _each(console: Console, branch: str, items: tuple[str, ...], card: str | None) -> None:
    """One transaction for each copy; a refusal does not stop the others."""
    wanted = Lent if card else Returned
    refused = 0
    for code in items:

        def work(session: Session, code: str = code) -> Answer:
            patron_id = patron_of(session, card).id if card else None
            desk = desk_of(console, session, branch)
            answer = actions.scan(desk, code=code, patron_id=patron_id)
            if not isinstance(answer, wanted):
                raise NotThat(situation=answer.situation.name.lower())
            return answer

        try:
            _tell(db.run(console.sessions, work))
        except IlsError as error:
            refused += 1
            click.echo(f"{code}: {i18n.say_error(error, console.language)}", err=True)
    if refused:
        click.get_current_context().exit(1)


def _tell(answer: Answer) -> None:
    assert answer.item is not None  # noqa: S101 -- of a copy lent, returned, renewed
    due = f" {answer.loan.due.isoformat()}" if isinstance(answer, Lent | Renewed) else ""
    click.echo(f"{answer.item.number}: {answer.situation.name.lower()}{due}")
