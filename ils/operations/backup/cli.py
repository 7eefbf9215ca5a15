"""`ils backup`, `ils restore`, `ils export`, `ils move`."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import click

from ils.cataloguing.exports.cli import export as export_records
from ils.console import Console, print_json, with_console
from ils.errors import N_, Refused
from ils.operations.backup import actions, journal, manifest, restoring
from ils.operations.backup.tables import shapes
from ils.settings import Data


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "json_", is_flag=True)
@click.option("--list", "list_", is_flag=True, help="Only show the backups there are.")
@with_console
def backup(console: Console, file: Path | None, json_: bool, list_: bool) -> None:
    """Make a backup while people work, prove it by a trial restore, and put it into FILE too."""
    config = console.config
    if not list_:
        with click.progressbar(length=100, label="tables", hidden=json_) as bar:
            made = actions.make(
                config,
                console.sessions.kw["bind"],
                progress=lambda done, total: bar.update(100 * done // total - bar.pos),
            )
        actions.finish(config, console.sessions, made)
        if file is not None:
            manifest.pack(made, file)
    found = manifest.backups(actions.folder_of(config))
    if json_:
        print_json([
            {"path": str(path), "made_at": m.made_at, "proved_at": m.proved_at,
             "rows": sum(m.counts.values()), "version": m.version}
            for path, m in found
        ])  # fmt: skip
        return
    for path, m in found if list_ else found[:1]:
        proved = N_("%(path)s: %(rows)s rows, proved %(at)s")
        told = proved if m.proved_at else N_("%(path)s: %(rows)s rows, NOT PROVED")
        console.say(told, path=path, rows=sum(m.counts.values()), at=(m.proved_at or "")[:19])


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--journal",
    "journal_",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder “journal” of the second place; by default the one beside FILE.",
)
@click.option("--no-journal", is_flag=True, help="The backup alone, as of its moment.")
@with_console
def restore(console: Console, file: Path, journal_: Path | None, no_journal: bool) -> None:
    """Make the library of a backup, FILE or folder, in an empty data folder and database.

    What was done after the backup is in the journal, up to the last minute.
    """
    beside = None if no_journal else journal_ or _if_there(file.resolve().parent / journal.FOLDER)
    with manifest.opened(file) as folder, click.progressbar(length=100, label="tables") as bar:
        restored = restoring.restore(
            console.config,
            folder,
            beside=beside,
            progress=lambda done, total: bar.update(100 * done // total - bar.pos),
        )
    told, replayed = restored.manifest, restored.replayed
    rows, of = sum(told.counts.values()), told.made_at[:19]
    console.say(N_("Restored: %(rows)s rows of %(at)s."), rows=rows, at=of)
    if replayed.segments:
        more = N_("From the journal: %(rows)s rows until %(at)s.")
        console.say(more, rows=replayed.rows, at=(replayed.until or "")[:19])
    elif not replayed.broken:
        console.say(N_("Nothing from a journal: what was done after the backup is not there."))
    if replayed.broken:
        console.say(N_("The journal ends early, at %(place)s"), err=True, place=replayed.broken)
    if restored.left:
        left = N_("Erased readers who have copies again, to be erased by hand: %(readers)s")
        console.say(left, readers=restored.left)


def _if_there(folder: Path) -> Path | None:
    return folder if folder.is_dir() else None


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_context
@with_console
def export(console: Console, context: click.Context, folder: Path) -> None:
    """Write everything into the new FOLDER in open formats: tables, records, files, settings.

    “ils restore FOLDER” makes the same library of it; README.txt there says what is what.
    """
    if folder.exists():
        raise FolderThere(path=str(folder))
    actions.make(console.config, console.sessions.kw["bind"], target=folder, packed=False)
    actions.add_masters(console.config, folder)
    for name, authorities in (("records.xml", False), ("headings.xml", True)):
        context.invoke(
            export_records, text="", form="marcxchange", output=folder / name,
            encoding="utf-8", catalogue=None, authorities=authorities, json_=False,
        )  # fmt: skip
    tables = "".join(
        f"\n{shape.name}: " + ", ".join(f"{name} {kind}" for name, kind in shape.columns.items())
        for shape in shapes()
    )
    (folder / "README.txt").write_text(README + tables + "\n", encoding="utf-8")


class FolderThere(Refused):
    """An export is written into a folder of its own."""

    code = "folder_there"
    message = N_("%(path)s is there already. Name a new folder.")


README = """\
Everything of a library, written by Sandyq.

records.xml, headings.xml   bibliographic and authority records with their copies (MARCXchange)
tables/NAME.jsonl           the rows of a table: a JSON array a line, its columns as below
data/files                  photos, enclosures, files that were sent
data/masters                scans as they came, by day
config                      the settings
manifest.json               version, number of rows, SHA-256 of each file

day and moment are ISO 8601 (moments in UTC), amounts of money are whole tiyn.

Tables and their columns:
"""


@click.command()
@click.option("--to", required=True, help="SQLAlchemy URL of an empty database.")
@with_console
def move(console: Console, to: str) -> None:
    """Copy everything into another database, from SQLite to PostgreSQL or back."""
    config = console.config
    engine = console.sessions.kw["bind"]
    with tempfile.TemporaryDirectory(dir=config.folder) as name:
        made = actions.make(config, engine, target=Path(name) / "library")
        target = replace(config, data=Data(folder=config.data.folder, database=to), _held={})
        moved = restoring.restore(target, made)
    told = N_("Moved: %(rows)s rows. Set ILS_DATABASE to %(address)s")
    console.say(told, rows=sum(moved.manifest.counts.values()), address=to)
