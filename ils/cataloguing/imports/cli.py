"""`ils catalog import`: bringing catalogues in with their copies."""

from __future__ import annotations

import gc
import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import click
from sqlalchemy.orm import Session

from ils import clock, db, i18n
from ils.catalog.imports.decisions import Decision
from ils.catalog.records.rules import describe
from ils.catalog.subjects import classes_of
from ils.cataloguing.imports.actions import (
    destination,
    import_part,
    import_rules,
    name_some_issues,
    rejected_file,
)
from ils.cataloguing.records.cli import catalog
from ils.console import Console, print_json, with_console
from ils.errors import N_
from ils.holdings.items.actions import ImportReport
from ils.labels import LABELS
from ils.ledger import Channel
from ils.marc import encodings, reading
from ils.marc.iso2709 import Chunk
from ils.marc.reading import FileForm, NotRecords, Source
from ils.organisation.branches.queries import branch_by_code

DIALECTS = ("auto", "rusmarc", "unimarc", "marc21", "irbis")
FIRST_TITLES = 5
#: What a summary says, in its order.
SUMMARY = {
    "file": N_("File"),
    "format": N_("Format"),
    "dialect": N_("Dialect"),
    "encoding": N_("Encoding"),
    "why": N_("recognised by"),
    "records": N_("Records"),
    "imported": N_("Imported"),
    **LABELS["import_decision"],
    "items": N_("Copies"),
    "problems": N_("Remarks"),
    "interrupted": N_("interrupted"),
    "rejects": N_("rejects and reasons"),
    "titles": N_("Titles"),
}
SHOWN_PROBLEMS = 10


@dataclass(frozen=True)
class Choices:
    """What was said on the command line."""

    form: str
    dialect: str
    encoding: str
    catalogue: str | None
    branch: str | None
    dry_run: bool
    rejects: Path | None
    quiet: bool
    source: str
    without_copies: bool


@catalog.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", default="auto", type=click.Choice(["auto", *map(str, FileForm)]))
@click.option("--dialect", default="auto", type=click.Choice(DIALECTS))
@click.option("--encoding", default="auto", type=click.Choice(["auto", *encodings.NAMES]))
@click.option("--catalogue", help="Where records go; by default their kind decides.")
@click.option("--branch", help="Owner of copies whose place names no branch; the central one.")
@click.option("--source", default="", help="Whose numbers the 001 are, if records do not say it.")
@click.option("--without-copies", is_flag=True, help="Descriptions only.")
@click.option("--dry-run", is_flag=True, help="Show what the files are; change nothing.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where unreadable records go; by default a file in the data folder.",
)
@click.option("--json", "json_", is_flag=True, help="Print the outcome as JSON.")
@with_console
def import_(console: Console, files: tuple[Path, ...], json_: bool, **said: object) -> None:
    """Bring records in, with their copies (fields 910 and 899).

    One bad record never stops a file; importing a file again changes nothing, and goes on
    where an interrupted import ended. Each record is new, unchanged, changed, a duplicate
    (kept hidden with the record it doubles, which gets its copies), or in conflict with a
    version edited here.
    """
    choices = Choices(**said, quiet=json_)  # type: ignore[arg-type]  # click checked them
    outcomes = []
    for number, file in enumerate(files, 1):
        rejects = _rejects_of(console, file, number, choices.rejects)
        try:
            outcomes.append(_import_file(console, file, choices, rejects))
        except NotRecords as error:
            click.echo(i18n.say_error(error, console.language), err=True)
            outcomes.append({"id": file.name, "file": str(file), "error": error.code})
    if json_:
        print_json({"files": outcomes})
    if any("error" in outcome for outcome in outcomes):
        click.get_current_context().exit(1)


def _import_file(
    console: Console, file: Path, choices: Choices, rejects: Path
) -> dict[str, object]:
    source, chunks = reading.examine_file(
        file, form=choices.form, dialect=choices.dialect, encoding=choices.encoding
    )
    told: dict[str, object] = {
        "id": file.name,
        "file": str(file),
        "format": source.form.value,
        "dialect": source.dialect.value,
        "encoding": source.encoding,
        "why": source.why,
        "records": len(chunks),
    }
    if choices.dry_run:
        titles = _titles_by_encoding(console, source, chunks)
        if not choices.quiet:
            _echo(console, source, told | {"titles": ""})
            for encoding, shown in titles.items():
                click.echo(f"  {encoding}: " + " | ".join(shown))
        return told | {"titles": titles}
    outcome = _import_records(console, source, chunks, choices)
    counts = outcome.counts
    told |= {
        "imported": counts[Decision.NEW] + counts[Decision.DUPLICATE],
        **{decision.value: counts[decision] for decision in Decision},
        "rejected": counts["rejected"],
        "items": outcome.items,
        "problems": len(outcome.problems),
        "kept_in_886": dict(outcome.kept.most_common()),
    }
    if sum(counts.values()) < len(chunks):
        told["interrupted"] = console.told(N_("give the same command again to go on"))
    if outcome.problems or outcome.notes:
        told["rejects"] = str(_write_rejects(source, outcome, rejects, console.language))
    if not choices.quiet:
        _echo(console, source, told)
        for number, problem in outcome.problems[:SHOWN_PROBLEMS]:
            said = i18n.say_remark(problem, console.language)
            click.echo(f"  {number}: {said}", err=True)
        if len(outcome.problems) > SHOWN_PROBLEMS:
            every = N_("  … %(count)s in all: see the file of reasons")
            console.say(every, err=True, count=len(outcome.problems))
    return told


