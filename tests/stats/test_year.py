"""A real year told again as single acts: the report prints every additive figure of its tables."""

import csv
import importlib
import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from library import Library
from reports import YEAR_2020, cells, report

from ils import config as configuration
from ils import db
from ils.documents import spreadsheets
from ils.organisation.branches.models import BranchType
from ils.stats.definitions.loading import definitions
from ils.stats.history.actions import check_history, import_history
from ils.stats.plans import actions as planning
from ils.stats.plans.rules import plan_keys

ROOT = Path(__file__).resolve().parents[2]
DIVISIONS = ("society", "science", "technology", "arts", "literature")


sys.path.insert(0, str(ROOT / "scripts"))
demo = importlib.import_module("demo")


@pytest.fixture
def told(prepared, sessions, config, tmp_path):
    """The year 2020 in a library: entries, plans, declared values. On SQLite: once is enough."""
    if prepared[0] != "sqlite":
        pytest.skip("the same lines go through the same import; once is enough for 190 000 of them")
    library = Library(sessions, config)
    library.open_branch("CGB", type=BranchType.CENTRAL)
    generator = demo.Year()
    lines = [json.dumps(line) for line in generator.lines()]
    with db.reading(sessions) as session:
        checked = check_history(session, config, lines, create_branches=True)
    with db.transaction(sessions) as session:
        assert import_history(session, config, checked).imported == len(lines)
        known = set(
            plan_keys(definitions(library.config), date(2020, 6, 1), tuple(config.lists.catalogues))
        )
        file = tmp_path / "plans.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=";")
            writer.writerow(["indicator"])
            writer.writerows((key, "", 2020, plan, 0, 0, 0) for key, plan in generator.plans())
        read = planning.read_plans(session, known, spreadsheets.rows(file.read_bytes()))
        planning.set_plans(session, staff_id=None, reason="план", planned=read)
        for key, day, value in generator.declared():
            planning.declare_value(
                session,
                definitions(library.config),
                staff_id=None,
                key=key,
                day=day,
                value=Decimal(str(value)),
                source="отчёт",
            )
    return library


def test_the_report_prints_every_additive_figure_and_computes_the_ratios(told, environ):
    done, rows = cells(report(told, "annual", YEAR_2020)), demo.Year().rows
    wrong = [
        (place, wanted, done.get(place, "missing"))
        for place, wanted in printed(rows)
        if done.get(place, "missing") != wanted
    ]
    assert wrong == []
    assert len(list(printed(rows))) > 440
    keys = ("turnover", "loans_per_reader", "visits_per_reader", "renewal", "coverage")
    assert {key: done["indicators", key, "fact"] for key in keys} == {
        "turnover": "0.5",  # printed 0,3: without what was viewed and downloaded
        "loans_per_reader": "21.2",  # printed 17,1
        "visits_per_reader": "4.9",  # printed 4,8
        "renewal": "1.6",
        "coverage": "8.3",  # printed 7,7
    }
    assert [done["state_order", d, "share"] for d in DIVISIONS] == [
        "30.0", "1.4", "0.9", "6.0", "61.7",  # printed 55 and 6,7 for languages
    ]  # fmt: skip
    assert done["state_order", "total", "copies"] == 1562
    assert [done["libraries", row, "coverage"] for row in ("total", "own", "schools")] == [
        "24.5", "8.3", "12.6",  # printed 24,0, 7,7 and 12,5
    ]  # fmt: skip
    assert done["reader_groups", "worker", "share"] == "15.2"  # printed 17,5
    assert done["reader_groups", "pupil", "share"] == "33.9"  # printed 16,5
    assert done["arrivals_by_division", "2019.share", "arts.kk"] == "2.6"  # printed 2,7

    old = configuration.load(environ=environ | {"ILS_STATISTICS_ROUNDING": "truncate"})
    cut = cells(report(Library(told.sessions, old), "annual", YEAR_2020))
    assert cut["indicators", "turnover", "fact"] == "0.4"
    assert cut["indicators", "visits_per_reader", "fact"] == "4.8"  # as the print has it


def printed(rows):
    """(cell, figure) for all that the printed tables add up."""
    yield from printed_indicators(rows)
    yield from printed_stock(rows)
    yield from printed_parts(rows)
    yield from printed_arrivals(rows)
    yield from printed_catalogue(rows)
    yield from printed_service(rows)
    yield from printed_surroundings(rows)


def printed_indicators(rows):
    keys = {
        "readers": 0, "site_users": 1, "e_users": 2, "loans": 4, "loans.e_documents": 5,
        "loans.e_editions": 6, "visits": 7, "site_visits": 8, "catalogue_records": 9,
        "participants": 12, "shown": 14, "shown.kk": 15, "issued_at_events": 16,
        "issued_at_events.kk": 17,
    }  # fmt: skip
    table = rows["T000-05"]
    for key, at in keys.items():
        seen = (0, 0) if key not in {"loans", "loans.e_documents"} else seen_online(rows)
        yield ("indicators", key, "previous"), table[at][2] + seen[0]
        yield ("indicators", key, "fact"), table[at][4] + seen[1]
        if table[at][3]:
            yield ("indicators", key, "plan"), table[at][3]
    yield ("indicators", "events", "previous"), table[10][2]
    yield ("indicators", "events", "fact"), table[10][4] + table[11][4]
    yield ("indicators", "events.online", "fact"), table[11][4]
    yield ("indicators", "views", "fact"), table[13][4]
    for column, at in (("previous", 2), ("fact", 4)):
        yield ("indicators", "site_visitors", column), table[3][at]


