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
