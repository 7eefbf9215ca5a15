"""`ils ledger`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

import click

from ils import db
from ils.console import Commands, Console, print_json, with_console
from ils.errors import N_
from ils.stats.history import actions as history
from ils.stats.history.actions import ImportRejected


@click.group(cls=Commands)
def ledger() -> None:
    """The ledger itself."""


@ledger.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--create-branches", is_flag=True, help="Make branches that are missing.")
@click.option("--json", "json_", is_flag=True)
@with_console
def import_(console: Console, file: Path, create_branches: bool, json_: bool) -> None:
    """Bring entries in from FILE.jsonl, all or none."""
    lines = file.read_bytes().split(b"\n")
    try:
        with (
            click.progressbar(length=len(lines), label="lines", hidden=json_) as bar,
            db.reading(console.sessions) as session,
        ):
            checked = history.check_history(
                session,
                console.config,
                lines,
                create_branches=create_branches,
                progress=bar.update,
            )
    except ImportRejected as error:
        for number, reason in error.lines:
            console.say(N_("Line %(number)s: %(reason)s"), err=True, number=number, reason=reason)
        raise
    done = db.run(console.sessions, lambda s: history.import_history(s, console.config, checked))
    if json_:
        print_json(
            {
                "id": file.name,
                "imported": done.imported,
                "unchanged": done.unchanged,
                "branches": done.branches,
            }
        )
        return
    told = N_("Imported: %(imported)s, unchanged: %(unchanged)s")
    console.say(told, imported=done.imported, unchanged=done.unchanged)
    if done.branches:
        console.say(N_("Branches made: %(branches)s"), branches=", ".join(done.branches))


@ledger.command("export")
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-")
@with_console
def export(console: Console, output: IO[str]) -> None:
    """Write every entry, one JSON object a line."""
    with db.reading(console.sessions) as session:
        for line in history.export_history(session):
            output.write(json.dumps(line, ensure_ascii=False) + "\n")
