"""ВСО: a branch asks, a box is packed by scans, received, lent from, and comes home."""

import re
import subprocess

import acting
import pytest
from exchange import ask, box, figures, packed, scan, send, state_of, ways
from sqlalchemy import select

from ils import db
from ils.circulation.transit.models import InternalLoan, Shipment, Transit
from ils.holdings.items.models import Item
from ils.holdings.stocktaking.findings import mark_missing
from ils.organisation.staff.models import Role

pytestmark = pytest.mark.usefixtures("library_clock")


def test_a_selection_is_asked_for_packed_received_lent_and_comes_home(library, centre, branch):
    for number in ("В-1", "В-2", "В-3"):
        library.copy(number, title=f"Книга {number}")
    library.reader("R1")
    asked = ask(branch, purpose="selection", topic="Ұлы дала", copies="3", audience="student",
                until="20.03.2026")  # fmt: skip
    assert "Ұлы дала" in centre.get("/staff/internal-loans/").text
    number = packed(centre, "Ф1", "В-1", "В-2", "В-3", asked=asked)
    assert {library.state(n) for n in ("В-1", "В-2", "В-3")} == {("in_transit", "ЦБ")}
    assert scan(branch, number, "В-1") == "получено"
    assert scan(branch, number, "в 1") == "уже отсканирована"
    assert send(branch, f"/boxes/{number}/all").status_code == 302
    assert library.state("В-3") == ("available", "Ф1")
    assert library.desk("Ф1").take_back("В-3").situation == "on_shelf"  # it stays here
    library.wait(minutes=1)
    library.desk("Ф1").issue("R1", "В-1")
    library.wait(minutes=1)
    assert library.desk("Ф1").take_back("В-1").situation == "return"  # and stays
    assert ways(library) == {
        "il_requested": 1, "il_selected": 3, "il_dispatched": 3, "il_received": 3, "il_lent": 1,
    }  # fmt: skip
    library.work()
    expected = {
        "readers": 1, "loans": 1, "from_exchange": 3, "by_selection": 3, "selections": 1,
        "selection_copies": 3,
    }  # fmt: skip
    assert figures(library) == expected
    assert figures(library, "Ф1") == {"readers": 1, "loans": 1, "selections": 1}
    library.check()

    library.wait(days=20)  # the selection is over
    assert library.desk("Ф1").scan("В-2").situation == "into_transit"
    library.desk("ЦБ").scan("В-2")
    assert (library.state("В-2"), state_of(library, "В-2")) == (("available", "ЦБ"), "back")
    home = packed(branch, "ЦБ", "В-1", "В-3")
    send(centre, f"/boxes/{home}/all")
    assert {state_of(library, n) for n in ("В-1", "В-2", "В-3")} == {"back"}
    assert ways(library)["il_back"] == ways(library)["il_sent_back"] == 3
    assert "Нет экземпляров" in centre.get("/staff/internal-loans/away").text
    with db.reading(library.sessions) as session:
        assert set(session.scalars(select(Item.assigned_branch_id))) == {None}
    library.check()


def test_a_reader_of_a_branch_gets_a_copy_of_another(library, centre, branch):
    library.copy("Ц-1")
    library.reader("R1")
    library.desk("Ф1").wait_for("R1", "Ц-1")
    assert "Абай жолы" in centre.get("/staff/internal-loans/readers").text
    number = packed(centre, "Ф1", "Ц-1")  # nothing is asked for: it goes to who waits
    assert state_of(library, "Ц-1") == "dispatched"
    assert scan(branch, number, "Ц-1") == "получено, на полку заказов"
    assert library.state("Ц-1") == ("on_hold_shelf", "Ф1")
    library.desk("Ф1").issue("R1", "Ц-1")
    library.wait(minutes=1)
    back = library.desk("Ф1").take_back("Ц-1")
    assert (back.situation, state_of(library, "Ц-1")) == ("into_transit", "sent_back")
    library.desk("ЦБ").scan("Ц-1")
    assert state_of(library, "Ц-1") == "back"
    library.work()
    assert figures(library) == {"readers": 1, "loans": 1, "from_exchange": 1, "by_request": 1}
    library.check()


