"""The stock of a printed report done at the pages: 293 220 + 4 606 − 14 706 = 283 120.

The figures are those of a city's library system of 2020, by source, division, language, kind
and branch. What came is entered with numbers of its own, what went leaves by acts; the report,
the register and the accountant's file are added up against the print.
"""

import csv
import io
from collections import Counter
from datetime import date
from uuid import uuid4

import acting
import pytest
from reports import cells, report
from sqlalchemy import func, select

from ils import db
from ils.catalog.records.actions import add_provisional
from ils.clock import Period
from ils.holdings.items.models import Item, ItemStatus
from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")

YEAR = Period.inclusive(date(2026, 1, 1), date(2026, 12, 31))
DIVISIONS = ("society", "science", "technology", "arts", "literature")
LANGUAGES = ("kk", "ru", "en")
#: Language → by division: at the beginning of the year, at its end.
BEGAN = {
    "kk": (24_233, 3_371, 1_347, 2_927, 54_784), "ru": (3_546, 24_262, 27_010, 18_089, 133_351),
    "en": (6, 0, 0, 0, 294),
}  # fmt: skip
ENDED = {
    "kk": (24_776, 3_313, 1_335, 2_912, 55_495), "ru": (2_635, 23_231, 26_516, 17_397, 125_103),
    "en": (86, 12, 0, 0, 309),
}  # fmt: skip
#: What came, by division; and by source, kind: in Kazakh, in other languages.
CAME = {"kk": (842, 52, 25, 92, 1_855), "ru": (376, 20, 19, 16, 1_202), "en": (80, 12, 0, 0, 15)}
SOURCES = {
    ("periodicals", "newspaper"): (123, 113), ("periodicals", "journal"): (225, 135),
    ("budget", "book"): (935, 1_141), ("state_order", "book"): (1_419, 143),
    ("gift", "book"): (164, 208),
}  # fmt: skip
#: Of what came, the central library got so much.
CENTRAL = 918
#: Copies of an act.
MOST = 2_000
WORDS = {"kk": "каз", "ru": "рус", "en": "англ"}


@pytest.fixture
def stock(library, browser):
    library.account("фонд", Role.STOCK, Role.STATISTICIAN)
    browser.sign_in("фонд")
    return browser


def gone(language, at):
    """Copies of a division that left: what balances the two printed ends."""
    return BEGAN[language][at] + CAME[language][at] - ENDED[language][at]


def bring_in_the_stock(library, browser):
    """The balance as a list of groups: those that will go are old."""
    lines = ["Заглавие;Год издания;Количество;Язык;Отраслевой отдел"]
    for language in LANGUAGES:
        for at, division in enumerate(DIVISIONS):
            out = gone(language, at)
            for year, number in ((1950, out), (2000, BEGAN[language][at] - out)):
                for part in range(0, number, MOST):
                    copies = min(MOST, number - part)
                    title = f"{division} {language} {year} {part}"
                    lines.append(f"{title};{year};{copies};{WORDS[language]};{division}")
    answer = browser.client.post(
        "/staff/holdings/lists", content_type="multipart/form-data",
        data={"file": (io.BytesIO("\n".join(lines).encode()), "stock.csv"), "source": "остаток",
              "branch": "ЦБ", "csrf_token": browser.token, "request_id": str(uuid4())},
    )  # fmt: skip
    library.work()
    page = answer.headers["Location"]
    names = dict(zip(range(5), ("title", "year", "copies", "language", "subject_area"),
                     strict=True))  # fmt: skip
    columns = {f"column-{at}": name for at, name in names.items()}
    done = browser.post(page, do="import", opening="1", request_id=str(uuid4()), **columns)
    library.work()
    assert done.status_code == 302


def shared_out():
    """(source, kind, language, division) → copies: the printed sums of both ways hold."""
    left = {language: list(CAME[language]) for language in LANGUAGES}
    found = {}
    for (source, kind), (kazakh, others) in SOURCES.items():
        for languages, printed in ((("kk",), kazakh), (("ru", "en"), others)):
            wanted = printed
            for language in languages:
                for at, division in enumerate(DIVISIONS):
                    if take := min(wanted, left[language][at]):
                        found[source, kind, language, division] = take
                        left[language][at] -= take
                        wanted -= take
            assert wanted == 0
    return found


def record_of(library, kind, language, division):
    """A record of such documents."""
    with db.transaction(library.sessions) as session:
        record = add_provisional(
            session, library.origin().derive(f"{kind}-{language}-{division}"),
            title=f"{kind}-{language}-{division}", author="", subject_area=division,
            language=language,
        )  # fmt: skip
        record.material = kind
        return record.id


