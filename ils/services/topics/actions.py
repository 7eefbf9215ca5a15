"""Topics made, told and switched off."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ils import clock, ledger
from ils.catalog.models import BibliographicRecord
from ils.config import Config
from ils.db import new_id
from ils.errors import N_, NotFound, Refused
from ils.ledger import Channel, Kind
from ils.messages import outbox
from ils.messages.templates import compose
from ils.organisation.branches.queries import origin_now
from ils.patrons.models import Patron
from ils.search import queries as search
from ils.search.asking import Asked
from ils.secret import secret_key
from ils.services import rules
from ils.services.topics.models import Topic

#: Topics of a reader; titles in a letter.
MOST, TITLES = 20, 30
INDIVIDUAL, GROUP = "individual", "group"


class UnknownTopic(NotFound):
    """No such topic, or another reader's."""

    code = "unknown_topic"
    message = N_("There is no such topic.")


class TooManyTopics(Refused):
    """The reader follows many topics."""

    code = "too_many_topics"
    message = N_("You follow %(most)s topics already. Remove one first.")


def topics_of(session: Session, patron_id: int | None) -> Sequence[Topic]:
    """What a reader follows; without one, the topics of groups."""
    own = Topic.patron_id == patron_id if patron_id is not None else Topic.category.is_not(None)
    return session.scalars(select(Topic).where(own).order_by(Topic.id)).all()


def follow(
    session: Session, *, query: str, name: str = "", patron_id: int | None = None,
    category: str | None = None,
) -> Topic:  # fmt: skip
    """Tell a reader, or a category of readers, of what comes from now on.

    Raises:
        Invalid: nothing is searched for.
        TooManyTopics: the reader follows many.
    """
    query = rules.text_of(query, N_("Search"))
    if patron_id is not None and len(topics_of(session, patron_id)) >= MOST:
        raise TooManyTopics(most=MOST)
    topic = Topic(
        patron_id=patron_id, category=category, name=name.strip()[:100] or query[:100],
        query=query, seen=new_id(), created_at=clock.now(),
    )  # fmt: skip
    session.add(topic)
    session.flush()
    return topic


def remove(session: Session, topic_id: int, patron_id: int | None) -> None:
    """Follow a topic no more.

    Raises:
        UnknownTopic: it is another reader's, or none.
    """
    topic = session.get(Topic, topic_id)
    if topic is None or topic.patron_id != patron_id:
        raise UnknownTopic
    session.delete(topic)


@dataclass(frozen=True)
class News:
    """What came of a topic, and who is to be told."""

    topic_id: int
    name: str
    #: The newest record of them.
    newest: int
    titles: str
    detail: str
    readers: Sequence[int]


def news_of(session: Session, config: Config, topic: Topic) -> News | None:
    """What came since the topic was looked at, and nothing that is only like it.

    It waits for the index; not within a writing transaction.
    """
    found = search.every_id(session, config.folder, Asked(topic.query))
    new = sorted((number for number in found if number > topic.seen), reverse=True)
    if not new:
        return None
    records = session.scalars(search.ranked(session, new[:TITLES]))
    titles = "\n".join(_line(config, record) for record in records)
    detail = INDIVIDUAL if topic.patron_id else GROUP
    return News(topic.id, topic.name, new[0], titles, detail, _readers(session, config, topic))


def tell(session: Session, config: Config, news: News, patron_id: int) -> bool:
    """Write the letter of a topic to a reader, unless it was written."""
    patron = session.get(Patron, patron_id)
    if patron is None or not _count(session, patron, news):
        return False
    values = {
        "reader": patron.name, "library": config.library.name(patron.language),
        "topic": news.name, "titles": news.titles, "off": _off_address(config, patron.id),
    }  # fmt: skip
    letter = compose(config, "topic", patron.language, values)
    outbox.enqueue(
        session, to=patron.email, subject=letter.subject, body=letter.body, patron_id=patron.id
    )
    return True


def end(session: Session, news: News) -> None:
    """Everybody is told: the next time only later records are new."""
    topic = session.get(Topic, news.topic_id)
    if topic is not None:
        topic.seen = news.newest


def _readers(session: Session, config: Config, topic: Topic) -> Sequence[int]:
    """Who is told: the reader, or those of the category and of what belongs to it."""
    lists = config.lists
    group = [code for code in lists.categories if topic.category in lists.category_path(code)]
    reached = (Patron.email != "", Patron.topics_off.is_(False))
    who = Patron.id == topic.patron_id if topic.patron_id else Patron.category.in_(group)
    return session.scalars(select(Patron.id).where(who, *reached).order_by(Patron.id)).all()


def _line(config: Config, record: BibliographicRecord) -> str:
    said = ". ".join(filter(None, (record.authors, record.title)))
    year = f", {record.year}" if record.year else ""
    address = f"\n  {config.server.address}/record/{record.id}" if config.server.address else ""
    return f"{said}{year}{address}"


def _count(session: Session, patron: Patron, news: News) -> bool:
    """Count a letter; whether it is the first of this news to this reader."""
    origin = origin_now(session, patron.branch_id, Channel.SYSTEM)
    key = f"topic:{news.topic_id}:{news.newest}:{patron.id}"
    entry = ledger.record_once(session, Kind.TOPIC_NOTICE, origin, {}, key=key, detail=news.detail)
    return entry is not None


# Switched off in one step


def _off_address(config: Config, patron_id: int) -> str:
    return f"{config.server.address}/topics/off/{patron_id}/{signature(config, patron_id)}"


def signature(config: Config, patron_id: int) -> str:
    """What a letter carries so that nobody else can switch a reader's letters off."""
    said = f"topics off {patron_id}".encode()
    return hmac.new(secret_key(config.folder), said, hashlib.sha256).hexdigest()[:24]


def switch_off(session: Session, config: Config, patron_id: int, signed: str) -> None:
    """No letters of topics any more: the reader's own end, those of groups pass the reader over.

    Raises:
        UnknownTopic: the signature is not ours.
    """
    if not hmac.compare_digest(signature(config, patron_id).encode(), signed.encode()):
        raise UnknownTopic
    session.execute(delete(Topic).where(Topic.patron_id == patron_id))
    patron = session.get(Patron, patron_id)
    if patron is not None:
        patron.topics_off = True
