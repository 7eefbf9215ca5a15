"""`ils patrons` and `ils desk`: the same functions as the pages, for scripts."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from ils import db, i18n
from ils.circulation import queries
from ils.circulation.actions import bringing, choices, holds, privacy
from ils.circulation.actions import desk as actions
from ils.circulation.actions.context import Desk
from ils.circulation.actions.desk import Answer
from ils.circulation.actions.importing import Bringing, import_patrons
from ils.circulation.actions.patrons import register_patron, reregister_patron
from ils.circulation.models import Patron
from ils.circulation.rules.desk import Situation
from ils.circulation.rules.keyboard import readings
from ils.circulation.rules.patrons import PatronData
from ils.console import Commands, Console, print_json, with_console
from ils.documents import barcodes
from ils.errors import N_, IlsError, Refused
from ils.holdings.queries import item_by_code
from ils.ledger import Channel
from ils.organisation.queries import branch_by_code

BRANCH = click.option("--branch", required=True, help="Code of the branch where it happens.")
LENDING = (Situation.LOAN, Situation.RETURN_AND_LOAN, Situation.HOLD_AND_LOAN)
RETURNING = (Situation.RETURN, Situation.TO_HOLD_SHELF, Situation.INTO_TRANSIT)
STEP = 200
SHOWN = 20
DAY = click.DateTime(["%Y-%m-%d"])


class NotThat(Refused):
    """The scan is possible, but it is not what the command was asked to do."""

    code = "not_that"
    message = N_("Not done: the desk would answer “%(situation)s”.")


@click.group(cls=Commands)
def patrons() -> None:
    """Readers."""


@patrons.command()
@click.option("--surname", required=True)
@click.option("--given-name", required=True)
@click.option("--patronymic", default="")
@click.option("--birth-date", required=True, type=DAY)
@click.option("--category", required=True)
@click.option("--card", default="", help="Barcode of the card; the next free one if not given.")
@click.option("--sex", default="", type=click.Choice(["", "f", "m"]))
@click.option("--language", default="ru", type=click.Choice(["kk", "ru", "en"]))
@click.option("--phone", default="")
@click.option("--email", default="")
@click.option("--address", default="")
@click.option("--consent", is_flag=True, help="The reader agreed to the processing of data.")
@BRANCH
@with_console
def register(console: Console, branch: str, birth_date: datetime, **values: str) -> None:
    """Register a new reader for this year."""
    data = PatronData(birth_date=birth_date.date(), **values)  # type: ignore[arg-type]  # by name
    with db.transaction(console.sessions) as session:
        origin = console.origin(branch_by_code(session, branch), Channel.SYSTEM)
        patron = register_patron(session, origin, data, console.config.lists.categories)
        click.echo(f"{patron.id} {patron.card}")


@patrons.command()
@click.argument("card")
@BRANCH
@with_console
def reregister(console: Console, card: str, branch: str) -> None:
    """Register a known reader for this year."""
    with db.transaction(console.sessions) as session:
        origin = console.origin(branch_by_code(session, branch), Channel.SYSTEM)
        reregister_patron(session, origin, _patron(session, card))


@patrons.command()
@click.argument("card")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
@with_console
def card(console: Console, card: str, output: Path) -> None:
    """Print a reader's card into a PNG or PDF file."""
    with db.reading(console.sessions) as session:
        patron = _patron(session, card)
        library = getattr(console.config.library, f"name_{patron.language}")
        sheet = barcodes.card(patron.card, library, patron.name, "")
    pdf = output.suffix.lower() == ".pdf"
    output.write_bytes(barcodes.pdf([sheet]) if pdf else barcodes.png(sheet))


