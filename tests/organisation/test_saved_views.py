"""Views of lists that an account keeps: saved, gone to, replaced, removed."""

import re
from uuid import uuid4

import pytest

from ils.organisation.staff.models import Role


@pytest.fixture
def kept(browser, library):
    library.account("кафедра", Role.DESK)
    library.account("другая", Role.DESK)
    library.reader("R1", surname="Ахметов")
    library.reader("R2", surname="Серікбай")
    browser.sign_in("кафедра")
    return browser


def save(browser, name, address):
    return browser.post("/staff/views", request_id=str(uuid4()), name=name, address=address)


def views(browser, path="/staff/debtors/"):
    text = browser.get(path).text.partition('<div class="views')[2].partition("<details")[0]
    return re.findall(r'<a class="button" href="([^"]+)"[^>]*>([^<]+)</a>', text)


def test_a_list_as_it_is_narrowed_is_kept_and_gone_to(kept):
    narrowed = "/staff/debtors/?school=5&sort=-name"
    page = kept.get(narrowed).text
    assert "Сохранить вид" in page
    answer = save(kept, "Школа № 5", f"{narrowed}&page=3&export=csv")
    assert (answer.status_code, answer.headers["Location"]) == (302, narrowed)
    assert views(kept) == [("/staff/debtors/?school=5&amp;sort=-name", "Школа № 5")]
    assert 'aria-current="true"' in kept.get(narrowed).text.partition('<div class="views')[2]


def test_a_view_is_of_its_list_and_of_its_account(kept):
    save(kept, "Школа", "/staff/debtors/?school=5")
    assert views(kept, "/staff/patrons/") == []
    kept.sign_in("другая")
    assert views(kept) == []


def test_a_view_of_the_same_name_is_replaced_and_one_is_removed(kept):
    save(kept, "Школа", "/staff/debtors/?school=5")
    save(kept, "Школа", "/staff/debtors/?school=6")
    save(kept, "Школа", "/staff/patrons/?q=а")
    assert [address for address, _ in views(kept)] == ["/staff/debtors/?school=6"]
    gone = {"name": "Школа", "address": "/staff/debtors/?school=6"}
    answer = kept.post("/staff/views/remove", request_id=str(uuid4()), **gone)
    assert answer.headers["Location"] == "/staff/debtors/"
    assert views(kept) == []
    assert len(views(kept, "/staff/patrons/")) == 1


@pytest.mark.parametrize("address", [
    "https://example.kz/staff/debtors/", "//example.kz/staff/", "/my", "", "/staff/" + "а" * 1000,
])  # fmt: skip
def test_what_is_no_list_is_refused_in_words(kept, address):
    answer = save(kept, "Список", address)
    assert answer.status_code == 422
    assert "Это не список системы." in answer.text


def test_a_view_has_a_name_and_there_are_not_too_many(kept):
    assert save(kept, "  ", "/staff/debtors/").status_code == 422
    assert save(kept, "а" * 61, "/staff/debtors/").status_code == 422
    for number in range(60):
        assert save(kept, f"Вид {number}", "/staff/debtors/").status_code == 302
    answer = save(kept, "ещё", "/staff/debtors/")
    assert (answer.status_code, "Сначала уберите один" in answer.text) == (422, True)
