"""Files of records that were sent: first what would become of them is told, then they come in."""

from __future__ import annotations

import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from sqlalchemy.orm import Session

from ils import clock, db, files
from ils.catalog.imports.actions import foresee
from ils.catalog.imports.decisions import Decision, ImportRules, NewRecords
from ils.cataloguing.imports.actions import (
    destination,
    import_part,
    import_rules,
    name_some_issues,
    rejected_file,
)
from ils.errors import Remark
from ils.files import Purpose
from ils.holdings.items.actions import ImportReport
from ils.i18n import say_remark
from ils.jobs.runner import PAUSE_SECONDS, JobContext, JobKind
from ils.ledger import Channel, Origin
from ils.marc import reading
from ils.marc.iso2709 import Chunk
from ils.marc.reading import ReadRecord, Source
from ils.organisation.audit.actions import audit
from ils.organisation.branches.models import Branch

READ, IMPORT = "read_records", "import_records"
#: So many at a time: a desk waits for one part at most.
PART, AHEAD = 50, 500
SHOWN = 50


@dataclass(frozen=True)
class RecordFile:
    """A file that was sent, and how it is taken."""

    name: str
    source: Source
    chunks: Sequence[Chunk]
    how: ImportRules

    def part(self, start: int, size: int) -> list[ReadRecord]:
        """Some of its records, read."""
        return [reading.read(self.source, one) for one in self.chunks[start : start + size]]


def _opened(context: JobContext) -> RecordFile:
    args = context.args
    with db.reading(context.sessions) as session:
        file = files.stored_file(session, args["file_id"], Purpose.UPLOAD)
    content = files.path_of(context.config.folder, file).read_bytes()
    source, chunks = reading.examine(content, file.name, encoding=args["encoding"] or "auto")
    how = import_rules(
        context.config,
        catalogue=args["catalogue"],
        source=args["source"],
        rules=args["rules"],
        may_fill=args["may_fill"],
    )
    return RecordFile(file.name, source, chunks, how)


def _read(context: JobContext) -> dict[str, Any]:
    """Say what a file holds and what would become of it; nothing is changed."""
    file = _opened(context)
    counts, seen, new = Counter[str](), Counter[str](), NewRecords()
    shown, problems = list[dict[str, Any]](), list[tuple[int, str]]()
    for start in range(0, len(file.chunks), AHEAD):
        records = file.part(start, AHEAD)
        with db.reading(context.sessions) as session:
            found = foresee(session, records, file.how, seen, new)
        unreadable = [read for read in records if read.marc is None]
        counts["rejected"] += len(unreadable)
        problems += [(read.chunk.number, why) for read in unreadable for why in read.problems]
        for one, verdict in found:
            counts[verdict.decision.value] += 1
            number, about = one.read.chunk.number, one.description
            said = [verdict.said] if verdict.decision is Decision.CONFLICT else []
            problems += [(number, why) for why in (*one.read.problems, *said)]
            if len(shown) < SHOWN:
                named = {
                    "title": about.title, "authors": about.authors, "year": about.year,
                } if about is not None else {"title": one.marc.get("200", "a")}  # fmt: skip
                other = verdict.record_id if about is not None and verdict.record_id > 0 else None
                shown.append(
                    {"number": number, "decision": verdict.decision.value, "other": other, **named}
                )
        context.progress(min(start + AHEAD, len(file.chunks)), len(file.chunks))
    return {
        "format": file.source.form.value,
        "dialect": file.source.dialect.value,
        "encoding": file.source.encoding,
        "records": len(file.chunks),
        "counts": dict(counts),
        "shown": shown,
        "problems": _told(problems),
        "more": max(0, len(problems) - SHOWN),
    }