@patrons.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Where it comes from; the same name the next time.")
@click.option("--consent", is_flag=True, help="The readers' consent is kept on paper.")
@click.option("--even-if-alike", is_flag=True, help="Also those who resemble a known reader.")
@click.option("--dry-run", is_flag=True, help="Read the file, change nothing.")
@click.option("--json", "json_", is_flag=True)
@BRANCH
@with_console
def import_(console: Console, file: Path, branch: str, source: str, **said: bool) -> None:
    """Bring readers in from XLSX, CSV or an ИРБИС RDR text export, with their loans."""
    read = bringing.read_file(file, console.config.lists)
    if said["dry_run"]:
        loans = sum(len(reader.loans) for reader in read.readers)
        _report(
            console,
            {"readers": len(read.readers), "loans": loans},
            read.problems,
            json_=said["json_"],
        )
        return
    counts: Counter[str] = Counter(rejected=len(read.problems))
    problems = list(read.problems)
    steps = [read.readers[n : n + STEP] for n in range(0, len(read.readers), STEP)]
    with click.progressbar(steps, label=file.name, file=sys.stderr) as bar:
        for step in bar:
            with db.transaction(console.sessions) as session:
                place = branch_by_code(session, branch)
                how = Bringing(
                    source,
                    place.timezone,
                    consent=said["consent"],
                    even_if_alike=said["even_if_alike"],
                )
                origin = console.origin(place, Channel.SYSTEM)
                outcome = import_patrons(session, origin, step, how, console.config.lists)
            counts += outcome.counts
            problems += outcome.problems
    problems.sort(key=lambda found: found[0])
    told: dict[str, int | str] = dict(counts)
    if problems:
        told["rejects"] = bringing.write_rejects(read, problems, console.config)
    _report(console, told, problems, json_=said["json_"])


def _report(
    console: Console,
    told: dict[str, int | str],
    problems: list[tuple[int, IlsError]],
    *,
    json_: bool,
) -> None:
    shown = [{"id": n, "why": i18n.say_error(e, console.language)} for n, e in problems]
    if json_:
        print_json({**told, "problems": shown})
        return
    click.echo(", ".join(f"{key}: {value}" for key, value in told.items()))
    for problem in shown[:SHOWN]:
        click.echo(f"  {problem['id']}: {problem['why']}", err=True)


@patrons.command()
@click.argument("card")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
@with_console
def export(console: Console, card: str, output: Path) -> None:
    """Write all that is kept of one reader into a JSON file."""
    with db.reading(console.sessions) as session:
        told = privacy.everything_about(session, _patron(session, card))
    output.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


@patrons.command()
@click.argument("card")
@click.option("--yes", is_flag=True, help="Do not ask.")
@BRANCH
@with_console
def anonymise(console: Console, card: str, branch: str, yes: bool) -> None:
    """Erase one reader; figures stay as they were."""
    if not yes:
        click.confirm(f"Erase {card} for good?", abort=True)
    with db.transaction(console.sessions) as session:
        patron = _patron(session, card)
        privacy.forget_patron(_desk(console, session, branch), patron)


@patrons.command()
@click.argument("text")
@click.option("--json", "json_", is_flag=True)
@with_console
def find(console: Console, text: str, json_: bool) -> None:
    """Find readers by name or card."""
    with db.reading(console.sessions) as session:
        found = session.scalars(queries.patrons(text).limit(50)).all()
        rows = [{"id": p.id, "card": p.card, "name": p.name} for p in found]
    if json_:
        print_json({"patrons": rows})
        return
    for row in rows:
        click.echo(f"{row['card']}  {row['name']}")


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
        for item in holds.expire_holds(_desk(console, session, branch)):
            click.echo(item.number)


@desk.command()
@click.argument("item")
@BRANCH
@with_console
def renew(console: Console, item: str, branch: str) -> None:
    """Renew the loan of a copy."""

    def work(session: Session) -> Answer:
        found = item_by_code(session, readings(item))
        last = queries.last_loan(session, found.id) if found else None
        if last is None or last.ended_at is not None:
            raise queries.UnknownLoan
        return choices.renew(_desk(console, session, branch), loan_id=last.id)

    _tell(db.run(console.sessions, work))


def _desk(console: Console, session: Session, branch: str) -> Desk:
    origin = console.origin(branch_by_code(session, branch), Channel.SYSTEM)
    return Desk(session, origin, console.config)


def _each(console: Console, branch: str, items: tuple[str, ...], card: str | None) -> None:
    """One transaction for each copy; a refusal does not stop the others."""
    done = LENDING if card else RETURNING
    refused = 0
    for code in items:

        def work(session: Session, code: str = code) -> Answer:
            patron_id = _patron(session, card).id if card else None
            desk = _desk(console, session, branch)
            answer = actions.scan(desk, code=code, patron_id=patron_id)
            if answer.situation not in done:
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
    number = answer.item.number if answer.item else answer.code
    due = f" {answer.loan.due.isoformat()}" if answer.loan and answer.patron else ""
    click.echo(f"{number}: {answer.situation.name.lower()}{due}")


def _patron(session: Session, card: str) -> Patron:
    patron = queries.patron_by_card(session, readings(card))
    if patron is None:
        raise queries.UnknownPatron
    return patron
