"""Topics of groups of readers, for staff."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_, Invalid
from ils.fields import described
from ils.organisation.permissions import Permission
from ils.services import rules
from ils.services.pages import services
from ils.services.topics import actions
from ils.services.topics.models import Topic
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, RowAction


@dataclass(frozen=True)
class TopicData:
    """The form of a topic of a group."""

    name: str = described(N_("Topic"), longest=100)
    query: str = described(
        N_("Search"), longest=rules.MAX_LENGTH, hint=N_("as it is typed into the search")
    )
    category: str = described(N_("For whom"), codes="categories", empty="")


@services.get("/topics")
@web.page(Permission.OPERATE_DESK)
def topics(session: Session) -> ResponseReturnValue:
    """Topics of groups, and the form of another."""
    return _page(session, Form(TopicData, {}))


@services.post("/topics")
@web.page(Permission.OPERATE_DESK, write=True)
def add_topic(session: Session) -> ResponseReturnValue:
    """Tell readers of a category of what comes."""

    def work(data: TopicData) -> ResponseReturnValue:
        if data.category not in web.current().config.lists.categories:
            raise Invalid(N_("For whom"), N_("Choose one from the list."))
        actions.follow(session, query=data.query, name=data.name, category=data.category)
        flash(gettext("Saved."))
        return redirect(url_for("services.topics"))

    return web.handled(session, Form(TopicData), work, lambda form: _page(session, form))


@services.post("/topics/<id:topic_id>/remove")
@web.page(Permission.OPERATE_DESK, write=True)
def remove_topic(session: Session, topic_id: int) -> ResponseReturnValue:
    """Tell it no more."""
    actions.remove(session, topic_id, None)
    return redirect(url_for("services.topics"))


def _page(session: Session, form: Form[TopicData]) -> ResponseReturnValue:
    lists = web.current().config.lists
    definition = ListDefinition(
        select(Topic).where(Topic.category.is_not(None)).order_by(Topic.id.desc()),
        (
            Column("name", N_("Topic"), lambda topic: topic.name, Topic.name),
            Column("query", N_("Search"), lambda topic: topic.query),
            Column("category", N_("For whom"),
                   lambda topic: web.listed(lists.categories, topic.category), Topic.category),
        ),
        row_actions=(
            RowAction(N_("Remove"), lambda topic: url_for("services.remove_topic",
                                                          topic_id=topic.id),
                      lambda topic: topic.name, sends=lambda _: {"remove": 1}),
        ),
        empty=N_("No group is informed by topic yet."),
    )  # fmt: skip
    return web.list_page(
        session, definition, title=N_("Informing by topic"), template="services/topics.html",
        form=form,
    )  # fmt: skip
