"""A debtor's page in a browser: axe and widths, a message opened and asked about once."""

import pytest
from playwright.sync_api import expect
from served import sign_in
from sqlalchemy import select
from test_accessibility import SIZES, seen

from ils import db
from ils.circulation.debtors.models import DebtContact
from ils.organisation.staff.models import Role


@pytest.fixture(autouse=True)
def once(prepared):
    if prepared[0] != "sqlite":
        pytest.skip("pages look the same on both databases; other tests ask for them on both")


@pytest.fixture
def debtor(library):
    """The address of the page of a reader whose loan is long overdue."""
    patron = library.reader("R1", phone="8 701 123 45 67", email="a@example.kz")
    library.copy("B1")
    library.desk().issue("R1", "B1")
    return f"/staff/debtors/{patron}"


def results(library):
    with db.reading(library.sessions) as session:
        return [(one.channel, one.result) for one in session.scalars(select(DebtContact))]


def test_the_page_of_a_debtor_is_accessible(page, served, library, debtor, language, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    library.account("desk", Role.DESK, language=language)
    sign_in(page, served, "desk", then="/desk")
    page.goto(f"{served.url}{debtor}")
    seen(page, f"{language}-debtor", size)


def test_a_message_that_was_opened_is_asked_about_once(page, served, library, debtor):
    library.account("desk", Role.DESK)
    page.context.route("https://wa.me/**", lambda route: route.fulfill(body="WhatsApp"))
    sign_in(page, served, "desk", then="/desk")
    page.goto(f"{served.url}{debtor}")
    with page.context.expect_page() as program, page.expect_response("**/opened"):
        page.get_by_role("link", name="WhatsApp").press("Enter")
    assert "77011234567" in program.value.url
    program.value.close()
    page.reload()
    expect(page.get_by_text("Открыто сообщений: 1.")).to_be_visible()
    assert results(library) == [("whatsapp", "opened")]
    page.get_by_role("button", name="Да, отправлено").press("Enter")
    page.wait_for_url("**/staff/debtors/")
    assert results(library) == [("whatsapp", "sent")]
    expect(page.get_by_text("Открыто сообщений")).to_have_count(0)
