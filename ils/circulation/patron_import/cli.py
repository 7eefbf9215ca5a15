"""`ils patrons import`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click

from ils import clock, db, i18n
from ils.circulation.console import BRANCH
from ils.circulation.patron_import import files
from ils.circulation.patron_import.actions import ImportOptions, import_patrons, preview
from ils.circulation.readers.cli import PREVIEW_ROWS, patrons
from ils.console import Console, print_json, with_console
from ils.errors import IlsError
from ils.ledger import Channel
from ils.organisation.branches.models import Branch
from ils.organisation.branches.queries import branch_by_code

BATCH_SIZE = 200


@patrons.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Where it comes from; the same name the next time.")
@click.option("--consent", is_flag=True, help="The readers' consent is kept on paper.")
@click.option(
    "--even-if-alike",
    "allow_duplicate",
    is_flag=True,
    help="Also those who resemble a known reader.",
)
@click.option("--dry-run", is_flag=True, help="Read the file, change nothing.")
@click.option("--json", "json_", is_flag=True)
@BRANCH
@with_console
def import_(console: Console, file: Path, branch: str, source: str, **said: bool) -> None:
    """Bring readers in from XLSX, CSV or an ИРБИС RDR text export, with their loans."""
    read = files.read_file(file, console.config.lists, console.config.limits)
    if said["dry_run"]:
        _foresee(console, read, branch, source, said)
        return
    counts: Counter[str] = Counter(rejected=len(read.problems))
    problems = list(read.problems)
    steps = [read.readers[n : n + BATCH_SIZE] for n in range(0, len(read.readers), BATCH_SIZE)]
    with click.progressbar(steps, label=file.name, file=sys.stderr) as bar:
        for step in bar:
            with db.transaction(console.sessions) as session:
                place = branch_by_code(session, branch)
                how = _options(place, source, said)
                origin = console.origin(place, Channel.SYSTEM)
                outcome = import_patrons(session, origin, step, how, console.config.lists)
            counts += outcome.counts
            problems += outcome.problems
    problems.sort(key=lambda found: found[0])
    told: dict[str, int | str] = dict(counts)
    if problems:
        told["rejects"] = str(_write_rejects(console, file, read, problems))
    _report(console, told, problems, json_=said["json_"])


def _options(place: Branch, source: str, said: Mapping[str, bool]) -> ImportOptions:
    return ImportOptions(
        source,
        place.timezone,
        consent=said["consent"],
        allow_duplicate=said["allow_duplicate"],
    )


def _foresee(
    console: Console, read: files.ParsedFile, branch: str, source: str, said: Mapping[str, bool]
) -> None:
    """Say what would become of the readers of a file."""
    with db.reading(console.sessions) as session:
        place = branch_by_code(session, branch)
        day = clock.local_day(clock.now(), place.timezone)
        foreseen = preview(session, day, read.readers, _options(place, source, said))
    problems = sorted([*read.problems, *foreseen.problems], key=lambda found: found[0])
    counts: dict[str, int | str] = {"readers": len(read.readers), "loans": 0, **foreseen.counts}
    if read.counts_rows:
        counts["ids"] = "they only count the rows"
    _report(console, counts, problems, json_=said["json_"])


def _write_rejects(
    console: Console, file: Path, read: files.ParsedFile, problems: list[tuple[int, IlsError]]
) -> Path:
    """What could not be used, in a file of its own in the data folder."""
    content, ending = files.rejected(read, problems, console.config)
    moment = f"{clock.now():%Y%m%d-%H%M%S}"
    target = console.config.folder / "rejects" / f"{file.stem}-{moment}.{ending}"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target


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
    for problem in shown[:PREVIEW_ROWS]:
        click.echo(f"  {problem['id']}: {problem['why']}", err=True)
