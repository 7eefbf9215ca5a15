"""`ils holdings labels`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import db
from ils.console import Console, print_json, with_console
from ils.documents import labels as drawing
from ils.documents import zpl
from ils.documents.zpl import Printing
from ils.errors import N_, Invalid
from ils.holdings.acts.models import StockAct
from ils.holdings.acts.rules import UnknownStockAct
from ils.holdings.console import AS_JSON, LANGUAGE, branch_id, holdings
from ils.holdings.labels import queries
from ils.holdings.labels.queries import KINDS, LabelSelection


@holdings.command()
@click.argument("selection")
@click.option("--format", "form", default="pdf", type=click.Choice(["pdf", "zpl", "png"]))
@click.option("--kind", default="item", type=click.Choice(KINDS), show_default=True)
@click.option("--from-label", "start", default=1, type=click.IntRange(min=1), show_default=True)
@click.option("--again", is_flag=True, help="Also copies whose label was printed.")
@click.option("--mark", is_flag=True, help="The next run skips what is printed now.")
@click.option("-o", "output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@LANGUAGE
@AS_JSON
@with_console
def labels(console: Console, selection: str, start: int, output: Path, **said: str | bool) -> None:
    """Labels of SELECTION: 1-25, K-1..K-9, a number, branch:CODE, place:NAME, act:1/2026, all."""
    config = console.config
    with db.reading(console.sessions) as session:
        chosen = replace(
            _selection(session, selection, again=bool(said["again"])), kind=str(said["kind"])
        )
        items = session.scalars(queries.chosen(chosen).offset(start - 1)).all()
        made = queries.made(session, config, items, str(said["kind"]), str(said["language"]))
        ids = [item.id for item in items]
    if not made:
        raise Invalid(N_("Labels"), N_("There are no copies to be labelled."))
    if said["form"] == "pdf":
        output.write_bytes(drawing.sheet(config, made))
    elif said["form"] == "png":
        output.write_bytes(drawing.png(made[0]))
    else:
        with (
            output.open("w", encoding="ascii") as file,
            click.progressbar(made, label=output.name, file=sys.stderr) as bar,
        ):
            file.writelines(zpl.written(bar, Printing(config.labels.dpi)))
    if said["mark"]:
        with db.transaction(console.sessions) as session:
            queries.mark_labelled(session, ids, str(said["kind"]))
    if said["json_"]:
        print_json({"id": str(output), "labels": len(made), "copies": ids})
    else:
        click.echo(f"{output}: {len(made)}")


def _selection(session: Session, text: str, *, again: bool) -> LabelSelection:
    """Which copies are meant.

    Raises:
        UnknownBranch, UnknownStockAct: what is named does not exist.
    """
    kind, colon, value = text.partition(":")
    if colon and kind == "branch":
        return LabelSelection(branch_id=branch_id(session, value), printed_too=again)
    if colon and kind == "place":
        return LabelSelection(location=value, printed_too=again)
    if colon and kind == "act":
        number, _, year = value.partition("/")
        query = select(StockAct.id).where(
            StockAct.kind == "acceptance", StockAct.number == _whole(number),
            StockAct.year == _whole(year),
        )  # fmt: skip
        act = session.scalar(query)
        if act is None:
            raise UnknownStockAct
        return LabelSelection(act_id=act, printed_too=again)
    if text == "all":
        return LabelSelection(printed_too=again)
    first, dots, last = text.partition("..")
    if not dots:
        first, dash, last = text.partition("-")
        if not (dash and first.isdigit() and last.isdigit()):
            first = last = text
    return LabelSelection(first=first, last=last, printed_too=again)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
