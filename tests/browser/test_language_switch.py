"""The language of a page changes; what was typed into it stays."""

import pytest
from playwright.sync_api import expect
from served import sign_in

from ils.organisation.staff.models import Role


@pytest.fixture
def form(page, served, library):
    library.account("кафедра", Role.DESK)
    sign_in(page, served, "кафедра", then="/staff/")
    page.goto(f"{served.url}/staff/patrons/new")
    page.get_by_label("Фамилия").fill("Серікбай")
    page.get_by_label("Дата рождения").fill("31.01.1990")
    page.locator("[name=consent]").check()
    return page


def in_kazakh(page):
    page.locator("form.languages [value=kk]").click()
    expect(page.locator("html")).to_have_attribute("lang", "kk")


def kept(page):
    expect(page.locator("[name=surname]")).to_have_value("Серікбай")
    expect(page.locator("[name=birth_date]")).to_have_value("31.01.1990")
    expect(page.locator("[name=consent]")).to_be_checked()


def test_a_form_that_is_being_filled_stays(form):
    in_kazakh(form)
    kept(form)
    form.reload()  # it was kept for one page only
    expect(form.locator("[name=surname]")).to_have_value("")


def test_a_form_that_was_refused_stays(form):
    form.locator("main form[data-saves] button.main").first.click()
    expect(form.locator("[role=alert].error")).to_be_visible()
    in_kazakh(form)
    kept(form)


def test_a_refusal_that_is_a_page_of_its_own_loses_nothing(page, served, library):
    library.account("фонд", Role.STOCK)
    sign_in(page, served, "фонд", then="/staff/")
    page.goto(f"{served.url}/staff/holdings/labels")
    right = page.locator("[name=right]")
    page.locator("details", has=right).evaluate_all(
        "all => all.forEach((one) => { one.open = true; })"
    )
    right.fill("много")
    page.locator("[name=down]").fill("1,5")
    page.locator("[name=down]").press("Enter")
    expect(page.locator(".notice.error")).to_be_visible()
    page.get_by_role("link", name="Назад").click()
    expect(right).to_have_value("много")
    expect(page.locator("[name=down]")).to_have_value("1,5")
    page.reload()  # it was kept for one return only
    expect(right).not_to_have_value("много")
