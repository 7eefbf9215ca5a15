"""What each measure counts, on ledgers of a few lines: one rule for every table and form."""

import shutil
from datetime import date, datetime
from decimal import Decimal

import pytest
from reports import MARCH, YEAR_2020, cells, history, line, report
from sqlalchemy import select

from ils import clock, db
from ils.clock import Period
from ils.datafiles import BadConfiguration
from ils.ledger import Entry
from ils.organisation.branches.actions import change_branch
from ils.stats.definitions.loading import definitions, load
from ils.stats.history.actions import ImportRejected
from ils.stats.plans.actions import declare_value

FEBRUARY = Period.inclusive(date(2020, 2, 1), date(2020, 2, 29))


def told(library, name, *lines, period=YEAR_2020, branch=None):
    """The cells of a report of a library that has only these lines."""
    history(library, *lines)
    return cells(report(library, name, period, *([branch] if branch else [])))


def shown(done, table, *places):
    return [done.get((table, *place), "absent") for place in places]


def declare(library, key, value, day):
    with db.transaction(library.sessions) as session:
        declare_value(session, definitions(library.config), staff_id=None, key=key, day=day,
                      value=Decimal(value), source="акимат")  # fmt: skip


ELECTRONIC = (
    line("loan", count=50, material="ebook"),
    line("loan", count=7, material="book"),
    line("viewed", count=200),
    line("viewed", count=157, detail="legal"),
    line("downloaded", count=100),
    line("downloaded", count=3, detail="fragment"),
    line("delivery", count=22),
)


def test_electronic_documents_are_loans_in_every_table_and_form(library):
    annual = told(library, "annual", *ELECTRONIC)
    electronic = 50 + 200 + 157 + 100 + 3 + 22
    assert annual["indicators", "loans.e_documents", "fact"] == electronic
    assert annual["indicators", "loans", "fact"] == electronic + 7
    form = cells(report(library, "6-НК", YEAR_2020))
    assert shown(form, "form_6_loans", ("total", "loans"), ("total", "loans.physical"),
                 ("total", "loans.installed"), ("total", "viewed"), ("total", "delivered"),
                 ) == [electronic + 7, 7, 50, 460, 22]  # fmt: skip
    assert form["form_6_fund", "loans", "total"] == 7
    one = cells(report(library, "1-библиотека", YEAR_2020))
    assert one["form_1_service", "loans", "count"] == electronic + 7


def test_redistribution_is_one_entry_and_branches_add_up_to_the_system(library):
    history(
        library,
        line("opening", "2020-01-01", 100, of="stock", branch="ЦБ", division="arts"),
        line("accession", count=20, branch="ЦБ", division="arts", source="gift"),
        line("redistribution", count=10, branch="ЦБ", other_branch="Ф1", division="arts"),
    )
    whole, gives, takes = (
        cells(report(library, "annual", YEAR_2020, *where)) for where in ([], ["ЦБ"], ["Ф1"])
    )
    place = ("fund_movement", "closing", "total")
    assert (whole[place], gives[place], takes[place]) == (120, 110, 10)
    rows = [("received", "total"), ("redistribution", "total"), ("net", "total")]
    assert shown(whole, "arrivals_by_source", *rows) == [20, 10, 20]
    assert shown(takes, "arrivals_by_source", *rows) == [10, 10, 0]
    for table, column in (("fund_movement", "total"), ("ksu_3", "copies")):
        name = "ksu" if table == "ksu_3" else "annual"
        there = cells(report(library, name, YEAR_2020, "Ф1"))
        assert there[table, "in.redistributed", column] == 10
        gone = cells(report(library, name, YEAR_2020, "ЦБ"))
        assert gone[table, "out.redistributed", column] == 10
        assert (table, "in.redistributed", column) not in cells(report(library, name, YEAR_2020))


@pytest.mark.parametrize(
    "wrong",
    [
        line("accession", source="redistribution"),
        line("redistribution"),
        line("redistribution", other_branch="ЦБ"),
        line("loan", "2020-05-12", occurred_at="2026-02-01T12:00:00+05:00"),
        line("loan", "2062-05-12"),
    ],
)
def test_what_contradicts_itself_is_refused(library, wrong):
    with pytest.raises(ImportRejected):
        history(library, wrong)