def test_a_branch_sends_to_a_branch_and_that_is_counted_between_units(library, at):
    library.copy("Ф-1", branch="Ф1")
    library.reader("R1")
    library.desk("Ф2").wait_for("R1", "Ф-1")
    packed(at("Ф1"), "Ф2", "Ф-1")
    assert figures(library) == {"between_units": 1}


def test_who_waits_stands_here_before_the_box_is_opened(library, centre):
    """Received, filled and lent in one scan."""
    library.copy("Ц-1")
    library.reader("R1")
    library.desk("Ф1").wait_for("R1", "Ц-1")
    packed(centre, "Ф1", "Ц-1")
    lent = library.desk("Ф1").issue("R1", "Ц-1")
    assert (lent.situation, library.holds()) == ("hold_and_loan", ["filled"])
    assert state_of(library, "Ц-1") == "received"
    assert ways(library) == {"il_dispatched": 1, "il_received": 1, "il_lent": 1}
    library.check()
    library.desk("Ф1").undo(lent.act)
    assert (library.state("Ц-1")[0], state_of(library, "Ц-1")) == ("in_transit", "dispatched")
    assert ways(library) == {"il_dispatched": 1}
    library.check()


def test_a_copy_goes_into_one_box_and_each_box_to_one_branch(library, at, centre):
    library.copy("Ц-1")
    library.copy("Ц-2")
    library.copy("Ф-1", branch="Ф1")
    asked = ask(centre, purpose="exhibition", topic="Наурыз")
    first, second, other = box(centre, "Ф1"), box(centre, "Ф1"), box(centre, "Ф2")
    refused = scan(centre, first, "Ц-1")
    assert refused.startswith("«Абай жолы» (Ц-1) остаётся здесь. Выберите запрос")
    assert scan(centre, first, "Ц-1", asked) == "уложена"
    assert scan(centre, first, "Ц-1", asked) == "уже отсканирована"
    assert scan(centre, second, "Ц-1", asked) == "«Абай жолы» (Ц-1) в коробке № 1."
    assert scan(centre, first, "нет-такого", asked).endswith("не найдено")
    library.reader("R1")
    library.desk().issue("R1", "Ц-2")
    assert scan(centre, first, "Ц-2", asked) == "«Абай жолы» (Ц-2)"  # it is on loan
    library.desk("ЦБ").scan("Ф-1")  # found here: on its way home
    assert "Ф1" in scan(centre, other, "Ф-1")
    assert scan(centre, second, "Ф-1") == "уложена"
    send(centre, f"/boxes/{first}/out", item=library_item(library, "Ц-1"))
    assert library.state("Ц-1") == ("available", "ЦБ")
    assert send(centre, f"/boxes/{first}/send").status_code == 409  # it is empty
    assert ways(library) == {"il_requested": 1}
    assert send(centre, "/boxes", branch="ЦБ", asked="").status_code == 409
    assert send(at("Ф2"), f"/boxes/{second}/send").status_code == 409
    library.check()


def library_item(library, number):
    with db.reading(library.sessions) as session:
        return session.scalars(select(Item.id).where(Item.inventory_number == number)).one()


def test_the_differences_of_a_box_have_names(library, at, centre, branch):
    for number in ("Ц-1", "Ц-2", "Ц-3", "Ц-4"):
        library.copy(number, title=f"Том {number}")
    asked = ask(branch, purpose="selection", topic="Сказки", copies="3")
    number = packed(centre, "Ф1", "Ц-1", "Ц-2", asked=asked)
    foreign = packed(centre, "Ф2", "Ц-3", asked=ask(branch, topic="Иное", branch="Ф2"))
    assert scan(at("Ф2"), number, "Ц-1").startswith("Эта коробка")  # opened at the wrong branch
    assert scan(branch, number, "Ц-1") == "получено"
    assert scan(branch, number, "Ц-3") == "едет в другой филиал"
    assert scan(branch, number, "Ц-4") == "нет в списке этой коробки"  # and it goes home
    send(branch, f"/boxes/{number}/close")
    page = branch.get(f"/staff/internal-loans/boxes/{number}").text
    assert "Том Ц-4 (Ц-4)" in page
    assert "Не оказалось в коробке: 1" in page
    send(branch, f"/boxes/{number}/close")  # twice is once
    under_way = branch.get("/staff/internal-loans/under-way?to=Ф1").text
    assert re.findall(r"Том (Ц-\d)", under_way) == ["Ц-2"]
    assert scan(branch, number, "Ц-2") == "получено"  # it comes a week later
    assert "Не оказалось" not in branch.get(f"/staff/internal-loans/boxes/{number}").text
    assert foreign != number
    library.check()


