"""ВСО in a browser: axe and widths of its pages, a box packed and received by real keys."""

import re

import pytest
from playwright.sync_api import expect
from served import sign_in
from sqlalchemy import select
from test_accessibility import SIZES, seen

from ils import db
from ils.circulation.context import Desk
from ils.circulation.transit.models import Shipment, Transit
from ils.internal_loans.requests import actions as requests
from ils.internal_loans.requests.actions import RequestData
from ils.internal_loans.shipments import actions
from ils.organisation.staff.models import Role


@pytest.fixture(autouse=True)
def once(prepared):
    if prepared[0] != "sqlite":
        pytest.skip("pages look the same on both databases; other tests ask for them on both")


@pytest.fixture
def exchange(library):
    """Copies, a request of a branch, a box that left and one that is being packed."""
    for number in range(1, 7):
        library.copy(f"K-{number}", title="Абай жолы. Бірінші кітап : роман-эпопея")
    library.reader("R1")
    library.desk("Ф1").wait_for("R1", "K-6")
    with db.transaction(library.sessions) as session:
        data = RequestData(branch="Ф1", purpose="selection", topic="Абай", copies=5)
        there = library.branches["Ф1"].id
        asked = requests.ask(session, library.origin("Ф1"), data, there, None)
        other = RequestData(branch="ЦБ", topic="Наурыз", purpose="exhibition")
        requests.ask(session, library.origin(), other, library.branches["ЦБ"].id, None)
        desk = Desk(session, library.origin(), library.config)
        left = actions.make_shipment(desk, there)
        actions.pack(desk, left, "K-1", asked)
        actions.send_shipment(desk, left)
        packing = actions.make_shipment(Desk(session, library.origin(), library.config), there)
        return asked.id, left.id, packing.id


def test_every_page_of_the_exchange_is_accessible(page, served, library, exchange, language, size):
    asked, left, packing = exchange
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    library.account("admin", *Role, language=language)
    sign_in(page, served, "admin", then="/staff/")
    for name in ("", "new", "pick", "readers", "boxes", "under-way", "away", str(asked),
                 f"boxes/{left}", f"boxes/{packing}?asked={asked}"):  # fmt: skip
        page.goto(f"{served.url}/staff/internal-loans/{name}")
        assert page.locator("html").get_attribute("lang") == language
        label = re.sub(r"\d+", "n", name.partition("?")[0]).replace("/", "-") or "queue"
        seen(page, f"{language}-exchange-{label}-{packing == left or str(packing) in name}", size)


def on_the_list(library, shipment):
    with db.reading(library.sessions) as session:
        query = select(Transit).where(Transit.shipment_id == shipment).order_by(Transit.id)
        return [(line.item.number, line.ended_at is not None) for line in session.scalars(query)]


def test_a_box_is_packed_and_received_without_the_mouse(page, served, library, exchange):
    asked, _, packing = exchange
    library.account("centre", Role.DESK)
    library.account("branch", Role.DESK, branch="Ф1")
    sign_in(page, served, "centre", then="/staff/")
    page.goto(f"{served.url}/staff/internal-loans/boxes/{packing}?asked={asked}")
    expect(page.locator("#code")).to_be_focused()
    for code in ("K-2", "K-3", "K-3", "K-1", "K-4", "K-5"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    expect(page.locator("#log li")).to_have_count(6)
    assert on_the_list(library, packing) == [
        ("K-2", False), ("K-3", False), ("K-4", False), ("K-5", False)
    ]  # fmt: skip
    page.get_by_role("button", name="Отправить коробку").press("Enter")
    page.get_by_text("Коробка отправлена.").wait_for()
    with db.reading(library.sessions) as session:
        assert session.get(Shipment, packing).sent_at is not None
    page.context.clear_cookies()
    sign_in(page, served, "branch", then="/staff/")
    page.goto(f"{served.url}/staff/internal-loans/boxes")
    expect(page.get_by_label("Сканируйте опись коробки")).to_be_focused()
    page.keyboard.type(f"SQ-B{packing}")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Сканируйте экземпляр")).to_be_focused()
    for code in ("K-5", "K-4", "K-2"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    expect(page.locator("#log li")).to_have_count(3)
    assert on_the_list(library, packing) == [
        ("K-2", True), ("K-3", False), ("K-4", True), ("K-5", True)
    ]  # fmt: skip
