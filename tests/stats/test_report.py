"""The month's report: sums over the ledger, and the entries behind each of them."""

import json
from datetime import date
from pathlib import Path

import pytest

from ils import db
from ils.clock import Period
from ils.ledger import Kind
from ils.organisation.models import Role
from ils.stats import queries
from ils.stats.export import as_json, as_text, filled
from ils.stats.reports import MONTH, Cell, Measure, Table, UnknownCell

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
MARCH = Period.inclusive(date(2026, 3, 1), date(2026, 3, 31))
APRIL = Period.inclusive(date(2026, 4, 1), date(2026, 4, 30))


@pytest.fixture
def month(library):
    """A small month at two branches."""
    library.reader("R1")
    library.reader("R2", category="pupil", birth_date=date(2015, 1, 1))
    library.copy("B1")
    library.copy("B2", title="Степь", language="ru", division="society")
    library.copy("B3", title="Reader", language="en", division="arts")
    library.copy("B4", title="Без индекса", language="ru", division=None)
    library.rule(renewal_days=20)  # so that a renewal on the day of the loan adds days
    here, there = library.desk("ЦБ"), library.desk("Ф1")
    here.issue("R1", "B1")
    here.issue("R1", "B2")
    library.wait(days=2)
    there.issue("R2", "B3")
    mistake = there.issue("R2", "B4")
    there.undo(mistake.act)
    library.wait(days=1)
    here.renew(here.issue("R1", "B4"))
    here.take_back("B1")
    there.take_back("B2")
    return library


def report(library, period=MARCH, branch=None):
    with db.reading(library.sessions) as session:
        where = session.merge(library.branches[branch]) if branch else None
        return filled(session, library.config, MONTH, period, where)


def cells(done):
    return {
        (one.table.id, row.key, column): number
        for one in done.tables
        for row in one.rows
        for column, number in row.cells.items()
    }


@pytest.mark.parametrize("name", ["month", "month-branch"])
def test_the_month_as_a_whole(month, request, name):
    done = as_json(report(month, branch="Ф1" if name == "month-branch" else None))
    text = json.dumps(done, ensure_ascii=False, indent=1) + "\n"
    file = GOLDEN / f"{name}.json"
    if request.config.getoption("--golden-update"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_each_figure_equals_the_entries_behind_it(month):
    done = report(month)
    checked = 0
    with db.reading(month.sessions) as session:
        for one in done.tables:
            for row in one.rows:
                for column, number in row.cells.items():
                    query = queries.entries(Cell(MONTH, one.table.id, row.ask, column), MARCH, None)
                    counts = [entry.count for entry in session.scalars(query)]
                    assert sum(counts) == queries.sum_of(session, query) == number
                    checked += bool(counts)
    assert checked > 25


def test_rows_add_up_to_the_total(month):
    for one in report(month).tables:
        for measure in one.table.measures:
            numbers = [row.cells[measure.key] for row in one.rows]
            assert numbers[0] == sum(numbers[1:])


def test_branches_add_up_to_the_system(month):
    both = [cells(report(month, branch=code)) for code in ("ЦБ", "Ф1")]
    whole = cells(report(month))
    for key in ("loans", "returns", "renewals", "visits", "registrations"):
        place = ("activity_by_branch", "total", key)
        assert whole[place] == sum(one[place] for one in both)


def test_a_period_has_both_its_ends_and_nothing_else(month):
    days = [Period.inclusive(date(2026, 3, day), date(2026, 3, day)) for day in range(1, 32)]
    by_day = [cells(report(month, period)) for period in days]
    for key, number in cells(report(month)).items():
        assert number == sum(one.get(key, 0) for one in by_day)


def test_a_correction_next_month_leaves_the_reported_month_alone(library, desk):
    library.reader("R1")
    library.copy("B1")
    desk.issue("R1", "B1")
    before = cells(report(library))

    library.wait(days=30)
    desk.take_back("B1")

    assert cells(report(library)) == before
    assert cells(report(library, APRIL))["activity_by_branch", "ЦБ", "returns"] == 1


def test_an_empty_period_has_its_totals(library):
    done = cells(report(library, APRIL))
    assert set(done.values()) == {0}
    assert ("activity_by_branch", "total", "loans") in done


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("nonsense", "total", "loans"),
        ("activity_by_branch", "total", "nonsense"),
        ("activity_by_branch", "x", "loans"),
    ],
)
def test_a_cell_that_does_not_exist_is_said(library, table, row, column):
    with pytest.raises(UnknownCell):
        queries.entries(Cell(MONTH, table, row, column), MARCH, None)


def test_a_table_sums_purely():
    loans = Measure("loans", "Loans", Kind.LOAN)
    kk = Measure("kk", "Kazakh", Kind.LOAN, {"language": "kk"})
    table = Table("t", "T", "language", (loans, kk))
    sums = [
        {"kind": "loan", "language": "kk", "count": 3},
        {"kind": "loan", "language": "en", "count": 2},
        {"kind": "loan", "language": None, "count": 1},
        {"kind": "return", "language": "kk", "count": 9},
    ]
    assert table.facts == ("kind", "language")
    assert table.fill(sums) == {
        "total": {"loans": 6, "kk": 3},
        "kk": {"loans": 3, "kk": 3},
        "other": {"loans": 2, "kk": 0},
        "none": {"loans": 1, "kk": 0},
    }


@pytest.mark.parametrize(("language", "words"), [("ru", "Работа за месяц"), ("kk", "Айлық жұмыс")])
def test_the_text_speaks_both_languages(month, language, words):
    assert as_text(report(month), language).startswith(words)


def test_the_page_shows_figures_that_open_their_entries(month, browser):
    month.account("stats", Role.STATISTICIAN)
    browser.sign_in("stats")
    page = browser.get("/staff/stats/?from=2026-03-01&to=2026-03-31").text
    assert page.count("<caption>") == 3
    link = next(part for part in page.split('"') if "entries" in part and "column=loans" in part)

    entries = browser.get(link.replace("&amp;", "&")).text

    assert "Книговыдача: 4" in entries
    assert "Оқырман" not in entries  # no names of readers in statistics


def test_a_branchs_own_staff_see_their_branch_only(month, browser):
    month.account("there", branch="Ф1")
    browser.sign_in("there")
    page = browser.get("/staff/stats/?from=2026-03-01&to=2026-03-31&branch=ЦБ").text
    assert "Филиал Ф1, 01.03.2026" in page


@pytest.mark.parametrize("query", ["from=x", "from=2026-03-02&to=2026-03-01", "to=31.02.2026"])
def test_a_period_that_is_none_is_refused_in_words(library, browser, query):
    library.account("stats", Role.STATISTICIAN)
    browser.sign_in("stats")
    assert browser.get(f"/staff/stats/?{query}").status_code == 422
