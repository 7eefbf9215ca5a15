"""Topics a reader follows: letters of what comes."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.opac import pages
from ils.opac.account import signing
from ils.opac.pages import opac
from ils.services.topics import actions


@opac.get("/my/topics")
@web.public(check=signing.require)
def my_topics(session: Session) -> ResponseReturnValue:
    """What the reader follows."""
    return pages.page(
        "topics.html", session, topics=actions.topics_of(session, g.reader.id),
        patron=signing.reader(session),
    )  # fmt: skip


@opac.post("/my/topics")
@web.public(write=True, check=signing.require)
def follow_topic(session: Session) -> ResponseReturnValue:
    """Follow a search; who follows one wishes letters."""
    actions.follow(session, query=request.form.get("query", ""), patron_id=g.reader.id)
    signing.reader(session).topics_off = False
    flash(gettext("New documents of this topic will be told by e-mail."))
    return redirect(url_for("opac.my_topics"))


@opac.post("/my/topics/<id:topic_id>/remove")
@web.public(write=True, check=signing.require)
def remove_own_topic(session: Session, topic_id: int) -> ResponseReturnValue:
    """Follow it no more."""
    actions.remove(session, topic_id, g.reader.id)
    return redirect(url_for("opac.my_topics"))


@opac.get("/topics/off/<id:patron_id>/<signed>")
@web.public()
def ask_topics_off(session: Session, patron_id: int, signed: str) -> ResponseReturnValue:
    """The one step of a letter: a button, for programs open links of letters too."""
    return pages.page("topics_off.html", session, patron_id=patron_id, signed=signed)


@opac.post("/topics/off/<id:patron_id>/<signed>")
@web.public(write=True)
def topics_off(session: Session, patron_id: int, signed: str) -> ResponseReturnValue:
    """No such letters any more.

    Raises:
        UnknownTopic: the link is not of a letter of ours.
    """
    actions.switch_off(session, web.current().config, patron_id, signed)
    flash(gettext("You get no more letters about new documents."))
    return redirect(url_for("opac.start"))
