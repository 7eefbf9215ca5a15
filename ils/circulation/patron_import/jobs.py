"""Readers from a file that was sent: first it is only read, then they are brought in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from ils import clock, db, files
from ils.circulation.patron_import import files as sheets
from ils.circulation.patron_import.actions import ImportOptions, import_patrons, preview
from ils.circulation.patron_import.files import ParsedFile
from ils.circulation.patron_import.rules import UnknownCategory
from ils.errors import IlsError
from ils.files import Purpose
from ils.jobs.runner import JobContext, JobKind
from ils.ledger import Channel, Origin
from ils.organisation.audit.actions import audit
from ils.organisation.branches.models import Branch
from ils.patrons.rules import PossibleDuplicate

READ, IMPORT = "read_patrons", "import_patrons"
PROBLEMS_SHOWN = 50
#: Of rows that resemble somebody each is decided.
ALIKE_SHOWN = 1000


def _parsed(context: JobContext) -> ParsedFile:
    with db.reading(context.sessions) as session:
        file = files.stored_file(session, context.args["file_id"], Purpose.UPLOAD)
    path = files.path_of(context.config.folder, file)
    meant = context.args.get("categories", {})
    return sheets.read_file(path, context.config.lists, context.config.limits, meant)


def _read(context: JobContext) -> dict[str, Any]:
    """Say what a file holds and what would become of it; nothing is changed."""
    read = _parsed(context)
    with db.reading(context.sessions) as session:
        options, day = _options(context, session)
        foreseen = preview(session, day, context.watched(read.readers), options)
    unknown = Counter(e.category for _, e in read.problems if isinstance(e, UnknownCategory))
    problems = sorted([*read.problems, *foreseen.problems], key=lambda found: found[0])
    alike = [(n, error) for n, error in problems if isinstance(error, PossibleDuplicate)]
    problems = [one for one in problems if one not in alike]
    return {
        "alike": _told(alike, ALIKE_SHOWN),
        "readers": len(read.readers),
        "bad": len(read.problems),
        "counts": dict(foreseen.counts),
        "counts_rows": read.counts_rows,
        "unknown": unknown.most_common(PROBLEMS_SHOWN),
        "problems": _told(problems),
    }


def _options(context: JobContext, session: Session) -> tuple[ImportOptions, date]:
    """How readers are brought in, and the day at their branch."""
    branch = session.get_one(Branch, context.args["branch_id"])
    options = ImportOptions(
        context.args["source"],
        branch.timezone,
        consent=context.args["consent"],
        allow_duplicate=context.args["allow_duplicate"],
        others=frozenset(context.args.get("others", ())),
    )
    return options, clock.local_day(clock.now(), branch.timezone)


def _import(context: JobContext) -> dict[str, Any]:
    """Bring readers in, some at a time.

    A reader that came in before is known by the key; where the file has none, by the place in
    the file, so that a job that is done again makes nobody twice.
    """
    if context.result is not None:  # everything was in; only the end was missing
        return context.result
    read, counts = _parsed(context), Counter[str]()
    problems = list(read.problems)
    counts["rejected"] = len(problems)
    digest = context.args["sha256"][:16]
    readers = [
        one if one.import_key else replace(one, import_key=f"{digest}:{one.number}")
        for one in read.readers
    ]
    for session, part in context.steps(readers):
        options, day = _options(context, session)
        where, who = context.args["branch_id"], context.args["staff_id"]
        origin = Origin(clock.now(), day, where, who, Channel.SYSTEM)
        report = import_patrons(session, origin, part, options, context.config.lists)
        counts += report.counts
        problems += report.problems
    problems.sort(key=lambda found: found[0])
    return _finish(context, read, problems, {"counts": dict(counts)})


def _finish(
    context: JobContext,
    read: ParsedFile,
    problems: Sequence[tuple[int, IlsError]],
    result: dict[str, Any],
) -> dict[str, Any]:
    """Keep what could not be used, take the file that was sent away, and say what came of it."""
    result |= {"problems": _told(problems), "rejects": None}
    received = ending = None
    if problems:
        content, ending = sheets.rejected(read, problems, context.config)
        received = files.receive_bytes(context.config.folder, content)
    with context.transaction() as session:
        sent = files.stored_file(session, context.args["file_id"], Purpose.UPLOAD)
        name, staff_id = sent.name.rpartition(".")[0] or sent.name, context.args["staff_id"]
        files.drop(session, sent)
        if received is not None:
            kept = files.keep(
                session,
                received,
                Purpose.REJECTS,
                name=f"{name}.rejects.{ending}",
                type="text/csv" if ending == "csv" else "text/plain",
                created_by=staff_id,
            )
            result["rejects"] = kept.id
        audit(session, staff_id, "patron.import", name, **result["counts"])
        context.keep_result(session, result)
    return result


def _told(
    problems: Sequence[tuple[int, IlsError]], most: int = PROBLEMS_SHOWN
) -> list[dict[str, Any]]:
    """The first problems, to be said in the language of the page."""
    return [{"row": number, **error.as_json()} for number, error in problems[:most]]


JOBS = (JobKind(READ, _read), JobKind(IMPORT, _import))
