"""Where readers find the libraries, and when these are open."""

import re
from datetime import timedelta

import pytest

from ils import db
from ils.organisation.branches.models import Branch
from ils.organisation.calendar.models import ClosedDay

pytestmark = pytest.mark.usefixtures("library_clock")


def sections(page):
    """Of each library shown: its heading, its facts, whether it is closed today."""
    return [
        (
            re.search("<h2>(.*?)</h2>", part)[1],
            dict(re.findall(r"<dt>(.*?)</dt><dd>(?:<a[^>]*>)?(.*?)(?:</a>)?</dd>", part)),
            "<b>Сегодня закрыта</b>" in part,
        )
        for part in page.split("<section")[1:]
    ]


@pytest.fixture
def described(library):
    today = library.origin().day
    with db.transaction(library.sessions) as session:
        central = session.get_one(Branch, library.branches["ЦБ"].id)
        central.name_ru, central.name_kk = "Центральная", "Орталық"
        central.address_ru, central.address_kk = "пр. Абая, 14", "Абай даңғылы, 14"
        central.hours_ru, central.hours_kk = "9:00–19:00", "9:00–19:00"
        central.phone, central.closed_weekdays = "+7 727 200 00 00", "7"
        other = session.get_one(Branch, library.branches["Ф1"].id)
        other.name_ru, other.closed_weekdays = "Филиал 1", str(today.isoweekday())
        for branch, ahead, why in (
            (central, 7, "санитарный день"), (central, 29, "далеко"), (central, -1, "прошёл"),
        ):  # fmt: skip
            day = today + timedelta(days=ahead)
            session.add(ClosedDay(branch_id=branch.id, day=day, reason=why))
    return today


def test_readers_see_where_and_when_the_central_one_first(library, described, visitor):
    page = visitor.get("/libraries?lang=ru").text
    soon = described + timedelta(days=7)
    assert sections(page) == [
        ("Центральная", {
            "Адрес": "пр. Абая, 14", "Телефон": "+7 727 200 00 00", "Часы работы": "9:00–19:00",
            "Выходные дни недели": "воскресенье",
            "Также закрыта": f"{soon:%d.%m.%Y} (санитарный день)",
        }, False),
        ("Филиал 1", {"Выходные дни недели": "среда"}, True),
    ]  # fmt: skip
    assert 'href="tel:+77272000000"' in page
    assert "Абай даңғылы, 14" in visitor.get("/libraries?lang=kk").text


def test_a_library_that_was_closed_for_good_is_not_shown(library, visitor):
    with db.transaction(library.sessions) as session:
        session.get_one(Branch, library.branches["Ф1"].id).active = False
    assert len(sections(visitor.get("/libraries?lang=ru").text)) == 1
