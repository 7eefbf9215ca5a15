"""What lies unused, how subject areas are used, what to describe next."""

from datetime import date

import pytest

from ils import clock, db
from ils.clock import Period
from ils.holdings.study import queries
from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")


@pytest.fixture
def stock(library, browser):
    """Three copies of two areas, one of them lent twice."""
    library.account("фонд", Role.STOCK, Role.CATALOGUER)
    library.copy("К-1", title="Читаемая", subject_area="literature", language="kk")
    library.copy("К-2", title="Забытая", subject_area="literature", language="ru")
    library.copy("К-3", title="Наука", subject_area="science", language="ru", branch="Ф1")
    library.reader("R1")
    library.wait(days=1100)
    library.reregister("R1")
    for _ in range(2):
        library.desk().issue("R1", "К-1")
        library.desk().take_back("К-1")
    browser.sign_in("фонд")
    return browser


def test_what_nobody_took_for_years_is_a_list(library, stock):
    page = stock.get("/staff/holdings/unused").text
    assert "Забытая" in page
    assert "Наука" in page
    assert "Читаемая" not in page
    assert "Наука" not in stock.get("/staff/holdings/unused?area=literature").text
    assert "Читаемая" in stock.get("/staff/holdings/unused?years=0").text
    assert stock.get("/staff/holdings/unused?years=много").status_code == 422
    assert stock.get("/staff/holdings/unused?export=csv").status_code == 200


def test_each_area_says_how_it_is_used(library, stock):
    day = clock.local_day(library.now, "Asia/Almaty")
    days = Period(date(day.year - 1, day.month, day.day), date(day.year + 1, 1, 1))
    with db.reading(library.sessions) as session:
        literature, science = queries.use_by_area(session, days, 2000)
        (own,) = queries.use_by_area(session, days, 2000, library.branches["Ф1"].id)
    assert (literature.titles, literature.copies, literature.kazakh) == (2, 2, 1)
    assert (literature.lent, literature.unused) == (2, 1)
    assert (science.lent, science.unused, own.subject_area) == (0, 1, "science")
    page = stock.get("/staff/holdings/study").text
    assert "50 %" in page


def test_what_readers_borrow_undescribed_comes_first(library, stock):
    page = stock.get("/staff/holdings/undescribed").text
    assert page.index("Читаемая") < page.index("Забытая")
