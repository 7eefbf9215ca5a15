"""`ils backup`, `ils restore`, `ils move`."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import click

from ils.config import Data
from ils.console import Console, print_json, with_console
from ils.operations.backup import actions


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
            actions.pack(made, file)
    found = actions.backups(actions.folder_of(config))
    if json_:
        print_json([
            {"path": str(path), "made_at": m.made_at, "proved_at": m.proved_at,
             "rows": sum(m.counts.values()), "version": m.version}
            for path, m in found
        ])  # fmt: skip
        return
    for path, m in found if list_ else found[:1]:
        state = f"proved {m.proved_at:.19}" if m.proved_at else "NOT PROVED"
        click.echo(f"{path}: {sum(m.counts.values())} rows, {state}")


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@with_console
def restore(console: Console, file: Path) -> None:
    """Make the library of a backup, FILE or folder, in an empty data folder and database."""
    with actions.opened(file) as folder, click.progressbar(length=100, label="tables") as bar:
        manifest = actions.restore(
            console.config,
            folder,
            progress=lambda done, total: bar.update(100 * done // total - bar.pos),
        )
    click.echo(f"Restored: {sum(manifest.counts.values())} rows of {manifest.made_at:.19}.")


@click.command()
@click.option("--to", required=True, help="SQLAlchemy URL of an empty database.")
@with_console
def move(console: Console, to: str) -> None:
    """Copy everything into another database, from SQLite to PostgreSQL or back."""
    config = console.config
    engine = console.sessions.kw["bind"]
    with tempfile.TemporaryDirectory(dir=config.folder) as name:
        made = actions.make(config, engine, place=Path(name))
        target = replace(config, data=Data(folder=config.data.folder, database=to), _held={})
        manifest = actions.restore(target, made)
    click.echo(f"Moved: {sum(manifest.counts.values())} rows. Set ILS_DATABASE to {to}")