def acts_of(source):
    """What came from a source, in parts an act takes."""
    part, number = [], 0
    for (of, kind, language, division), copies in shared_out().items():
        rest = copies if of == source else 0
        while rest:
            take = min(rest, MOST - number)
            part.append((kind, language, division, take))
            rest, number = rest - take, number + take
            if number == MOST:
                yield part
                part, number = [], 0
    if part:
        yield part


def buy(library, browser):
    """What came: acts for each source, distributed so that the sums of the branches are printed."""
    records, central = {}, CENTRAL
    for source in dict.fromkeys(source for source, _ in SOURCES):
        for lines in acts_of(source):
            act = acting.act(browser, "acceptance", source=source)
            for *key, copies in lines:
                if tuple(key) not in records:
                    records[tuple(key)] = record_of(library, *key)
                here = min(central, copies)
                central -= here
                shares = [f"ЦБ {here}"] * (here > 0) + [f"Ф1 {copies - here}"] * (copies > here)
                line = acting.line(
                    browser, act, records[tuple(key)], ", ".join(shares), price="1500,50"
                )
                assert line.status_code == 302
            assert acting.send(browser, f"{act}/execute").status_code == 302


def write_off(browser):
    """What went: acts of what was published long ago, until nothing of a division is found."""
    for division in DIVISIONS:
        while True:
            act = acting.act(browser, "withdrawal", reason="worn")
            found = {"branch": "", "status": "available", "material": "", "unused": "",
                     "subject_area": division, "older": "1960", "spare": ""}  # fmt: skip
            assert acting.send(browser, f"{act}/find", **found).status_code == 302
            if acting.send(browser, f"{act}/fix").status_code == 409:
                break  # it is empty
            for step in ("approve", "execute"):
                answer = acting.send(browser, f"{act}/{step}", approval="Приказ № 1")
                assert answer.status_code == 302


def test_the_year_of_a_printed_report_balances_in_every_cell(library, stock):
    bring_in_the_stock(library, stock)
    library.wait(days=1)
    buy(library, stock)
    write_off(stock)
    said = cells(report(library, "annual", YEAR))

    movement = {(row, column): value for (table, row, column), value in said.items()
                if table == "fund_movement"}  # fmt: skip
    assert [movement[row, "total"] for row in ("opening", "in", "out", "closing")] == [
        293_220, 4_606, 14_706, 283_120,
    ]  # fmt: skip
    assert movement["closing", "total.kk"] == 87_831
    for at, division in enumerate(DIVISIONS):
        for row, printed in (("opening", BEGAN), ("in", CAME), ("closing", ENDED)):
            total = sum(printed[language][at] for language in LANGUAGES)
            assert movement[row, division] == total, (row, division)
            assert movement[row, f"{division}.kk"] == printed["kk"][at], (row, division)
    state = {column: value for (table, row, column), value in said.items()
             if table == "fund_state" and row == "2026"}  # fmt: skip
    assert (state["total.ru"], state["total.other"]) == (194_882, 407)

    sources = ("received", "net", "periodicals", "budget", "state_order", "gift")
    assert [(said["arrivals_by_source", source, "total"], said["arrivals_by_source", source, "kk"])
            for source in sources] == [
        (4_606, 2_866), (4_606, 2_866), (596, 348), (2_076, 935), (1_562, 1_419), (372, 164),
    ]  # fmt: skip
    kinds = ("total", "book", "newspaper", "journal")
    assert [said["arrivals_by_material", "copies", kind] for kind in kinds] == [
        4_606, 4_010, 236, 360
    ]  # fmt: skip
    assert [said["arrivals_by_branch", row, "total"] for row in ("central", "branches")] == [
        918, 3_688
    ]  # fmt: skip
    out = [said["withdrawals_by_reason", "worn", column] for column in (*DIVISIONS, "total", "kk")]
    assert out == [1_586, 1_161, 550, 815, 10_594, 14_706, 1_697]

    with db.reading(library.sessions) as session:
        standing = select(func.sum(Item.copies)).where(Item.status != ItemStatus.WITHDRAWN)
        assert session.scalar(standing) == 283_120
    library.check()
    moved = stock.get("/staff/holdings/movements.csv?from=2026-01-01&to=2026-12-31").data
    found = Counter()
    for row in csv.DictReader(io.StringIO(moved.decode("utf-8-sig")), delimiter=";"):
        found[row["kind"]] += int(row["copies"])
    assert found == {"in": 4_606, "out": 14_706}
    register = stock.get("/staff/holdings/ksu?from=2026-01-01&to=2026-12-31").text
    for number in ("293\xa0220", "4\xa0606", "14\xa0706", "283\xa0120"):
        assert number in register
    assert "6\xa0911\xa0303,00" in register  # 4 606 × 1 500,50 ₸
