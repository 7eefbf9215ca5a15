"""Readers from a file that was sent: first it is only read, then they are brought in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ils import clock, db, files
from ils.circulation.patron_import import files as sheets
from ils.circulation.patron_import.actions import ImportOptions, import_patrons
from ils.circulation.patron_import.files import ParsedFile
from ils.errors import IlsError
from ils.files import Purpose
from ils.jobs.runner import JobContext, JobKind
from ils.ledger import Channel, Origin
from ils.organisation.branches.models import Branch

READ, IMPORT = "read_patrons", "import_patrons"
PROBLEMS_SHOWN = 50


def _parsed(context: JobContext) -> ParsedFile:
    with db.reading(context.sessions) as session:
        file = files.stored_file(session, context.args["file_id"], Purpose.UPLOAD)
    path = files.path_of(context.config.folder, file)
    return sheets.read_file(path, context.config.lists)


def _read(context: JobContext) -> dict[str, Any]:
    """Say what a file holds; nothing is changed."""
    read = _parsed(context)
    return {
        "readers": len(read.readers),
        "bad": len(read.problems),
        "problems": _told(read.problems),
    }


def _import(context: JobContext) -> dict[str, Any]:
    """Bring readers in, some at a time; a reader that came in before is known by the key."""
    read, counts = _parsed(context), Counter[str]()
    problems = list(read.problems)
    counts["rejected"] = len(problems)
    for session, part in context.steps(read.readers):
        branch = session.get_one(Branch, context.args["branch_id"])
        options = ImportOptions(
            context.args["source"],
            branch.timezone,
            consent=context.args["consent"],
            allow_duplicate=context.args["allow_duplicate"],
        )
        now = clock.now()
        day = clock.local_day(now, branch.timezone)
        origin = Origin(now, day, branch.id, context.args["staff_id"], Channel.SYSTEM)
        report = import_patrons(session, origin, part, options, context.config.lists)
        counts += report.counts
        problems += report.problems
    problems.sort(key=lambda found: found[0])
    return {
        "counts": dict(counts),
        "problems": _told(problems),
        "rejects": _keep(context, read, problems),
    }


def _keep(
    context: JobContext, read: ParsedFile, problems: Sequence[tuple[int, IlsError]]
) -> int | None:
    """Keep what could not be used, take the file that was sent away; the id of the first."""
    received = ending = None
    if problems:
        content, ending = sheets.rejected(read, problems, context.config)
        received = files.receive_bytes(context.config.folder, content)
    with context.transaction() as session:
        sent = files.stored_file(session, context.args["file_id"], Purpose.UPLOAD)
        name, staff_id = sent.name.rpartition(".")[0] or sent.name, context.args["staff_id"]
        files.drop(session, sent)
        if received is None:
            return None
        kept = files.keep(
            session,
            received,
            Purpose.REJECTS,
            name=f"{name}.rejects.{ending}",
            type="text/csv" if ending == "csv" else "text/plain",
            created_by=staff_id,
        )
        return kept.id


def _told(problems: Sequence[tuple[int, IlsError]]) -> list[dict[str, Any]]:
    """The first problems, to be said in the language of the page."""
    return [{"row": number, **error.as_json()} for number, error in problems[:PROBLEMS_SHOWN]]


JOBS = (JobKind(READ, _read), JobKind(IMPORT, _import))
