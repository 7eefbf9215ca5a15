"""Books written by the worker: thousands of rows are no work for a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from ils import db, files
from ils.clock import Period
from ils.config import Config
from ils.files import Purpose
from ils.holdings.books import papers
from ils.holdings.papers import Paper
from ils.holdings.printing import TYPES, written
from ils.jobs.runner import JobContext, JobKind

WRITE_BOOK = "write_book"
_Writes = Callable[[Session, Config, Period, int | None, str], Paper]
#: What can be asked for → what makes it.
BOOKS: dict[str, _Writes] = {"ksu": papers.ksu, "inventory-book": papers.inventory_book}


def _write(context: JobContext) -> dict[str, Any]:
    """Write a book of a period, and keep the file for whoever asked."""
    args = context.args
    days = Period(date.fromisoformat(args["start"]), date.fromisoformat(args["end"]))
    with db.reading(context.sessions) as session:
        paper = BOOKS[args["book"]](
            session, context.config, days, args["branch_id"], args["language"]
        )
    context.progress(1, 2)
    content = written(paper, args["form"], args["language"], wide=True)
    received = files.receive_bytes(context.config.folder, content)
    with context.transaction() as session:
        name = f"{args['book']}-{days.start}-{days.last}.{args['form']}"
        kept = files.keep(
            session, received, Purpose.ATTACHMENT, name=name, type=TYPES[args["form"]],
            created_by=args["staff_id"],
        )  # fmt: skip
        result = {"file": kept.id}
        context.keep_result(session, result)
    return result


JOBS = (JobKind(WRITE_BOOK, _write),)
