"""Bringing files of records in, by command or from a page: what both need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from ils.catalog.imports.decisions import ImportRules
from ils.catalog.imports.issues import name_issues
from ils.catalog.imports.matching import matching
from ils.catalog.rights import UnknownCatalogue
from ils.catalog.subjects import classes_of
from ils.config import Config
from ils.errors import N_, Invalid, Remark
from ils.holdings.items.actions import Destination, ImportReport, import_batch
from ils.ledger import Origin
from ils.marc.iso2709 import RECORD_END
from ils.marc.reading import FileForm, ReadRecord, Source
from ils.organisation.branches.models import Branch
from ils.organisation.branches.queries import branches

#: What stands before, after each of, and behind the records of a reject file.
AROUND = {
    FileForm.IRBIS_TEXT: (b"", b"*****\n", b""),
    FileForm.IRBIS_MST: (b"", b"*****\n", b""),
    FileForm.MRK: (b"", b"\n", b""),
    FileForm.MARCXML: (b"<collection>", b"\n", b"</collection>"),
}


#: What one record may do to those it comes with.
BREAKING = (SQLAlchemyError, ArithmeticError, ValueError)
Runner = Callable[[Callable[[Session], ImportReport]], ImportReport]


class NoBranch(Invalid):
    """The library has no branch yet."""

    code = "no_branch"
    message = N_("The library has no branch yet. Run “ils init” and add one, or “ils demo”.")


def import_rules(
    config: Config,
    *,
    catalogue: str | None = None,
    source: str = "",
    rules: Sequence[int] | None = None,
    may_fill: Sequence[str] | None = None,
) -> ImportRules:
    """How records are taken.

    Args:
        rules: which of the library's rules tell duplicates, by their places; all.
        may_fill: the catalogues that may be changed; all.

    Raises:
        UnknownCatalogue: there is none of this code.
    """
    if catalogue and catalogue not in config.lists.catalogues:
        known = ", ".join(config.lists.catalogues)
        raise UnknownCatalogue(catalogue=catalogue, known=known)
    every = matching(config)
    chosen = every if rules is None else [one for at, one in enumerate(every) if at in rules]
    allowed = None if may_fill is None else frozenset(may_fill)
    return ImportRules(classes_of(config.lists), chosen, catalogue or None, source, allowed)


def destination(
    session: Session, how: ImportRules, branch: Branch | None, *, with_copies: bool
) -> tuple[Branch, Destination]:
    """Where copies go: to a branch, or to the first; and where records do.

    Raises:
        NoBranch: there is none.
    """
    found = list(session.scalars(branches()))
    if not found:
        raise NoBranch
    owner = branch or found[0]
    codes = {one.code.lower(): one.id for one in found}
    return owner, Destination(owner.id, codes, how, with_copies=with_copies)


def import_part(
    run: Runner, origin: Origin, to: Destination, records: Sequence[ReadRecord], seen: Counter[str]
) -> ImportReport:
    """Bring some records in; if one breaks them, each by itself, and that one is a reject.

    Args:
        run: does work in a transaction, and may do it again.
        seen: how often each key came before in this file; counted on.
    """
    before = seen.copy()

    def together(session: Session) -> ImportReport:
        seen.clear()
        seen.update(before)
        return import_batch(session, origin, records=records, to=to, seen=seen)

    def apart(session: Session) -> ImportReport:
        seen.clear()
        seen.update(before)
        report = ImportReport()
        for record in records:
            report.add(_import_one(session, origin, to, record, seen))
        return report

    try:
        return run(together)
    except OperationalError:
        raise  # the database is busy or gone: that is no record's fault
    except BREAKING:
        return run(apart)


def _import_one(
    session: Session, origin: Origin, to: Destination, record: ReadRecord, seen: Counter[str]
) -> ImportReport:
    try:
        with session.begin_nested():
            return import_batch(session, origin, records=[record], to=to, seen=seen)
    except OperationalError:
        raise
    except BREAKING as error:
        report = ImportReport(Counter(rejected=1))
        reason = Remark(N_("cannot be kept: %(error)s"), error=type(error).__name__)
        report.reject(ReadRecord(record.chunk, None, [reason]), [reason])
        return report


def name_some_issues(session: Session, origin: Origin, to: Destination, most: int) -> int:
    """Give some issues of journals the titles they lack; how many."""
    return name_issues(session, replace(origin, request_id=uuid4()), to.how.classes, most)


def rejected_file(source: Source, rejects: Sequence[ReadRecord]) -> bytes:
    """The records that could not be used as they came, in a file to be mended."""
    records = [read.chunk.data for read in rejects]
    if source.form is FileForm.CSV:  # each row has the heading line above it
        head = records[0].partition(b"\r\n")[0] + b"\r\n"
        return head + b"".join(record.partition(b"\r\n")[2] for record in records)
    before, after, end = AROUND.get(source.form, (b"", RECORD_END, b""))
    return before + b"".join(record + after for record in records) + end
