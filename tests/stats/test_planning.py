"""Plans and declared values: the latest stands, the history stays, what is counted is not said."""

from datetime import date
from decimal import Decimal

import pytest
from reports import APRIL, MARCH, YEAR_2020, cells, history, line, report
from sqlalchemy import select

from ils import db
from ils.clock import Period
from ils.documents import spreadsheets
from ils.errors import Invalid
from ils.i18n import say_error
from ils.operations.worker import note_overdue
from ils.organisation.staff.models import Role
from ils.stats.definitions.loading import definitions
from ils.stats.engine import rules as period_rules
from ils.stats.models import DeclaredValue, PlanVersion
from ils.stats.plans import actions as planning
from ils.stats.plans import queries
from ils.stats.plans import rules as plan_rules
from ils.stats.plans.actions import PlanRejected
from ils.stats.plans.rules import CountedByLedger, Planned, UnknownInput
from ils.stats.schedules import rules as schedule_rules


def plan(library, *rows, reason="план года", staff_id=None):
    with db.transaction(library.sessions) as session:
        planning.set_plans(session, staff_id=staff_id, reason=reason, planned=rows)


def declare(library, key, value, day=date(2020, 5, 5), source="акимат", branch=None):
    with db.transaction(library.sessions) as session:
        where = session.merge(library.branches[branch]) if branch else None
        said = None if value is None else Decimal(value)
        planning.declare_value(
            session,
            definitions(library.config),
            staff_id=None,
            key=key,
            day=day,
            value=said,
            source=source,
            branch=where,
        )


def readers(quarters, branch=None, year=2020):
    return Planned("indicators", "readers", branch, year, quarters)


def test_plan_and_fact_stand_beside_each_other(library):
    plan(library, readers((100, 50, 50, 200)))
    history(library, line("registration", count=300, new=True))
    done = cells(report(library, "annual", YEAR_2020))
    assert [done["indicators", "readers", c] for c in ("plan", "fact", "percent")] == [
        400, 300, "75.0",
    ]  # fmt: skip
    assert done["indicators", "visits", "plan"] is None


def test_a_period_of_months_has_its_share_of_the_quarters(library):
    plan(library, readers((90, 60, 31, 200)))
    ten = Period(date(2020, 1, 1), date(2020, 11, 1))
    assert cells(report(library, "months", ten))["indicators", "readers", "plan"] == 248  # 247⅔
    cut = Period(date(2020, 1, 1), date(2020, 2, 15))
    done = cells(report(library, "months", cut))
    assert done["indicators", "readers", "plan"] == 44  # 30 + 30 × 14/29


def test_plan_and_fact_with_a_forecast_of_the_year(library):
    plan(library, readers((100, 100, 100, 100)), readers((30, 30, 30, 30), "Ф1"))
    half = Period.inclusive(date(2020, 4, 1), date(2020, 6, 30))

    def said(key):
        done = cells(report(library, "plan", half))
        return [done["plan_fact", "readers", c] for c in (key, f"{key}_percent")]

    history(library, *(line("registration", day, 91, branch="Ф1", new=True)
                       for day in ("2020-01-01", "2020-05-01")))  # fmt: skip
    done = cells(report(library, "plan", half))
    assert [done["plan_fact", "readers", c] for c in ("plan", "fact", "percent")] == [
        100, 91, "91.0",
    ]  # fmt: skip
    assert [done["plan_fact", "readers", c] for c in ("year_plan", "to_date", "year_percent")] == [
        400, 182, "45.5",
    ]  # fmt: skip
    assert said("forecast") == [366, "91.5"]  # one reader a day, a leap year
    history(library, line("registration", "2019-03-01", 60), line("registration", "2019-11-01", 40))
    assert said("forecast") == [222, "55.5"]  # and 40 came in the second half of last year
    branches = [done["plan_by_branch", row, "readers_plan"] for row in ("total", "ЦБ", "Ф1")]
    assert branches == [100, None, 30]
    assert done["plan_by_branch", "Ф1", "readers_percent"] == "303.3"


