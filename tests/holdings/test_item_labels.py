"""Labels of copies: chosen by what they have in common, printed once, sent to a printer."""

import re
import socket
import subprocess
import threading
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from ils import db
from ils.documents import barcodes
from ils.holdings.items.models import Item
from ils.holdings.labels import queries
from ils.holdings.labels.queries import LabelSelection
from ils.jobs.models import Job
from ils.jobs.runner import Runner
from ils.operations.worker import JOBS

pytestmark = pytest.mark.usefixtures("library_clock")


@pytest.fixture
def stock(stock, library):
    for number in ("98", "99", "100", "101", "K-5"):
        library.copy(number, title=f"Книга {number}")
    library.copy("102", branch="Ф1")
    return stock


def numbers(library, **selection):
    with db.reading(library.sessions) as session:
        found = session.scalars(queries.chosen(LabelSelection(**selection)))
        return [item.inventory_number for item in found]


def send(browser, path, **form):
    return browser.post(f"/staff/holdings/labels/{path}", request_id=str(uuid4()), **form)


def test_a_range_of_numbers_goes_as_people_count(library, stock):
    assert numbers(library, first="99", last="101") == ["99", "100", "101"]
    assert numbers(library, first="100") == ["100"]
    assert numbers(library, branch_id=library.branches["Ф1"].id) == ["102"]


def test_a_range_of_numbers_has_one_form(library, stock):
    for number in ("7/2026", "9/2019", "12/2026", "13/2026", "К-2"):
        library.copy(number)
    assert numbers(library, first="7/2026", last="12/2026") == ["7/2026", "12/2026"]
    assert numbers(library, first="K-1", last="K-9") == ["K-5"]


@pytest.mark.parametrize("typed", ["777-А", "777–А", "777\N{MINUS SIGN}а", "777 А"])
def test_an_end_of_a_range_is_found_however_it_is_typed(library, stock, typed):
    library.copy("777-А", title="Осы")
    library.copy("777-Б", title="Басқа")
    page = stock.get(f"/staff/holdings/labels?first={typed}&last={typed}").text
    assert ("Осы" in page, "Басқа" in page) == (True, False)


def test_what_is_printed_is_skipped_next_time_and_a_run_goes_on_in_the_middle(library, stock):
    page = stock.get("/staff/holdings/labels?first=98&last=101").text
    assert "Книга 98" in page
    part = stock.get("/staff/holdings/labels.zpl?first=98&last=101&start=3")
    assert part.data.count(b"^XA") == 2
    assert send(stock, "done", first="98", last="101", start="1").status_code == 302
    assert numbers(library) == ["102", "K-5"]
    assert numbers(library, printed_too=True, first="98", last="98") == ["98"]
    shown = stock.get("/staff/holdings/labels/progress").text
    assert "80.0" in shown  # four of five in the central library


def test_another_barcode_needs_another_label(library, stock):
    send(stock, "done", first="98")
    with db.reading(library.sessions) as session:
        item = session.scalars(select(Item.id).where(Item.inventory_number == "98")).one()
    form = dict.fromkeys(("price", "location", "shelf_mark", "condition", "ksu"), "")
    stock.post(f"/staff/holdings/{item}", barcode="B-98", request_id=str(uuid4()), **form)
    assert numbers(library, first="98") == ["98"]


@pytest.mark.parametrize("kind", ["item", "spine"])
def test_labels_are_sheets_or_commands(library, stock, kind):
    assert stock.get(f"/staff/holdings/labels.pdf?kind={kind}").data[:4] == b"%PDF"
    assert stock.get(f"/staff/holdings/labels.zpl?kind={kind}").data.count(b"^XZ") == 6
    assert stock.get(f"/staff/holdings/labels.zpl?kind={kind}&first=5000").status_code == 422


def test_the_offset_is_kept_on_the_computer(library, stock):
    before = stock.get("/staff/holdings/labels.zpl?first=98").data
    assert send(stock, "offset", right="1,5", down="-2").status_code == 302
    assert stock.get("/staff/holdings/labels.zpl?first=98").data != before
    assert 'value="1.5"' in stock.get("/staff/holdings/labels").text
    assert send(stock, "offset", right="много", down="").status_code == 422
    assert stock.get("/staff/holdings/labels/test.zpl").data.startswith(b"^XA^PW464")


@pytest.fixture
def printer():
    """A printer in the network: its address, and what it was sent."""
    taken = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take():
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with line:
                    while part := line.recv(65536):
                        taken.append(part)

        threading.Thread(target=take, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", taken


def test_a_printer_in_the_network_is_sent_the_labels(library, stock, printer):
    address, taken = printer
    settings = library.config.labels.changed(printers={"Зебра": address})
    with_printer = replace(library.config, labels=settings)
    send(stock, "print", first="98", last="101", printer="Зебра", kind="item")
    Runner(library.sessions, with_printer, JOBS).run_all()
    assert b"".join(taken).count(b"^XZ") == 4
    assert numbers(library) == ["102", "K-5"]


def test_a_printer_nobody_knows_is_said(library, stock):
    send(stock, "print", first="98", printer="нет такого")
    library.work()
    with db.reading(library.sessions) as session:
        job = session.scalars(select(Job).where(Job.kind == "print_labels")).one()
        assert (job.state, job.error["code"]) == ("failed", "unknown_printer")
    assert numbers(library, first="98") == ["98"]


def test_the_labels_of_new_copies_are_one_link_away(library, stock):
    with db.reading(library.sessions) as session:
        record = session.scalars(select(Item.record_id)).first()
    form = dict.fromkeys(("number", "barcode", "price", "location", "shelf_mark"), "")
    form |= {"act": "", "replaces": "", "condition": "", "count": "2", "source": "gift"}
    answer = stock.post("/staff/holdings/new", record=record, branch="ЦБ",
                        request_id=str(uuid4()), **form)  # fmt: skip
    page = stock.get(answer.headers["Location"]).text
    link = re.search(r'href="(/staff/holdings/labels\.pdf\?[^"]*)"', page)[1]
    assert stock.get(link.replace("&amp;", "&")).data[:4] == b"%PDF"


def test_separator_sheets_stand_one_on_a_page_and_are_no_labels(library, stock, tmp_path):
    answer = stock.get("/staff/holdings/labels.pdf?first=98&last=99&kind=separator")
    file = tmp_path / "sheets.pdf"
    file.write_bytes(answer.data)
    command = ["pdftoppm", "-r", "150", "-png", str(file), str(tmp_path / "page")]
    subprocess.run(command, check=True)
    codes = [barcodes.read(page.read_bytes()) for page in sorted(tmp_path.glob("page*.png"))]
    with db.reading(library.sessions) as session:
        items = session.scalars(queries.chosen(LabelSelection(first="98", last="99"))).all()
        assert codes == [[f"SQ-S{item.id}"] for item in items]
        queries.mark_labelled(session, [item.id for item in items], "separator")
        assert [item.labelled_at for item in items] == [None, None]


def test_the_labels_of_the_spine_are_counted_apart(library, stock):
    send(stock, "done", first="98", last="101", start="1")
    assert "Книга 98" not in stock.get("/staff/holdings/labels?first=98&last=101").text
    assert "Книга 98" in stock.get("/staff/holdings/labels?first=98&last=101&kind=spine").text
    send(stock, "done", first="98", last="98", kind="spine")
    assert numbers(library, first="98", last="99", kind="spine") == ["99"]
