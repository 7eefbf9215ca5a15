"""Questions of readers, for whoever answers them."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog.models import BibliographicRecord
from ils.errors import N_
from ils.organisation.permissions import Permission
from ils.services.enquiries import online
from ils.services.enquiries.models import ReaderQuestion
from ils.services.enquiries.online import AnswerData
from ils.services.pages import services
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition


@services.get("/questions")
@web.page(Permission.OPERATE_DESK)
def questions(session: Session) -> ResponseReturnValue:
    """Questions that wait, or those that are answered."""
    waiting = request.args.get("answered") != "1"
    definition = ListDefinition(
        online.questions(waiting=waiting),
        (
            Column("question", N_("Question"), lambda q: q.question,
                   link=lambda q: url_for("services.question", question_id=q.id)),
            Column("day", N_("Day"), lambda q: q.day, ReaderQuestion.day),
            Column("answer", N_("Answer"), lambda q: q.answer),
        ),
        filters=(Filter("answered", N_("State"), [("1", gettext("answered"))]),),
        empty=N_("No question waits."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Questions from the site"))


@services.get("/questions/<id:question_id>")
@web.page(Permission.OPERATE_DESK)
def question(session: Session, question_id: int) -> ResponseReturnValue:
    """A question and the form of its answer."""
    asked = online.question(session, question_id)
    return _page(session, asked, Form(AnswerData, {"type": online.usual_type(asked)}))


@services.post("/questions/<id:question_id>")
@web.page(Permission.OPERATE_DESK, write=True)
def answer_question(session: Session, question_id: int) -> ResponseReturnValue:
    """Answer it; the reader sees the answer on the site, and in a letter."""
    asked = online.question(session, question_id, lock=True)

    def work(data: AnswerData) -> ResponseReturnValue:
        online.answer(session, web.origin(), asked, data, web.current().config)
        flash(gettext("Answered; the reader sees it on the site."))
        return redirect(url_for("services.questions"))

    return web.handled(session, Form(AnswerData), work, lambda form: _page(session, asked, form))


def _page(session: Session, asked: ReaderQuestion, form: Form[AnswerData]) -> ResponseReturnValue:
    record = session.get(BibliographicRecord, asked.record_id) if asked.record_id else None
    return web.respond(
        session, "services/question.html", {}, title=N_("Question from the site"),
        asked=asked, record=record, form=form,
    )  # fmt: skip
