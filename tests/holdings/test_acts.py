"""Acts of the stock: what comes in, moves and goes, by papers that balance."""

import re
from datetime import date

import acting
import pytest
from reports import MARCH, cells, report
from sqlalchemy import select

from ils import db
from ils.circulation.desk.rules import CopyUnavailable, CopyWithdrawn
from ils.holdings.acts import queries
from ils.holdings.acts.models import AcceptanceLine, ActItem, StockAct
from ils.holdings.items.models import Item, ItemStatus
from ils.ledger import Entry, Kind
from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")


def send(browser, path, **form):
    return acting.send(browser, f"acts{path}", **form)


def new(browser, kind, **form):
    """An act begun at its page; its id."""
    return int(acting.act(browser, kind, **form).rsplit("/", 1)[1])


def line(browser, act, record, shares, **form):
    return acting.line(browser, f"acts/{act}", record, shares, **form)


def withdrawn(browser, *numbers, reason="worn"):
    """An act of withdrawal taken through all its steps."""
    act = new(browser, "withdrawal", reason=reason)
    send(browser, f"/{act}/items", numbers="\n".join(numbers))
    for step in ("fix", "approve", "execute"):
        answer = send(browser, f"/{act}/{step}", approval="Приказ № 7")
        assert answer.status_code == 302, answer.text
    return act


def rows(library, model):
    with db.reading(library.sessions) as session:
        return list(session.scalars(select(model).order_by(model.id)))


def entries(library, kind):
    with db.reading(library.sessions) as session:
        return list(session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id)))


def sheet(library, number):
    """The record a copy is described by."""
    with db.reading(library.sessions) as session:
        return session.scalars(select(Item.record_id).where(Item.inventory_number == number)).one()


def test_a_batch_comes_in_by_its_document_and_is_distributed(library, stock):
    library.copy("К-1")
    act = new(stock, "acceptance", source="state_order", partner="ОӘҒК", document="Накладная 15",
              document_day="01.03.2026", document_sum="9 000,00")  # fmt: skip
    assert (
        line(stock, act, "К-1", "ЦБ 3, Ф1 2", price="1 500", number="Г-7/2026").status_code == 302
    )
    refused = send(stock, f"/{act}/execute")
    assert refused.status_code == 409
    assert "9\xa0000,00" in refused.text
    assert "7\xa0500,00" in refused.text
    line(stock, act, "К-1", "Ф1 1", price="1500,00")
    assert send(stock, f"/{act}/execute").status_code == 302
    made = [item for item in rows(library, Item) if item.inventory_number != "К-1"]
    branch = {b.id: code for code, b in library.branches.items()}
    assert [(i.inventory_number, branch[i.owner_branch_id], i.ksu) for i in made] == [
        ("Г-7/2026", "ЦБ", "1/2026"), ("Г-8/2026", "ЦБ", "1/2026"), ("Г-9/2026", "ЦБ", "1/2026"),
        ("Г-10/2026", "Ф1", "1/2026"), ("Г-11/2026", "Ф1", "1/2026"), ("Г-12/2026", "Ф1", "1/2026"),
    ]  # fmt: skip
    said = cells(report(library, "ksu", MARCH))
    assert said["ksu_1", "total", "copies"] == 6
    assert said["ksu_1", "total", "titles"] == 1
    assert said["ksu_1", "total", "sum"] == "9000.00"
    assert send(stock, f"/{act}/execute").status_code == 409  # not twice
    page = stock.get(f"/staff/holdings/acts/{act}").text
    assert "Г-12/2026" in page
    library.check()


def test_a_worn_copy_goes_by_an_act_and_is_refused_at_the_desk(library, stock):
    library.copy("К-1")
    library.copy("К-2")
    library.reader("R1")
    act = new(stock, "withdrawal", basis="Приказ № 5", commission="Председатель\nБухгалтер")
    send(stock, f"/{act}/items", numbers="К-1, К-2; нет-такого")
    page = stock.get(f"/staff/holdings/acts/{act}").text
    assert "К-2" in page
    assert re.search(r"<dt>Экземпляры</dt><dd>(\d+)", page)[1] == "2"
    send(stock, f"/{act}/fix")
    assert library.status("К-1") == ItemStatus.IN_PROCESSING
    with pytest.raises(CopyUnavailable):
        library.desk().issue("R1", "К-1")
    assert send(stock, f"/{act}/execute").status_code == 409  # nobody approved it
    assert send(stock, f"/{act}/approve", approval="").status_code == 422
    assert send(stock, f"/{act}/approve", approval="Приказ № 7").status_code == 302
    assert send(stock, f"/{act}/approve", approval="Приказ № 8").status_code == 409
    send(stock, f"/{act}/execute")
    assert library.status("К-1") == ItemStatus.WITHDRAWN
    told = entries(library, Kind.WITHDRAWAL)
    assert [(e.count, e.reason, e.subject_area) for e in told] == [(1, "worn", "literature")] * 2
    with pytest.raises(CopyWithdrawn) as refused:
        library.desk().issue("R1", "К-2")
    assert refused.value.facts["act"] == "1/2026, 04.03.2026"
    library.check()


