"""Questions to the library, and parts of documents asked for."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.catalog import queries as catalog
from ils.catalog.models import BibliographicRecord
from ils.opac import pages
from ils.opac.account import signing
from ils.opac.pages import opac
from ils.services.enquiries import online
from ils.services.enquiries.online import QuestionData
from ils.web.filled import Form


@opac.get("/my/questions")
@web.public(check=signing.require)
def my_questions(session: Session) -> ResponseReturnValue:
    """The form of a question, and those asked with their answers."""
    return _page(session, Form(QuestionData, {}))


@opac.post("/my/questions")
@web.public(write=True, check=signing.require)
def ask_question(session: Session) -> ResponseReturnValue:
    """Ask the library."""

    def work(data: QuestionData) -> ResponseReturnValue:
        patron = signing.reader(session)
        origin = signing.origin_at(session, patron.branch_id)
        record = _record(session)
        online.ask(session, origin, patron, data, language=g.language, record=record)
        flash(gettext("Your question is sent. The answer stands here, and comes by e-mail."))
        return redirect(url_for("opac.my_questions"))

    return web.handled(session, Form(QuestionData), work, lambda form: _page(session, form))


def _record(session: Session) -> BibliographicRecord | None:
    number = web.whole("record", request.values.get("record", ""))
    return catalog.active_record(session, number) if number is not None else None


def _page(session: Session, form: Form[QuestionData]) -> ResponseReturnValue:
    asked = session.scalars(online.questions_of(g.reader.id)).all()
    record = _record(session)
    return pages.page("questions.html", session, form=form, questions=asked, record=record)