def test_what_never_left_and_what_nobody_finds(library, at, centre, branch):
    for number in ("Ц-1", "Ц-2", "Ц-3"):
        library.copy(number)
    library.reader("R1")
    library.desk("Ф1").wait_for("R1", "Ц-3")
    asked = ask(branch, purpose="selection", topic="Сказки", copies="2")
    number = packed(centre, "Ф1", "Ц-1", "Ц-2", asked=asked)
    packed(centre, "Ф1", "Ц-3")
    with db.reading(library.sessions) as session:
        lines = dict(session.execute(
            select(Item.inventory_number, Transit.id).join(Transit, Transit.item_id == Item.id)
        ).all())  # fmt: skip
    library.wait(days=8)
    assert "Ц-1" in centre.get("/staff/internal-loans/under-way?late=yes").text
    foreign = at("Ф2")
    assert "/stayed" not in foreign.get("/staff/internal-loans/under-way").text
    for what in ("stayed", "lost"):
        assert send(foreign, f"/under-way/{lines['Ц-1']}/{what}").status_code == 409
    assert send(centre, f"/under-way/{lines['Ц-1']}/stayed").status_code == 302
    assert send(centre, f"/under-way/{lines['Ц-2']}/lost").status_code == 302
    assert send(centre, f"/under-way/{lines['Ц-3']}/lost").status_code == 302
    assert send(centre, f"/under-way/{lines['Ц-3']}/lost").status_code == 404
    assert [library.state(n) for n in ("Ц-1", "Ц-2", "Ц-3")] == [
        ("available", "ЦБ"), ("missing", "ЦБ"), ("missing", "ЦБ"),
    ]  # fmt: skip
    assert library.holds() == ["waiting"]
    assert ways(library) == {
        "il_requested": 1, "il_selected": 1, "il_dispatched": 2, "il_cancelled": 2,
    }  # fmt: skip
    assert "Экземпляров: 2, прибыло: 0, не найдено: 2" in of_box(branch, number)
    library.check()
    assert scan(branch, number, "Ц-2") == "получено"  # it lay at the bottom of the box
    assert "Экземпляров: 2, прибыло: 1, не найдено: 1" in of_box(branch, number)
    assert (library.state("Ц-2"), library.count("found")) == (("in_transit", "Ф1"), 1)
    assert scan(branch, number, "Ц-1") == "получено"  # it had left after all
    library.check()


def of_box(browser, number):
    """What the page of a box says of its copies."""
    return re.search(r"<p>(Экземпляров: .*?)</p>",
                     browser.get(f"/staff/internal-loans/boxes/{number}").text)[1]  # fmt: skip


def test_a_request_is_refused_with_its_reason_and_counted_among_the_refusals(library, at, branch):
    item = library.copy("Ц-1")
    with db.reading(library.sessions) as session:
        record = session.get(Item, item).record_id
    asked = ask(branch, record=str(record))
    page = branch.get(f"/staff/internal-loans/{asked}").text
    assert "свободно: 1" in page
    foreign = at("Ф2")
    assert "/cancel" not in foreign.get(f"/staff/internal-loans/{asked}").text
    assert send(foreign, f"/{asked}/cancel").status_code == 409
    assert send(branch, f"/{asked}/refuse", reason="all_on_loan").status_code == 302
    assert (library.count("refusal"), ways(library)) == (1, {"il_requested": 1, "il_cancelled": 1})
    assert send(branch, f"/{asked}/cancel").status_code == 409
    assert "Ц-1" not in branch.get("/staff/internal-loans/pick").text