def test_a_lent_copy_stops_the_act(library, stock):
    library.copy("К-1")
    library.copy("К-2")
    library.reader("R1")
    act = new(stock, "withdrawal")
    send(stock, f"/{act}/items", numbers="К-1\nК-2")
    library.desk().issue("R1", "К-2")
    answer = send(stock, f"/{act}/fix")
    assert answer.status_code == 409
    assert "К-2" in answer.text
    assert "К-1" not in re.findall(r"<p[^>]*>[^<]*К-[12][^<]*", answer.text)[0]
    assert library.status("К-1") == ItemStatus.AVAILABLE
    refused = send(stock, f"/{new(stock, 'withdrawal')}/items", numbers="К-2")
    assert "К-2" in refused.text


def test_a_copy_is_in_one_act_at_a_time(library, stock):
    library.copy("К-1")
    first, second = new(stock, "withdrawal"), new(stock, "withdrawal")
    send(stock, f"/{first}/items", numbers="К-1")
    answer = send(stock, f"/{second}/items", numbers="К-1")
    assert answer.status_code == 200
    assert len(rows(library, ActItem)) == 1
    send(stock, f"/{first}/cancel")
    assert send(stock, f"/{second}/items", numbers="К-1").status_code == 302
    assert [row.is_open for row in rows(library, ActItem)] == [False, True]


def test_a_cancelled_act_puts_its_copies_back(library, stock):
    library.copy("К-1")
    library.copy("К-2", status=ItemStatus.MISSING)
    act = new(stock, "withdrawal", reason="shortage")
    send(stock, f"/{act}/items", numbers="К-1 К-2")
    send(stock, f"/{act}/fix")
    send(stock, f"/{act}/cancel")
    assert (library.status("К-1"), library.status("К-2")) == ("available", "missing")
    assert entries(library, Kind.WITHDRAWAL) == []
    assert send(stock, f"/{act}/fix").status_code == 409


def test_a_found_copy_must_leave_the_act_first(library, stock):
    library.copy("К-1", status=ItemStatus.MISSING)
    act = new(stock, "withdrawal", reason="shortage")
    send(stock, f"/{act}/items", numbers="К-1")
    send(stock, f"/{act}/fix")
    library.desk().scan("К-1")
    assert library.status("К-1") == ItemStatus.AVAILABLE
    assert send(stock, f"/{act}/approve", approval="Приказ").status_code == 409


def test_redistribution_is_neither_arrival_nor_withdrawal_of_the_system(library, stock):
    library.copy("К-1")
    act = new(stock, "redistribution", branch="Ф1")
    send(stock, f"/{act}/items", numbers="К-1")
    send(stock, f"/{act}/fix")
    send(stock, f"/{act}/execute")
    assert library.state("К-1") == ("available", "Ф1")
    system, branch = (cells(report(library, "ksu", MARCH, *at)) for at in ((), ("Ф1",)))
    assert system["ksu_3", "closing", "copies"] == system["ksu_3", "opening", "copies"]
    assert branch["ksu_3", "in.redistributed", "copies"] == 1
    answer = send(stock, f"/{new(stock, 'redistribution', branch='Ф1')}/items", numbers="К-1")
    assert answer.status_code == 200  # it is there already
    library.check()


def test_a_withdrawal_is_undone_only_by_an_act_of_its_own(library, stock):
    library.copy("К-1")
    act = withdrawn(stock, "К-1")
    answer = send(stock, f"/{act}/reverse")
    assert answer.status_code == 302
    assert library.status("К-1") == ItemStatus.AVAILABLE
    first, second = rows(library, StockAct)
    assert (first.state, second.reverses_id, second.called) == ("executed", first.id, "2/2026")
    assert [e.count for e in entries(library, Kind.WITHDRAWAL)] == [1, -1]
    again = send(stock, f"/{act}/reverse")
    assert (again.status_code, "уже сторнирован актом № 2/2026" in again.text) == (409, True)
    assert send(stock, f"/{second.id}/reverse").status_code == 409
    library.reader("R1")
    library.desk().issue("R1", "К-1")
    library.check()


