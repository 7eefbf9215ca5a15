"""Pictures of the guides, taken from the demonstration library as its users see it."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
PASSWORD = "sandyq-demo"  # noqa: S105 -- printed for everybody to try
WIDE, PHONE = (1366, 820), (390, 760)
#: Guides show them so wide at most.
SHOWN = 960
COLOURS = 40


@contextmanager
def served() -> Iterator[str]:
    """A demonstration library; its address."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environ = {**os.environ, "ILS_DATA": folder, "ILS_PORT": str(port)}
        ils = [sys.executable, "-m", "ils"]
        for command in (["init", "--bare"], ["demo", "--if-empty"]):
            subprocess.run([*ils, *command], cwd=ROOT, env=environ, check=True,
                           stdout=subprocess.DEVNULL)  # fmt: skip
        server = subprocess.Popen([*ils, "serve"], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.2)
        time.sleep(5)  # the worker indexes and counts
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def type_(page: Page, *codes: str) -> None:
    """Type or scan each code and Enter, as at the desk."""
    for code in codes:
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.wait_for_timeout(900)


def desk(page: Page) -> None:
    """A reader is open, two books are lent."""
    page.goto("/desk")
    type_(page, "R0000004", "2021002", "2021010")


def reader(page: Page) -> None:
    """The form of a reader."""
    page.goto("/desk")
    type_(page, "R0000004")
    page.keyboard.press("F3")
    page.wait_for_timeout(900)


def form(page: Page) -> None:
    """A book is described."""
    page.goto("/staff/catalog/new?worksheet=book")
    page.keyboard.type("Дала жыры")
    page.wait_for_timeout(1200)


def at(path: str) -> Callable[[Page], None]:
    """A page as it opens."""

    def go(page: Page) -> None:
        page.goto(path)
        page.wait_for_timeout(400)

    return go


def mistaken(page: Page) -> None:
    """A reader's form that was sent with a wrong day."""
    page.goto("/staff/patrons/new")
    page.fill("[name=surname]", "Серікбай")
    page.fill("[name=given_name]", "Әли")
    page.fill("[name=birth_date]", "31.02.1990")
    page.locator("main form[data-saves] button.main").first.click()
    page.wait_for_load_state()


def entries(page: Page) -> None:
    """The entries of a figure, over its report."""
    page.goto("/staff/stats/report?report=month")
    page.locator("table.report td a").nth(1).click()
    page.wait_for_selector("#behind[open] h2")
    page.wait_for_timeout(400)


def first(path: str) -> Callable[[Page], None]:
    """What the first line of a list leads to."""

    def go(page: Page) -> None:
        page.goto(path)
        page.locator("tbody a").first.click(timeout=5000)
        page.wait_for_load_state()

    return go


#: Name → account, size of the window, what is done before.
PICTURES: dict[str, tuple[str, tuple[int, int], Callable[[Page], None]]] = {
    "home": ("admin", WIDE, at("/staff/")),
    "desk": ("admin", WIDE, desk),
    "reader": ("admin", WIDE, reader),
    "form": ("admin", WIDE, form),
    "record": ("admin", WIDE, first("/staff/catalog/")),
    "debtors": ("admin", WIDE, at("/staff/debtors/")),
    "act": ("admin", WIDE, first("/staff/holdings/acts")),
    "scans": ("admin", WIDE, first("/staff/digitisation/")),
    "report": ("admin", WIDE, at("/staff/stats/report?report=month")),
    "entries": ("admin", WIDE, entries),
    "list": ("admin", WIDE, at("/staff/patrons/")),
    "mistake": ("admin", WIDE, mistaken),
    "cards": ("desk", PHONE, at("/staff/patrons/")),
    "libraries": ("", PHONE, at("/libraries")),
    "director": ("director", PHONE, at("/staff/")),
    "catalogue": ("", PHONE, at("/search?q=абай")),
}


def sign_in(page: Page, login: str, language: str) -> None:
    """Sign in, in a language."""

    def speak() -> None:
        button = page.locator(f'button[name=language][value="{language}"]').first
        with page.expect_navigation():
            button.evaluate("b => b.click()")

    page.goto("/sign-in")
    speak()
    if login:
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/staff/")
        speak()


def small(png: bytes) -> bytes:
    """A picture of few colours: a page has no more."""
    out = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.thumbnail((SHOWN, SHOWN), Image.Resampling.LANCZOS)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Take all, or those that are named."""
    wanted = set(sys.argv[1:]) or set(PICTURES)
    for language in ("ru", "kk"):
        with served() as address, sync_playwright() as tool:  # what is lent is lent once
            browser = tool.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            for name in (one for one in PICTURES if one in wanted):
                login, (width, height), go = PICTURES[name]
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    base_url=address,
                    locale="ru-RU",
                )
                page = context.new_page()
                sign_in(page, login, language)
                go(page)
                target = FOLDER / language / f"{name}.png"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(small(page.screenshot()))
                sys.stdout.write(f"{target.relative_to(ROOT)} {target.stat().st_size}\n")
                context.close()
            browser.close()


if __name__ == "__main__":
    main()
