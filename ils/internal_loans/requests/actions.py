"""Requests asked, refused, taken back, ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.actions import facts as record_facts
from ils.circulation.transit.models import LoanPurpose
from ils.errors import N_, Invalid
from ils.fields import FieldKind, described
from ils.internal_loans.requests import queries
from ils.internal_loans.requests.models import InternalRequest, RequestState
from ils.internal_loans.requests.rules import (
    MOST_COPIES,
    AnotherDocument,
    CopiesOnTheWay,
    PickedAlready,
    RequestEnded,
    RequestOfAnother,
)
from ils.internal_loans.rules import has_a_say
from ils.labels import LABELS
from ils.ledger import Facts, Kind, Origin
from ils.organisation.branches.queries import central, check_working
from ils.services.enquiries.actions import record_unmet_request
from ils.services.enquiries.models import UnmetReason

LONGEST = 200
#: The place of what was asked for and came to nothing; copies that were given up have another.
ASKED = "asked"


@dataclass(frozen=True)
class RequestData:
    """The form of a request."""

    branch: str = described(N_("For the branch"), FieldKind.CHOICE)
    purpose: str = described(N_("Purpose"), codes="loan_purpose", default=LoanPurpose.REQUEST.value)
    record: str = described(N_("Record"), default="", scan=True, longest=40,
                            hint=N_("ISBN, number of a copy or of the record"))  # fmt: skip
    topic: str = described(N_("Topic"), default="", longest=LONGEST,
                           hint=N_("of a selection or an exhibition"))  # fmt: skip
    copies: int = described(N_("Copies"), FieldKind.WHOLE, default=1, width="short", least=1,
                            most=MOST_COPIES)  # fmt: skip
    audience: str = described(N_("For whom"), codes="categories", default="", empty=N_("everybody"))
    language: str = described(N_("Language"), codes="language", default="", empty="")
    until: date | None = described(N_("Until"), FieldKind.DAY, default=None, width="date")
    note: str = described(N_("Note"), default="", longest=LONGEST)


@dataclass(frozen=True)
class RefusalData:
    """The form of a refusal."""

    reason: str = described(N_("Reason"), codes="refusal_reason", default=UnmetReason.ABSENT.value)


def ask(
    session: Session, origin: Origin, data: RequestData, branch_id: int,
    record: BibliographicRecord | None,
) -> InternalRequest:  # fmt: skip
    """A branch asks the others.

    Raises:
        Invalid: neither a document nor a topic is named, or the day is over.
        BranchClosed: the branch works no more.
    """
    if record is None and not data.topic:
        raise Invalid(N_("Topic"), N_("Name a document or a topic."))
    if data.until is not None and data.until < origin.day:
        raise Invalid(N_("Until"), N_("This day is over."))
    check_working(session, branch_id)
    request = InternalRequest(
        purpose=data.purpose, branch_id=branch_id, record=record, topic=data.topic,
        copies=data.copies, audience=data.audience, language=data.language, until=data.until,
        note=data.note, state=RequestState.REQUESTED, asked_at=origin.at,
        asked_by=origin.staff_id,
    )  # fmt: skip
    session.add(request)
    session.flush()
    facts, there = _facts(request), replace(origin, branch_id=request.branch_id)
    ledger.record(session, Kind.IL_REQUESTED, there, facts, detail=request.purpose)
    return request


def _facts(request: InternalRequest) -> Facts:
    facts: Facts = {"other_branch_id": request.branch_id}
    if request.record is not None:
        facts |= record_facts(request.record)
    if request.audience:
        facts["patron_category"] = request.audience
    if request.language and request.record is None:
        facts["language"] = request.language
    return facts


def refuse(session: Session, origin: Origin, request: InternalRequest, data: RefusalData) -> None:
    """Nobody can give it: told to who asked, counted among the refusals of the branch.

    Raises:
        RequestEnded: it ended before.
        CopiesOnTheWay: something was sent already.
        Invalid: an unknown reason.
    """
    _still_open(request)
    _nothing_sent(session, request)
    record_unmet_request(
        session, replace(origin, branch_id=request.branch_id), what=request.topic,
        reason=data.reason, record=request.record, language=request.language or None,
    )  # fmt: skip
    _end(session, origin, request, RequestState.REFUSED)
    request.reason = data.reason


def cancel(session: Session, origin: Origin, request: InternalRequest) -> None:
    """The branch needs it no more.

    Raises:
        RequestEnded: it ended before.
        RequestOfAnother: another branch asked.
        CopiesOnTheWay: something was sent already.
    """
    _still_open(request)
    if not has_a_say(origin.branch_id, central(session).id, request.branch_id):
        raise RequestOfAnother
    _nothing_sent(session, request)
    _end(session, origin, request, RequestState.CANCELLED)


def fill(session: Session, origin: Origin, request: InternalRequest) -> None:
    """Everything that can be given was given.

    Raises:
        RequestEnded: it ended before.
    """
    _still_open(request)
    request.state, request.ended_at = RequestState.FILLED, origin.at
    session.flush()


def _nothing_sent(session: Session, request: InternalRequest) -> None:
    sent = queries.sent_counts(session, [request.id]).get(request.id, 0)
    if sent:
        raise CopiesOnTheWay(count=sent)


def check_asked(session: Session, request: InternalRequest, record_id: int) -> None:
    """Ask whether a copy may be picked for a request.

    Raises:
        RequestEnded: it ended before.
        AnotherDocument: it asks for another.
        PickedAlready: as many as it asks for were picked.
    """
    _still_open(request)
    if request.record_id is None:
        return
    if request.record_id != record_id:
        raise AnotherDocument
    picked = queries.sent_counts(session, [request.id]).get(request.id, 0)
    if picked >= request.copies:
        raise PickedAlready(count=request.copies)


def _still_open(request: InternalRequest) -> None:
    if request.state != RequestState.REQUESTED:
        raise RequestEnded(state=LABELS["internal_request"][request.state])


def _end(session: Session, origin: Origin, request: InternalRequest, state: RequestState) -> None:
    request.state, request.ended_at = state, origin.at
    session.flush()
    part = replace(origin.derive(f"il:{state}"), branch_id=request.branch_id)
    facts = _facts(request)
    ledger.record(session, Kind.IL_CANCELLED, part, facts, detail=request.purpose, place=ASKED)
