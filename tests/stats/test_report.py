"""Reports: sums over the ledger, and the entries behind each of them."""

import json
import random
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from reports import APRIL, MARCH, YEAR_2020, behind, cells, document, history, line, report

from ils.clock import Period
from ils.stats.definitions.loading import definitions
from ils.stats.definitions.schema import UnknownCell, UnknownReport
from ils.stats.documents.text import as_text

DIVISIONS = ("society", "science", "technology", "arts", "literature")
GOLDEN = Path(__file__).resolve().parents[1] / "golden"


@pytest.fixture
def month(library):
    """A small month at two branches."""
    library.reader("R1")
    library.reader("R2", category="pupil", birth_date=date(2015, 1, 1))
    library.copy("B1")
    library.copy("B2", title="Степь", language="ru", subject_area="society")
    library.copy("B3", title="Reader", language="en", subject_area="arts")
    library.copy("B4", title="Без индекса", language="ru", subject_area=None)
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


@pytest.mark.parametrize("name", ["month", "month-branch"])
def test_the_month_as_a_whole(month, request, name):
    done = report(month, "month", MARCH, *(["Ф1"] if name == "month-branch" else []))
    text = json.dumps(done, ensure_ascii=False, indent=1) + "\n"
    file = GOLDEN / f"{name}.json"
    if request.config.getoption("--golden-update"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_each_counted_figure_equals_the_entries_behind_it(month):
    done, checked = report(month), 0
    for table in done["tables"]:
        for row in table["rows"]:
            for column in row.get("counted", ()):
                shares = behind(month, "month", MARCH, table["id"], row["key"], column)
                assert sum(shares) == row["cells"][column], (table["id"], row["key"], column)
                checked += bool(shares)
    assert checked > 25


def test_rows_add_up_to_the_total(month):
    for table in report(month)["tables"]:
        if table["id"] not in {"activity_by_branch", "activity_by_division"}:
            continue
        total, *rows = table["rows"]
        for column, number in total["cells"].items():
            assert number == sum(row["cells"][column] for row in rows if not row["level"])


def test_branches_add_up_to_the_system_and_a_group_is_their_sum(month):
    one, two = (cells(report(month, "month", MARCH, code)) for code in ("ЦБ", "Ф1"))
    whole, group = cells(report(month)), cells(report(month, "month", MARCH, "ЦБ", "Ф1"))
    for key in ("loans", "returns", "renewals", "visits", "registrations"):
        place = ("activity_by_branch", "total", key)
        assert whole[place] == one[place] + two[place] == group[place]
    assert whole["activity_by_branch", "total", "loans"] == 4


def test_a_period_has_both_its_ends_and_nothing_else(month):
    days = [Period.inclusive(date(2026, 3, day), date(2026, 3, day)) for day in range(1, 32)]
    by_day = [cells(report(month, "month", day)) for day in days]
    whole = cells(report(month))
    for place in [key for key in whole if key[0].startswith("activity")]:
        assert whole[place] == sum(one.get(place) or 0 for one in by_day)


def test_a_correction_next_month_leaves_the_reported_month_alone(library, desk):
    library.reader("R1")
    library.copy("B1")
    desk.issue("R1", "B1")
    before = cells(report(library))

    library.wait(days=30)
    desk.take_back("B1")

    assert cells(report(library)) == before
    april = cells(report(library, "month", APRIL))
    assert april["activity_by_branch", "ЦБ", "returns"] == 1


def test_an_empty_period_has_its_rows(library):
    done = cells(report(library, "month", APRIL))
    assert done["activity_by_branch", "total", "loans"] == 0
    assert done["fund_movement", "closing", "total"] == 0
    assert done["indicators", "turnover", "fact"] is None  # nothing is divided by zero


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("nonsense", "total", "loans"),
        ("activity_by_branch", "total", "nonsense"),
        ("activity_by_branch", "x", "loans"),
        ("indicators", "turnover", "fact"),
        ("indicators", "readers", "plan"),
    ],
)
def test_a_cell_without_entries_is_said(library, table, row, column):
    with pytest.raises(UnknownCell):
        behind(library, "month", MARCH, table, row, column)


