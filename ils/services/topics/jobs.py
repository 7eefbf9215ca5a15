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
    for number in numbers:
        with db.reading(context.sessions) as session:
            topic = session.get(Topic, number)
            news = actions.news_of(session, context.config, topic) if topic else None
        if news is None:
            continue
        for session, some in context.steps(news.readers):
            for patron_id in some:
                letters += actions.tell(session, context.config, news, patron_id)
        with context.transaction() as session:
            actions.end(session, news)
    return {"letters": letters}


JOBS = (JobKind("inform_by_topic", _tell, every=timedelta(days=1)),)
