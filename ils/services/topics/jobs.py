"""Once a day what came is told to who follows it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from ils import db
from ils.jobs.runner import JobContext, JobKind
from ils.services.topics import actions
from ils.services.topics.models import Topic


def _tell(context: JobContext) -> dict[str, int]:
    with db.reading(context.sessions) as session:
        numbers = session.scalars(select(Topic.id).order_by(Topic.id)).all()
    letters = 0
    for number in context.watched(numbers):
        with db.reading(context.sessions) as session:
            topic = session.get(Topic, number)
            news = actions.news_of(session, context.config, topic) if topic else []
        if topic is None or not news:
            continue
        with context.transaction() as session:
            again = session.get(Topic, number)
            if again is not None and again.seen == topic.seen:
                letters += actions.tell(session, context.config, again, news)
    return {"letters": letters}


JOBS = (JobKind("inform_by_topic", _tell, every=timedelta(days=1)),)