def test_an_unknown_report_is_said(library):
    with pytest.raises(UnknownReport):
        definitions(library.config).report("decade")


@pytest.mark.parametrize(("language", "words"), [("ru", "Работа за месяц"), ("kk", "Айлық жұмыс")])
def test_the_text_speaks_both_languages(month, language, words):
    assert as_text(document(month), language).startswith(words)


def test_a_balance_is_opening_and_what_came_less_what_went(library):
    history(
        library,
        line("opening", "2020-01-01", 100, of="stock", division="society", language="ru"),
        line("accession", "2020-02-10", 30, source="gift", division="society", language="kk"),
        line("withdrawal", "2020-11-01", 20, reason="worn", division="society", language="ru"),
        line("accession", "2021-01-01", 7, source="gift", division="society", language="kk"),
    )

    done = cells(report(library, "annual", YEAR_2020))

    column = {
        row: done["fund_movement", row, "society"] for row in ("opening", "in", "out", "closing")
    }
    assert column == {"opening": 100, "in": 30, "out": 20, "closing": 110}
    assert done["fund_state", "2020", "society.kk"] == 30
    assert (done["fund_state", "2019", "total"], done["fund_state", "growth", "total"]) == (100, 10)
    assert behind(library, "annual", YEAR_2020, "fund_movement", "closing", "total") == [
        100,
        30,
        -20,
    ]


def test_redistribution_changes_branches_and_never_the_system(library):
    history(
        library,
        line("opening", "2020-01-01", 50, of="stock"),
        line("redistribution", "2020-03-03", 8, other_branch="Ф1"),
    )

    whole, sender, receiver = (
        cells(report(library, "annual", YEAR_2020, *branch)) for branch in ([], ["ЦБ"], ["Ф1"])
    )

    def movement(done):
        return [done["fund_movement", row, "total"] for row in ("opening", "in", "out", "closing")]

    assert movement(whole) == [50, 0, 0, 50]
    assert movement(sender) == [50, 0, 8, 42]
    assert movement(receiver) == [0, 8, 0, 8]
    assert whole["arrivals_by_source", "net", "total"] == 0
    assert whole["arrivals_by_source", "redistribution", "total"] == 8
    assert behind(library, "annual", YEAR_2020, "fund_movement", "out", "total", "ЦБ") == [8]
    assert behind(library, "annual", YEAR_2020, "fund_movement", "in", "total", "Ф1") == [8]


def test_a_merged_or_deleted_record_leaves_the_catalogue(library):
    history(
        library,
        line("opening", "2020-01-01", 10, of="records", catalogue="books"),
        line("record_added", count=4, catalogue="books", language="kk"),
        line("record_deleted", count=2, catalogue="books"),
        line("record_merged", count=1, catalogue="books"),
        line("record_restored", count=1, catalogue="books"),
    )
    done = cells(report(library, "annual", YEAR_2020))
    row = {c: done["catalogue_growth", "books", c]
           for c in ("opening", "added", "added.kk", "deleted", "closing")}  # fmt: skip
    assert row == {"opening": 10, "added": 4, "added.kk": 4, "deleted": 2, "closing": 12}


def test_an_own_catalogue_or_kind_of_document_gets_its_row(library):
    history(library, line("digitised", detail="map_sheet", count=3, pages=3))
    done = cells(report(library, "annual", YEAR_2020))
    assert done["digitisation", "map_sheet", "documents"] == 3


def test_ratios_keep_their_fraction_and_round_half_up(library):
    history(
        library,
        line("opening", "2020-01-01", 40, of="stock"),
        line("loan", count=50, material="book"),
        line("registration", count=20, new=True),
    )
    said = report(library, "annual", YEAR_2020)
    row = next(r for r in said["tables"][0]["rows"] if r["key"] == "turnover")
    assert row["cells"]["fact"] == "1.3"  # 1.25
    assert row["fractions"]["fact"] == "50/40"
    assert cells(said)["indicators", "loans_per_reader", "fact"] == "2.5"


