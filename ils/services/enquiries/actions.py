"""References and services given, refusals, suggestions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.identifiers import search_key
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.actions import facts as record_facts
from ils.config import Lists
from ils.db import new_id
from ils.errors import N_, Invalid, Refused
from ils.fields import FieldKind, described
from ils.ledger import Channel, Entry, Facts, Kind, Origin, derived_request_id
from ils.organisation.audit.actions import audit
from ils.patrons.queries import REMOTE
from ils.services import rules
from ils.services.enquiries.models import (
    Enquiry,
    EnquiryType,
    PurchaseSuggestion,
    SuggestionStatus,
    UnmetReason,
    UnmetRequest,
)

Made = TypeVar("Made")
REFERENCES = {
    EnquiryType.THEMATIC,
    EnquiryType.ADDRESS,
    EnquiryType.VERIFYING,
    EnquiryType.FACTUAL,
}
#: The further entry of a request from afar.
VISIT = "visit"
ASKED_BY = (Channel.DESK, Channel.PHONE, Channel.EMAIL, Channel.SITE)


class EnquiryAlreadyReversed(Refused):
    """It was taken back before."""

    code = "taken_back"
    message = N_("This has already been cancelled.")


@dataclass(frozen=True)
class EnquiryData:
    """What the form of a reference or a service says."""

    type: str = described(N_("Type"), codes="enquiry_type")
    question: str = described(N_("Question"), longest=rules.MAX_LENGTH)
    channel: str = described(N_("Asked"), FieldKind.CHOICE, default=Channel.DESK.value)
    language: str = described(N_("Language"), codes="language", default="ru")
    subject_area: str = described(N_("Subject area"), codes="subject_areas", empty="", default="")
    pages: int = described(
        N_("Pages"), FieldKind.WHOLE, default=0, width="short", most=rules.MAX_COUNT
    )
    answer: str = described(N_("Answer"), FieldKind.LONG, default="")


@dataclass(frozen=True)
class UnmetData:
    """What the form of an unfilled request says."""

    what: str = described(N_("What was asked"), longest=rules.MAX_LENGTH)
    reason: str = described(N_("Reason"), codes="refusal_reason")
    language: str = described(N_("Language"), codes="language", empty="", default="")


@dataclass(frozen=True)
class SuggestionData:
    """What the form of a suggestion says."""

    what: str = described(N_("What to buy"), longest=rules.MAX_LENGTH)
    note: str = described(N_("Note"), default="")


def _check_enquiry(data: EnquiryData, lists: Lists) -> None:
    if data.type not in set(EnquiryType):
        raise Invalid(N_("Type"), N_("Choose one from the list."))
    if data.channel not in set(ASKED_BY):
        raise Invalid(N_("Channel"), N_("Choose one from the list."))
    if data.language not in rules.LANGUAGES:
        raise Invalid(N_("Language"), N_("Choose one from the list."))
    if data.subject_area and data.subject_area not in lists.subject_areas:
        raise Invalid(N_("Subject area"), N_("Choose one from the list."))


def answer_enquiry(session: Session, origin: Origin, data: EnquiryData, lists: Lists) -> Enquiry:
    """Write down a reference or a service given.

    Raises:
        Invalid: a field cannot be used.
    """
    _check_enquiry(data, lists)
    question = rules.text_of(data.question, N_("Question"))
    type_ = EnquiryType(data.type)
    kind = {
        EnquiryType.CONSULTATION: Kind.CONSULTATION,
        EnquiryType.DELIVERY: Kind.DELIVERY,
        EnquiryType.COPY: Kind.COPY_SERVICE,
    }.get(type_, Kind.REFERENCE)
    facts: Facts = {
        "language": data.language,
        "subject_area": data.subject_area or None,
        "pages": data.pages or None,
    }
    by = replace(origin, channel=Channel(data.channel))
    detail = type_.value if type_ in REFERENCES else None
    copies = data.pages if kind is Kind.COPY_SERVICE else 0  # copies are counted, not requests
    entry_id = ledger.record(session, kind, by, facts, detail=detail, count=copies or 1)
    if by.channel in REMOTE:
        ledger.record(session, Kind.REMOTE_VISIT, by.derive(VISIT), {"language": data.language})
    enquiry = Enquiry(
        at=origin.at,
        day=origin.day,
        branch_id=origin.branch_id,
        staff_id=origin.staff_id,
        type=type_,
        channel=data.channel,
        language=data.language,
        subject_area=data.subject_area or None,
        question=question,
        answer=data.answer.strip(),
        pages=data.pages or None,
        entry_id=entry_id,
    )
    session.add(enquiry)
    session.flush()
    return enquiry


def record_unmet_request(
    session: Session,
    origin: Origin,
    *,
    what: str,
    reason: str,
    record: BibliographicRecord | None = None,
    language: str | None = None,
) -> UnmetRequest:
    """A reader went without.

    Raises:
        Invalid: nothing was asked, or an unknown reason.
    """
    if reason not in set(UnmetReason):
        raise Invalid(N_("Reason"), N_("Choose one from the list."))
    if language is not None and language not in rules.LANGUAGES:
        raise Invalid(N_("Language"), N_("Choose one from the list."))
    what = rules.text_of(record.title if record else what, N_("What was asked"))
    facts: Facts = {"language": language} if record is None else record_facts(record)
    entry_id = ledger.record(session, Kind.REFUSAL, origin, facts, detail=reason)
    refusal = UnmetRequest(
        at=origin.at,
        day=origin.day,
        branch_id=origin.branch_id,
        staff_id=origin.staff_id,
        reason=reason,
        what=what,
        search_key=search_key(what),
        record_id=record.id if record else None,
        entry_id=entry_id,
    )
    session.add(refusal)
    session.flush()
    return refusal


def reverse_record(session: Session, origin: Origin, done: Enquiry | UnmetRequest) -> None:
    """Undo an enquiry or a refusal by an opposite entry.

    Raises:
        EnquiryAlreadyReversed: that was done before.
    """
    if done.undone_at is not None:
        raise EnquiryAlreadyReversed
    entry = session.get_one(Entry, done.entry_id)
    ledger.reverse(session, entry, origin)
    visit = ledger.entry_of_request(session, derived_request_id(entry.request_id, VISIT))
    if visit is not None:
        ledger.reverse(session, visit, origin.derive(VISIT))
    done.undone_at = origin.at


def suggest(
    session: Session, origin: Origin, *, what: str, note: str, patron_id: int | None = None
) -> PurchaseSuggestion:
    """Write down what somebody asks the library to buy.

    Args:
        patron_id: the reader who does, on the site.

    Raises:
        Invalid: nothing is named.
    """
    what = rules.text_of(what, N_("What to buy"))
    suggestion = PurchaseSuggestion(
        id=new_id(),
        at=origin.at,
        day=origin.day,
        branch_id=origin.branch_id,
        staff_id=origin.staff_id,
        patron_id=patron_id,
        what=what,
        search_key=search_key(what),
        note=note.strip(),
        status=SuggestionStatus.NEW,
    )
    session.add(suggestion)
    ledger.record(session, Kind.SUGGESTION, origin, {"act_id": suggestion.id})
    session.flush()
    return suggestion


def judge_suggestion(
    session: Session, by: int | None, suggestion: PurchaseSuggestion, status: str
) -> None:
    """Say what becomes of a suggestion.

    Raises:
        Invalid: an unknown state.
    """
    if status not in set(SuggestionStatus):
        raise Invalid(N_("State"), N_("Choose one from the list."))
    suggestion.status = status
    audit(session, by, "suggestion.judge", suggestion.what[:60], status=status)
