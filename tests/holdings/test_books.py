"""The books of the stock add up: КСУ, inventory book, statistics and the shelf say one thing."""

import random
import re
import subprocess
from collections import Counter
from contextlib import suppress
from datetime import date
from uuid import uuid4

import pytest
from reports import cells, report
from sqlalchemy import select

from ils import db
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.actions import add_provisional
from ils.clock import Period
from ils.documents import PagedTable
from ils.holdings.acts import acceptance, actions, execution
from ils.holdings.acts import queries as act_queries
from ils.holdings.acts.fields import ActData, LineData
from ils.holdings.acts.models import ActKind, StockAct
from ils.holdings.acts.rules import NotReversible
from ils.holdings.books import papers, queries
from ils.holdings.items.entering import CopyData, change_copy
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.printing import written
from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


def bought(library, record, shares, *, price="1000", number="", source="budget", **about):
    """A batch that came in; its act."""
    with db.transaction(library.sessions) as session:
        origin = library.origin()
        data = ActData(source=source, **about)
        act = actions.draw_up(session, origin, ActKind.ACCEPTANCE, data, origin.branch_id)
        line = LineData(record="—", shares=shares, price=price, number=number)
        ids = {code: branch.id for code, branch in library.branches.items()}
        of = session.get(BibliographicRecord, record)
        acceptance.add_lines(session, act, of, line, ids)
        execution.execute(session, origin, act)
        return act.id


def done(library, kind, numbers, *, branch="ЦБ", reason="worn"):
    """An act of withdrawal or redistribution taken through its steps; its id."""
    with db.transaction(library.sessions) as session:
        origin = library.origin()
        to = library.branches[branch].id
        act = actions.draw_up(session, origin, kind, ActData(reason=reason), to)
        put = actions.put_in(session, act, numbers)
        assert put.refused == []
        actions.fix(session, origin, act)
        if kind == ActKind.WITHDRAWAL:
            actions.approve(session, origin, act, "Приказ")
        execution.execute(session, origin, act)
        return act.id


def turned(library, act_id):
    with db.transaction(library.sessions) as session:
        act = act_queries.act_by_id(session, act_id)
        return execution.reverse(session, library.origin(), act).id


def on_shelf(library, branch=None):
    """What stands in stock, counted copy by copy: subject areas, languages, sum."""
    areas, languages, amount = Counter(), Counter(), 0
    with db.reading(library.sessions) as session:
        for item in session.scalars(select(Item).where(Item.status != ItemStatus.WITHDRAWN)):
            if branch is None or item.owner_branch_id == library.branches[branch].id:
                areas[item.record.subject_area] += 1
                languages[item.record.language] += 1
                amount += item.price or 0
    return areas, languages, amount


def register(library, branch=None, days=YEAR):
    with db.reading(library.sessions) as session:
        return queries.ksu(session, days, branch and library.branches[branch].id)


def sheets(library):
    """Records in two areas and two languages, without copies."""
    with db.transaction(library.sessions) as session:
        return [
            add_provisional(session, library.origin(), title=f"Книга {area} {language}",
                            author="", subject_area=area, language=language).id
            for language, area in (("kk", "literature"), ("ru", "science"), ("ru", "literature"))
        ]  # fmt: skip


def a_year_of_acts(library, dice):
    """Batches, moves, withdrawals, reversals and mended prices, as they come."""
    records, executed = sheets(library), []
    for _ in range(25):
        library.wait(hours=dice.randint(1, 30))
        with db.reading(library.sessions) as session:
            standing = select(Item.inventory_number).where(Item.status == ItemStatus.AVAILABLE)
            free = list(session.scalars(standing.order_by(Item.id)))
        some = dice.sample(free, min(len(free), dice.randint(1, 4)))
        choice = dice.choice(["in", "in", "move", "out", "turn", "price"])
        if choice == "in" or not some:
            shares = f"ЦБ {dice.randint(1, 4)}, Ф1 {dice.randint(1, 3)}"
            price = dice.choice(["", "1200,50", "999"])
            executed.append(bought(library, dice.choice(records), shares, price=price))
        elif choice == "move":
            to = dice.choice(["ЦБ", "Ф1"])
            moving = [n for n in some if library.state(n)[1] != to]
            if moving:
                executed.append(done(library, ActKind.REDISTRIBUTION, moving, branch=to))
        elif choice == "out":
            executed.append(done(library, ActKind.WITHDRAWAL, some))
        elif choice == "price":
            repriced(library, some[0])
        elif executed:
            with suppress(NotReversible):
                turned(library, executed.pop(dice.randrange(len(executed))))


def repriced(library, number, price="777,77"):
    with db.transaction(library.sessions) as session:
        item = session.scalars(select(Item).where(Item.inventory_number == number)).one()
        change_copy(session, library.origin(), item, CopyData(price=price))


