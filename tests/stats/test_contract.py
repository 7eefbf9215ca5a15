"""The names others rely on: ids of tables, keys of rows and columns, the shape of the JSON."""

import json

import pytest
from reports import YEAR_2020, history, line, report

DIVISIONS = ("society", "science", "technology", "arts", "literature")
CATALOGUES = ("books", "articles", "local_history", "periodicals", "ecology", "cd",
              "professional", "rare", "ebooks", "earticles")  # fmt: skip
SOURCES = ("budget", "state_order", "periodicals", "replacement", "exchange_fund", "compensation",
           "gift", "other")  # fmt: skip
REASONS = ("worn", "obsolete", "transferred", "shortage", "lost_by_readers", "disaster", "other")
MATERIALS = ("book", "newspaper", "journal", "cd", "ebook", "map", "other")
KINDS = ("newspaper_article", "journal_article", "chapter", "book", "other")
TABLES = (
    "indicators fund_movement fund_state fund_languages arrivals_by_source arrivals_by_division "
    "arrivals_by_material arrivals_by_branch periodicals withdrawals_by_reason catalogue_growth "
    "digitisation digitised_fund internal_loans internal_loans_by_division debtors reader_groups "
    "service_points references e_services loans_by"
)


def words(text):
    return text.split()


def by(*parts):
    return [f"{division}{part}" for division in DIVISIONS for part in ("", *parts)]


KEYS = {
    "indicators": (
        words(
            "readers e_users site_users loans loans.e_documents loans.e_editions visits "
            "site_visits catalogue_records events events.online participants views shown shown.kk "
            "issued_at_events issued_at_events.kk turnover loans_per_reader visits_per_reader "
            "renewal coverage load_readers load_loans"
        ),
        words("previous plan fact percent growth"),
    ),
    "fund_movement": (["opening", "in", "out", "closing"], ["total", "total.kk", *by(".kk")]),
    "fund_state": (
        ["2020", "2019", "growth"],
        ["total", "total.kk", "total.ru", "total.other", *by(".kk", ".ru", ".other")],
    ),
    "arrivals_by_source": (
        ["received", "redistribution", "net", *SOURCES, *(f"{s}.cd" for s in SOURCES)],
        ["total", "kk"],
    ),
    "arrivals_by_division": (
        ["2020", "2019", "change", "2020.share", "2019.share"],
        ["total", "total.kk", *by(".kk")],
    ),
    "arrivals_by_material": (
        ["titles", "titles.kk", "copies", "copies.kk"],
        ["total", *MATERIALS],
    ),
    "withdrawals_by_reason": (["total", *REASONS], [*DIVISIONS, "total", "kk"]),
    "catalogue_growth": (
        ["total", *CATALOGUES],
        words("opening added added.kk deleted closing closing.kk plan"),
    ),
    "digitisation": (
        ["total", *KINDS],
        words(
            "documents documents.kk pages pages.kk bytes documents_all documents_all.kk pages_all "
            "pages_all.kk bytes_all"
        ),
    ),
    "internal_loans": (
        words(
            "readers loans from_exchange between_units by_request by_selection selections "
            "selection_copies cards_in cards_out"
        ),
        words("plan fact percent"),
    ),
}


@pytest.fixture
def annual(library):
    """A year with the examples of the contract."""
    history(
        library,
        line("withdrawal", "2020-10-03", 1586, division="society", language="ru", material="book",
             reason="worn"),
        line("withdrawal", "2020-10-03", 1697, division="arts", language="kk", reason="obsolete"),
        line("loan", count=5, material="ebook"),
        line("registration", count=2, new=True),
    )  # fmt: skip
    return json.loads(json.dumps(report(library, "annual", YEAR_2020)))


def test_every_table_of_the_contract_is_in_the_annual_report(annual):
    assert set(TABLES.split()) <= {table["id"] for table in annual["tables"]}


def test_the_keys_of_every_table(annual):
    tables = {table["id"]: table for table in annual["tables"]}
    missing = {}
    for name, (rows, columns) in KEYS.items():
        missing[name] = (
            set(rows) - {row["key"] for row in tables[name]["rows"]},
            set(columns) - {column["key"] for column in tables[name]["columns"]},
        )
    assert missing == dict.fromkeys(KEYS, (set(), set()))


def test_values_are_numbers_and_ratios_have_their_fraction(annual):
    assert (annual["report"], annual["from"], annual["to"], annual["branch"], annual["frozen"]) == (
        "annual", "2020-01-01", "2020-12-31", None, [],
    )  # fmt: skip
    tables = {table["id"]: table for table in annual["tables"]}
    rows = {row["key"]: row for row in tables["withdrawals_by_reason"]["rows"]}
    assert rows["total"]["cells"]["total"] == 3283
    assert rows["worn"]["cells"]["society"] == 1586
    assert rows["total"]["cells"]["kk"] == 1697
    assert set(rows["total"]["label"]) == {"ru", "kk"}
    indicators = {row["key"]: row for row in tables["indicators"]["rows"]}
    assert indicators["loans_per_reader"]["cells"]["fact"] == "2.5"
    assert indicators["loans_per_reader"]["fractions"]["fact"] == "5/2"
    for table in annual["tables"]:
        for row in table["rows"]:
            assert set(row["cells"]) == {column["key"] for column in table["columns"]}
            for value in row["cells"].values():
                assert value is None or isinstance(value, int) or float(value) is not None
