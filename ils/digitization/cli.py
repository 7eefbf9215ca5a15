"""`ils digitise`: scans taken in, recognised, published; how far all of it is."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ils import db, i18n
from ils.console import Console, print_json, with_console
from ils.digitization.documents import actions, arranging, queries
from ils.digitization.documents.linking import link
from ils.digitization.documents.models import DigitalDocument, DocumentKind
from ils.digitization.scans import actions as scans
from ils.digitization.scans import mirror
from ils.digitization.scans import queries as scan_queries
from ils.digitization.scans.models import ScanFile
from ils.digitization.scans.rules import Refusal, checks
from ils.holdings.items.queries import record_named
from ils.ledger import Channel
from ils.organisation.branches.queries import branch_by_code, central


@click.group()
def digitise() -> None:
    """Scans and their texts."""


@digitise.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--record", default="", help="Number of the record, ISBN, or a barcode of a copy.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in DocumentKind]),
    default="other",
    show_default=True,
)
@click.option("--language", default="", help="kk, ru …")
@click.option("--title", default="", help="Of the document; else that of the record or file.")
@click.option("--each", is_flag=True, help="Each file is a document.")
@click.option("--branch", help="Code of the branch; else the central library.")
@click.option("--recognise", is_flag=True, help="Have it recognised at once.")
@with_console
def add(
    console: Console, files: tuple[Path, ...], record: str, kind: str, language: str, title: str,
    each: bool, branch: str | None, recognise: bool,
) -> None:  # fmt: skip
    """Take FILES in as the pages of one document. A bad file never stops the others."""
    made: list[int] = []
    refused = 0
    with click.progressbar(sorted(files), file=sys.stderr) as bar:
        for path in bar:
            with path.open("rb") as stream:
                arrived = scans.receive(console.config, stream, path.name)
            try:
                with db.transaction(console.sessions) as session:
                    where = branch_by_code(session, branch) if branch else central(session)
                    origin = console.origin(where, Channel.SYSTEM)
                    described = record_named(session, record) if record else None
                    last = queries.document(session, made[-1]) if made and not each else None
                    one = arranging.take_in(
                        session, console.config, origin, arrived, last, kind=kind, title=title,
                        language=language, record=described,
                    )  # fmt: skip
                if last is None:
                    made.append(one.id)
            except Refusal as error:
                refused += 1
                with db.transaction(console.sessions) as session:
                    scans.refuse(session, console.config, arrived, error, None)
                click.echo(i18n.say_error(error, console.language), err=True)
    if recognise:
        with db.transaction(console.sessions) as session:
            for number in made:
                _recognise(session, console, number)
    for number in made:
        click.echo(number)
    if refused:
        sys.exit(1)


def _recognise(session: Session, console: Console, document_id: int) -> int:
    one = queries.document(session, document_id, lock=True)
    return actions.recognise(session, one, at_once=console.config.digitization.pages_at_once)


@digitise.command()
@click.argument("document", type=int)
@with_console
def recognise(console: Console, document: int) -> None:
    """Have the pages of DOCUMENT recognised that are not yet; the worker does it."""
    with db.transaction(console.sessions) as session:
        click.echo(_recognise(session, console, document))


@digitise.command()
@click.option("--json", "json_", is_flag=True)
@with_console
def status(console: Console, json_: bool) -> None:
    """How many documents are in which state; pages, bytes and free space."""
    with db.reading(console.sessions) as session:
        states = dict(
            session.execute(
                select(DigitalDocument.state, func.count()).group_by(DigitalDocument.state)
            ).all()
        )
        size, pages = scan_queries.space(session)
        damaged = scan_queries.damaged_or_gone(session, console.config.folder)
        free = scan_queries.free_pages(session, console.config.folder)
    told = {"documents": states, "pages": pages, "bytes": size, "free_pages": free,
            "damaged": damaged}  # fmt: skip
    if json_:
        print_json({"id": "digitisation", **told})
        return
    for state, number in sorted(states.items()):
        click.echo(f"{state}: {number}")
    click.echo(f"{pages} pages, {size // 1_000_000} MB; room for about {free} more pages")
    for number in damaged:
        click.echo(f"damaged: {number}", err=True)


@digitise.command()
@with_console
def verify(console: Console) -> None:
    """Read all scans and compare them with their checksums; damaged ones come from the mirror."""
    with db.reading(console.sessions) as session:
        every = session.scalars(select(ScanFile).order_by(ScanFile.id)).all()
    damaged = []
    with click.progressbar(every, file=sys.stderr) as bar:
        for scan in bar:
            whole = mirror.verified(console.config, scan)
            damaged += [] if whole else [scan]
            with db.transaction(console.sessions) as session:
                scans.note_verified(session, scan.id, whole=whole)
    for scan in damaged:
        click.echo(f"{scan.token}: {scan.name}", err=True)
    click.echo(f"{len(every) - len(damaged)} / {len(every)}")
    if damaged:
        sys.exit(1)


@digitise.command()
@click.argument("document", type=int)
@with_console
def text(console: Console, document: int) -> None:
    """The text of DOCUMENT, page after page."""
    with db.reading(console.sessions) as session:
        one = queries.document(session, document)
        for page in queries.texts(session, one.id):
            click.echo(page)
            click.echo("\f", nl=False)


@digitise.command()
@click.argument("document", type=int)
@with_console
def publish(console: Console, document: int) -> None:
    """Give DOCUMENT to readers, as far as its rights go."""
    with db.transaction(console.sessions) as session:
        one = queries.document(session, document, lock=True)
        origin = console.origin(central(session), Channel.SYSTEM)
        actions.publish(session, origin, one, console.config.holding(checks))
        if one.record is not None:
            link(session, origin, console.config, one.record)