def test_one_request_cannot_say_two_things(library):
    history(library, {"request_id": "a", **line("loan", count=3)})
    assert history(library, {"request_id": "a", **line("loan", count=3)}).unchanged == 1
    with pytest.raises(ImportRejected) as refused:
        history(library, line("visit"), {"request_id": "a", **line("loan", count=4)})
    assert [number for number, _ in refused.value.lines] == [2]
    assert library.count("loan") == 3


def test_what_says_nothing_has_a_key_of_its_own_in_each_breakdown(library):
    done = told(
        library,
        "ksu",
        line("accession", count=10, source="gift", division="arts"),
        line("accession", count=5, source="gift", material="book"),
        line("accession", count=3, source="gift", material="book", division="arts"),
    )
    assert shown(done, "ksu_1", ("total", "copies"), ("total", "book"), ("total", "none"),
                 ("total", "arts"), ("total", "division.none")) == [18, 8, 10, 13, 5]  # fmt: skip
    assert shown(done, "ksu_3", ("in", "none"), ("in", "division.none")) == [10, 5]


def test_ages_are_completed_years(library, desk):
    for card, born in (
        ("R1", date(2011, 3, 20)),
        ("R2", date(2011, 3, 4)),
        ("R3", date(1995, 3, 5)),
    ):
        library.reader(card, birth_date=born)
    with db.reading(library.sessions) as session:
        ages = session.scalars(select(Entry.age).where(Entry.kind == "registration"))
        assert list(ages) == [14, 15, 30]
    form = cells(report(library, "6-НК", Period(date(2026, 1, 1), date(2027, 1, 1))))
    row = [form["form_6_users", "total", f"readers{part}"] for part in ("", ".children", ".youth")]
    assert row == [3, 1, 2]


def test_ratios_of_a_month_are_of_the_readers_of_the_year(library):
    declare(library, "population", 1000, date(2020, 1, 1))
    done = told(
        library,
        "month",
        line("registration", "2020-01-05", 40, new=True),
        line("registration", "2020-02-05", 1, new=True),
        line("loan", "2020-02-06", 82),
        period=FEBRUARY,
    )
    fact = {key: done["indicators", key, "fact"] for key in
            ("readers", "loans_per_reader", "coverage")}  # fmt: skip
    assert fact == {"readers": 1, "loans_per_reader": "2.0", "coverage": "4.1"}


def test_no_share_is_more_than_the_whole(library):
    declare(library, "population", 3, date(2020, 1, 1))
    history(library, line("registration", "2020-01-05", 40, new=True))
    done = report(library, "annual", YEAR_2020)
    assert cells(done)["indicators", "coverage", "fact"] is None
    assert "больше целого" in done["tables"][0]["note"]["ru"]


def test_index_cards_are_said_and_not_the_arrivals_of_the_stock(library):
    done = told(library, "annual", line("accession", count=6100, source="gift"))
    assert done["internal_loans", "cards_in", "fact"] is None
    declare(library, "index_cards_in", 1450, date(2020, 5, 1))
    done = cells(report(library, "annual", YEAR_2020))
    assert done["internal_loans", "cards_in", "fact"] == 1450


def test_the_legal_base_inside_the_library_is_not_remote(library):
    done = told(
        library,
        "6-НК",
        line("remote_visit", count=146, place="e_resources", detail="legal", channel="desk"),
        line("remote_visit", count=5, channel="phone"),
        line("remote_visit", count=7, channel="site"),
        line("remote_visit", count=50, place="event", channel="site"),
    )
    assert shown(done, "form_6_users", ("total", "remote"), ("total", "remote.site")) == [62, 57]


def test_participants_are_present_and_online_ones_a_line_of_their_own(library):
    done = told(
        library,
        "annual",
        line("visit", count=31342, place="event"),
        line("remote_visit", count=500, place="event", channel="site"),
    )
    assert shown(done, "indicators", ("participants", "fact"), ("participants_online", "fact"),
                 ) == [31342, 500]  # fmt: skip