def test_loans_can_be_cut_by_any_two_facets(library):
    history(
        library,
        line("loan", count=5, patron_category="builder", age=30),
        line("loan", count=2, patron_category="pupil", age=9),
    )
    done = cells(report(library, "loans", YEAR_2020, by=("category", "age")))
    assert done["loans_by", "worker", "18-30"] == 5
    assert done["loans_by", "worker.builder", "18-30"] == 5
    assert done["loans_by", "pupil", "7-9"] == 2
    assert done["loans_by", "total", "total"] == 7


def test_a_division_may_have_divisions_of_its_own(library, monkeypatch):
    """Agriculture, linguistics: tables cut them differently, the division holds them all."""
    names = {"ru": "Сельское хозяйство", "kk": "Ауыл шаруашылығы", "en": "Agriculture"}
    areas = {**library.config.lists.subject_areas, "farming": {**names, "parent": "technology"}}
    lists = replace(library.config.lists, subject_areas=areas)
    monkeypatch.setitem(vars(library.config), "lists", lists)
    history(
        library,
        line("loan", count=5, division="farming", language="kk"),
        line("loan", count=2, division="technology", language="ru"),
    )
    done = cells(report(library, "annual", YEAR_2020))
    assert (done["loans_by", "technology", "total"], done["loans_by", "technology", "kk"]) == (7, 5)
    assert ("loans_by", "farming", "total") not in done
    assert done["loans_by", "total", "total"] == 7
    crossed = cells(report(library, "loans", YEAR_2020, by=("division", "language")))
    rows = ("technology", "technology.farming", "technology.rest")
    assert [crossed["loans_by", row, "total"] for row in rows] == [7, 5, 2]
    shares = behind(library, "annual", YEAR_2020, "loans_by", "technology", "total")
    assert sorted(shares) == [2, 5]


def test_late_entries_of_every_kind_are_shown_apart(library):
    library.close_until(date(2020, 3, 1))
    history(library, line("delivery", "2020-02-05", 3), line("il_lent", "2020-02-06", 2),
            line("loan", "2020-03-06", 7))  # fmt: skip
    march = Period.inclusive(date(2020, 3, 1), date(2020, 3, 31))
    done = cells(report(library, "month", march))
    late = {row: n for (table, row, c), n in done.items() if (table, c) == ("corrections", "count")}
    assert late == {"delivery": 3, "il_lent": 2}


def test_small_numbers_are_hidden_outside(library):
    for category, count in (("disabled", 3), ("pupil", 40), ("pensioner", 9), ("teacher", 4),
                            ("medic", 30)):  # fmt: skip
        history(library, line("registration", count=count, patron_category=category, new=True))
    done = report(library, "annual", YEAR_2020, public=True)
    table = next(table for table in done["tables"] if table["id"] == "reader_groups")
    shown = {
        row["key"]: tuple(row["cells"].values()) for row in table["rows"] if row["cells"]["readers"]
    }
    assert shown == {
        "total": (86, "100.0"),
        "pupil": (40, "46.5"),
        "employee": (34, "39.5"),
        "employee.teacher": ("…", "…"),  # a share would tell the number
        "employee.medic": ("…", "…"),  # 34 − 30 would, too
        "disabled": ("…", "…"),
        "pensioner": ("…", "…"),  # the smallest beside it
    }
    assert "меньше 5" in table["note"]["ru"]
    fractions = {row["key"]: row.get("fractions") for row in table["rows"]}
    assert (fractions["pupil"], fractions["pensioner"]) == ({"share": "40/86"}, None)
    open_ = cells(report(library, "annual", YEAR_2020))
    assert open_["reader_groups", "disabled", "readers"] == 3