def seen_online(rows):
    """What was viewed and downloaded; the print leaves it out of книговыдача: (2019, 2020)."""
    services, legal = rows["T000-23"][0], rows["T000-28"][0]
    return (sum(services[at] for at in (3, 5, 6)) + legal[4],
            sum(services[at] for at in (4, 7, 8)) + legal[5])  # fmt: skip


def printed_stock(rows):
    for name, row in zip(("2019", "2020", "growth"), rows["T000-16"], strict=True):
        yield ("fund_state", name, "total"), row[1]
        for at, division in enumerate(DIVISIONS):
            for shift, part in enumerate(("", ".kk", ".ru", ".other")):
                yield ("fund_state", name, division + part), row[2 + 4 * at + shift]
    yield ("fund_movement", "opening", "total"), rows["T000-16"][0][1]
    yield ("fund_movement", "closing", "total"), rows["T000-16"][1][1]
    yield ("fund_movement", "out", "total"), rows["T000-14"][0][6]
    yield ("fund_movement", "out", "total.kk"), rows["T000-14"][0][7]
    yield ("fund_movement", "in", "total.kk"), rows["T000-09"][0][2]
    reasons = ("total", "worn", "obsolete", "transferred", "shortage", "lost_by_readers",
               "disaster", "other")  # fmt: skip
    for reason, row in zip(reasons, rows["T000-14"], strict=True):
        for at, column in enumerate((*DIVISIONS, "total", "kk")):
            yield ("withdrawals_by_reason", reason, column), row[1 + at]


def printed_parts(rows):
    tongues = ("ko", "yi", "lt", "de", "uk", "tt", "uz", "en", "tr", "fr", "total")
    for tongue, row in zip(tongues, rows["T000-17"], strict=True):
        yield ("fund_languages", tongue, "copies"), row[1]
    for material, at in (("newspaper", 0), ("journal", 2)):
        for key, line in ((material, at), (f"{material}.kz", at + 1)):
            row = rows["T000-13"][line]
            for column, place in (("total", 1), ("year", 2), ("total.kk", 3), ("year.kk", 4)):
                yield ("periodicals", key, column), row[place]


def printed_arrivals(rows):
    sources = ("received", "redistribution", "net", "periodicals", "budget", "budget.cd",
               "state_order", "state_order.cd", None, "replacement", "exchange_fund",
               "compensation", "gift", "gift.cd", "other")  # fmt: skip
    for source, row in zip(sources, rows["T000-09"], strict=True):
        if source is not None:
            yield ("arrivals_by_source", source, "total"), row[1]
            yield ("arrivals_by_source", source, "kk"), row[2]
    for key, row in zip(("total", "central", "branches"), rows["T000-10"], strict=True):
        yield ("arrivals_by_branch", key, "total"), row[1]
        yield ("arrivals_by_branch", key, "total.kk"), row[2]
    for key, line in (("2019", 0), ("2020", 2), ("change", 4)):
        row = rows["T000-11"][line]
        yield ("arrivals_by_division", key, "total"), row[1]
        for at, division in enumerate(DIVISIONS):
            yield ("arrivals_by_division", key, division), row[2 + 2 * at]
            yield ("arrivals_by_division", key, f"{division}.kk"), row[3 + 2 * at]
    measures = ("titles", "titles.kk", "copies", "copies.kk")
    for measure, row in zip(measures, rows["T000-12"], strict=True):
        for at, column in enumerate(("total", "book", "newspaper", "journal")):
            yield ("arrivals_by_material", measure, column), row[1 + at]


def printed_catalogue(rows):
    catalogues = ("books", "articles", "local_history", "periodicals", "ecology", "cd",
                  "professional", "rare", "ebooks", "earticles", "total")  # fmt: skip
    for code, grown, kept in zip(catalogues, rows["T000-18"], rows["T000-19"], strict=True):
        for column, number in (
            ("opening", grown[1]), ("added", grown[2]), ("closing", grown[3]), ("deleted", 0),
            ("closing.kk", kept[4]), ("plan", kept[5]),
        ):  # fmt: skip
            yield ("catalogue_growth", code, column), number
    kinds = ("total", "newspaper_article", "journal_article", "chapter", "book")
    columns = ("documents", "documents_all", "pages", "pages_all")
    for kind, row in zip(kinds, rows["T000-25"], strict=True):
        for column, number in zip(columns, row[1:], strict=True):
            yield ("digitisation", kind, column), number or 0
    row = rows["T000-26"][0]
    for column, at in (("total", 0), ("rare", 2), ("local_history", 4)):
        yield ("digitised_fund", "fund", column), row[at]
        yield ("digitised_fund", "digitised", column), row[at + 1]
    yield ("kazakhstani_fund", "fund", "total"), row[6]
    yield ("kazakhstani_fund", "digitised", "total"), row[7]