def test_a_library_that_began_late_is_told_no_nonsense(library):
    """A thousand a month from November on: by its average day, until last year has those days."""
    months = ("2019-11-01", "2019-12-01", "2020-01-01", "2020-02-01", "2020-11-01")
    history(library, *(line("loan", day, 1000) for day in months))

    def forecast(year, first, last):
        period = Period.inclusive(date(year, first, 1), date(year, last, 30))
        return cells(report(library, "plan", period))["plan_fact", "loans", "forecast"]

    assert forecast(2019, 11, 11) == 2033  # 1000 in 30 of 61 days
    assert forecast(2020, 3, 4) == 6050  # 2000 in 121 of 366: last year says nothing of those days
    assert forecast(2020, 11, 11) == 4000  # 3000, and last December's


def test_a_report_that_looks_ahead_ends_today(library):
    year = Period.inclusive(date(2020, 1, 1), date(2020, 12, 31))
    ahead, back = (
        definitions(library.config).report("plan"),
        definitions(library.config).report("annual"),
    )
    today = date(2020, 6, 30)
    assert period_rules.told_period(ahead, year, today).last == today
    assert period_rules.told_period(back, year, today) == year
    assert period_rules.told_period(ahead, year, date(2021, 1, 9)) == year


def test_a_later_version_stands_and_the_report_says_who_and_why(library):
    staff = library.account("stats", Role.STATISTICIAN)
    plan(library, readers((100, 100, 100, 100)))
    plan(library, readers((10, 10, 10, 10)), reason="карантин", staff_id=staff)
    said = report(library, "annual", YEAR_2020)
    assert cells(said)["indicators", "readers", "plan"] == 40
    assert [(p["reason"], p["who"]) for p in said["plans"]] == [
        ("план года", "—"), ("карантин", "stats"),
    ]  # fmt: skip
    with db.reading(library.sessions) as session:
        assert len(session.scalars(select(PlanVersion)).all()) == 2


def test_the_plan_of_the_system_is_its_own_or_the_sum_of_branches(library):
    plan(library, readers((1, 1, 1, 1), "ЦБ"), readers((2, 2, 2, 2), "Ф1"))
    done = cells(report(library, "annual", YEAR_2020))
    one = cells(report(library, "annual", YEAR_2020, "Ф1"))
    assert (done["indicators", "readers", "plan"], one["indicators", "readers", "plan"]) == (12, 8)
    plan(library, readers((25, 25, 25, 25)))
    assert cells(report(library, "annual", YEAR_2020))["indicators", "readers", "plan"] == 100


def test_each_quarter_and_month_has_its_own_precedence(library):
    plan(library, readers((25, None, None, None)), readers((1, 2, 3, 4), "ЦБ"))
    place = ("indicators", "readers", "plan")
    half = report(library, "annual", YEAR_2020)
    assert cells(half)[place] is None  # of one branch: no plan of the system
    assert "план есть не у всех филиалов" in half["tables"][0]["note"]["ru"]
    plan(library, readers((1, 1, 1, 1), "Ф1"))
    assert cells(report(library, "annual", YEAR_2020))[place] == 25 + 3 + 4 + 5
    declare(library, "site_visits", "100", date(2020, 1, 9))
    declare(library, "site_visits", "7", date(2020, 1, 9), branch="ЦБ")
    declare(library, "site_visits", "5", date(2020, 2, 9), branch="ЦБ")
    assert cells(report(library, "annual", YEAR_2020))["indicators", "site_visits", "fact"] == 105


def test_a_plan_can_be_taken_back(library):
    plan(library, readers((1, 1, 1, 1)))
    plan(library, readers((None, None, None, None)))
    assert cells(report(library, "annual", YEAR_2020))["indicators", "readers", "plan"] is None


