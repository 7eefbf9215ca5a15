"""Reading how far the issues of a title are."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ils.catalog import queries as catalog
from ils.catalog.models import BibliographicRecord
from ils.digitization.documents.models import READABLE, DigitalDocument, DocumentState
from ils.digitization.issues.rules import IssueState, IssueStep, number_in
from ils.holdings.periodicals.models import SerialIssue, Subscription

ISSUE, SERIALS = "issue", ("newspaper", "journal")
#: Issues of a title in a year: a daily newspaper has fewer.
MOST = 400


def titles() -> Select[BibliographicRecord]:
    """Newspapers and journals by title."""
    own = BibliographicRecord.worksheet.in_(SERIALS)
    return catalog.records().where(own).order_by(None).order_by(BibliographicRecord.title)


def years(session: Session, title: BibliographicRecord) -> list[int]:
    """Years of which issues are described or expected, the latest first."""
    described = (
        _described(title).order_by(None).with_only_columns(BibliographicRecord.year).distinct()
    )
    expected = select(Subscription.year).where(Subscription.record_id == title.id).distinct()
    found = {*session.scalars(described), *session.scalars(expected)} - {None}
    return sorted(found, reverse=True)


def _described(title: BibliographicRecord) -> Select[BibliographicRecord]:
    return catalog.parts(title).where(BibliographicRecord.worksheet == ISSUE)


def steps(session: Session, title: BibliographicRecord, year: int) -> list[IssueStep]:
    """The issues of a title in a year with how far each is; those that came first come first."""
    described = session.scalars(
        _described(title).where(BibliographicRecord.year == year).limit(MOST)
    ).all()
    ids = [record.id for record in described]
    documents: dict[int, DigitalDocument] = {}
    query = select(DigitalDocument).where(DigitalDocument.record_id.in_(ids))
    for document in session.scalars(query.order_by(DigitalDocument.id)):
        assert document.record_id is not None  # noqa: S101 -- it was asked for
        best = documents.get(document.record_id)
        if best is None or _rank(document) >= _rank(best):
            documents[document.record_id] = document
    expected = _expected(session, title, year)
    found = []
    for record in described:
        issue = expected.pop(number_in(record.title), None)
        own = documents.get(record.id)
        day = (issue.arrived_on or issue.expected_on) if issue is not None else None
        state = IssueState.DESCRIBED if own is None else _state(own)
        found.append(
            IssueStep(record.title, day, state, record.id, own.id if own is not None else None)
        )
    for number, issue in expected.items():
        state = IssueState.ARRIVED if issue.arrived_on else IssueState.MISSING
        found.append(IssueStep(f"№ {number}", issue.arrived_on or issue.expected_on, state))
    return sorted(found, key=_place)


def _place(step: IssueStep) -> tuple[int, str, str]:
    number = number_in(step.name)
    return int(number) if number else 0, str(step.day or ""), step.name


def _expected(session: Session, title: BibliographicRecord, year: int) -> dict[str, SerialIssue]:
    """Number → the issue, of any branch; one that came before one that did not."""
    own = (
        select(SerialIssue)
        .join(Subscription)
        .where(Subscription.record_id == title.id, Subscription.year == year)
        .order_by(func.coalesce(SerialIssue.arrived_on, SerialIssue.expected_on))
        .limit(MOST * 4)
    )
    found: dict[str, SerialIssue] = {}
    for issue in session.scalars(own):
        there = found.get(issue.number)
        if there is None or (there.arrived_on is None and issue.arrived_on is not None):
            found[issue.number] = issue
    return found


def _rank(document: DigitalDocument) -> int:
    return list(IssueState).index(_state(document))


def _state(document: DigitalDocument) -> IssueState:
    if document.state == DocumentState.PUBLISHED:
        return IssueState.PUBLISHED
    return IssueState.RECOGNISED if document.state in READABLE else IssueState.SCANNED