def test_requests_and_selections_are_parts_of_what_the_exchange_sent(library):
    done = told(
        library,
        "annual",
        line("il_dispatched", count=2916, detail="request"),
        line("il_dispatched", count=3877, detail="selection"),
        line("il_dispatched", count=760, detail="request", place="unit"),
    )
    rows = [
        (row, "fact") for row in ("from_exchange", "between_units", "by_request", "by_selection")
    ]
    assert shown(done, "internal_loans", *rows) == [6793, 760, 2916, 3877]


def test_a_record_moved_deleted_and_restored_was_added_once(library):
    done = told(
        library,
        "annual",
        line("record_added", catalogue="books"),
        line("record_deleted", catalogue="books", detail="moved"),
        line("record_added", catalogue="rare", detail="moved"),
        line("record_deleted", catalogue="rare"),
        line("record_restored", catalogue="rare"),
    )
    columns = ("opening", "added", "deleted", "closing")
    assert [done["catalogue_growth", "total", c] for c in columns] == [0, 1, 0, 1]
    assert [done["catalogue_growth", "books", c] for c in (*columns, "moved")] == [0, 1, 0, 0, -1]
    assert [done["catalogue_growth", "rare", c] for c in (*columns, "moved")] == [0, 0, 0, 1, 1]
    assert done["indicators", "catalogue_records", "fact"] == 1


def test_a_balance_is_unknown_before_it_was_brought_in(library):
    history(library, line("opening", "2020-07-01", 100, of="stock"))
    quarters = [Period(date(2020, m, 1), date(2020, m + 3, 1)) for m in (1, 4, 7)]
    states = []
    for period in quarters:
        done = cells(report(library, "quarter", period))
        states.append(shown(done, "fund_movement", ("opening", "total"), ("closing", "total")))
    assert states == [[None, None], [None, None], [100, 100]]


def test_the_year_before_the_ledger_is_unknown(library):
    done = told(library, "annual", line("loan", "2020-01-09", 5))
    row = [done["indicators", "loans", column] for column in ("previous", "fact", "growth")]
    assert row == [None, 5, None]


def test_a_site_user_is_one_person(library):
    done = told(
        library,
        "annual",
        line("registration", channel="site", new=True),
        line("registration", detail="site", channel="site"),
    )
    assert shown(done, "indicators", ("readers", "fact"), ("site_users", "fact")) == [1, 1]


def test_electronic_books_without_a_carrier_are_no_stock(library):
    done = told(
        library,
        "annual",
        line("accession", count=5, material="book", source="gift"),
        line("accession", count=7, material="ebook", source="gift"),
    )
    assert shown(done, "fund_movement", ("in", "total"), ("closing", "total"), ("ebooks", "total"),
                 ) == [5, 5, 7]  # fmt: skip
    assert cells(report(library, "6-НК", YEAR_2020))["form_6_fund", "closing", "total"] == 5


def test_what_no_part_names_has_a_line(library):
    done = told(
        library,
        "diary",
        line("loan", count=10, language="kk", place="home"),
        line("loan", count=30, place="home_delivery"),
        line("loan", count=4),
    )
    row = {c: done["diary_loans", "total", f"total{c}"] for c in
           ("", ".kk", ".none", ".home", ".home_delivery", ".unplaced")}  # fmt: skip
    assert row == {
        "": 44,
        ".kk": 10,
        ".none": 34,
        ".home": 10,
        ".home_delivery": 30,
        ".unplaced": 4,
    }


def test_references_and_consultations_by_site_are_virtual_both(library):
    done = told(
        library,
        "6-НК",
        line("reference", count=5, channel="site", detail="thematic"),
        line("consultation", count=8, channel="site"),
        line("consultation", count=2, channel="desk"),
    )
    assert shown(done, "form_6_loans", ("total", "references"), ("total", "references.virtual"),
                 ("visitors", "references"), ("remote", "references"),
                 ) == [15, 13, 2, 13]  # fmt: skip