@pytest.mark.parametrize("seed", range(2))
def test_the_register_the_statistics_and_the_shelf_agree_whatever_is_done(library, seed):
    a_year_of_acts(library, random.Random(seed))  # noqa: S311 -- no secret
    for branch in (None, "ЦБ", "Ф1"):
        areas, languages, amount = on_shelf(library, branch)
        book = register(library, branch)
        assert book.start.copies == 0
        assert book.end.copies == areas.total()
        assert +book.end.by_area == areas
        assert +book.end.by_language == languages
        assert book.end.by_material.total() == areas.total()
        for rows, side in ((book.arrivals, book.came), (book.withdrawals, book.went)):
            assert sum(row.movement.copies for row in rows) == side.copies
            assert sum(row.movement.amount for row in rows) == side.amount
        if branch is None:
            assert book.end.amount == amount
        said = cells(report(library, "ksu", YEAR, *([branch] if branch else [])))
        assert said["ksu_3", "closing", "copies"] == areas.total()
        assert said["ksu_3", "in", "copies"] == book.came.copies
        assert said["ksu_3", "out", "copies"] == book.went.copies
    with db.reading(library.sessions) as session:  # each row is one act, its copies carry it
        for row in register(library).arrivals:
            if not row.correction and row.act.reverses_id is None:
                of_act = act_queries.sum_of(session, row.act)
                assert row.movement.copies == of_act.copies
    library.check()


def test_a_year_ends_where_the_next_begins(library):
    first, second, _ = sheets(library)
    bought(library, first, "ЦБ 3, Ф1 1")
    library.wait(days=400)
    bought(library, second, "Ф1 2", source="gift")
    done(library, ActKind.WITHDRAWAL, ["1"])
    next_year = register(library, days=Period(date(2027, 1, 1), date(2028, 1, 1)))
    assert (next_year.start.copies, next_year.start.amount) == (4, 400_000)
    assert (next_year.came.copies, next_year.went.copies, next_year.end.copies) == (2, 1, 5)
    assert [row.act.called for row in next_year.arrivals] == ["1/2027"]
    assert [row.act.called for row in next_year.withdrawals] == ["1/2027"]


def test_a_price_mended_later_is_a_row_of_its_own(library):
    (record, *_) = sheets(library)
    bought(library, record, "ЦБ 2", price="100")
    repriced(library, "1", "150")
    rows = register(library).arrivals
    assert [(row.correction, row.movement.copies, row.movement.amount) for row in rows] == [
        (False, 2, 20000), (True, 0, 5000),
    ]  # fmt: skip


def test_redistribution_is_in_the_register_of_branches_only(library):
    (record, *_) = sheets(library)
    bought(library, record, "ЦБ 2")
    done(library, ActKind.REDISTRIBUTION, ["1"], branch="Ф1")
    system, giver, taker = (register(library, branch) for branch in (None, "ЦБ", "Ф1"))
    assert (system.came.copies, system.went.copies) == (2, 0)
    assert (giver.came.copies, giver.went.copies, giver.end.copies) == (2, 1, 1)
    assert (taker.came.copies, taker.went.copies, taker.end.copies) == (1, 0, 1)
    assert taker.arrivals[0].redistribution


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_the_books_as_papers_have_the_sums_of_each_page(library, language):
    (record, *_) = sheets(library)
    bought(library, record, "ЦБ 45", price="10,50", document="Накладная 7", partner="Поставщик")
    with db.reading(library.sessions) as session:
        book = papers.inventory_book(session, library.config, YEAR, None, language)
        ksu = papers.ksu(session, library.config, YEAR, None, language)
    (table,) = (block for block in book.blocks if isinstance(block, PagedTable))
    assert [line[4] for line in table.totals(40, 45)] == ["52,50", "472,50"]
    assert book.foot != ksu.foot
    cells, numbers = next(b for b in ksu.blocks if isinstance(b, PagedTable)).rows[0]
    assert cells[1:7] == ["1/2026", *cells[2:4], "45", "1", "472,50"]
    assert numbers[:3] == [45, 1, 47_250]
    assert "Накладная 7" in cells
    for form in ("pdf", "docx"):
        assert written(ksu, form, language, wide=True)[:2] in {b"%P", b"PK"}
        assert written(book, form, language, wide=True)[:2] in {b"%P", b"PK"}


def book_of(library, branch=None):
    """(number, price, branch or mark) of each row."""
    with db.reading(library.sessions) as session:
        of = branch and library.branches[branch].id
        paper = papers.inventory_book(session, library.config, YEAR, of, "ru")
    (table,) = (block for block in paper.blocks if isinstance(block, PagedTable))
    return [(cells[1], cells[4], cells[7]) for cells, _ in table.rows]