@dataclass(frozen=True)
class _CameIn:
    """How many records of a file were looked at, and what became of them then."""

    records: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    items: int = 0

    def counting(self, part: ImportReport, end: int) -> _CameIn:
        """With the records up to ``end``; those a worker that died brought in count once."""
        if end <= self.records:
            return self
        return _CameIn(end, Counter(self.counts) + part.counts, self.items + part.items)


def _import(context: JobContext) -> dict[str, Any]:
    """Bring the records in, some at a time; done again, it finds them and changes nothing."""
    if context.result is not None and "problems" in context.result:
        return context.result  # everything was in; only the end was missing
    file, args, came_in = _opened(context), context.args, _CameIn(**context.result or {})
    report, seen, end = ImportReport(), Counter[str](), 0
    with db.reading(context.sessions) as session:
        branch = session.get_one(Branch, args["branch_id"])
        _, to = destination(session, file.how, branch, with_copies=args["with_copies"])
    day = clock.local_day(clock.now(), branch.timezone)
    origin = Origin(clock.now(), day, branch.id, args["staff_id"], Channel.IMPORT)

    def run(work: Callable[[Session], ImportReport]) -> ImportReport:
        with context.transaction() as session:
            part = work(session)
            context.keep_result(session, vars(came_in.counting(part, end)))
            return part

    for start in range(0, len(file.chunks), PART):
        end = min(start + PART, len(file.chunks))
        part = import_part(run, origin, to, file.part(start, PART), seen)
        report.add(part)
        came_in = came_in.counting(part, end)
        context.progress(end, len(file.chunks))
        time.sleep(PAUSE_SECONDS)  # whoever waits for the turn to write gets it
    named = 1
    while named:
        with context.transaction() as session:
            named = name_some_issues(session, origin, to, PART)
    report.counts, report.items = Counter(came_in.counts), came_in.items
    return _finish(context, file, report)


def _finish(context: JobContext, file: RecordFile, report: ImportReport) -> dict[str, Any]:
    """Keep what could not be used, take the file that was sent away, and say what came of it."""
    counts = dict(report.counts)
    problems = sorted(report.problems, key=lambda found: found[0])
    result: dict[str, Any] = {
        "counts": counts,
        "items": report.items,
        "kept": report.kept.most_common(SHOWN),
        "problems": _told(problems),
        "more": max(0, len(problems) - SHOWN),
        "rejects": None,
        "reasons": None,
    }
    folder, staff_id = context.config.folder, context.args["staff_id"]
    rejects = rejected_file(file.source, report.rejects) if report.rejects else b""
    reasons = _reasons(problems, context.config.library.language) if problems else b""
    received = {
        name: files.receive_bytes(folder, content)
        for name, content in (("rejects", rejects), ("reasons", reasons))
        if content
    }
    with context.transaction() as session:
        files.drop(session, files.stored_file(session, context.args["file_id"], Purpose.UPLOAD))
        named = PurePath(file.name)
        names = {
            "rejects": f"{named.stem}.rejects{named.suffix}",
            "reasons": f"{named.stem}.reasons.csv",
        }
        for name, one in received.items():
            kept = files.keep(
                session, one, Purpose.REJECTS, name=names[name],
                type="text/csv" if name == "reasons" else "application/octet-stream",
                created_by=staff_id,
            )  # fmt: skip
            result[name] = kept.id
        audit(session, staff_id, "record.import", file.name, **counts, items=report.items)
        context.keep_result(session, result)
    return result


def _reasons(problems: Sequence[tuple[int, str]], language: str) -> bytes:
    """A table: number of the record in the file, what was said of it."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerows((number, say_remark(why, language)) for number, why in problems)
    return ("\ufeff" + out.getvalue()).encode()


def _told(problems: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
    """The first problems, to be said in the language of the page."""
    return [
        {"number": number} | (why if isinstance(why, Remark) else Remark(why)).as_json()
        for number, why in sorted(problems, key=lambda found: found[0])[:SHOWN]
    ]


JOBS = (JobKind(READ, _read), JobKind(IMPORT, _import))
