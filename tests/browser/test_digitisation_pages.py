"""Digitisation in a browser: axe and widths, files dropped, lines corrected by keys, pages read."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect
from served import sign_in
from test_accessibility import SIZES, seen

from ils import db
from ils.digitization.documents import actions, queries
from ils.digitization.folders import actions as folders
from ils.digitization.folders.rules import FolderData
from ils.digitization.text import actions as texts
from ils.organisation.staff.models import Role

sys.path.append(str(Path(__file__).parents[1] / "digitization"))
from scanning import Digitising, as_file, drawn, page_of

TEXT = "к0ғам жері\nел жұрт\nбілім"


@pytest.fixture(autouse=True)
def once(prepared):
    if prepared[0] != "sqlite":
        pytest.skip("pages look the same on both databases; other tests ask for them on both")


@pytest.fixture
def number(library) -> int:
    """A published document of three pages, one of them empty, in a folder."""
    library.copy("B1", title="Ақмола ақиқаты")
    digitising = Digitising(library)
    number = digitising.recognised(TEXT, "екінші бет", "үшінші бет", record="B1")
    with db.transaction(library.sessions) as session:
        one = queries.document(session, number)
        one.rights = "own"
        actions.publish(session, library.origin(), one)
        data = FolderData(name_ru="Наш край", name_kk="Біздің өлке", public=True)
        folders.put_in(session, folders.add_folder(session, library.origin(), data), number)
    library.work()
    return number


def test_every_page_of_digitisation_is_accessible(page, served, library, number, language, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    library.account("admin", *Role, language=language)
    taken_in = Digitising(library).take_in(as_file(drawn("бет")), as_file(drawn("екі")))
    sign_in(page, served, "admin", then="/staff/")
    at = "/staff/digitisation"
    for name, path in {
        "documents": f"{at}/", "add": f"{at}/add", "document": f"{at}/{number}",
        "taken-in": f"{at}/{taken_in}", "page": f"{at}/{number}/page/1",
        "to-check": f"{at}/to-check", "folders": f"{at}/folders/",
        "document-folders": f"{at}/{number}/folders", "contracts": f"{at}/contracts/",
        "contract": f"{at}/contracts/new", "issues": f"{at}/issues/",
        "quality": f"{at}/quality", "refused": f"{at}/refused",
    }.items():  # fmt: skip
        page.goto(f"{served.url}{path}")
        seen(page, f"{language}-digitisation-{name}", size)
    for name, path in {
        "read": f"/read/{number}?lang={language}", "read-text": f"/read/{number}?as=text",
        "read-hit": f"/read/{number}?q=қоғам", "inside": f"/read/{number}/search?q=білім",
        "texts": "/texts?q=білім", "public-folders": "/folders",
    }.items():  # fmt: skip
        page.goto(f"{served.url}{path}")
        seen(page, f"{language}-{name}", size)


def test_scans_are_sent_one_after_another_and_bad_ones_say_why(page, served, library, tmp_path):
    library.account("сканер", Role.DIGITISER)
    sign_in(page, served, "сканер", then="/staff/")
    page.goto(f"{served.url}/staff/digitisation/add")
    paths = []
    for name, content in (
        ("бет 10.png", as_file(drawn("он"))), ("бет 2.png", as_file(drawn("екі"))),
        ("жаман.pdf", b"%PDF-1.4 garbage"),
    ):  # fmt: skip
        paths.append(tmp_path / name)
        paths[-1].write_bytes(content)
    page.get_by_label("Сканы").set_input_files(paths)
    page.get_by_role("textbox", name="Заглавие (необязательно)").fill("Шежіре")
    page.get_by_role("button", name="Принять").press("Enter")
    lines = page.locator("#sent li")
    expect(lines).to_have_text(
        ["бет 2.png: принято", "бет 10.png: принято",
         "жаман.pdf: Файл повреждён."],
        timeout=30_000,
    )  # fmt: skip
    with db.reading(library.sessions) as session:
        (one,) = session.scalars(queries.documents())
        names = [p.scan.file.name for p in session.scalars(queries.pages(one.id))]
    assert (one.title, names) == ("Шежіре", ["бет 2.png", "бет 10.png"])


def test_a_page_is_corrected_by_keys_alone(page, served, library, number):
    library.account("сканер", Role.DIGITISER)
    sign_in(page, served, "сканер", then="/staff/")
    page.goto(f"{served.url}/staff/digitisation/{number}/page/1")
    fields = page.locator('#lines input[name="text"]')
    fields.nth(0).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("қоғам жері")
    page.keyboard.press("Enter")
    expect(page.locator("#lines li").nth(0)).to_have_class("right")
    expect(fields.nth(1)).to_be_focused()
    page.keyboard.press("F2")
    expect(page.locator("#lines li").nth(1)).to_have_class("right")
    expect(fields.nth(2)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(fields.nth(1)).to_be_focused()
    assert Digitising(library).text(number) == "қоғам жері ел жұрт білім"


def test_a_reader_turns_pages_by_keys_and_copies_the_text(page, served, number):
    page.goto(f"{served.url}/read/{number}?lang=kk")
    expect(page.locator(".leaf svg.lines text").first).to_have_text("к0ғам жері")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/read/{number}/2")
    page.get_by_label("Ішінен іздеу").fill("білімнің")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="1-бет").press("Enter")
    page.wait_for_url(f"**/read/{number}/1?q=*")
    expect(page.locator("rect.hit")).to_have_count(1)


def test_tab_goes_from_doubtful_word_to_doubtful_word_and_then_on(page, served, library):
    library.account("сканер", Role.DIGITISER)
    digitising = Digitising(library)
    number = digitising.take_in(as_file(drawn("бір")))
    with db.transaction(library.sessions) as session:
        scan = queries.page(session, number, 1).scan_page_id
        sure, unsure = page_of("қоғам жері"), page_of("ел журт жері", certainty=30)
        lines = [*sure.blocks[0], *(replace(one, id="2") for one in unsure.blocks[0])]
        texts.store(session, scan, replace(sure, blocks=[lines]), method="m", rotation=0)
    sign_in(page, served, "сканер", then="/staff/")
    page.goto(f"{served.url}/staff/digitisation/{number}/page/1")
    fields = page.locator('#lines input[name="text"]')
    fields.nth(0).focus()
    marked = "() => document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)"  # noqa: E501
    for word in ("ел", "журт", "жері"):
        page.keyboard.press("Tab")
        expect(fields.nth(1)).to_be_focused()
        assert page.evaluate(marked) == word
    page.keyboard.press("Tab")
    expect(page.locator("#lines li").nth(1).get_by_role("button")).to_be_focused()


def test_pages_follow_each_other_as_they_are_scrolled_to(page, served, number):
    page.set_viewport_size({"width": 800, "height": 600})
    page.goto(f"{served.url}/read/{number}/1?lang=kk")
    expect(page.locator(".leaf")).to_have_count(1)
    for at in (2, 3):
        page.mouse.wheel(0, 900)
        expect(page.locator(".leaf")).to_have_count(at)
        page.mouse.wheel(0, 900)
        expect(page.locator("#here")).to_have_text(str(at))
        page.wait_for_url(f"**/read/{number}/{at}")
    expect(page.locator(".leaf")).to_have_count(3)
    expect(page.locator(".leaf").nth(1).locator("svg.lines text").first).to_have_text("екінші бет")
    expect(page.locator(".leaves [aria-current]")).to_have_text("3")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/read/{number}/2")
    before = page.locator(".leaf img").first.bounding_box()["width"]
    page.get_by_role("button", name="Үлкейту").click()
    assert page.locator(".leaf img").first.bounding_box()["width"] == pytest.approx(before * 1.25)


def test_an_article_is_framed_with_the_mouse(page, served, library, number):
    library.account("сканер", Role.DIGITISER)
    sign_in(page, served, "сканер", then="/staff/")
    page.goto(f"{served.url}/staff/digitisation/{number}/page/2")
    page.get_by_text("Выделить статью").click()
    picture = page.locator("#sight img")
    box = picture.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.05)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.3, steps=4)
    page.mouse.up()
    expect(page.locator("#sight .frame")).to_be_visible()
    page.locator("#article").get_by_label("Заглавие").fill("Ел жұрт")
    page.get_by_role("button", name="Выделить", exact=True).click()
    expect(page.get_by_role("heading", name="Ел жұрт")).to_be_visible()
    with db.reading(library.sessions) as session:
        (article,) = session.scalars(queries.documents(kind="newspaper_article"))
        (cut,) = session.scalars(queries.pages(article.id))
    assert [round(part, -1) for part in cut.region] == [100, 50, 500, 250]