def test_imported_holds_never_trouble_the_self_check(library):
    at = datetime(2020, 5, 12, 9).astimezone().isoformat()
    history(library, {**line("hold_placed", channel="desk"), "occurred_at": at})
    library.check()


def test_tables_that_printed_reports_have(library):
    done = told(
        library,
        "annual",
        line("event", count=3, detail="quiz", place="onsite"),
        line("event", count=2, detail="quiz", place="online"),
        line("visit", count=40, place="event", detail="quiz"),
        line("remote_visit", count=9, place="event", detail="quiz", channel="site"),
        line("accession", count=5, source="gift", division="arts", language="kk", amount="100.50"),
        line("accession", count=3, source="budget", division="science", material="book"),
        line("withdrawal", count=2, reason="worn", division="arts", language="kk"),
        line("loan", count=7, owner_branch="Ф1", material="book", division="arts"),
        line("renewal", count=2, channel="phone", detail="reader"),
        line("repair", count=4),
        line("record_added", count=6, catalogue="local_history", language="kk"),
    )
    quiz = [done["events_by_form", "quiz", f"events{part}"] for part in ("", ".onsite", ".online")]
    assert quiz == [5, 3, 2]
    assert shown(done, "events_by_form", ("quiz", "participants"),
                 ("quiz", "participants_online")) == [40, 9]  # fmt: skip
    table = "arrivals_by_source_and_division"
    assert shown(done, table, ("gift", "arts.kk"), ("gift", "sum"), ("budget", "science"),
                 ("total", "total")) == [5, "100.50", 3, 8]  # fmt: skip
    assert shown(done, "withdrawals_by_division", ("arts", "copies.kk")) == [2]
    assert shown(done, "books_by_division", ("science", "arrivals"), ("arts", "loans"),
                 ("total", "loans")) == [3, 7, 7]  # fmt: skip
    assert shown(done, "loans_by_owner", ("Ф1", "owned"), ("ЦБ", "lent")) == [7, 9]
    assert shown(done, "renewals_by_way", ("phone", "renewals"), ("phone", "share"),
                 ) == [2, "100.0"]  # fmt: skip
    assert shown(done, "repairs", ("total", "fact")) == [4]
    assert shown(done, "local_history", ("records", "fact"), ("records.kk", "fact")) == [6, 6]
    assert done["arrivals_plan", "arrivals", "fact"] == 8


def test_two_breakdowns_that_share_a_key_are_refused(tmp_path, library):
    shutil.copytree(library.config.source / "reports", tmp_path / "reports")
    ksu = tmp_path / "reports" / "ksu.toml"
    ksu.write_text(ksu.read_text("utf-8").replace(', none = "division.none"', ""), "utf-8")
    with pytest.raises(BadConfiguration, match="none"):
        load(library.config.lists, tmp_path / "reports")


def test_a_report_of_the_past_does_not_follow_the_type_of_a_branch(library, monkeypatch):
    history(library, line("accession", count=5, source="gift", branch="Ф1"))
    before = cells(report(library, "annual", YEAR_2020))
    monkeypatch.setattr(clock, "now", lambda: library.now)
    with db.transaction(library.sessions) as session:
        branch = session.merge(library.branches["Ф1"])
        change_branch(session, None, branch, name_ru=branch.name_ru, name_kk=branch.name_kk,
                      timezone=branch.timezone, type="central", closed_weekdays="",
                      active=True)  # fmt: skip
    assert cells(report(library, "annual", YEAR_2020)) == before
    history(library, line("accession", "2026-03-04", 5, source="gift", branch="Ф1"))
    march = cells(report(library, "annual", MARCH))
    assert march["arrivals_by_branch", "central", "total"] == 5


def test_an_open_month_is_preliminary(library):
    history(library, line("loan", "2020-01-05", 7), line("loan", "2020-02-05", 7))
    january = Period.inclusive(date(2020, 1, 1), date(2020, 1, 31))
    assert report(library, "month", january)["preliminary"]
    library.close_until(date(2020, 2, 1))
    assert not report(library, "month", january)["preliminary"]
