"""Days of the returned book: who is told, what comes back, whether telling helped."""

from uuid import uuid4

import pytest
from sqlalchemy import select
from telling import ask, come_by, loan_of, run, states, until_due

from ils import db
from ils.circulation.campaigns import queries
from ils.circulation.notices import announcing
from ils.circulation.notices.models import Notice
from ils.ledger import Entry, Kind
from ils.organisation.staff.models import Role

AT = "/staff/debtors/campaigns/"


@pytest.fixture
def senior(told, browser):
    told.account("старший", Role.SENIOR, Role.DESK)
    browser.sign_in("старший")
    return browser


def send(browser, path: str, **form):
    return browser.post(f"{AT}{path}", request_id=str(uuid4()), **form)


def campaign(library, browser, days: int = 10, **about) -> str:
    """A campaign that begins today; where its page is."""
    today = library.origin().day
    form = {"name": "Неделя возвращённой книги", "terms": "без вопросов",
            "first": f"{today:%d.%m.%Y}",
            "last": f"{today.fromordinal(today.toordinal() + days):%d.%m.%Y}", **about}  # fmt: skip
    answer = send(browser, "new", **form)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix(AT)


def owing(library, number: int = 1) -> None:
    """Readers with e-mail, each with a copy that is six days late."""
    for at in range(1, number + 1):
        library.reader(f"R{at}", email=f"r{at}@example.kz", language="ru")
        library.copy(f"B{at}", title=f"Книга {at}")
        if at < number:
            library.desk().issue(f"R{at}", f"B{at}")
    until_due(library, f"R{number}", f"B{number}", days=6)


def test_overdue_copies_of_its_days_are_counted_apart_and_undone_with_the_return(told, senior):
    owing(told, 3)
    campaign(told, senior)
    told.copy("B9", title="В срок")
    told.desk().issue("R1", "B9")
    told.desk().take_back("B9")  # not late
    act = uuid4()
    told.desk().take_back("B1", act)
    told.desk("Ф1").take_back("B2")
    assert told.count(Kind.AMNESTY_RETURN) == 2
    told.desk().undo(act)
    assert told.count(Kind.AMNESTY_RETURN) == 1
    told.wait(days=11)
    told.desk().take_back("B1")
    assert told.count(Kind.AMNESTY_RETURN) == 1  # it is over
    with db.reading(told.sessions) as session:
        assert announcing.copies_back(session, session.scalar(queries.campaigns())) == 1


def test_a_campaign_of_one_branch_does_not_count_at_another(told, senior):
    owing(told, 2)
    campaign(told, senior, branches="Ф1")
    told.desk().take_back("B1")
    assert told.count(Kind.AMNESTY_RETURN) == 0
    told.desk("Ф1").take_back("B2")
    assert told.count(Kind.AMNESTY_RETURN) == 1


def test_debtors_are_told_once_in_its_words(told, senior, mail):
    owing(told)
    place = campaign(told, senior)
    assert send(senior, f"{place}/announce").status_code == 302
    assert send(senior, f"{place}/announce").status_code == 409
    run(told)
    come_by(told)
    come_by(told)
    assert len(mail.taken) == 1
    assert [state[1:] for state in states(told)] == [
        ("email", "sent", None), ("email", "sent", None)
    ]  # fmt: skip
    assert told.count(Kind.REMINDER) == 1
    page = senior.get(f"{AT}{place}").text
    assert "сообщено сразу" in page
    with db.reading(told.sessions) as session:
        notice = session.scalar(select(Notice).order_by(Notice.id))
        assert notice.level.startswith("campaign-")


def test_a_tenth_is_told_a_week_later_and_the_difference_is_shown(told, senior, mail, monkeypatch):
    monkeypatch.setattr(announcing, "is_later", lambda _, patron_id: patron_id == later)
    owing(told, 4)
    with db.reading(told.sessions) as session:
        later = loan_of(told, "B4").patron_id
        assert session is not None
    place = campaign(told, senior, compared="1")
    send(senior, f"{place}/announce")
    run(told)
    with db.transaction(told.sessions) as session:
        one = session.scalar(queries.campaigns())
        assert {n.patron_id for n in session.scalars(select(Notice)) if n.not_before} == {later}
    come_by(told)
    for number in ("B1", "B2"):
        told.desk().take_back(number)
    told.wait(days=8)
    told.desk().take_back("B4")
    with db.reading(told.sessions) as session:
        found = announcing.results(session, told.config, one)
    assert (found["at_once"].readers, found["at_once"].told, found["at_once"].came) == (3, 3, 2)
    assert (found["later"].readers, found["later"].came, found["later"].came_in_week) == (1, 1, 0)
    assert round(found["at_once"].share_in_week - found["later"].share_in_week, 1) == 66.7
    assert "66,7" in senior.get(f"{AT}{place}").text


def test_a_tenth_that_waits_costs_nothing_yet_and_is_not_told_when_all_is_over(
    told, senior, gateway, monkeypatch
):
    monkeypatch.setattr(announcing, "is_later", lambda *_: True)
    told.reader("R1", phone="87011234567")
    told.copy("B1")
    until_due(told, "R1", "B1", days=20)
    place = campaign(told, senior, days=3, compared="1")
    send(senior, f"{place}/announce")
    run(told)
    page = senior.get("/staff/debtors/notices")
    assert (page.status_code, "SMS запланировано" in page.text) == (200, False)
    told.wait(days=9)
    ask(told, "send_notices")
    run(told)
    assert [state[1:] for state in states(told)] == [("sms", "cancelled", "too_late")]
    assert gateway.taken == []


def test_the_tenth_is_a_tenth_and_always_the_same():
    later = [n for n in range(2000) if announcing.is_later(7, n)]
    assert later == [n for n in range(2000) if announcing.is_later(7, n)]
    assert 140 < len(later) < 260


def test_wrong_days_and_campaigns_at_once_are_refused(told, senior):
    campaign(told, senior, branches="Ф1")
    today = f"{told.origin().day:%d.%m.%Y}"
    again = {"name": "Другая", "first": today, "last": today, "terms": ""}
    assert send(senior, "new", **again).status_code == 409
    assert send(senior, "new", **again, branches="ЦБ").status_code == 302
    wrong = send(senior, "new", **again | {"last": "01.01.2020"})
    assert wrong.status_code == 422
    assert "раньше первого дня" in wrong.text


def test_who_only_sees_debtors_sets_no_campaign(told, browser):
    told.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    assert browser.get(AT).status_code == 200
    assert browser.get(f"{AT}new").status_code == 403


def test_entries_of_a_campaign_say_who_and_what(told, senior):
    owing(told)
    campaign(told, senior)
    told.desk().take_back("B1")
    with db.reading(told.sessions) as session:
        entry = session.scalar(select(Entry).where(Entry.kind == Kind.AMNESTY_RETURN))
    assert (entry.count, entry.language, entry.patron_category) == (1, "kk", "student")
