"""Who follows a topic is told what is new of it, once, and ends it in one step."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

sys.path.append(str(Path(__file__).parent.parent / "search"))
sys.path.append(str(Path(__file__).parent.parent / "catalog"))

from shelves import book

from ils import db
from ils.catalog.records.actions import add_record
from ils.catalog.subjects import classes_of
from ils.errors import Invalid
from ils.ledger import Entry, Kind
from ils.messages.outbox import OutgoingMessage
from ils.organisation.staff.models import Role
from ils.patrons.models import Patron
from ils.services.topics import actions
from ils.services.topics.jobs import JOBS
from ils.services.topics.models import Topic


@pytest.fixture
def town(library):
    library.config = replace(
        library.config, server=library.config.server.changed(address="https://kitap.example"),
        _held={},
    )  # fmt: skip
    library.reader("R1", email="a@example.kz", language="ru", category="pupil")
    library.reader("R2", surname="Сейтова", email="b@example.kz", category="pupil")
    library.reader("R3", surname="Ким", category="pupil")
    add(library, "Белый пароход")
    return library


def add(library, title):
    with db.transaction(library.sessions) as session:
        add_record(session, library.origin(), marc=book(title),
                   classes=classes_of(library.config.lists))  # fmt: skip


def reader(session, card):
    return session.scalars(select(Patron).where(Patron.card == card)).one()


def tell(library):
    """What the daily job does: the letters, their addresses and bodies."""
    with db.transaction(library.sessions) as session:
        for topic in session.scalars(select(Topic).order_by(Topic.id)).all():
            if news := actions.news_of(session, library.config, topic):
                for _ in range(2):  # as after a kill: nobody is told twice
                    for patron in news.readers:
                        actions.tell(session, library.config, news, patron)
                actions.end(session, news)
        letters = session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id))
        return [(letter.to, letter.body) for letter in letters]


def notices(library):
    with db.reading(library.sessions) as session:
        query = select(Entry.detail).where(Entry.kind == Kind.TOPIC_NOTICE).order_by(Entry.id)
        return session.scalars(query).all()


def test_a_reader_is_told_of_what_is_new_once(town):
    with db.transaction(town.sessions) as session:
        actions.follow(session, query="пароход", patron_id=reader(session, "R1").id)
    assert tell(town) == []  # what was there is not new
    add(town, "Пароходы Каспия")
    add(town, "Плаха")
    for _ in range(2):
        ((to, body),) = tell(town)
    assert (to, "Пароходы Каспия" in body, "Плаха" in body) == ("a@example.kz", True, False)
    assert "https://kitap.example/record/" in body
    assert notices(town) == ["individual"]
    town.check()


def test_a_group_is_told_but_not_who_has_no_address_or_wants_none(town):
    with db.transaction(town.sessions) as session:
        actions.follow(session, query="пароход", name="Флот", category="pupil")
        actions.follow(session, query="пароход", name="Флот", category="worker")
        reader(session, "R3").category = "builder"
        reader(session, "R3").email = "c@example.kz"
        reader(session, "R2").topics_off = True
    add(town, "Пароходы Каспия")
    assert [to for to, _ in tell(town)] == ["a@example.kz", "c@example.kz"]
    assert notices(town) == ["group", "group"]


def test_what_is_only_like_it_is_not_told(town):
    with db.transaction(town.sessions) as session:
        actions.follow(session, query="крокодил", patron_id=reader(session, "R1").id)
    add(town, "Крокодилл")
    assert tell(town) == []


def test_a_letter_ends_them_in_one_step_and_nobody_else_can(town, app, browser):
    with db.transaction(town.sessions) as session:
        actions.follow(session, query="пароход", patron_id=reader(session, "R1").id)
    add(town, "Пароходы Каспия")
    ((_, body),) = tell(town)
    address = re.search(r"https://kitap.example(/topics/off/\S+)", body)[1]
    app.config["WTF_CSRF_ENABLED"] = False
    stranger = app.test_client()
    assert stranger.get(address).status_code == 200  # programs open links of letters
    assert stranger.post("/topics/off/1/ф", data={"request_id": str(uuid4())}).status_code == 404
    forged = address[:-1] + ("0" if address[-1] != "0" else "1")
    assert stranger.post(forged, data={"request_id": str(uuid4())}).status_code == 404
    with db.reading(town.sessions) as session:
        assert len(session.scalars(select(Topic)).all()) == 1
    assert stranger.post(address, data={"request_id": str(uuid4())}).status_code == 302
    add(town, "Пароходы Арала")
    assert len(tell(town)) == 1
    with db.reading(town.sessions) as session:
        assert (session.scalars(select(Topic)).all(), reader(session, "R1").topics_off) == (
            [],
            True,
        )


def test_staff_keep_topics_of_groups(town, browser):
    town.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    form = {"name": "Флот", "query": "пароход", "category": "pupil"}
    assert (
        browser.post("/staff/services/topics", request_id=str(uuid4()), **form).status_code == 302
    )
    nobody = {**form, "category": "", "request_id": str(uuid4())}
    assert browser.post("/staff/services/topics", **nobody).status_code == 422
    page = browser.get("/staff/services/topics").text
    assert page.count("<td data-label") == 2  # one row
    assert "пароход" in page
    remove = re.search(r"/staff/services/topics/\d+/remove", page)[0]
    assert browser.post(remove, request_id=str(uuid4())).status_code == 302
    assert "пароход" not in browser.get("/staff/services/topics").text


def test_nobody_follows_without_measure_or_nothing(town):
    with db.transaction(town.sessions) as session:
        patron = reader(session, "R1").id
        with pytest.raises(Invalid):
            actions.follow(session, query="  ", patron_id=patron)
        for number in range(actions.MOST):
            actions.follow(session, query=f"тема {number}", patron_id=patron)
        with pytest.raises(actions.TooManyTopics):
            actions.follow(session, query="ещё", patron_id=patron)


def test_the_worker_tells_every_day(town):
    with db.transaction(town.sessions) as session:
        actions.follow(session, query="пароход", patron_id=reader(session, "R1").id)
    add(town, "Пароходы Каспия")
    assert town.work() == []
    assert notices(town) == ["individual"]
    assert [kind.every.days for kind in JOBS] == [1]