def test_an_acceptance_is_turned_round_while_nobody_used_the_copies(library, stock):
    library.copy("К-1")
    act = new(stock, "acceptance")
    line(stock, act, "К-1", "ЦБ 2", number="Н-1", price="100")
    send(stock, f"/{act}/execute")
    library.reader("R1")
    library.desk().issue("R1", "Н-2")
    assert send(stock, f"/{act}/reverse").status_code == 409
    library.desk().take_back("Н-2")
    assert send(stock, f"/{act}/reverse").status_code == 409  # it has a life of its own
    other = new(stock, "acceptance")
    line(stock, other, "К-1", "ЦБ 1", number="Н-9")
    send(stock, f"/{other}/execute")
    assert send(stock, f"/{other}/reverse").status_code == 302
    assert sum(e.count for e in entries(library, Kind.ACCESSION)) == 2
    third = new(stock, "acceptance")
    line(stock, third, "К-1", "ЦБ 1", number="Н-9")
    assert send(stock, f"/{third}/execute").status_code == 302  # the number is free again
    library.check()


def test_the_record_of_the_last_copy_leaves_the_catalogue_and_comes_back(library, stock):
    library.copy("К-1", title="Единственная")
    record = sheet(library, "К-1")
    act = withdrawn(stock, "К-1")
    library.work()
    assert stock.get(f"/record/{record}").status_code in {404, 410}
    assert library.count("record_deleted") == 1
    send(stock, f"/{act}/reverse")
    library.work()
    assert stock.get(f"/record/{record}").status_code == 200
    library.check()


def test_a_record_with_other_copies_stays(library, stock):
    library.copy("К-1")
    act = new(stock, "acceptance")
    line(stock, act, "К-1", "Ф1 1")
    send(stock, f"/{act}/execute")
    withdrawn(stock, "К-1")
    library.work()
    assert stock.get(f"/record/{sheet(library, 'К-1')}").status_code == 200


def test_what_the_act_does_is_shown_before_it_is_approved(library, stock):
    for number, language in (("К-1", "kk"), ("К-2", "ru"), ("К-3", "ru"), ("К-4", "ru")):
        library.copy(number, language=language)
    library.reader("R1")
    for number in ("К-1", "К-2"):
        library.desk().issue("R1", number)
        library.desk().take_back(number)
    act = new(stock, "withdrawal")
    send(stock, f"/{act}/items", numbers="К-3 К-4")
    with db.reading(library.sessions) as session:
        (effect,) = queries.effects(session, queries.act_by_id(session, act), date(2025, 3, 4))
    about = (effect.stock, effect.left, effect.kazakh, effect.taken_kazakh, effect.lent)
    assert about == (4, 2, 1, 0, 2)
    page = stock.get(f"/staff/holdings/acts/{act}").text
    assert "25 %" in page
    assert "50 %" in page


def test_copies_are_found_by_what_they_have_in_common(library, stock):
    for number in ("К-1", "К-2"):
        library.copy(number, title="Одна книга")
    library.copy("К-3", branch="Ф1")
    library.reader("R1")
    library.wait(days=800)
    library.reregister("R1")
    library.desk().issue("R1", "К-2")
    library.desk().take_back("К-2")
    act = new(stock, "withdrawal", reason="obsolete")
    form = dict.fromkeys(("branch", "material", "subject_area", "unused", "older", "spare"), "")
    form |= {"status": "available"}
    assert send(stock, f"/{act}/find", **form | {"unused": "2"}).status_code == 302
    with db.reading(library.sessions) as session:
        act_ = queries.act_by_id(session, act)
        found = [row.item.number for row in session.scalars(queries.items_of_act(act_))]
    assert found == ["К-1", "К-3"]


def test_copies_beyond_so_many_of_a_title_are_found(library, stock):
    library.copy("К-1")
    act = new(stock, "acceptance")
    line(stock, act, "К-1", "ЦБ 4", number="Д-1")
    send(stock, f"/{act}/execute")
    with db.reading(library.sessions) as session:
        spare = queries.copies_wanted(queries.CopySearch(spare=3))
        assert [item.number for item in session.scalars(spare)] == ["Д-3", "Д-4"]