def printed_service(rows):
    row = rows["T000-04"][0]
    for column, at in (("readers", 1), ("loans", 2), ("visits", 3)):
        yield ("service_points", "total", column), row[at]
    groups = ("worker", "worker.builder", "worker.driver", "worker.operator", "worker.rest",
              "employee", "employee.teacher", "employee.finance", "employee.medic",
              "employee.civil_servant", "employee.engineer", "employee.rest", "entrepreneur",
              "unemployed", "student", "pupil", "pensioner", "disabled", "total")  # fmt: skip
    for group, row in zip(groups, rows["T000-29"], strict=True):
        yield ("reader_groups", group, "readers"), row[2]
    yield ("debtors", "reminded", "count"), rows["T000-20"][0][1]
    yield ("debtors", "returned", "count"), rows["T000-20"][1][1]
    types = ("thematic", "address", "verifying", "factual", "total")
    for type_, row in zip(types, rows["T000-27"], strict=False):
        for column, at in (("plan", 1), ("done", 2), ("done.kk", 3), ("virtual", 4)):
            yield ("references", type_, column), row[at]
    kazakh = rows["T000-27"][5]
    for column, at in (("plan", 1), ("done", 2), ("virtual", 4)):
        yield ("references", "total.kk", column), kazakh[at]
    for topic, count in rows["T000-32"]:
        yield ("consultations", topic, "count"), count
    row = rows["T000-28"][0]
    for key, at in (("users", 2), ("documents", 4)):
        yield ("legal_database", key, "previous"), row[at]
        yield ("legal_database", key, "fact"), row[at + 1]
    columns = ("users", "viewed", "downloaded", "fragments")
    for line, places in (("previous", (1, 3, 5, 6)), ("total", (2, 4, 7, 8))):
        for column, at in zip(columns, places, strict=True):
            yield ("e_services", line, column), rows["T000-23"][0][at]


def printed_surroundings(rows):
    """What stands beside the system's own work: its site, money, other libraries."""
    whole, central, children, branches = rows["T000-21"][:4]
    for column, at in (("previous", 8), ("fact", 9)):
        added = central[at] + children[at] + branches[at]
        assert added != whole[at]  # printed without the branches
        yield ("internet_users", "total", column), added
        yield ("internet_users", "CGB", column), central[at]
        yield ("internet_users", "CDB", column), children[at]
    adult, childrens = rows["T000-22"]
    for key, at in (("visits", 7), ("views", 9), ("registered", 11)):
        for column, shift in (("previous", 0), ("fact", 1)):
            yield ("site", key, column), adult[at + shift] + childrens[at + shift]
    for key, at in (("followers", 1), ("posts", 2), ("post_views", 3)):
        yield ("site", key, "fact"), rows["T000-24"][-1][at]
    for key, row in zip(("total", "own", "schools", "colleges"), rows["T000-01"], strict=True):
        columns = ("libraries", "stock", "readers", "loans", "visits")
        for at, column in enumerate(columns, 1):
            seen = seen_online(rows)[1] if column == "loans" and key in {"total", "own"} else 0
            yield ("libraries", key, column), row[at] + seen
    yield ("libraries", "total", "staff"), f"{rows['T000-02'][-1][6]}.0"
    yield ("network", "population", "fact"), rows["T000-03"][-1][1]
    yield ("network", "libraries", "fact"), rows["T000-03"][-1][3]
    yield ("network", "service_points", "fact"), rows["T000-03"][-1][2]
    for column in ("planned", "handover"):
        yield ("stock_checks", "total", column), rows["T000-15"][0][0]  # none was made
    for column, number in zip(("before", "previous", "fact"), rows["T000-07"][0], strict=True):
        yield ("funding", "funding", column), str(number)
    keys = ("books", "periodicals", "periodicals.second_half", "periodicals.next_half")
    for at, key in enumerate(keys, 1):
        yield ("funding", key, "fact"), str(rows["T000-06"][0][at])
    lines = ("studied", "studied.weekly", "studied.daily", "studied.monthly", "loans", "loans.kk",
             "loans.en", "loans.adventure", "loans.fantasy", "loans.detective", "loans.humour",
             "loans.history")  # fmt: skip
    for key, (_, number) in zip(lines, rows["T000-31"], strict=True):
        yield ("reader_forms", key, "count"), number
    row = rows["T000-08"][0]
    for key, places in (("sum", (0, 3, 4)), ("sets", (1, 5, 6)), ("titles", (2, 7, 8))):
        for column, at in zip(("total", "kz", "kk"), places, strict=True):
            yield ("subscription", key, column), str(row[at]) if key == "sum" else row[at]
