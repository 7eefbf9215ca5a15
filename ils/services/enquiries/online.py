"""Questions readers ask on the site: asked, waiting, answered; counted when they are answered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ils.catalog.models import BibliographicRecord
from ils.config import Config
from ils.errors import N_, NotFound, Refused
from ils.fields import FieldKind, described
from ils.ledger import Channel, Origin
from ils.messages import outbox
from ils.messages.templates import compose
from ils.patrons.models import Patron
from ils.services import rules
from ils.services.enquiries.actions import EnquiryData, answer_enquiry
from ils.services.enquiries.models import EnquiryType, ReaderQuestion

#: Questions of a reader that wait at once.
MOST_WAITING = 10


class UnknownQuestion(NotFound):
    """No question has this number."""

    code = "unknown_question"
    message = N_("There is no such question.")


class AlreadyAnswered(Refused):
    """Somebody answered it before."""

    code = "already_answered"
    message = N_("This question is answered already.")


class TooManyQuestions(Refused):
    """The reader has many questions that wait."""

    code = "too_many_questions"
    message = N_("%(most)s of your questions wait for an answer. Please wait for one of them.")


@dataclass(frozen=True)
class QuestionData:
    """What the form of a question says."""

    question: str = described(N_("Your question"), FieldKind.LONG, longest=rules.MAX_LENGTH)


@dataclass(frozen=True)
class AnswerData:
    """What the form of an answer says."""

    type: str = described(N_("Type"), codes="enquiry_type")
    answer: str = described(N_("Answer"), FieldKind.LONG, longest=10_000)
    subject_area: str = described(N_("Subject area"), codes="subject_areas", empty="", default="")
    pages: int = described(
        N_("Pages"), FieldKind.WHOLE, default=0, width="short", most=rules.MAX_COUNT
    )


def questions(*, waiting: bool) -> Select[ReaderQuestion]:
    """Questions that wait, the oldest first; or those answered, the latest first."""
    answered = ReaderQuestion.answered_at
    if waiting:
        there = (answered.is_(None), ReaderQuestion.patron_id.is_not(None))  # not of who was erased
        return select(ReaderQuestion).where(*there).order_by(ReaderQuestion.id)
    return select(ReaderQuestion).where(answered.is_not(None)).order_by(answered.desc())


def questions_of(patron_id: int) -> Select[ReaderQuestion]:
    """What a reader asked, latest first."""
    own = ReaderQuestion.patron_id == patron_id
    return select(ReaderQuestion).where(own).order_by(ReaderQuestion.id.desc())


def question(session: Session, number: int, *, lock: bool = False) -> ReaderQuestion:
    """A question.

    Raises:
        UnknownQuestion: there is none.
    """
    found = session.get(ReaderQuestion, number, with_for_update=lock or None)
    if found is None:
        raise UnknownQuestion
    return found


def ask(
    session: Session,
    origin: Origin,
    patron: Patron,
    data: QuestionData,
    *,
    language: str,
    record: BibliographicRecord | None = None,
) -> ReaderQuestion:
    """Write down what a reader asks.

    Args:
        record: what the reader would like to be sent of; then it is a request of delivery.

    Raises:
        Invalid: nothing is asked.
        TooManyQuestions: others wait already.
    """
    waiting = questions_of(patron.id).where(ReaderQuestion.answered_at.is_(None))
    if len(session.scalars(waiting.limit(MOST_WAITING)).all()) == MOST_WAITING:
        raise TooManyQuestions(most=MOST_WAITING)
    asked = ReaderQuestion(
        at=origin.at,
        day=origin.day,
        branch_id=origin.branch_id,
        patron_id=patron.id,
        record_id=record.id if record else None,
        question=rules.text_of(data.question, N_("Your question")),
        language=language if language in rules.LANGUAGES else "ru",
    )
    session.add(asked)
    session.flush()
    return asked


def answer(
    session: Session, origin: Origin, asked: ReaderQuestion, data: AnswerData, config: Config
) -> None:
    """Answer a question; it counts as a reference or a delivery, from afar, on this day.

    Raises:
        AlreadyAnswered: somebody did.
        Invalid: a field cannot be used.
    """
    if asked.answered_at is not None:
        raise AlreadyAnswered
    enquiry = answer_enquiry(
        session,
        replace(origin, channel=Channel.SITE),
        EnquiryData(
            type=data.type,
            question=asked.question[: rules.MAX_LENGTH],
            channel=Channel.SITE,
            language=asked.language,
            subject_area=data.subject_area,
            pages=data.pages,
            answer=data.answer,
        ),
        config.lists,
    )
    asked.answer, asked.answered_at = data.answer.strip(), origin.at
    asked.enquiry_id = enquiry.id
    session.flush()
    patron = session.get(Patron, asked.patron_id) if asked.patron_id else None
    if patron is not None and patron.email:
        values = {
            "reader": patron.name, "library": config.library.name(patron.language),
            "question": asked.question, "answer": asked.answer,
        }  # fmt: skip
        letter = compose(config, "answer", patron.language, values)
        outbox.enqueue(
            session, to=patron.email, subject=letter.subject, body=letter.body,
            patron_id=patron.id,
        )  # fmt: skip


def usual_type(asked: ReaderQuestion) -> str:
    """What most such questions are."""
    return EnquiryType.DELIVERY if asked.record_id else EnquiryType.THEMATIC