def test_a_replacement_is_bound_to_the_lost_copy(library, stock):
    lost = library.copy("К-1", status=ItemStatus.LOST)
    library.copy("К-2")
    act = new(stock, "acceptance", source="replacement")
    refused = line(stock, act, "К-2", "ЦБ 1", replaces="К-2")
    assert refused.status_code == 422
    line(stock, act, "К-2", "ЦБ 1", replaces="К-1")
    send(stock, f"/{act}/execute")
    assert "1/2026" in stock.get(f"/staff/holdings/{lost}").text
    assert [e.source for e in entries(library, Kind.ACCESSION)] == ["replacement"]


@pytest.mark.parametrize("shares", ["", "ЦБ", "ЦБ 0", "Ф99 1", "ЦБ 1, мусор", "ЦБ 99999"])
def test_a_distribution_that_cannot_be_read_is_said(library, stock, shares):
    library.copy("К-1")
    act = new(stock, "acceptance")
    assert line(stock, act, "К-1", shares).status_code == 422
    assert rows(library, AcceptanceLine) == []


def test_an_unknown_book_is_described_first(library, stock):
    act = new(stock, "acceptance")
    answer = line(stock, act, "978-601-00-0000-0", "ЦБ 1")
    assert answer.status_code == 422
    assert send(stock, f"/{act}/execute").status_code == 409  # it is empty


def test_nothing_of_an_act_is_done_when_a_number_is_taken(library, stock):
    library.copy("К-1")
    act = new(stock, "acceptance")
    line(stock, act, "К-1", "ЦБ 2", number="Н-1")
    line(stock, act, "К-1", "ЦБ 1", number="К-1")
    assert send(stock, f"/{act}/execute").status_code == 409
    assert len(rows(library, Item)) == 1
    assert entries(library, Kind.ACCESSION) == []


def test_a_cataloguer_draws_up_but_does_not_approve(library, browser):
    library.copy("К-1")
    library.account("каталог", Role.CATALOGUER)
    browser.sign_in("каталог")
    act = new(browser, "withdrawal")
    send(browser, f"/{act}/items", numbers="К-1")
    send(browser, f"/{act}/fix")
    assert send(browser, f"/{act}/approve", approval="сам").status_code == 403


def test_a_thousand_copies_come_in_one_batch(library, stock):
    library.copy("К-1")
    act = new(stock, "acceptance")
    line(stock, act, "К-1", "ЦБ 900, Ф1 1100", number="Т-1")
    assert line(stock, act, "К-1", "ЦБ 1").status_code == 409  # an act has its bounds
    assert send(stock, f"/{act}/execute").status_code == 302
    assert sum(e.count for e in entries(library, Kind.ACCESSION)) == 2000
    library.check()


def test_acts_are_found_by_any_words_of_theirs(stock, library):
    """Letters of either case, and signs that mean something to the database, are just letters."""
    library.copy("К-1")
    new(stock, "acceptance", partner="Книжный дом «Қазақ»", document="Накладная 100%")

    def found(words):
        page = stock.get(f"/staff/holdings/acts?q={words}").text
        return page.partition("<tbody>")[2].count("/staff/holdings/acts/")

    assert [found(w) for w in ("книжный", "ҚАЗАҚ", "100%25", "_", "0%251")] == [1, 1, 1, 0, 0]


def test_a_number_with_a_blank_is_one_number(library, stock):
    for number in ("ИНВ 77", "77", "12,13"):
        library.copy(number)
    act = new(stock, "withdrawal")
    send(stock, f"/{act}/items", numbers="ИНВ 77\n12,13")
    assert [row.item.number for row in rows(library, ActItem)] == ["ИНВ 77", "12,13"]


def test_what_a_redistribution_does_to_the_branch_that_gets_is_shown(library, stock):
    library.copy("К-1", branch="Ф1")
    library.copy("К-2")
    act = new(stock, "redistribution", branch="Ф1")
    send(stock, f"/{act}/items", numbers="К-2")
    with db.reading(library.sessions) as session:
        found = queries.effects(session, queries.act_by_id(session, act), date(2025, 3, 4))
    said = {one.branch_id: (one.stock, one.taken, one.left) for one in found}
    assert said == {
        library.branches["ЦБ"].id: (1, 1, 0), library.branches["Ф1"].id: (1, -1, 2),
    }  # fmt: skip