def test_plans_come_from_a_spreadsheet_all_or_none(library):
    head = [
        spreadsheets.Cell(text) for text in ("indicator", "branch", "year", "I", "II", "III", "IV")
    ]
    rows = [
        ["indicators.readers", "", 2020, 100, 50, 50, 200],
        ["catalogue_growth.books", "ЦБ", 2020, 10, "", "", "5"],
    ]

    def file(*more):
        body = [[spreadsheets.Cell(value) for value in row] for row in (*rows, *more)]
        return spreadsheets.rows(spreadsheets.workbook([spreadsheets.Sheet("план", [head, *body])]))

    known = set(plan_rules.plan_keys(definitions(library.config), date(2020, 5, 5), ("books",)))
    with db.transaction(library.sessions) as session:
        read = planning.read_plans(session, known, file())
        assert read == [
            readers((100, 50, 50, 200)),
            Planned("catalogue_growth", "books", "ЦБ", 2020, (10, None, None, 5)),
        ]
        with pytest.raises(PlanRejected) as rejected:
            planning.read_plans(
                session, known,
                file(["indicators.luck", "", 2020], ["indicators.visits", "Ф9", 2020, 1],
                     ["indicators.visits", "", "год", 1], ["indicators.visits", "", 2020, "много"],
                     ["indicators.readers", "", 2020, 7]),
            )  # fmt: skip
    said = [(number, say_error(why, "ru")) for number, why in rejected.value.lines]
    assert said == [
        (4, "неизвестный показатель: «indicators.luck»"),
        (5, "неизвестный филиал: «Ф9»"),
        (6, "это не год: «год»"),
        (7, "нужно целое число: «много»"),
        (8, "указано в файле дважды: «indicators.readers»"),
    ]


def test_the_file_of_a_plan_comes_back_as_it_went(library):
    """Lines without numbers leave the plan as it is; a dash takes it back."""
    plan(library, readers((1, 2, 3, 4)))
    known = plan_rules.plan_keys(definitions(library.config), date(2020, 5, 5), ("books",))
    with db.transaction(library.sessions) as session:
        standing = queries.standing_plans(session, 2020, None)
        data = planning.plan_file(known, standing, 2020, "")
        assert planning.read_plans(session, set(known), spreadsheets.rows(data)) == [
            readers((1, 2, 3, 4))
        ]
        taken = spreadsheets.rows("indicator\nindicators.readers;;2020;-;–;;5".encode())
        assert planning.read_plans(session, set(known), taken) == [readers((None, None, None, 5))]


def test_what_is_declared_is_marked_and_makes_ratios(library):
    declare(library, "population", "79062")
    history(library, line("registration", count=6549, new=True))
    said = report(library, "annual", YEAR_2020)
    row = next(r for r in said["tables"][0]["rows"] if r["key"] == "coverage")
    assert (row["cells"]["fact"], row["fractions"]["fact"]) == ("8.3", "6549/79062")
    assert "fact" in row["declared"]


def test_a_correction_leaves_the_history(library):
    declare(library, "population", "80000")
    declare(library, "population", "79062", source="перепись")
    history(library, line("registration", count=6549, new=True))
    done = cells(report(library, "annual", YEAR_2020))
    assert done["indicators", "coverage", "fact"] == "8.3"
    with db.reading(library.sessions) as session:
        said = session.scalars(select(DeclaredValue).order_by(DeclaredValue.id)).all()
    assert [(one.value, one.source) for one in said] == [(80000, "акимат"), (79062, "перепись")]
    declare(library, "population", None)
    assert cells(report(library, "annual", YEAR_2020))["indicators", "coverage", "fact"] is None


def test_counters_add_up_and_the_last_state_stands(library):
    for month in (1, 2, 3):
        declare(library, "site_visits", month, date(2026, month, 9))
    declare(library, "population", "400", date(2025, 1, 1))
    declare(library, "population", "500", date(2026, 1, 1))
    quarter = Period(date(2026, 1, 1), date(2026, 4, 1))
    history(library, line("registration", "2026-03-03", 50, new=True))
    done = cells(report(library, "quarter", quarter))
    assert done["indicators", "site_visits", "fact"] == 6
    assert done["indicators", "coverage", "fact"] == "10.0"  # the population of this year
    declare(library, "population", None, date(2026, 1, 1))
    without = report(library, "quarter", quarter)
    assert cells(without)["indicators", "coverage", "fact"] is None
    assert "Население" in without["tables"][0]["note"]["ru"]
    march = cells(report(library, "month", MARCH))
    assert march["indicators", "site_visits", "fact"] == 3


