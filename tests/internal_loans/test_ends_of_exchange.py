"""What ends an internal loan, what a box or a request refuses, what keeps a branch open."""

from datetime import date, timedelta
from uuid import uuid4

import acting
import pytest
from exchange import ask, box, figures, packed, scan, send, state_of, ways
from library import Browser
from sqlalchemy import select, update

from ils import db, selfcheck
from ils.circulation.transit.models import InternalLoan, Shipment, Transit
from ils.holdings.items.models import Item
from ils.holdings.stocktaking.models import StocktakeItem
from ils.internal_loans.requests.models import InternalRequest
from ils.ledger import Entry, Kind
from ils.organisation.branches.models import Branch
from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")
AWAY = "/staff/internal-loans/away"


def lent(library, centre, branch, number="К-1", **asked):
    """A copy of the centre that stands at a branch for a selection."""
    library.copy(number)
    request = ask(branch, purpose="selection", topic="Абай", **asked)
    parcel = packed(centre, "Ф1", number, asked=request)
    send(branch, f"/boxes/{parcel}", code=number)
    assert state_of(library, number) == "received"
    return request


def loan_of(library, number):
    with db.reading(library.sessions) as session:
        query = select(InternalLoan.id).join(InternalLoan.item)
        query = query.where(Item.inventory_number == number).order_by(InternalLoan.id.desc())
        return session.scalars(query).first()


def test_a_selection_without_an_end_is_called_back(library, centre, branch):
    lent(library, centre, branch)
    library.wait(days=400)
    assert library.desk("Ф1").scan("К-1").situation != "to_send"  # it stays until somebody asks
    assert "Отозвать" in centre.get(AWAY).text
    assert send(centre, f"/away/{loan_of(library, 'К-1')}/back").status_code == 302
    assert "Отозвать" not in centre.get(AWAY).text
    home = box(branch, "ЦБ")
    assert scan(branch, home, "К-1") == "уложена"
    send(branch, f"/boxes/{home}/send")
    send(centre, f"/boxes/{home}", code="К-1")
    assert (state_of(library, "К-1"), library.state("К-1")) == ("back", ("available", "ЦБ"))


def test_another_branch_calls_nothing_back(library, at, centre, branch):
    lent(library, centre, branch)
    other = at("Ф2")
    assert "Отозвать" not in other.get(AWAY).text
    assert send(other, f"/away/{loan_of(library, 'К-1')}/back").status_code == 409


@pytest.mark.parametrize("to", ["Ф1", "Ф2"])
def test_a_copy_given_to_a_branch_is_lent_to_it_no_more(library, at, centre, branch, to):
    at("Ф2")
    lent(library, centre, branch)
    library.account("склад", Role.STOCK)
    centre.sign_in("склад")
    acting.send(centre, f"{item_of(library, 'К-1')}/move", branch=to)
    assert (state_of(library, "К-1"), library.state("К-1")) == ("back", ("available", to))
    with db.reading(library.sessions) as session:
        item = session.get_one(Item, item_of(library, "К-1"))
        assert (item.assigned_branch_id, item.owner_branch_id) == (None, library.branches[to].id)


def item_of(library, number):
    with db.reading(library.sessions) as session:
        return session.scalars(select(Item.id).where(Item.inventory_number == number)).one()


def test_a_check_of_the_stock_does_not_miss_what_is_lent_to_a_branch(library, centre, branch):
    lent(library, centre, branch)
    library.copy("К-2")
    library.account("склад", Role.STOCK)
    centre.sign_in("склад")
    about = {"name": "Проверка", "branch": "ЦБ", "location": "", "seen_since": "", "basis": "",
             "commission": ""}  # fmt: skip
    assert acting.send(centre, "checks/new", **about).status_code == 302
    library.work()
    with db.reading(library.sessions) as session:
        assert list(session.scalars(select(StocktakeItem.item_id))) == [item_of(library, "К-2")]


