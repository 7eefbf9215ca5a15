"""`ils holdings act`: acts drawn up, filled, taken through their steps, printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import db, i18n
from ils.console import Commands, Console, print_json, with_console
from ils.holdings.acts import actions, execution, papers, queries
from ils.holdings.acts.fields import ActData
from ils.holdings.acts.models import ActKind, StockAct
from ils.holdings.acts.papers import ActPaper
from ils.holdings.acts.rules import UnknownStockAct
from ils.holdings.console import AS_JSON, BRANCH, LANGUAGE, holdings, origin_at, write_paper
from ils.ledger import Origin, WithdrawalReason

#: Numbers put into an act between two looks at the progress.
AT_ONCE = 200


@holdings.group(cls=Commands)
def act() -> None:
    """Acts: acceptance, redistribution, withdrawal. ACT is an id, or KIND:12/2026."""


def _found(session: Session, text: str) -> StockAct:
    """The act that is meant.

    Raises:
        UnknownStockAct: there is none.
    """
    kind, colon, called = text.partition(":")
    if not colon and text.isdigit():
        return queries.act_by_id(session, int(text), lock=True)
    number, _, year = called.partition("/")
    if not (number.isdigit() and year.isdigit()):
        raise UnknownStockAct
    query = select(StockAct).where(
        StockAct.kind == kind, StockAct.number == int(number), StockAct.year == int(year)
    )
    found = session.scalar(query)
    if found is None:
        raise UnknownStockAct
    return found


def _as_json(session: Session, one: StockAct) -> dict[str, Any]:
    total = queries.sum_of(session, one)
    return {
        "id": one.id, "kind": one.kind, "number": one.called, "state": one.state,
        "day": one.day.isoformat(), "source": one.source, "reason": one.reason,
        "partner": one.partner, "document": one.document, "titles": total.titles,
        "copies": total.copies, "sum": f"{total.amount / 100:.2f}",
    }  # fmt: skip


def _told(console: Console, session: Session, one: StockAct, *, json_: bool) -> None:
    del console
    session.flush()
    about = _as_json(session, one)
    if json_:
        print_json(about)
    else:
        keys = ("id", "kind", "number", "state", "copies", "sum")
        click.echo("\t".join(str(about[key]) for key in keys))


@act.command("list")
@click.option("--kind", type=click.Choice([kind.value for kind in ActKind]))
@AS_JSON
@with_console
def list_(console: Console, kind: str | None, json_: bool) -> None:
    """All acts, newest first."""
    with db.reading(console.sessions) as session:
        query = queries.acts()
        found = session.scalars(query.where(StockAct.kind == kind) if kind else query)
        acts = [_as_json(session, one) for one in found]
    if json_:
        print_json({"acts": acts})
        return
    for one in acts:
        click.echo("\t".join(str(one[key]) for key in ("id", "kind", "number", "state", "copies")))


@act.command()
@click.argument("kind", type=click.Choice(["redistribution", "withdrawal"]))
@BRANCH
@click.option(
    "--reason", default="worn", type=click.Choice([reason.value for reason in WithdrawalReason])
)
@click.option("--partner", default="")
@click.option("--basis", default="")
@click.option("--commission", default="", help="People, divided by a semicolon.")
@click.option("--disposal", default="")
@AS_JSON
@with_console
def new(console: Console, kind: str, branch: str, json_: bool, **said: str) -> None:
    """Begin an act; of a redistribution, BRANCH is where the copies go."""
    said["commission"] = "\n".join(part.strip() for part in said["commission"].split(";"))
    with db.transaction(console.sessions) as session:
        origin = origin_at(console, session, branch)
        data = ActData(**said)  # type: ignore[arg-type]  # by name
        one = actions.draw_up(session, origin, ActKind(kind), data, origin.branch_id)
        _told(console, session, one, json_=json_)


@act.command()
@click.argument("act_", metavar="ACT")
@click.argument("numbers", nargs=-1)
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Numbers, one a line.")  # fmt: skip
@AS_JSON
@with_console
def add(
    console: Console, act_: str, numbers: Sequence[str], file: Path | None, json_: bool
) -> None:
    """Put copies into an act by their numbers."""
    listed = [*numbers, *(file.read_text(encoding="utf-8-sig").split() if file else ())]
    parts = [listed[at : at + AT_ONCE] for at in range(0, len(listed), AT_ONCE)]
    with (
        db.transaction(console.sessions) as session,
        click.progressbar(parts, label=act_, file=sys.stderr) as bar,
    ):
        found = _found(session, act_)
        put = [actions.put_in(session, found, part) for part in bar]
    added, already = sum(part.added for part in put), sum(part.already for part in put)
    refused = [
        {"id": number, "why": i18n.say_error(error, console.language)}
        for part in put
        for number, error in part.refused
    ]
    if json_:
        print_json({"id": act_, "added": added, "already": already, "refused": refused})
    else:
        click.echo(f"added: {added}")
        for one in refused:
            click.echo(f"  {one['id']}: {one['why']}", err=True)
    if refused:
        click.get_current_context().exit(1)


_Step = Callable[[Session, Origin, StockAct], StockAct | None]


def _step(console: Console, act_: str, branch: str, step: _Step, *, json_: bool) -> None:
    with db.transaction(console.sessions) as session:
        one = _found(session, act_)
        made = step(session, origin_at(console, session, branch), one)
        _told(console, session, made or one, json_=json_)


ACT = click.argument("act_", metavar="ACT")


@act.command()
@ACT
@BRANCH
@AS_JSON
@with_console
def fix(console: Console, act_: str, branch: str, json_: bool) -> None:
    """Fix the list of an act."""
    _step(console, act_, branch, actions.fix, json_=json_)


@act.command()
@ACT
@BRANCH
@click.option("--by", required=True, help="The paper that approves it.")
@AS_JSON
@with_console
def approve(console: Console, act_: str, branch: str, by: str, json_: bool) -> None:
    """Write down that an act is approved."""

    def step(session: Session, origin: Origin, one: StockAct) -> None:
        actions.approve(session, origin, one, by)

    _step(console, act_, branch, step, json_=json_)


@act.command()
@ACT
@BRANCH
@AS_JSON
@with_console
def execute(console: Console, act_: str, branch: str, json_: bool) -> None:
    """Do what an act says."""
    _step(console, act_, branch, execution.execute, json_=json_)


@act.command()
@ACT
@BRANCH
@AS_JSON
@with_console
def cancel(console: Console, act_: str, branch: str, json_: bool) -> None:
    """Give an act up before it is executed."""
    _step(console, act_, branch, actions.cancel, json_=json_)


@act.command()
@ACT
@BRANCH
@AS_JSON
@with_console
def reverse(console: Console, act_: str, branch: str, json_: bool) -> None:
    """Turn an executed act round by another one."""
    _step(console, act_, branch, execution.reverse, json_=json_)


@act.command("print")
@ACT
@click.option(
    "--paper",
    default="act",
    type=click.Choice([paper.value for paper in ActPaper]),
    show_default=True,
)
@LANGUAGE
@click.option("-o", "output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@with_console
def print_(console: Console, act_: str, paper: str, language: str, output: Path) -> None:
    """Write an act as PDF or DOCX."""
    with db.reading(console.sessions) as session:
        one = _found(session, act_)
        made = papers.paper(session, console.config, one, ActPaper(paper), language)
    write_paper(output, made, language)