def _echo(console: Console, source: Source, told: dict[str, object]) -> None:
    """The summary in the language of the terminal; `--json` has its keys."""
    whys = "; ".join(i18n.say_remark(one, console.language) for one in source.whys)
    shown = {key: value for key, value in (told | {"why": whys}).items() if key in SUMMARY}
    named = ((i18n.say(SUMMARY[key], console.language), value) for key, value in shown.items())
    click.echo("; ".join(f"{name}: {value}" for name, value in named))
    kept = told.get("kept_in_886")
    if isinstance(kept, dict) and kept:
        most = list(kept.items())[:SHOWN_PROBLEMS]
        console.say(
            N_("  kept in 886: %(fields)s"), fields=", ".join(f"{tag} × {n}" for tag, n in most)
        )


def _import_records(
    console: Console, source: Source, chunks: list[Chunk], choices: Choices
) -> ImportReport:
    size = console.config.catalog.batch
    how = import_rules(console.config, catalogue=choices.catalogue, source=choices.source)
    with db.reading(console.sessions) as session:
        asked = branch_by_code(session, choices.branch) if choices.branch else None
        branch, to = destination(session, how, asked, with_copies=not choices.without_copies)
    origin = console.origin(branch, Channel.IMPORT)
    outcome, seen = ImportReport(), Counter[str]()

    def run(work: Callable[[Session], ImportReport]) -> ImportReport:
        return db.run(console.sessions, work)

    with (
        _few_collections(),
        _ctrl_c_after_the_batch() as stop,
        click.progressbar(length=len(chunks), label="records", hidden=choices.quiet) as bar,
    ):
        for start in range(0, len(chunks), size):
            if stop.is_set():
                break  # what was saved is saved; the report says how to go on
            records = [reading.read(source, chunk) for chunk in chunks[start : start + size]]
            outcome.add(import_part(run, origin, to, records, seen))
            bar.update(len(records))
        while db.run(console.sessions, lambda s: name_some_issues(s, origin, to, size)):
            pass
    return outcome


@contextmanager
def _ctrl_c_after_the_batch() -> Iterator[Event]:
    """Ctrl+C waits until a batch is saved and reported, so that neither is half."""
    stop = Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Python looks for garbage less often: a third of the time of an import went into it."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _titles_by_encoding(
    console: Console, source: Source, chunks: list[Chunk]
) -> dict[str, list[str]]:
    """The first titles in each encoding, so that a person can tell."""
    classes = classes_of(console.config.lists)
    names = [source.encoding, *(n for n in encodings.NAMES if n != source.encoding)]
    titles = {}
    for name in names:
        tried = replace(source, encoding=name)
        records = [reading.read(tried, chunk).marc for chunk in chunks[:FIRST_TITLES]]
        titles[name] = [describe(marc, classes).title for marc in records if marc is not None]
    return titles


def _write_rejects(source: Source, outcome: ImportReport, target: Path, language: str) -> Path:
    """Unreadable records as they came, to be mended and imported; reasons beside them.

    Returns:
        The reasons file: every problem, of rejected and of imported records.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    reasons = target.with_name(target.name + ".reasons.jsonl")
    rejected = {read.chunk.number for read in outcome.rejects}
    if outcome.rejects:
        target.write_bytes(rejected_file(source, outcome.rejects))
    with reasons.open("w", encoding="utf-8") as out:
        for number, problem in sorted(outcome.problems + outcome.notes):
            said = i18n.say_remark(problem, language)
            line = {"record": number, "rejected": number in rejected, "reason": said}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return reasons


def _rejects_of(console: Console, file: Path, number: int, rejects: Path | None) -> Path:
    """Where the rejects of the command's n-th file go: each file and each run has its own."""
    moment = clock.now().strftime("%Y%m%d-%H%M%S")
    # Of a master file they are lines of a text export.
    suffix = ".txt" if file.suffix.lower() == ".mst" else file.suffix
    wanted = rejects or console.config.folder / "rejects" / f"{file.stem}-{moment}{suffix}"
    return wanted if number == 1 else wanted.with_name(f"{number}-{wanted.name}")
