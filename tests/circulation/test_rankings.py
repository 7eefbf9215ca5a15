"""What is lent most, and who borrows most."""

import re

import pytest

from ils.organisation.staff.models import Role


@pytest.fixture
def busy(library):
    library.reader("R1", surname="Абаева")
    library.reader("R2", surname="Сейтова")
    library.copy("B1", title="Абай жолы")
    library.copy("B2", title="Белый пароход")
    for number in ("B1", "B2"):
        library.desk().issue("R1", number)
    library.desk().take_back("B1")
    library.desk("Ф1").issue("R2", "B1")
    undone = library.desk().issue("R2", "B2") if library.desk().take_back("B2") else None
    library.desk().undo(undone.act)
    return library


def rows(browser, path):
    found = re.search(r"<tbody>(.*?)</tbody>", browser.get(path).text, re.DOTALL)
    texts = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", found[1], re.DOTALL) if found else []
    return [re.sub(r"<[^>]+>", "", text).strip() for text in texts]


MARCH = "from=2026-03-01&to=2026-03-31"


def test_titles_and_readers_stand_by_their_loans(busy, browser):
    busy.account("статистик", Role.STATISTICIAN)
    browser.sign_in("статистик")
    lent = rows(browser, f"/staff/stats/most-lent?{MARCH}")
    assert (lent[0::4], lent[3::4]) == (["Абай жолы", "Белый пароход"], ["2", "1"])
    active = rows(browser, f"/staff/stats/most-active?{MARCH}")
    assert (active[1::4], active[3::4]) == (["R1", "R2"], ["2", "1"])
    there = rows(browser, f"/staff/stats/most-active?{MARCH}&branch=Ф1")
    assert (there[1::4], there[3::4]) == (["R2"], ["1"])
    assert rows(browser, "/staff/stats/most-lent?from=2026-04-01&to=2026-04-30") == []


def test_a_branch_sees_its_own(busy, browser):
    busy.account("кафедра", Role.DESK, branch="Ф1")
    browser.sign_in("кафедра")
    lent = rows(browser, f"/staff/stats/most-lent?{MARCH}&branch=ЦБ")
    assert (lent[0::4], lent[3::4]) == (["Абай жолы"], ["1"])