def test_what_no_sums_may_tell(library):
    """Whoever knows how lines add up cannot come to a small number of a public file."""
    chance = random.Random(5)  # noqa: S311 -- a history, not a secret
    history(library, *(
        line(
            "withdrawal", f"2020-05-{chance.randint(1, 28):02}", chance.choice((1, 2, 3, 6, 9, 50)),
            division=chance.choice(DIVISIONS), language=chance.choice(("kk", "ru")),
            reason=chance.choice(("worn", "obsolete", "shortage", "other")),
        )
        for _ in range(120)
    ))  # fmt: skip
    reasons = (
        "worn",
        "obsolete",
        "transferred",
        "shortage",
        "lost_by_readers",
        "disaster",
        "other",
    )
    wholes = [
        *[((reason, "total"), [(reason, division) for division in DIVISIONS])
         for reason in (*reasons, "total")],
        *[(("total", column), [(reason, column) for reason in reasons])
         for column in (*DIVISIONS, "total", "kk")],
    ]  # fmt: skip
    parts = [f"{division}.kk" for division in DIVISIONS]
    movement = [(("out", "total"), [("out", division) for division in DIVISIONS]),
                (("out", "total.kk"), [("out", part) for part in parts])]  # fmt: skip
    hidden_somewhere = 0
    for day in range(1, 29):
        period = Period.inclusive(date(2020, 5, day), date(2020, 5, day))
        for name, known in (
            ("withdrawals_by_reason", wholes),
            ("fund_movement", movement),
        ):
            tables = [
                report(library, "annual", period, public=public, table=name)
                for public in (False, True)
            ]
            open_, shown = map(cells, tables)
            values = {
                place: value for (_, *place), value in shown.items() for place in [tuple(place)]
            }
            small = {tuple(place) for (_, *place), value in open_.items()
                     if isinstance(value, int) and 0 < value < 5}  # fmt: skip
            assert {values[place] for place in small} <= {"…"}
            assert small & told(known, values) == set()
            hidden_somewhere += bool(small)
    assert hidden_somewhere > 20


def told(wholes, values):
    """Places whose number follows from those shown, by elimination."""
    unknown = sorted({p for whole, parts in wholes for p in (whole, *parts) if values[p] == "…"})
    rows = []
    for whole, parts in wholes:
        row = [0] * len(unknown)
        for factor, place in ((1, whole), *((-1, part) for part in parts)):
            if values[place] == "…":
                row[unknown.index(place)] += factor
        rows.append([Fraction(number) for number in row])
    solved = []
    for column in range(len(unknown)):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [number / pivot[column] for number in pivot]
        rows = [[n - row[column] * p for n, p in zip(row, pivot, strict=True)] for row in rows]
        solved = [[n - row[column] * p for n, p in zip(row, pivot, strict=True)] for row in solved]
        solved.append(pivot)
    alone = [row for row in solved if sum(map(bool, row)) == 1]
    return {unknown[next(at for at, number in enumerate(row) if number)] for row in alone}


def test_the_diary_has_days_and_what_they_come_to(library):
    history(
        library,
        line("visit", "2026-01-15", 5),
        line("visit", "2026-03-02", 2, age=10),
        line("visit", "2026-03-20", 1, place="event"),
    )
    ten_days = Period.inclusive(date(2026, 3, 16), date(2026, 3, 25))
    done = cells(report(library, "diary", ten_days))
    column = {row: n for (table, row, c), n in done.items() if (table, c) == ("diary", "visits")}
    assert column == {"2026-03-20": 1, "total": 1, "month": 3, "year": 8, "carried": 5}
    assert done["diary", "month", "visits.children"] == 2
    assert done["diary", "total", "visits.events"] == 1


def test_the_summary_book_has_a_row_for_each_batch(library):
    history(
        library,
        line("accession", "2020-02-10", 3, source="gift", amount="4500.50", material="book"),
        line("accession", "2020-02-10", 2, source="budget", amount="2000", material="cd"),
        line("withdrawal", "2020-11-01", 1, reason="worn", amount="100"),
    )
    done = cells(report(library, "ksu", YEAR_2020))
    assert done["ksu_1", "2020-02-10.gift", "copies"] == 3
    assert done["ksu_1", "2020-02-10.gift", "sum"] == "4500.50"
    assert done["ksu_1", "total", "sum"] == "6500.50"
    assert done["ksu_2", "2020-11-01.worn", "copies"] == 1
    assert done["ksu_3", "closing", "copies"] == 4
