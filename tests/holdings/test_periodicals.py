"""Periodicals: expected from a pattern, checked in by a key, counted as the norm counts them."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from reports import cells, report
from sqlalchemy import select

from ils import db
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.actions import add_record
from ils.catalog.subjects import classes_of
from ils.clock import Period
from ils.holdings.items.models import Item
from ils.holdings.periodicals import queries
from ils.holdings.periodicals.models import SerialIssue, Subscription
from ils.marc.record import Field, MarcRecord
from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


@pytest.fixture
def titles(library):
    """A journal and a newspaper; their ids."""
    with db.transaction(library.sessions) as session:
        classes = classes_of(library.config.lists)
        return [
            add_record(session, library.origin(), classes=classes, marc=MarcRecord(
                "00000nas0 2200000   450 ",
                [Field("011", "  ", [("a", issn)]), Field("101", "0 ", [("a", "kaz")]),
                 Field("110", "  ", [("a", kind)]), Field("200", "1 ", [("a", title)])],
            )).id
            for title, kind, issn in (("Жұлдыз", "a  ", "0130-7673"),
                                      ("Орталық Қазақстан", "c  ", "2410-4850"))
        ]  # fmt: skip


def send(browser, path, **form):
    return browser.post(f"/staff/holdings/serials{path}", request_id=str(uuid4()), **form)


def subscribed(browser, record, **form):
    about = {"branch": "ЦБ", "year": "2026", "half": "1", "pattern": "monthly", "first": "1",
             "sets": "2", "price": "6000", "supplier": "Казпочта", "index": "75001",
             "kazakhstani": "1"}  # fmt: skip
    return send(browser, "/new", record=record, **about | form)


def issues(library):
    with db.reading(library.sessions) as session:
        return list(session.scalars(select(SerialIssue).order_by(SerialIssue.id)))


def kinds(library):
    with db.reading(library.sessions) as session:
        query = select(BibliographicRecord).order_by(BibliographicRecord.id)
        return {record.title: record.material for record in session.scalars(query)}


def arrive(browser, *found):
    for one in found:
        assert send(browser, f"/issues/{one.id}/arrived").status_code == 302


def test_a_subscription_lists_the_issues_that_are_expected(library, stock, titles):
    assert subscribed(stock, titles[0]).status_code == 302
    assert [(one.number, f"{one.expected_on:%d.%m}") for one in issues(library)] == [
        ("1", "15.01"), ("2", "15.02"), ("3", "15.03"), ("4", "15.04"), ("5", "15.05"),
        ("6", "15.06"),
    ]  # fmt: skip
    assert subscribed(stock, titles[0]).status_code == 409
    assert subscribed(stock, "0130-7673", branch="Ф1", price="дорого").status_code == 422
    assert subscribed(stock, "0130-7673", branch="Ф1").status_code == 302
    assert subscribed(stock, "12345").status_code == 422
    page = stock.get("/staff/holdings/serials?year=2026").text
    assert "24\xa0000,00" in page  # two sets at each of two branches
    assert "Казпочта" in page


def test_what_should_have_come_is_a_page_and_a_key_a_row(library, stock, titles):
    subscribed(stock, titles[0])
    page = stock.get("/staff/holdings/serials/arrivals").text
    assert page.count("№ 1<") == page.count("№ 2<") == 1  # it is the 4th of March
    assert "№ 3<" not in page
    late = stock.get("/staff/holdings/serials/arrivals?late=yes").text
    assert "№ 2<" in late
    first, second = issues(library)[:2]
    back = "/staff/holdings/serials/arrivals?late=yes"
    answer = send(stock, f"/issues/{first.id}/arrived", next=back)
    assert answer.headers["Location"] == back
    assert issues(library)[0].copies == 2
    send(stock, f"/issues/{second.id}/claim")
    assert issues(library)[1].claimed_on == date(2026, 3, 4)
    send(stock, f"/issues/{first.id}/not-arrived")
    assert issues(library)[0].arrived_on is None
    assert send(stock, f"/issues/{first.id}/arrived", copies="3").status_code == 422
    assert send(stock, "/issues/5/arrived").status_code == 404


def test_journals_are_counted_by_issues(library, stock, titles):
    assert kinds(library) == {"Жұлдыз": "journal", "Орталық Қазақстан": "newspaper"}
    subscribed(stock, titles[0])
    assert send(stock, "/account", branch="ЦБ").status_code == 409
    arrive(stock, *issues(library)[:2])
    assert send(stock, "/account", branch="ЦБ").status_code == 302
    assert send(stock, "/account", branch="ЦБ").status_code == 409
    with db.reading(library.sessions) as session:
        items = session.scalars(select(Item).order_by(Item.id)).all()
        assert [(item.part, item.copies, item.inventory_number, item.price) for item in items] == [
            ("2026 № 1", 2, None, 100_000), ("2026 № 2", 2, None, 100_000),
        ]  # fmt: skip
    said = cells(report(library, "ksu", YEAR))
    assert said["ksu_1", "total", "copies"] == 4
    assert said["ksu_1", "total", "titles"] == 1
    assert said["ksu_1", "total", "sum"] == "4000.00"
    assert said["ksu_1", "total", "journal"] == 4
    library.check()


def test_newspapers_are_counted_by_yearly_sets(library, stock, titles):
    for half in ("1", "2"):
        subscribed(
            stock, titles[1], half=half, pattern="quarterly", first="1" if half == "1" else "3"
        )
    arrive(stock, *issues(library))
    assert send(stock, "/account", branch="ЦБ").status_code == 409  # the year is not over
    library.now = datetime(2027, 1, 12, 7, tzinfo=UTC)
    assert send(stock, "/account", branch="ЦБ").status_code == 302
    with db.reading(library.sessions) as session:
        items = session.scalars(select(Item).order_by(Item.id)).all()
        assert [(i.part, i.inventory_number, i.price) for i in items] == [
            ("2026", "1", 1_200_000), ("2026", "2", 1_200_000),
        ]  # fmt: skip
    said = cells(report(library, "ksu", Period(date(2027, 1, 1), date(2028, 1, 1))))
    assert said["ksu_1", "total", "newspaper"] == 2
    assert said["ksu_1", "total", "titles"] == 1
    library.check()


def test_the_next_half_year_goes_on_with_the_numbers(library, stock, titles):
    subscribed(stock, titles[0])
    with db.reading(library.sessions) as session:
        first = session.scalars(select(Subscription.id)).one()
    assert send(stock, f"/{first}/repeat").status_code == 302
    assert send(stock, f"/{first}/repeat").status_code == 409
    with db.reading(library.sessions) as session:
        second = session.scalars(select(Subscription).order_by(Subscription.id.desc())).first()
        assert (second.year, second.half, second.price) == (2026, 2, 600_000)
    assert [one.number for one in issues(library)[6:]] == ["7", "8", "9", "10", "11", "12"]
    assert send(stock, f"/{second.id}/repeat").status_code == 302
    assert issues(library)[12].number == "1"
    assert send(stock, f"/{second.id}/remove").status_code == 302
    assert len(issues(library)) == 12
    arrive(stock, issues(library)[0])
    assert send(stock, f"/{first}/remove").status_code == 409


def test_the_journals_page_shows_what_each_branch_has(library, stock, titles):
    subscribed(stock, titles[0])
    subscribed(stock, titles[0], branch="Ф1", sets="1")
    found = issues(library)
    arrive(stock, found[0], found[1], found[2], found[4], found[6])
    with db.reading(library.sessions) as session:
        rows = queries.holdings_of(session, titles[0])
        assert [(row.year, row.numbers) for row in rows] == [(2026, "1–3, 5"), (2026, "1")]
    page = stock.get(f"/record/{titles[0]}").text
    assert "1–3, 5" in page


def test_what_is_past_its_time_goes_by_an_act(library, stock, titles):
    subscribed(stock, titles[0])
    subscribed(stock, titles[0], branch="Ф1")
    arrive(stock, *issues(library))
    for branch in ("ЦБ", "Ф1"):
        send(stock, "/account", branch=branch)
    library.now = datetime(2031, 6, 1, 7, tzinfo=UTC)
    assert "2026 № 1" not in stock.get("/staff/holdings/serials/old").text  # five years
    library.now = datetime(2032, 1, 10, 7, tzinfo=UTC)
    assert "2026 № 1" in stock.get("/staff/holdings/serials/old").text
    answer = send(stock, "/old", branch="Ф1")
    act = stock.get(answer.headers["Location"]).text
    assert "<dd>12</dd>" in act
    assert send(stock, "/old", branch="Ф1").status_code == 409  # they are in an act


def test_issues_come_otherwise_than_expected(library, stock, titles):
    """Fewer copies than sets, a double number, one more, and one that never appeared."""
    assert subscribed(stock, titles[0], sets="3").status_code == 302
    first, second, third, *_ = issues(library)

    def said(path, **form):
        about = {"number": "", "expected_on": "15.02.2026", "arrived_on": "", "copies": ""}
        return send(stock, f"/{path}", **about | form)

    came = {"number": first.number, "arrived_on": "16.02.2026", "copies": "2"}
    assert said(f"issues/{first.id}", **came).status_code == 302
    assert said(f"issues/{first.id}", **came | {"copies": "4"}).status_code == 422
    assert said(f"issues/{second.id}", number="2–3").status_code == 302
    assert said(f"issues/{second.id}", number=first.number).status_code == 422
    assert send(stock, f"/issues/{third.id}/remove").status_code == 302
    assert send(stock, f"/issues/{first.id}/remove").status_code == 409  # it came
    extra = f"{first.subscription_id}/issues/new"
    assert said(extra, number="спецвыпуск", arrived_on="20.02.2026").status_code == 302
    after = {one.number: one.copies for one in issues(library)}
    assert (after[first.number], after["2–3"], after["спецвыпуск"]) == (2, 0, 3)
    assert third.number not in after
    assert send(stock, "/account", branch="ЦБ").status_code == 302
    assert said(f"issues/{first.id}", **came).status_code == 409  # it is on account
    assert library.count("accession") == 5
    library.check()


def test_the_desk_checks_in_and_does_not_subscribe(library, stock, titles, browser):
    subscribed(stock, titles[0])
    library.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    arrive(browser, issues(library)[0])
    assert subscribed(browser, titles[0], branch="Ф1").status_code == 403
