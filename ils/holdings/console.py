"""Shared by commands of `ils holdings`: the group, branches, days, papers into files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from ils.clock import Period
from ils.console import DAY, Commands, Console
from ils.errors import N_, Invalid
from ils.holdings.papers import Paper
from ils.holdings.printing import written
from ils.ledger import Channel, Origin
from ils.organisation.branches.queries import branch_by_code

BRANCH = click.option("--branch", required=True, help="Code of the branch.")
LANGUAGE = click.option(
    "--language", default="ru", type=click.Choice(["kk", "ru"]), show_default=True
)
AS_JSON = click.option("--json", "json_", is_flag=True)
OUTPUT = click.option(
    "-o", "output", type=click.Path(dir_okay=False, path_type=Path), help="PDF or DOCX."
)


@click.group(cls=Commands)
def holdings() -> None:
    """The stock: copies, acts, КСУ, checks, labels."""


def days_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--from`` and ``--to``, both counted."""
    last = click.option("--to", "last", required=True, type=DAY, help="The last day.")
    first = click.option("--from", "first", required=True, type=DAY, help="The first day.")
    return first(last(function))


def period(first: datetime, last: datetime) -> Period:
    """Days from the first to the last.

    Raises:
        Invalid: the last is before the first.
    """
    if last < first:
        raise Invalid(N_("To"), N_("The last day is before the first."))
    return Period.inclusive(first.date(), last.date())


def branch_id(session: Session, code: str | None) -> int | None:
    """The id of a branch, if one was named.

    Raises:
        UnknownBranch: there is none.
    """
    return None if code is None else branch_by_code(session, code).id


def origin_at(console: Console, session: Session, branch: str) -> Origin:
    """An act of the command line at a branch."""
    return console.origin(branch_by_code(session, branch), Channel.SYSTEM)


def write_paper(output: Path, paper: Paper, language: str, *, wide: bool = False) -> None:
    """Write a paper; the ending of the file says in which form.

    Raises:
        Invalid: it is neither PDF nor DOCX.
    """
    form = output.suffix.lower().lstrip(".")
    if form not in {"pdf", "docx"}:
        raise Invalid(N_("File"), N_("Its name must end in .pdf or .docx."))
    output.write_bytes(written(paper, form, language, wide=wide))
    click.echo(str(output), err=True)