def test_a_copy_in_the_wrong_box_goes_on_in_another(library, at, centre, branch):
    other = at("Ф2")
    library.copy("К-1")
    request = ask(other, branch="Ф2", purpose="selection", topic="Абай")
    parcel = packed(centre, "Ф2", "К-1", asked=request)
    library.copy("К-2")
    mine = packed(centre, "Ф1", "К-2", asked=ask(branch, purpose="selection", topic="Мұқағали"))
    assert scan(branch, mine, "К-1") == "едет в другой филиал"
    onward = box(branch, "Ф2")
    assert scan(branch, onward, "К-1") == "уложена"
    send(branch, f"/boxes/{onward}/send")
    assert scan(other, parcel, "К-1") != "принята"  # it is on no list of that box any more
    library.check()


def test_a_box_takes_only_what_its_request_asks_for(library, centre, branch):
    for number, title in (("К-1", "Абай жолы"), ("К-3", "Мата")):
        library.copy(number, title=title)
    library.copy("К-2", title="Абай жолы")
    with db.transaction(library.sessions) as session:  # a second copy of the same record
        one, two = (session.get_one(Item, item_of(library, n)) for n in ("К-1", "К-2"))
        two.record_id = one.record_id
    request = ask(branch, record="К-1")
    parcel = box(centre, "Ф1", request)
    assert scan(centre, parcel, "К-3", request) == "Запрос на другой документ."
    assert scan(centre, parcel, "К-1", request) == "уложена"
    assert "Все экземпляры по запросу уже отобраны" in scan(centre, parcel, "К-2", request)
    refused = send(centre, f"/{request}/refuse", reason="absent")
    assert refused.status_code == 409  # something is picked for it
    send(centre, f"/{request}/fill")


def test_a_request_that_ended_gets_nothing_more(library, centre, branch):
    library.copy("К-1")
    request = ask(branch, record="К-1")
    assert send(centre, f"/{request}/refuse", reason="absent").status_code == 302
    parcel = box(centre, "Ф1", request)
    assert "завершён" in scan(centre, parcel, "К-1", request)


def test_a_selection_counts_where_it_is_asked_and_not_if_refused(library, centre, branch):
    ask(centre, branch="Ф1", purpose="selection", topic="Көктем")
    gone = ask(centre, branch="Ф1", purpose="selection", topic="Жаз")
    assert (figures(library, "Ф1")["selections"], "selections" in figures(library, "ЦБ")) == (
        2, False,
    )  # fmt: skip
    send(centre, f"/{gone}/refuse", reason="absent")
    assert figures(library, "Ф1")["selections"] == 1
    assert library.count(Kind.REFUSAL) == 1
    with db.reading(library.sessions) as session:
        refusal = session.scalars(select(Entry).where(Entry.kind == Kind.REFUSAL)).one()
        assert refusal.branch_id == library.branches["Ф1"].id


def test_everything_is_there_and_the_box_is_received(library, centre, branch):
    library.copy("К-1")
    parcel = packed(centre, "Ф1", "К-1", asked=ask(branch, record="К-1"))
    library.wait(days=3)
    send(branch, f"/boxes/{parcel}/all")
    with db.reading(library.sessions) as session:
        assert session.get_one(Shipment, parcel).received_at is not None


def test_the_age_of_a_way_counts_from_the_day_the_box_left(library, centre, branch):
    library.copy("К-1")
    request = ask(branch, record="К-1")
    parcel = box(centre, "Ф1", request)
    scan(centre, parcel, "К-1", request)
    library.wait(days=8)
    send(centre, f"/boxes/{parcel}/send")
    with db.reading(library.sessions) as session:
        way = session.scalars(select(Transit)).one()
        assert way.sent_at == library.now


