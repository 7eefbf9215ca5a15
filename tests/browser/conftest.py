"""A served library and a real browser; skipped where Chromium is not installed."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright
from served import Nursery, Served

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
WIDE = {"width": 1366, "height": 768}


#: A page of each language and size is looked at; with `--every-look`, each in all of them.
LOOKS = (("kk", "narrow"), ("ru", "wide"))


def pytest_generate_tests(metafunc) -> None:
    if {"language", "size"} <= set(metafunc.fixturenames):
        looks = LOOKS
        if metafunc.config.getoption("--every-look"):
            looks = [(one, size) for one in ("kk", "ru", "en") for size in ("narrow", "wide")]
        metafunc.parametrize(("language", "size"), looks)


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.end()


@pytest.fixture
def served(environ, library, nursery) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = Served(environ, port, nursery)
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, served) -> Iterator[Page]:
    context = chromium.new_context(viewport=WIDE, locale="ru-RU")
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda m: m.type == "error" and page.errors.append(m.text))
    yield page
    assert [e for e in page.errors if "Failed to load resource" not in e] == []
    context.close()
