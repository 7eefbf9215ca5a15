"""What readers see of the catalogue without signing in."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library import PASSWORD
from shelves import BOOKS, book
from sqlalchemy import select

from ils import db
from ils.catalog.models import BibliographicRecord, RecordState, RevisionCause
from ils.catalog.records.actions import add_record, set_state
from ils.catalog.subjects import classes_of
from ils.holdings.items.models import Item
from ils.ledger import Channel, Entry, Kind
from ils.marc.record import Field, linked
from ils.opac.catalogue.expected import expected, reckoned
from ils.organisation.branches.models import Branch
from ils.organisation.staff.models import Role
from ils.services.enquiries.models import UnmetRequest


@pytest.fixture
def shelf(library):
    """Title → record."""
    return {marc.get("200", "a"): add(library, marc) for marc in BOOKS}


def add(library, marc):
    with db.transaction(library.sessions) as session:
        classes = classes_of(library.config.lists)
        return add_record(session, library.origin(), marc=marc, classes=classes).id


def copy(library, record_id, number, branch="ЦБ", mark=""):
    library.copy(number, branch=branch)
    with db.transaction(library.sessions) as session:
        item = session.scalars(select(Item).where(Item.inventory_number == number)).one()
        item.record_id, item.shelf_mark = record_id, mark


def said(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_a_reader_finds_a_book_and_where_it_is_free(shelf, library, visitor):
    for number, branch in (("B1", "ЦБ"), ("B2", "ЦБ"), ("B3", "Ф1")):
        copy(library, shelf["Путь Абая"], number, branch, mark="84(5К)")
    library.reader("R1")
    library.desk().issue("R1", "B1")
    page = visitor.get("/search?q=ауэзов путь&lang=ru")
    assert "Свободно: 2 — " in said(page)
    page = visitor.get(f"/record/{shelf['Путь Абая']}")
    rows = re.findall(r"<tr><th scope=\"row\"><a[^>]*>(.*?)</a></th>(.*?)</tr>", page.text)
    assert [(name, re.findall(r">([^<]+)</td>", cells)) for name, cells in rows] == [
        ("Филиал ЦБ", ["1", "2", "84(5К)"]), ("Филиал Ф1", ["1", "1", "84(5К)"]),
    ]  # fmt: skip
    assert "978-5-699-12014-7" in page.text or "9785699120147" in page.text
    library.desk().issue("R1", "B2")
    library.desk("Ф1").issue("R1", "B3")
    assert "Все экземпляры выданы: 3" in said(visitor.get("/search?q=ауэзов путь"))
    assert "Найдено 0" in said(visitor.get("/search?q=ауэзов путь&free=1"))


def test_kazakh_is_usual_and_the_choice_is_kept(shelf, visitor):
    assert '<html lang="kk">' in visitor.get("/").text
    assert '<html lang="ru">' in visitor.get("/?lang=ru").text
    assert '<html lang="ru">' in visitor.get("/search?q=абай").text
    assert 'hreflang="en" href="/search?q=%D0%B0&amp;lang=en"' in visitor.get("/search?q=а").text
    assert '<html lang="ru">' in visitor.get("/?lang=xx").text


@pytest.mark.parametrize("path", [
    "/search?page=99999", "/search?page=0&q=абай", "/search?sort=x", "/search?branch=x&free=1",
    "/search?language=kk&language=ru&q=абай", "/search?from=abc&to=", "/search?q=" + "я" * 400,
    "/search/by-fields?author=Әуезов&from=1900", "/new?branch=Ф1",
])  # fmt: skip
def test_odd_addresses_have_an_answer(shelf, visitor, path):
    assert visitor.get(path).status_code in {200, 302}


def test_what_is_not_there_says_so(shelf, library, visitor):
    assert visitor.get("/record/1").status_code == 404
    assert visitor.get("/new?branch=нет").status_code == 404
    with db.transaction(library.sessions) as session:
        record = session.get_one(BibliographicRecord, shelf["Детство"])
        set_state(session, library.origin(), record, RecordState.DELETED,
                  cause=RevisionCause.DELETED, kind=Kind.RECORD_DELETED)  # fmt: skip
    for path in ("", "/reference.txt"):
        assert visitor.get(f"/record/{shelf['Детство']}{path}").status_code == 410
    gone = visitor.get(f"/record/{shelf['Детство']}")
    assert (gone.status_code, 'class="library"' in gone.text) == (410, True)
    assert "Детство" not in visitor.get("/search?q=детство").text


def test_programs_read_a_record(shelf, visitor):
    page = visitor.get(f"/record/{shelf['Путь Абая']}").text
    told = json.loads(re.search(r'ld\+json">(.*?)</script>', page)[1])
    assert (told["@type"], told["name"], told["datePublished"], told["author"]) == (
        "Book", "Путь Абая", "1977", [{"@type": "Person", "name": "Мухтар Омарханович Ауэзов"}],
    )  # fmt: skip
    assert visitor.get(f"/record/{shelf['Путь Абая']}/reference.ris").text.startswith("TY  - BOOK")
    text = visitor.get(f"/record/{shelf['Путь Абая']}/reference.txt").text
    assert text.startswith("Ауэзов, Мухтар Омарханович. Путь Абая")


def test_what_a_title_says_never_ends_the_script(library, visitor):
    record = add(library, book("</script><script>alert(1)</script> & «Абай»"))
    page = visitor.get(f"/record/{record}").text
    assert "<script>alert" not in page
    told = json.loads(re.search(r'ld\+json">(.*?)</script>', page)[1])
    assert told["name"].startswith("</script>")


def test_a_journal_has_its_issues_by_year(library, visitor):
    journal = add(library, book("Жұлдыз"))
    with db.reading(library.sessions) as session:
        number = session.get_one(BibliographicRecord, journal).control_number
    for year, name in (("2019", "№ 1"), ("2020", "№ 2"), ("2020", "№ 3")):
        issue = book(name, year=year)
        issue.fields.append(linked("461", " 0", [Field("001", "", [("", number or str(journal))])]))
        add(library, issue)
    page = visitor.get(f"/record/{journal}?lang=ru").text
    years = re.findall(r">(\d{4}) <span class=\"count\">(\d+)", page)
    assert years == [("2020", "2"), ("2019", "1")]
    assert ("№ 3" in page, "№ 1" in page) == (True, False)
    page = visitor.get(f"/record/{journal}?year=2019").text
    assert ("№ 3" in page, "№ 1" in page) == (False, True)
    assert "№ 3" in visitor.get(f"/record/{journal}?year=1812").text


def test_news_are_told_and_robots_are_led(shelf, library, visitor):
    copy(library, shelf["Абай жолы"], "B1")
    copy(library, shelf["На дне"], "B2", "Ф1")
    feed = ET.fromstring(visitor.get("/new.atom").data)  # noqa: S314 -- our own
    titles = [one.text for one in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert titles[1:] == ["На дне", "Абай жолы"]
    assert "Абай жолы" not in visitor.get("/new?branch=Ф1").text
    assert "Disallow: /search" in visitor.get("/robots.txt").text
    index = visitor.get("/sitemap.xml").text
    assert "/sitemap-0.xml" in index
    for beyond in ("1", "999", "500000000000000", "9" * 30):
        assert visitor.get(f"/sitemap-{beyond}.xml").status_code == 404
    assert visitor.get("/sitemap-0.xml").text.count("<loc>") == len(shelf) + 2


def test_a_visit_is_counted_once_and_no_robot(shelf, library, visitor, app):
    for path in ("/", "/search?q=абай", f"/record/{shelf['Детство']}"):
        visitor.get(path)
    assert visitor.visits == 1
    with visitor.client.session_transaction() as cookie:
        cookie["seen"] -= 31 * 60
    visitor.get("/")
    assert visitor.visits == 2
    for agent in ("Googlebot/2.1", "curl/8.0", "python-requests/2", ""):
        app.test_client().get("/", headers={"User-Agent": agent, "Accept-Language": "ru"})
    app.test_client().get("/", headers={"User-Agent": "Mozilla/5.0"})
    assert visitor.visits == 2


def test_what_is_missing_is_told_once_a_visit(shelf, library, visitor):
    assert "Сообщите, что вы искали" in visitor.get("/search?q=зыбля крымпа&lang=ru").text
    for _ in range(2):
        form = {"what": "Зыбля крымпа", "request_id": str(uuid4())}
        assert visitor.post("/search/wish", **form).status_code == 302
    with db.reading(library.sessions) as session:
        wish = session.scalars(select(UnmetRequest)).one()
        assert (wish.what, wish.reason, wish.staff_id) == ("Зыбля крымпа", "absent", None)
    assert library.count(Kind.REFUSAL) == 1


def test_an_address_may_not_ask_without_measure(shelf, library, visitor, app):
    system = app.extensions["ils"]
    server = system.config.server.changed(public_per_minute=20)
    limited = replace(system.config, server=server, _held={})
    app.extensions["ils"] = replace(system, config=limited)
    answers = [visitor.get("/robots.txt").status_code for _ in range(21)]
    assert (answers[19], answers[20]) == (200, 429)


def test_pages_are_light(shelf, library, visitor):
    for number in range(60):
        copy(
            library, add(library, book(f"Пароход {number}", "Айтматов", year="1970")), f"P{number}"
        )
    assert len(visitor.get("/search?q=пароход&lang=ru").data) <= 15_000
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', visitor.get("/").text)
    files = [visitor.client.get(link, buffered=True).data for link in links]
    page = visitor.get("/search?q=пароход").data
    assert (len(files), len(page) + sum(map(len, files)) <= 40_000) == (3, True)


def test_the_catalogue_is_walked_by_letters_and_areas(shelf, library, visitor):
    page = visitor.get("/browse?lang=ru").text
    assert page.count("division=") == 5
    authors = visitor.get("/browse/authors?letter=г").text
    assert re.findall(r'q=author:%22([^"]+)%22">([^<]+)</a> <span class="count">(\d)', authors) == [
        ("%D0%93%D0%BE%D1%80%D1%8C%D0%BA%D0%B8%D0%B9", "Горький, Алексей Максимович", "1"),
        ("%D0%93%D0%BE%D1%80%D1%8C%D0%BA%D0%B8%D0%B9", "Горький, М.", "1"),
    ]  # fmt: skip
    assert "На дне" in visitor.get('/search?q=author:"Горький"').text
    for path in ("/browse/subjects?letter=Р", "/browse/series", "/browse/authors?letter=Ъ&page=9"):
        assert visitor.get(path).status_code == 200


def test_the_tree_of_classes_counts_what_is_under_each(library, visitor):
    for title, tag, index in (
        ("Теңдеулер", "675", "517.9"), ("Сандар", "675", "511"), ("Кодекс", "675", "347:34"),
        ("Роман", "686", "84(5Каз)"),
    ):  # fmt: skip
        marc = book(title)
        marc.fields.append(Field(tag, "  ", [("a", index)]))
        add(library, marc)
    other = book("Иное")
    other.fields.append(Field("686", "  ", [("a", "84"), ("2", "lcc")]))
    add(library, other)
    count = r'(?:udc|bbk)=(\d+)">(\d+)<'
    top = dict(re.findall(count, visitor.get("/browse/udc?lang=ru").text))
    assert {code: number for code, number in top.items() if number != "0"} == {"3": "1", "5": "2"}
    below = visitor.get("/browse/udc?at=5").text
    assert dict(re.findall(count, below))["51"] == "2"
    assert "Математика" in below
    assert "Кодекс" in visitor.get("/search?udc=34").text
    assert dict(re.findall(count, visitor.get("/browse/bbk").text))["84"] == "1"
    assert "Роман" in visitor.get("/search?bbk=84").text
    below = visitor.get("/browse/bbk?at=84").text
    assert dict(re.findall(r"bbk=([^\"]+)\">(\d+)<", below))["84(5%D0%9A%D0%B0%D0%B7)"] == "1"
    assert "Иное" not in visitor.get("/search?bbk=84").text
    for odd in ("/browse/udc?at=нет", "/search?udc=999", "/search?udc=" + "9" * 300):
        assert visitor.get(odd).status_code == 200
    chosen = visitor.get("/search?udc=34").text
    assert 'aria-current="true">34</a>' in chosen


def test_a_kiosk_opens_the_catalogue_and_nothing_else(shelf, library, visitor):
    library.account("кафедра", Role.DESK)
    visitor.get("/?lang=ru")
    assert visitor.get("/kiosk?branch=Ф1").status_code == 302
    start = visitor.get("/").text
    assert '<html lang="kk">' in start
    assert 'class="kiosk" data-pause="120" data-anew="/kiosk"' in start
    for way_out in ("/my", "/sign-in", "/staff/", "sign-in", "Atom"):
        assert way_out not in start
    for path in ("/my/sign-in", "/sign-in", "/staff/", "/desk", "/new.atom", "/nowhere"):
        assert visitor.get(path).headers["Location"] == "/", path
    assert visitor.post("/sign-in", login="кафедра", password=PASSWORD).headers["Location"] == "/"
    record = visitor.get(f"/record/{shelf['Детство']}").text
    assert ("/hold" in record, "reference" in record) == (False, False)
    assert visitor.get("/kiosk").status_code == 302
    assert 'data-pause="120"' in visitor.get("/search?q=детство").text
    with db.reading(library.sessions) as session:
        visits = session.scalars(select(Entry).where(Entry.channel == Channel.KIOSK)).all()
        assert {(v.kind, v.branch_id) for v in visits} == {
            (Kind.CATALOGUE_VISIT, library.branches["Ф1"].id)
        }
    assert visitor.get("/kiosk?branch=нет").status_code == 404


def test_no_link_makes_a_kiosk_of_somebodys_browser(library, visitor, browser):
    for where in ("cross-site", "same-site", "same-origin"):
        answer = visitor.get("/kiosk", **{"Sec-Fetch-Site": where})
        assert (answer.status_code, visitor.get("/my/sign-in").status_code) == (409, 200)
    library.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    assert browser.get("/kiosk").status_code == 409
    assert browser.get("/staff/").status_code == 200


def test_when_a_copy_comes_back_is_reckoned_from_loans(library, visitor):
    library.reader("R1")
    library.reader("R2", surname="Сейтова")
    library.copy("B1")
    desk = library.desk()
    for days in (8, 10, 12, 14) * 5:
        desk.issue("R1", "B1")
        library.wait(days=days)
        desk.take_back("B1")
    desk.issue("R1", "B1")
    with db.reading(library.sessions) as session:
        item = session.scalars(select(Item)).one()
        day = library.now.date()
        told = expected(session, item.record_id, "book", "Asia/Almaty", day)
        assert ((told.likely - day).days, (told.nearly_surely - day).days) == (12, 14)
    desk.wait_for("R2", "B1")
    with db.reading(library.sessions) as session:
        told = expected(session, item.record_id, "book", "Asia/Almaty", day)
        assert ((told.likely - day).days, (told.nearly_surely - day).days) == (24, 26)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8),
       st.lists(st.integers(1, 90), min_size=1, max_size=40), st.integers(0, 30))  # fmt: skip
def test_an_estimate_is_never_past_and_never_sooner_for_who_comes_later(ago, days, waiting):
    today = date(2026, 12, 1)
    lent = [today - timedelta(days=n) for n in ago]
    told = reckoned(lent, days, waiting, today)
    later = reckoned(lent, days, waiting + 1, today)
    assert today < told.likely <= told.nearly_surely
    assert told.likely <= later.likely


def test_people_who_see_little_choose_large_letters_and_keep_them(shelf, visitor):
    assert "<body>" in visitor.get("/").text
    assert '<body class="large">' in visitor.get("/search?q=абай&view=large").text
    assert '<body class="large">' in visitor.get("/new").text
    assert "<body>" in visitor.get("/?view=usual").text


def test_a_library_that_has_no_branch_yet_has_a_start_page(visitor, library):
    with db.transaction(library.sessions) as session:
        for branch in session.scalars(select(Branch)):
            branch.active = False
    assert visitor.get("/").status_code == 200
    assert visitor.visits == 0
