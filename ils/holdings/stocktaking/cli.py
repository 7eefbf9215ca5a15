"""`ils holdings stocktake`: checks begun, scans counted from files, results."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from ils import db
from ils.console import DAY, Commands, Console, print_json, with_console
from ils.holdings.console import AS_JSON, BRANCH, LANGUAGE, holdings, origin_at, write_paper
from ils.holdings.stocktaking import actions, jobs, papers, queries
from ils.holdings.stocktaking.models import Stocktake
from ils.jobs.runner import Runner

PART = 500
NUMBER = click.argument("number", type=int, metavar="CHECK")


@holdings.group(cls=Commands)
def stocktake() -> None:
    """Checks of the stock. CHECK is its id."""


@stocktake.command()
@click.argument("name")
@BRANCH
@click.option("--place", default="", help="Only copies whose place begins so.")
@click.option("--seen-since", type=DAY, help="Count as present what was lent or returned since.")
@AS_JSON
@with_console
def new(
    console: Console, name: str, branch: str, place: str, seen_since: datetime | None, json_: bool
) -> None:
    """Begin a check, and freeze the list of what is expected."""
    since = seen_since.date() if seen_since else None
    with db.transaction(console.sessions) as session:
        origin = origin_at(console, session, branch)
        one = Stocktake(name=name, branch_id=origin.branch_id, location=place, seen_since=since)
        number = actions.begin(session, origin, one).id
    prepare = [kind for kind in jobs.JOBS if kind.name == actions.PREPARE]
    Runner(console.sessions, console.config, prepare).run_all()
    _tell(console, number, json_=json_)


@stocktake.command()
@NUMBER
@click.argument("files", nargs=-1, required=True,
                type=click.Path(exists=True, dir_okay=False, path_type=Path))  # fmt: skip
@AS_JSON
@with_console
def count(console: Console, number: int, files: tuple[Path, ...], json_: bool) -> None:
    """Count the codes of FILES, in any encoding and with any separator."""
    outcomes = Counter[str]()
    for file in files:
        data, megapixels = file.read_bytes(), console.config.limits.megapixels
        with db.reading(console.sessions) as session:
            codes = jobs.codes_of(session, data, megapixels)
            scans = jobs.scans_of(session, queries.stocktake_by_id(session, number), codes)
            branch = queries.branch_of(session, number)
        parts = [scans[at : at + PART] for at in range(0, len(scans), PART)]
        with click.progressbar(parts, label=file.name, file=sys.stderr) as bar:
            for part in bar:
                with db.transaction(console.sessions) as session:
                    one = queries.stocktake_by_id(session, number)
                    origin = origin_at(console, session, branch)
                    found = actions.count(session, origin, one, part)
                    outcomes.update(counted.outcome.value for counted in found)
    if json_:
        print_json({"id": number, **outcomes})
    else:
        click.echo(", ".join(f"{key}: {value}" for key, value in outcomes.items()))


@stocktake.command()
@NUMBER
@click.option("--missing", is_flag=True, help="With the list of what is missing.")
@click.option("-o", "output", type=click.Path(dir_okay=False, path_type=Path),
              help="Its act, as PDF or DOCX.")  # fmt: skip
@LANGUAGE
@AS_JSON
@with_console
def result(
    console: Console, number: int, missing: bool, output: Path | None, language: str, json_: bool
) -> None:
    """How a check stands."""
    if output is not None:
        with db.reading(console.sessions) as session:
            one = queries.stocktake_by_id(session, number)
            paper = papers.act(session, console.config, one, language)
        write_paper(output, paper, language)
    _tell(console, number, json_=json_, missing=missing)


@stocktake.command()
@NUMBER
@AS_JSON
@with_console
def close(console: Console, number: int, json_: bool) -> None:
    """End a check."""
    with db.transaction(console.sessions) as session:
        one = queries.stocktake_by_id(session, number, lock=True)
        actions.close(session, origin_at(console, session, queries.branch_of(session, number)), one)
    _tell(console, number, json_=json_)


def _tell(console: Console, number: int, *, json_: bool, missing: bool = False) -> None:
    with db.reading(console.sessions) as session:
        about = _about(session, number, missing=missing)
    if json_:
        print_json(about)
        return
    listed = about.pop("missing_copies", [])
    click.echo("\n".join(f"{key}: {value}" for key, value in about.items()))
    for one in listed:
        click.echo("\t".join(str(value) for value in one.values()))


def _about(session: Session, number: int, *, missing: bool) -> dict[str, Any]:
    one = queries.stocktake_by_id(session, number)
    about = {"id": one.id, "name": one.name, "state": one.state}
    about |= asdict(queries.counts(session, one))
    if missing:
        about["missing_copies"] = [
            {"id": item.id, "number": item.number, "title": item.record.title,
             "place": item.location}
            for item in session.scalars(queries.missing_items(one))
        ]  # fmt: skip
    return about
