"""The start page: what waits for whoever is signed in, each with the page where it is done."""

import re

import pytest

from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")


def at_home(browser, library, *roles, branch="ЦБ"):
    library.account("кто", *roles, branch=branch)
    browser.sign_in("кто")
    return browser.get("/staff/").text


def waiting(page):
    """What waits: words → how much; where the link leads is asked for by `page`."""
    block = page.split('<div class="waiting">')[1].split("</div>")[0]
    found = re.findall(r'<a href="([^"]*)"><b>(\d+)</b> ([^<]*)</a>', block)
    return {words: (int(count), address) for address, count, words in found}


def test_a_desk_sees_what_waits_at_its_branch(library, browser):
    library.reader("R1")
    library.reader("R2")
    desk = library.desk()
    for number in ("B1", "B2"):
        library.copy(number)
        desk.issue("R1", number)
    library.copy("B3")
    desk.wait_for("R2", "B3")
    library.wait(days=40)
    page = at_home(browser, library, Role.DESK)
    found = waiting(page)
    assert {words: count for words, (count, _) in found.items()} == {
        "Подобрать с полок по заказам": 1, "Читатели с просроченными книгами": 1,
    }  # fmt: skip
    for _, address in found.values():
        assert browser.get(address.replace("&amp;", "&")).status_code == 200


def test_another_branch_has_other_work(library, browser):
    library.reader("R1")
    library.copy("B1")
    library.desk().issue("R1", "B1")
    library.wait(days=40)
    page = at_home(browser, library, Role.DESK, branch="Ф1")
    assert (waiting(page), "Ничего не ждёт." in page) == ({}, True)


def test_a_director_sees_four_figures_and_doubts_with_their_pages(library, browser):
    library.reader("R1")
    library.copy("B1")
    library.desk().issue("R1", "B1")
    page = at_home(browser, library, Role.DIRECTOR)
    figures = re.findall(r"<li><span>([^<]*)</span><b>([^<]*)</b>", page)
    assert figures == [("Читатели", "1"), ("Книговыдача (с продлениями)", "1"),
                       ("Посещения", "1"), ("Мероприятия", "0")]  # fmt: skip
    attention = page.split('aria-label="Требует внимания"')[1].split("</section>")[0]
    assert '<a href="/staff/stats/closing">февраль 2026' in attention


def test_a_new_library_is_led_through_its_first_steps(library, browser):
    page = at_home(browser, library, Role.ADMINISTRATOR)
    steps = re.findall(r"<li( class=\"done\")?>. <a href=\"([^\"]*)\">([^<]*)</a>", page)
    assert [(bool(done), label) for done, _, label in steps] == [
        (False, "Название библиотеки"), (True, "Филиалы"), (False, "Календарь"),
        (False, "Учётные записи"), (False, "Каталог"), (False, "Экземпляры"),
        (False, "Читатели"), (False, "Принтер этикеток"), (False, "Резервные копии"),
    ]  # fmt: skip
    for _, address, _ in steps:
        assert browser.get(address).status_code == 200


def test_a_desk_sees_neither_figures_nor_steps(library, browser):
    page = at_home(browser, library, Role.DESK)
    assert ("figures" in page, "Первые шаги" in page) == (False, False)