@pytest.mark.parametrize("key", ["readers", "loans", "nonsense"])
def test_what_the_ledger_counts_cannot_be_declared(library, key):
    with pytest.raises(UnknownInput if key == "nonsense" else CountedByLedger):
        declare(library, key, "5")


@pytest.mark.parametrize("text", ["много", "-1", "1.234", "1e99", "NaN"])
def test_a_value_must_be_a_number(text):
    with pytest.raises(Invalid):
        plan_rules.declared_number(text)


def test_a_value_needs_its_source(library):
    with pytest.raises(Invalid):
        declare(library, "population", "5", source=" ")


@pytest.mark.parametrize(
    ("every", "today", "wanted"),
    [
        ("week", date(2026, 3, 4), [(date(2026, 2, 16), date(2026, 2, 23)),
                                    (date(2026, 2, 23), date(2026, 3, 2))]),
        ("month", date(2026, 4, 1), [(date(2026, 3, 1), date(2026, 4, 1))]),
        ("quarter", date(2026, 3, 31), []),
        ("quarter", date(2026, 4, 1), [(date(2026, 1, 1), date(2026, 4, 1))]),
        ("year", date(2027, 1, 9), [(date(2026, 1, 1), date(2027, 1, 1))]),
    ],
)  # fmt: skip
def test_periods_come_due_when_they_are_over(every, today, wanted):
    since = {"week": date(2026, 2, 16), "month": date(2026, 3, 1)}.get(every, date(2026, 1, 1))
    found = schedule_rules.due_periods(every, since, today, 1)
    assert [(p.start, p.end) for p in found] == wanted


def test_debtors_of_years_before_the_system_are_declared(library):
    with db.transaction(library.sessions) as session:
        note_overdue(session, date(2026, 3, 10))
    declare(library, "readers_overdue", "412", date(2025, 12, 31))
    for day in (date(2026, 3, 10), date(2026, 4, 1)):
        with pytest.raises(CountedByLedger):
            declare(library, "readers_overdue", "1", day)
    year = Period(date(2025, 1, 1), date(2026, 1, 1))
    assert cells(report(library, "annual", year))["debtors", "readers_overdue", "count"] == 412


def test_debtors_are_noted_by_branch_and_once_in_the_system(library):
    """A reader late at two branches is one debtor of the library."""
    for card in ("R1", "R2"):
        library.reader(card)
    for number in ("B1", "B2", "B3"):
        library.copy(number)
    library.desk("ЦБ").issue("R1", "B1")
    library.desk("Ф1").issue("R1", "B2")
    library.desk("Ф1").issue("R2", "B3")
    with db.transaction(library.sessions) as session:
        note_overdue(session, date(2026, 3, 10))
        note_overdue(session, date(2026, 4, 30))
        note_overdue(session, date(2026, 4, 30))  # once a day

    def debtors(*branches, period):
        done = cells(report(library, "month", period, *branches))
        return [done["debtors", row, "count"] for row in ("readers_overdue", "items_overdue")]

    assert debtors(period=MARCH) == [0, 0]
    assert debtors(period=APRIL) == [2, 3]
    assert debtors("Ф1", period=APRIL) == [2, 2]
    assert debtors("ЦБ", "Ф1", period=APRIL) == [3, 3]


def test_the_plan_of_a_ratio_is_declared_for_the_year(library):
    """Караганда plans a turnover of 1,6: no sum of quarters makes it."""
    history(
        library,
        line("opening", "2025-01-01", 1000, of="stock", division="arts", language="kk"),
        line("loan", "2025-03-05", 800, division="arts", language="kk", material="book"),
    )
    declare(library, "plan_turnover", "1.6", date(2025, 1, 1))
    whole = Period(date(2025, 1, 1), date(2026, 1, 1))
    said = cells(report(library, "annual", whole))
    row = [said["indicators", "turnover", one] for one in ("plan", "fact", "percent")]
    assert [float(one) for one in row] == [1.6, 0.8, 50.0]
    month = cells(report(library, "month", Period(date(2025, 3, 1), date(2025, 4, 1))))
    assert month["indicators", "turnover", "plan"] is None  # a month has no plan of a ratio
