"""The short tour of the README, key by key, in the demonstration library."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect
from served import Served

from ils import config as configuration
from ils import db, selfcheck
from ils.cli import main
from ils.demo import ACCOUNTS, PASSWORD

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
def served(tmp_path, nursery, monkeypatch):
    """`scripts/run` in an empty folder."""
    environ = {"ILS_DATA": str(tmp_path / "demo"), "ILS_DIGITIZATION_DICTIONARIES": "",
               "ILS_BACKUP_EVERY_HOURS": "0"}  # fmt: skip
    for key, value in environ.items():
        monkeypatch.setenv(key, value)
    for command in (["init", "--bare"], ["demo", "--if-empty"]):
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, (done.output, done.exception)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = Served(environ, port, nursery)
    served.start()
    yield served
    served.stop()


def sign_in(page, served, login):
    page.context.clear_cookies()
    page.goto(f"{served.url}/sign-in")
    expect(page.locator("#f-login")).to_be_focused()
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.url}/staff/")


def scan(page, code, situation):
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator(f'#log [data-situation="{situation}"]').first).to_contain_text(code)


def test_the_tour_of_the_readme(page, served):
    told = README.read_text(encoding="utf-8")
    for words in ("R0000004", "2021002", "777", "кітапхана", *(login for login, *_ in ACCOUNTS)):
        assert words in told
    sign_in(page, served, "desk")
    page.goto(f"{served.url}/desk")
    the_desk(page)
    the_statistics(page, served)
    the_catalogue(page, served)
    the_stock(page, served)
    the_scans(page, served)
    the_start_pages(page, served)
    engine = db.connect(configuration.load())
    with db.reading(db.sessions_of(engine)) as session:
        assert list(selfcheck.findings(session)) == []
    engine.dispose()


def the_desk(page):
    """1, 2: a loan, a renewal by a digit, a return, undone; a book nobody knows."""
    page.keyboard.type("R0000004")
    page.keyboard.press("Enter")
    expect(page.locator("#desk")).to_have_class(re.compile("lending"))
    scan(page, "2021002", "loan")
    page.keyboard.press("Escape")
    expect(page.locator("#desk")).not_to_have_class(re.compile("lending"))
    scan(page, "2021002", "return")
    page.keyboard.press("Control+z")
    expect(page.locator('#log [data-situation="undo"]')).to_be_visible()
    page.keyboard.type("R0000004")
    page.keyboard.press("Enter")
    expect(page.locator("#desk")).to_have_class(re.compile("lending"))
    page.keyboard.type("777")
    page.keyboard.press("Enter")
    expect(page.locator("[name=title]")).to_be_visible()


def the_statistics(page, served):
    """4: the month against the year before and the plan; a figure opens."""
    sign_in(page, served, "stats")
    expect(page.locator(".figures li")).to_have_count(4)
    before = page.locator(".figures small").all_inner_texts()
    assert [text for text in before if text.endswith("—")] == []  # a year ago is known
    page.get_by_role("link", name="Статистика", exact=True).first.press("Enter")
    page.get_by_role("link", name="Отчёты", exact=True).first.press("Enter")
    page.locator(".chip", has_text="С начала года").press("Enter")
    page.locator(".report a").first.press("Enter")
    expect(page.locator("tbody tr").first).to_be_visible()


def the_catalogue(page, served):
    """5: an entry form, with the description beside what is typed."""
    sign_in(page, served, "admin")
    page.goto(f"{served.url}/staff/catalog/new?worksheet=book")
    page.keyboard.type("Дала жыры")
    expect(page.locator(".gost").first).to_contain_text("Дала жыры")


def the_stock(page, served):
    """7: acts, an order, a check of the shelves."""
    sign_in(page, served, "fond")
    for path in ("/staff/holdings/acts", "/staff/acquisition/orders", "/staff/holdings/checks"):
        page.goto(f"{served.url}{path}")
        expect(page.locator("tbody tr").first).to_be_visible()


def the_scans(page, served):
    """8: a page that is read, and what readers find."""
    sign_in(page, served, "scans")
    page.goto(f"{served.url}/staff/digitisation/")
    expect(page.locator("tbody tr").first).to_be_visible()
    for _ in range(30):  # the worker indexes the texts
        page.goto(f"{served.url}/texts?q=кітапхана")
        if page.locator("mark").count():
            break
        page.wait_for_timeout(500)
    expect(page.locator("mark").first).to_be_visible()


def the_start_pages(page, served):
    """Every account finds its work."""
    for login, *_ in ACCOUNTS:
        sign_in(page, served, login)
        expect(page.locator(".waiting a, .figures li, .tiles a").first).to_be_visible()
