"""Sets in several volumes: which of them branches have, lack, and wait for."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from ils import db
from ils.acquisition.budgets.models import BudgetArticle
from ils.acquisition.orders.models import OrderLine
from ils.acquisition.sets.models import SetVolume
from ils.catalog.models import BibliographicRecord
from ils.holdings.items.models import Item


@pytest.fixture
def stock(stock, library):
    library.copy("К-0", title="Абай. Шығармалар")
    return stock


def record(library):
    with db.reading(library.sessions) as session:
        return session.scalars(select(BibliographicRecord.id)).first()


def send(browser, path, **form):
    return browser.post(f"/staff/{path}", request_id=str(uuid4()), **form)


def add(browser, library, part, branch="ЦБ", count=1):
    about = dict.fromkeys(("number", "barcode", "act", "price", "location", "shelf_mark",
                           "condition", "replaces"), "")  # fmt: skip
    about |= {"record": record(library), "source": "budget", "branch": branch, "count": count}
    assert send(browser, "holdings/new", part=part, **about).status_code == 302


def set_page(library):
    return f"acquisition/sets/{record(library)}"


def missing(browser, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    page = browser.get(f"/staff/acquisition/missing-volumes?{query}").text
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = []
    for row in body.split("</tr>")[:-1]:
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        texts = [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]
        found.append((texts[1], texts[2], texts[3]))
    return found


def test_a_branch_lacks_what_it_has_not_of_a_set_it_began(stock, library):
    add(stock, library, "т. 1", count=2)
    add(stock, library, "3-том")
    add(stock, library, "2", branch="Ф1")
    assert missing(stock) == []
    assert send(stock, set_page(library), volumes="1–3, доп.").status_code == 302
    here, there = (library.branches[code].name_ru for code in ("ЦБ", "Ф1"))
    assert sorted(missing(stock)) == sorted([
        (here, "2", "—"), (here, "доп.", "—"),
        (there, "1", "—"), (there, "3", "—"), (there, "доп.", "—"),
    ])  # fmt: skip
    assert missing(stock, branch="Ф1") == [(there, n, "—") for n in ("1", "3", "доп.")]
    page = stock.get(f"/staff/{set_page(library)}").text
    assert "1 (2), 3" in page
    add(stock, library, "доп.", branch="Ф1")
    assert missing(stock, branch="Ф1") == [(there, n, "—") for n in ("1", "3")]


def test_volumes_of_a_book_are_no_old_periodicals(stock, library):
    """A volume “1” sorts before any year that is past: the act of old periodicals leaves it."""
    add(stock, library, "1")
    add(stock, library, "1998")
    library.wait(days=4000)
    assert "Абай. Шығармалар" not in stock.get("/staff/holdings/serials/old").text
    assert send(stock, "holdings/serials/old", branch="ЦБ").status_code == 409


def test_a_volume_that_is_lost_is_missing_again(stock, library):
    add(stock, library, "1")
    add(stock, library, "2")
    send(stock, set_page(library), volumes="1–2")
    assert missing(stock) == []
    with library.sessions() as session, session.begin():
        session.scalars(select(Item).where(Item.part == "2")).one().status = "lost"
    assert [row[1] for row in missing(stock)] == ["2"]


def test_what_is_on_order_is_said(stock, library):
    add(stock, library, "1")
    send(stock, set_page(library), volumes="1–4")
    send(stock, "acquisition/budget/new", name="Книги", allocated="10 000", year="2026",
         quarter="0", branch="", after_tender="")  # fmt: skip
    place = send(stock, "acquisition/orders/new", supplier="Дом", contract="", note="").headers[
        "Location"
    ]
    with db.reading(library.sessions) as session:
        article = session.scalars(select(BudgetArticle.id)).one()
    about = {"author": "", "year": "", "isbn": "", "title": "Абай. Шығармалар", "price": "100"}
    for volumes in ("2–3", "9-1"):
        send(stock, f"{place.removeprefix('/staff/')}/lines", article=article, shares="ЦБ 2",
             volumes=volumes, **about)  # fmt: skip
    with library.sessions() as session, session.begin():
        for one in session.scalars(select(OrderLine)):
            one.record_id = record(library)
    assert [row[1:] for row in missing(stock)] == [("2", "1/2026"), ("3", "1/2026"), ("4", "—")]


def test_volumes_are_noted_once_and_mended(stock, library):
    for wrong in ("4–1", "1–9999"):
        answer = send(stock, set_page(library), volumes=wrong)
        assert (answer.status_code, "1–4, 6" in answer.text) == (422, True)
    send(stock, set_page(library), volumes="1, 2, 3")
    send(stock, set_page(library), volumes="1–2")
    with db.reading(library.sessions) as session:
        query = select(SetVolume.number).order_by(SetVolume.position)
        assert list(session.scalars(query)) == ["1", "2"]
    send(stock, set_page(library), volumes="")
    assert missing(stock) == []


def test_a_copy_gets_its_volume_later(stock, library):
    send(stock, set_page(library), volumes="1–2")
    with db.reading(library.sessions) as session:
        number = session.scalars(select(Item.id)).one()
    assert "Экземпляров без указания тома" in stock.get(f"/staff/{set_page(library)}").text
    about = dict.fromkeys(("barcode", "price", "location", "shelf_mark", "condition", "ksu"), "")
    send(stock, f"holdings/{number}", part="Т. 2", **about)
    assert [row[1] for row in missing(stock)] == ["1"]
    assert "Том, номер или год" in stock.get(f"/staff/holdings/{number}").text
