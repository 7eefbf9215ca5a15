"""Lists of copies: first only read, then brought in or compared, by the worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ils import db, files, i18n
from ils.catalog.subjects import classes_of
from ils.documents import tables
from ils.errors import IlsError
from ils.files import Purpose
from ils.holdings.lists import comparison
from ils.holdings.lists import files as sheets
from ils.holdings.lists.actions import (
    ListOptions,
    RecordFinder,
    import_copies,
    keep_layout,
    layout_of,
)
from ils.holdings.lists.files import ParsedList
from ils.jobs.models import Job
from ils.jobs.runner import JobContext, JobKind
from ils.ledger import Channel
from ils.organisation.audit.actions import audit
from ils.organisation.branches.queries import branches_by_name, names_of, origin_now

READ, IMPORT, COMPARE = "read_copies", "import_copies", "compare_copies"
PROBLEMS_SHOWN = 50
#: A row that cannot be used: its number, the error as JSON, the reason in words.
_Refused = dict[str, Any]
PREVIEW = 20
#: Rows that are looked up together.
PART = 200


def _parsed(context: JobContext) -> ParsedList:
    with db.reading(context.sessions) as session:
        file = files.stored_file(session, context.args["file_id"], Purpose.UPLOAD)
        layout = layout_of(session, context.args["source"]) | context.args.get("columns", {})
    path = files.path_of(context.config.folder, file)
    return sheets.read_list(path, context.config, layout)


def _read(context: JobContext) -> dict[str, Any]:
    """Say what a file holds; nothing is changed."""
    parsed = _parsed(context)
    return {
        "copies": sum(one.copies for one in parsed.copies),
        "head": list(parsed.head),
        "columns": {str(at): name for at, name in parsed.columns.items()},
        "rows": [list(row) for row in list(parsed.raw.values())[:PREVIEW]],
        "filled": parsed.filled,
        "totals": parsed.totals,
        "bad": len(parsed.problems),
        "problems": _told(parsed.problems),
    }


def _told(problems: Sequence[tuple[int, IlsError]]) -> list[dict[str, Any]]:
    """The first problems, to be said in the language of the page."""
    return [{"row": number, **error.as_json()} for number, error in problems[:PROBLEMS_SHOWN]]


def _import(context: JobContext) -> dict[str, Any]:
    """Bring copies in, some at a time; an attempt after a stop goes on where that was."""
    before = context.result or {}
    if "problems" in before:  # everything was in; only the end was missing
        return before
    parsed, args = _parsed(context), context.args
    counts = Counter[str](before.get("counts", {"rejected": len(parsed.problems)}))
    refused: list[_Refused] = before.get("refused") or _refused(context, parsed.problems)
    done = before.get("done", 0)
    with db.reading(context.sessions) as session:
        finder, branches = RecordFinder(session), branches_by_name(session)
        begun = session.get_one(Job, context.job_id).created_at
    classes = classes_of(context.config.lists)
    options = ListOptions(args["branch_id"], branches, classes, args["opening"], begun)
    parts = [parsed.copies[at : at + PART] for at in range(done, len(parsed.copies), PART)]
    for session, some in context.steps(parts):
        origin = origin_now(session, args["branch_id"], Channel.IMPORT, args["staff_id"])
        for part in some:
            report = import_copies(session, origin, part, options, finder)
            counts += report.counts
            refused += _refused(context, report.problems)
            done += len(part)
        kept = {"done": done, "counts": dict(counts), "refused": refused}
        context.keep_result(session, kept)
    return _finish(context, parsed, sorted(refused, key=lambda one: one["row"]), dict(counts))


def _refused(context: JobContext, problems: Sequence[tuple[int, IlsError]]) -> list[_Refused]:
    """Rows that cannot be used, as a stopped attempt leaves them to the next."""
    language = context.config.library.language
    return [
        {"row": number, **error.as_json(), "reason": sheets.reason(error, language)}
        for number, error in problems
    ]


def _finish(
    context: JobContext, parsed: ParsedList, refused: Sequence[_Refused], counts: dict[str, int]
) -> dict[str, Any]:
    """Keep what could not be used, and what the columns are; say what came of it."""
    args = context.args
    shown = list(refused[:PROBLEMS_SHOWN])
    result: dict[str, Any] = {"counts": counts, "problems": shown, "file": None}
    received = None
    if refused:
        content = sheets.rejected(parsed, [(one["row"], one["reason"]) for one in refused])
        received = files.receive_bytes(context.config.folder, content)
    with context.transaction() as session:
        if received is not None:
            kept = files.keep(session, received, Purpose.REJECTS, name="rejects.csv",
                              type="text/csv", created_by=args["staff_id"])  # fmt: skip
            result["file"] = kept.id
        told = sheets.named(parsed.head)
        names = {told[at]: name for at, name in parsed.columns.items()}
        keep_layout(session, args["source"], names)
        audit(session, args["staff_id"], "item.import", args["source"], **counts)
        context.keep_result(session, result)
    return result


def _compare(context: JobContext) -> dict[str, Any]:
    """Compare a list with the stock, and keep the differences as a table."""
    parsed, args = _parsed(context), context.args
    language = args["language"]
    with db.reading(context.sessions) as session:
        ids = list(names_of(session, "ru")) if args["all_branches"] else [args["branch_id"]]
        found = comparison.compare(session, parsed.copies, ids, language)
    head = [i18n.say(name, language) for name in comparison.HEAD]
    rows = [one.cells(language) for one in found.differences]
    received = files.receive_bytes(
        context.config.folder, tables.written("xlsx", "comparison", "", head, rows)
    )
    with context.transaction() as session:
        kept = files.keep(session, received, Purpose.REJECTS, name="comparison.xlsx",
                          type=tables.FORMS["xlsx"], created_by=args["staff_id"])  # fmt: skip
        result = {
            "equal": found.equal, "theirs": found.theirs, "ours": found.ours,
            "counts": found.counts, "file": kept.id, "problems": _told(parsed.problems),
            "first": rows[:PREVIEW],
        }  # fmt: skip
        context.keep_result(session, result)
    return result


JOBS = (JobKind(READ, _read), JobKind(IMPORT, _import), JobKind(COMPARE, _compare))
