"""`ils holdings import` and `ils holdings compare`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ils import clock, db, i18n
from ils.catalog.subjects import classes_of
from ils.console import Console, print_json, with_console
from ils.errors import IlsError, Invalid
from ils.holdings.console import AS_JSON, BRANCH, LANGUAGE, holdings, origin_at
from ils.holdings.items.rules import shown_sum
from ils.holdings.lists import comparison, rules
from ils.holdings.lists.actions import (
    ListOptions,
    RecordFinder,
    import_copies,
    keep_layout,
    layout_of,
)
from ils.holdings.lists.files import ParsedList, named, read_list, reason, rejected
from ils.holdings.lists.jobs import PART
from ils.organisation.branches.queries import branch_by_code, branches_by_name, names_of

SHOWN_PROBLEMS = 20
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
SOURCE = click.option("--source", required=True, help="Where it comes from; the same next time.")
COLUMN = click.option(
    "--column", "columns", multiple=True,
    help="NAME=MEANING of a column, remembered for the source: “Инв.№=number”.",
)  # fmt: skip


def _parsed(console: Console, file: Path, source: str, columns: Sequence[str]) -> ParsedList:
    """The list of a file.

    Raises:
        Invalid: a column is given a meaning there is not.
    """
    said = dict(one.rpartition("=")[::2] for one in columns)
    if unknown := [meaning for meaning in said.values() if meaning not in rules.COLUMNS]:
        raise Invalid("--column", f"{unknown[0]}: {', '.join(rules.COLUMNS)}")
    with db.reading(console.sessions) as session:
        layout = layout_of(session, source) | said
    return read_list(file, console.config, layout)


@holdings.command("import")
@FILE
@SOURCE
@COLUMN
@click.option("--no-opening", is_flag=True, help="The opening balance counts them already.")
@click.option("--dry-run", is_flag=True, help="Read the file, change nothing.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path),
              help="Where rows go that cannot be used.")  # fmt: skip
@AS_JSON
@BRANCH
@with_console
def import_(
    console: Console, file: Path, source: str, columns: Sequence[str], branch: str, **said: Any
) -> None:
    """Bring copies in from FILE (XLSX, CSV): an inventory book, a list of cards, of 1С."""
    parsed = _parsed(console, file, source, columns)
    counts, problems = Counter[str](rejected=len(parsed.problems)), list(parsed.problems)
    if said["dry_run"]:
        counts["copies"] = sum(one.copies for one in parsed.copies)
    else:
        with db.reading(console.sessions) as session:
            finder, branches = RecordFinder(session), branches_by_name(session)
            owner = branch_by_code(session, branch).id
        options = ListOptions(
            owner, branches, classes_of(console.config.lists), not said["no_opening"], clock.now()
        )
        parts = [parsed.copies[at : at + PART] for at in range(0, len(parsed.copies), PART)]
        with click.progressbar(parts, label=file.name, file=sys.stderr) as bar:
            for part in bar:
                with db.transaction(console.sessions) as session:
                    origin = origin_at(console, session, branch)
                    report = import_copies(session, origin, part, options, finder)
                counts += report.counts
                problems += report.problems
        with db.transaction(console.sessions) as session:
            told = named(parsed.head)
            names = {told[at]: name for at, name in parsed.columns.items()}
            keep_layout(session, source, names)
    problems.sort(key=lambda one: one[0])
    if problems and said["rejects"] is not None:
        language = console.config.library.language
        content = rejected(parsed, [(row, reason(error, language)) for row, error in problems])
        said["rejects"].write_bytes(content)
    _report(console, counts, problems, json_=said["json_"])


def _report(
    console: Console, counts: Counter[str], problems: Sequence[tuple[int, IlsError]], *,
    json_: bool,
) -> None:  # fmt: skip
    told = [{"id": n, "why": i18n.say_error(e, console.language)} for n, e in problems]
    if json_:
        print_json({**counts, "problems": told})
        return
    click.echo(", ".join(f"{key}: {value}" for key, value in counts.items()))
    for one in told[:SHOWN_PROBLEMS]:
        click.echo(f"  {one['id']}: {one['why']}", err=True)


@holdings.command()
@FILE
@SOURCE
@COLUMN
@click.option("--branch", help="Only with the copies of this branch.")
@LANGUAGE
@AS_JSON
@with_console
def compare(
    console: Console, file: Path, source: str, columns: Sequence[str], branch: str | None,
    language: str, json_: bool,
) -> None:  # fmt: skip
    """Compare the accountant's list in FILE with the stock; each difference is explained."""
    parsed = _parsed(console, file, source, columns)
    with db.reading(console.sessions) as session:
        ids = [branch_by_code(session, branch).id] if branch else list(names_of(session, language))
        found = comparison.compare(session, parsed.copies, ids, language)
    if json_:
        print_json({
            "equal": found.equal, "theirs": found.theirs / 100, "ours": found.ours / 100,
            "differences": [
                {"id": one.number, "what": one.what, "theirs": one.theirs, "ours": one.ours,
                 "explained": one.explained}
                for one in found.differences
            ],
        })  # fmt: skip
        return
    click.echo(f"{found.equal} = ; {shown_sum(found.theirs)} / {shown_sum(found.ours)}")
    for one in found.differences:
        click.echo("\t".join(one.cells(language)))