def test_a_row_of_the_inventory_book_never_changes(library):
    """What is mended, moved or reversed is a further row: the sums are those of the register."""
    (record, *_) = sheets(library)
    act = bought(library, record, "Ф1 2", price="777", number="И-1")
    before = book_of(library, "Ф1")
    assert before == [("И-1", "777,00", ""), ("И-2", "777,00", "")]
    library.wait(days=1)
    with db.transaction(library.sessions) as session:
        item = session.scalars(select(Item).where(Item.inventory_number == "И-1")).one()
        change_copy(session, library.origin(), item, CopyData(price="888"))
    assert book_of(library, "Ф1") == [
        *before, ("И-1", "-777,00", "исправление"), ("И-1", "888,00", "исправление"),
    ]  # fmt: skip
    library.wait(days=1)
    done(library, ActKind.REDISTRIBUTION, ["И-1"], branch="ЦБ")
    moved = [row for row in book_of(library, "Ф1") if row[0] == "И-1"]
    assert [row[1] for row in moved] == ["777,00", "-777,00", "888,00"]
    assert all("передан: Филиал ЦБ" in row[2] for row in moved)
    assert book_of(library, "ЦБ") == [("И-1", "888,00", "")]
    assert len(book_of(library)) == 4  # of the system it neither came nor went
    with db.transaction(library.sessions) as session, pytest.raises(NotReversible):
        execution.reverse(session, library.origin(), session.get_one(StockAct, act))


def test_a_reversed_acceptance_stays_in_the_book_with_its_numbers(library):
    (record, *_) = sheets(library)
    act = bought(library, record, "ЦБ 2", price="100", number="И-1")
    library.wait(days=1)
    with db.transaction(library.sessions) as session:
        execution.reverse(session, library.origin(), session.get_one(StockAct, act))
    rows = book_of(library)
    assert [(number, price) for number, price, _ in rows] == [
        ("И-1", "100,00"), ("И-2", "100,00"), ("И-1", "-100,00"), ("И-2", "-100,00"),
    ]  # fmt: skip
    assert ["исправление" in mark for *_, mark in rows] == [False, False, True, True]


def test_each_page_of_the_printed_book_adds_up(library, tmp_path):
    (record, *_) = sheets(library)
    with db.transaction(library.sessions) as session:
        session.get(BibliographicRecord, record).title = "Очень длинное заглавие в двух томах " * 4
    bought(library, record, "ЦБ 97", price="10,50")
    with db.reading(library.sessions) as session:
        book = papers.inventory_book(session, library.config, YEAR, None, "ru")
    file = tmp_path / "book.pdf"
    file.write_bytes(written(book, "pdf", "ru", wide=True))
    command = ["pdftotext", "-layout", str(file), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pages, so_far = [page for page in text.split("\f") if page.strip()], 0
    assert len(pages) > 4
    for page in pages:
        of_page = re.search(r"Итого на странице\s+(\d+),(\d\d)", page)
        carried = re.search(r"с начала\s+([\d\xa0 ]+),(\d\d)", page, re.IGNORECASE)
        copies = len(re.findall(r"(?<![\d\xa0])10,50", page.split("Итого на странице")[0]))
        so_far += copies
        assert int(of_page[1] + of_page[2]) == 1050 * copies > 0
        assert int(re.sub(r"\D", "", carried[1]) + carried[2]) == 1050 * so_far
    assert so_far == 97
    dates = re.findall(r"\d\d\.\d\d\.\d{4}", text)
    assert len(dates) >= 97  # none is broken


def test_the_books_are_pages_and_the_worker_writes_them(library, browser):
    (record, *_) = sheets(library)
    bought(library, record, "ЦБ 2, Ф1 1", number="Ж-1")
    library.account("директор", Role.DIRECTOR)
    browser.sign_in("директор")
    page = browser.get("/staff/holdings/ksu?from=2026-01-01&to=2026-12-31").text
    assert "1/2026" in page
    assert "3\xa0000,00" in page
    listed = browser.get("/staff/holdings/inventory-book?from=2026-01-01&to=2026-12-31&branch=Ф1")
    assert "Ж-3" in listed.text
    assert "Ж-2" not in listed.text
    for book in ("ksu", "inventory-book"):
        answer = browser.post(f"/staff/holdings/books/{book}?from=2026-01-01&to=2026-12-31",
                              form="docx", request_id=str(uuid4()))  # fmt: skip
        library.work()
        page = browser.get(answer.headers["Location"]).text
        link = page.split('class="button main" href="')[1].split('"')[0]
        assert browser.get(link).data[:2] == b"PK"


def test_acts_are_numbered_without_gaps_by_kind_and_year(library):
    (record, *_) = sheets(library)
    for _ in range(3):
        bought(library, record, "ЦБ 1")
    done(library, ActKind.WITHDRAWAL, ["2"])
    library.wait(days=365)
    bought(library, record, "ЦБ 1")
    with db.reading(library.sessions) as session:
        acts = session.scalars(select(StockAct).order_by(StockAct.id))
        assert [(act.kind[:2], act.called) for act in acts] == [
            ("ac", "1/2026"), ("ac", "2/2026"), ("ac", "3/2026"), ("wi", "1/2026"),
            ("ac", "1/2027"),
        ]  # fmt: skip