def test_a_copy_that_arrives_before_its_box_was_said_to_leave_is_counted(library, centre, branch):
    library.copy("К-1")
    request = ask(branch, record="К-1")
    parcel = box(centre, "Ф1", request)
    scan(centre, parcel, "К-1", request)
    library.desk("Ф1").scan("К-1")
    assert ways(library)["il_dispatched"] == 1
    assert figures(library, "ЦБ")["from_exchange"] == 1
    assert state_of(library, "К-1") == "received"


def test_a_branch_is_closed_when_nothing_is_left_there(library, app, centre, branch):
    lent(library, centre, branch)
    library.account("админ", Role.ADMINISTRATOR)
    admin = Browser(app.test_client())
    admin.sign_in("админ")
    about = {"form": "branch", "name_ru": "Ф", "name_kk": "Ф", "type": "city",
             "timezone": "Asia/Almaty"}  # fmt: skip
    refused = admin.post("/staff/settings/branch/Ф1", request_id=str(uuid4()), **about)
    assert refused.status_code == 409
    assert "экземпляры на месте: 1" in refused.text
    assert "ВСО: 1" in refused.text
    closed = admin.post("/staff/settings/branch/Ф2", request_id=str(uuid4()), **about)
    assert closed.status_code == 302
    answer = send(centre, "/boxes", branch="Ф2", asked="")
    assert (answer.status_code, "закрыт" in answer.text) == (409, True)
    assert 'value="Ф2"' not in centre.get("/staff/internal-loans/new").text


def test_what_waits_for_a_box_is_shown_with_the_van(library, at, centre):
    at("Ф2")
    library.copy("К-1", branch="Ф1")
    library.desk("ЦБ").scan("К-1")  # a copy of the branch returned at the centre
    with db.transaction(library.sessions) as session:
        session.execute(update(Branch).values(van_weekdays="5"))
    library.copy("К-2", branch="Ф2")
    library.reader("R1")
    library.desk("Ф2").issue("R1", "К-2")
    library.wait(hours=1)
    library.desk("ЦБ").take_back("К-2")
    page = centre.get("/staff/internal-loans/boxes").text
    assert "Уложить" in page
    assert "06.03.2026" in page


@pytest.mark.parametrize(("fault", "found"), [
    (update(InternalRequest).values(state="refused"), "requests"),
    (update(InternalLoan).values(state="back", ended_at=date(2026, 3, 4)), "internal_loans"),
    (update(InternalLoan).values(state="selected"), "boxes"),
])  # fmt: skip
def test_a_state_without_its_entry_is_found(library, centre, branch, fault, found):
    library.copy("К-1")
    packed(centre, "Ф1", "К-1", asked=ask(branch, record="К-1"))
    with library.sessions() as session:
        if "ended_at" in str(fault):
            fault = fault.values(ended_at=library.now - timedelta(minutes=1))
        session.execute(fault)
        session.flush()
        checks = {one.check for one in selfcheck.findings(session)}
        session.rollback()
    assert found in checks


def test_who_is_on_the_same_round_is_asked_first(library, at, branch):
    at("Ф2")
    library.open_branch("Ф3")
    for number, place in (("К-2", "Ф2"), ("К-3", "Ф3")):
        library.copy(number, branch=place, title="Абай жолы")
    with db.transaction(library.sessions) as session:
        one, two = (session.get_one(Item, item_of(library, n)) for n in ("К-2", "К-3"))
        two.record_id = one.record_id
        near = (library.branches["Ф1"].id, library.branches["Ф3"].id)
        session.execute(update(Branch).where(Branch.id.in_(near)).values(route="север"))
    page = branch.get(f"/staff/internal-loans/{ask(branch, record='К-2')}").text
    offers = page.partition("<ol>")[2].partition("</ol>")[0].split("</li>")
    assert ("Ф3" in offers[0], "тот же маршрут" in offers[0]) == (True, True)
    assert ("Ф2" in offers[1], "тот же маршрут" in offers[1]) == (True, False)