def test_a_request_without_a_document_or_topic_is_refused(branch):
    about = {"branch": "Ф1", "purpose": "selection", "record": "", "topic": "", "copies": "1",
             "audience": "", "language": "", "until": "", "note": ""}  # fmt: skip
    assert send(branch, "/new", **about).status_code == 422
    assert send(branch, "/new", **about | {"topic": "x", "until": "01.01.2026"}).status_code == 422
    assert send(branch, "/new", **about | {"topic": "x", "copies": "0"}).status_code == 422
    assert send(branch, "/new", **about | {"record": "нет"}).status_code == 422


def test_whom_to_ask_first_is_whose_van_leaves_next(library, at, branch):
    for number, where in (("Ц-1", "ЦБ"), ("Ф-1", "Ф2")):
        library.copy(number, branch=where)
    with db.transaction(library.sessions) as session:
        first = session.scalars(select(Item.record_id).order_by(Item.id)).first()
        for item in session.scalars(select(Item)):
            item.record_id = first
        session.get(type(library.branches["Ф2"]), library.branches["Ф2"].id).van_weekdays = "4"
    asked = ask(branch, record=str(first))
    page = branch.get(f"/staff/internal-loans/{asked}").text
    assert re.findall(r"<li>(Филиал \S+):", page) == ["Филиал Ф2", "Филиал ЦБ"]
    assert "05.03.2026" in page  # the Thursday after Wednesday, 4 March


def test_the_packing_list_says_the_same_on_both_sides_and_opens_its_box(
    library, centre, branch, tmp_path
):
    library.copy("Ц-1", title="Қоңыр күз")
    asked = ask(branch, purpose="selection", topic="Күз")
    number = packed(centre, "Ф1", "Ц-1", asked=asked)
    with db.reading(library.sessions) as session:
        assert session.scalars(select(Shipment.number)).one() == 1
    texts = []
    for browser, language in ((centre, "ru"), (branch, "ru"), (branch, "kk")):
        answer = browser.get(f"/staff/internal-loans/boxes/{number}/list.pdf?language={language}")
        assert answer.data[:5] == b"%PDF-"
        (tmp_path / "list.pdf").write_bytes(answer.data)
        texts.append(text_of(tmp_path / "list.pdf"))
    sums = [re.search(r"[0-9A-F]{8}(?=\.)", text)[0] for text in texts]
    assert len(set(sums)) == 1
    assert "Қоңыр күз" in texts[2]
    on_a_russian_layout = f"ЫЙ-И{number}"
    assert send(branch, "/boxes/find", code=on_a_russian_layout).status_code == 302
    opened = send(branch, "/boxes/find", code=f"sq-b{number}")
    assert opened.headers["Location"].endswith(f"/boxes/{number}")
    assert send(branch, "/boxes/find", code="SQ-B1").status_code == 404
    word = branch.get(f"/staff/internal-loans/boxes/{number}/list.docx")
    assert word.data[:2] == b"PK"


def text_of(path):
    command = ["pdftotext", str(path), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_copy_lost_at_the_branch_ends_its_loan_by_hand(library, centre, branch):
    library.copy("Ц-1")
    library.reader("R1")
    asked = ask(branch, purpose="selection", topic="Күз")
    number = packed(centre, "Ф1", "Ц-1", asked=asked)
    send(branch, f"/boxes/{number}/all")
    with db.reading(library.sessions) as session:
        loan = session.scalars(select(InternalLoan.id)).one()
    assert send(branch, f"/away/{loan}/end").status_code == 404  # it stands on the shelf
    with db.transaction(library.sessions) as session:
        mark_missing(session, library.origin("Ф1"), [session.scalars(select(Item)).one()])
    assert "Не вернётся" in branch.get("/staff/internal-loans/away").text
    assert send(branch, f"/away/{loan}/end").status_code == 302
    assert ways(library)["il_cancelled"] == 1
    library.check()


def test_a_copy_on_its_way_is_not_withdrawn(library, centre, branch, browser):
    library.copy("Ц-1")
    packed(centre, "Ф1", "Ц-1", asked=ask(branch, purpose="selection", topic="Күз"))
    library.account("фонд", Role.STOCK)
    browser.sign_in("фонд")
    act = acting.act(browser, "withdrawal")
    acting.send(browser, f"{act}/items", numbers="Ц-1")
    assert acting.send(browser, f"{act}/fix").status_code == 409
    assert library.state("Ц-1") == ("in_transit", "ЦБ")
