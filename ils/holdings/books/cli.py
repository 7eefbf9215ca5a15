"""`ils holdings ksu` and `ils holdings inventory-book`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ils import db
from ils.console import Console, print_json, with_console
from ils.holdings import papers as words
from ils.holdings.books import papers, queries
from ils.holdings.books.queries import KsuRow, Movement
from ils.holdings.console import (
    AS_JSON,
    LANGUAGE,
    OUTPUT,
    branch_id,
    days_options,
    holdings,
    period,
    write_paper,
)
from ils.holdings.items.rules import shown_sum
from ils.organisation.branches.queries import names_of


@holdings.command()
@days_options
@click.option("--branch", help="The register of this branch; of the system if not given.")
@LANGUAGE
@OUTPUT
@AS_JSON
@with_console
def ksu(
    console: Console, first: datetime, last: datetime, branch: str | None, language: str,
    output: Path | None, json_: bool,
) -> None:  # fmt: skip
    """The summary register (КСУ) of some days: arrivals, withdrawals, balance."""
    days = period(first, last)
    with db.reading(console.sessions) as session:
        of = branch_id(session, branch)
        with click.progressbar(length=2, label="ksu", file=sys.stderr) as bar:
            book = queries.ksu(session, days, of)
            bar.update(1)
            if output is not None:
                paper = papers.ksu(session, console.config, days, of, language)
                write_paper(output, paper, language, wide=True)
            bar.update(1)
        if json_:
            print_json(
                {
                    "arrivals": _rows(book.arrivals),
                    "withdrawals": _rows(book.withdrawals),
                    "start": _movement(book.start),
                    "came": _movement(book.came),
                    "went": _movement(book.went),
                    "end": _movement(book.end),
                }
            )
        elif output is None:
            for name, one in (
                ("start", book.start), ("came", book.came), ("went", book.went), ("end", book.end),
            ):  # fmt: skip
                click.echo(f"{name}: {one.copies}, {shown_sum(one.amount)}")


def _rows(rows: Sequence[KsuRow]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.act.id if row.act else None, "number": row.act.called if row.act else "",
            "day": row.day.isoformat(), "code": row.code, "correction": row.correction,
            "redistribution": row.redistribution, **_movement(row.movement),
        }
        for row in rows
    ]  # fmt: skip


def _movement(one: Movement) -> dict[str, Any]:
    return {
        "copies": one.copies, "titles": one.titles, "sum": f"{one.amount / 100:.2f}",
        "material": dict(one.by_material), "division": dict(one.by_area),
        "language": dict(one.by_language),
    }  # fmt: skip


@holdings.command("inventory-book")
@days_options
@click.option("--branch", help="The book of this branch; of the system if not given.")
@LANGUAGE
@OUTPUT
@AS_JSON
@with_console
def inventory_book(
    console: Console, first: datetime, last: datetime, branch: str | None, language: str,
    output: Path | None, json_: bool,
) -> None:  # fmt: skip
    """The inventory book of some days."""
    days, config = period(first, last), console.config
    with db.reading(console.sessions) as session:
        of = branch_id(session, branch)
        if output is not None:
            paper = papers.inventory_book(session, config, days, of, language)
            write_paper(output, paper, language, wide=True)
        names = {number: name for number, (_, name) in names_of(session, language).items()}
        say = words.words(config, language, days.last)
        keys = ("day", "number", "ksu", "title", "price", "index", "branch", "withdrawal_act")
        found = session.execute(queries.inventory_book(days, of)).all()
        with click.progressbar(found, label="inventory-book", file=sys.stderr) as bar:
            rows = [
                {"id": row[1].id,
                 **dict(zip(keys, papers.line(config, say, names, row, of), strict=True))}
                for row in bar
            ]  # fmt: skip
    if json_:
        print_json({"copies": rows})
    elif output is None:
        for row in rows:
            click.echo("\t".join(str(row[key]) for key in keys))
