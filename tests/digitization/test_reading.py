"""The viewer: light, searchable, counted as people read."""

import re

import pytest
from scanning import as_file, drawn, page_of
from test_rights import OUTSIDE, READER, published

from ils import db
from ils.digitization.documents import actions, arranging, counting, queries
from ils.digitization.folders import actions as folders
from ils.digitization.folders.rules import FolderData
from ils.digitization.fulltext import queries as fulltext
from ils.digitization.fulltext.queries import page_ids
from ils.digitization.fulltext.rules import skeleton
from ils.digitization.rights.models import Rights
from ils.digitization.text import actions as texts
from ils.digitization.text.tree import Line, Page, PlacedWord
from ils.ledger import Kind
from ils.opac.reading import folders_web, web
from ils.opac.reading.marks import Mark, marks_on


@pytest.fixture
def number(digitising, described) -> int:
    return published(digitising, described, Rights.OWN)


def views(library) -> int:
    return library.count(Kind.VIEWED)


def test_a_view_is_an_opening_not_a_double_click_nor_a_turned_page(
    digitising, library, browser, described
):
    number = digitising.recognised("бірінші", "екінші", record=described)
    with db.transaction(library.sessions) as session:
        one = queries.document(session, number)
        one.rights = "own"
        actions.publish(session, library.origin(), one)
    for _ in range(3):
        assert browser.get(f"/read/{number}", **OUTSIDE).status_code == 200
    browser.client.head(f"/read/{number}", **OUTSIDE)
    assert views(library) == 1
    for page in (2, 1, 2):
        library.wait(minutes=5)
        browser.get(f"/read/{number}/{page}", **OUTSIDE)
    browser.get(f"/read/{number}/2?as=text", **OUTSIDE)
    assert views(library) == 1  # reading on
    library.wait(seconds=30)
    browser.get(f"/read/{number}/2", **OUTSIDE)
    assert views(library) == 2  # asked for again
    library.wait(minutes=31)
    browser.get(f"/read/{number}/1?q=бірінші", **OUTSIDE)
    assert views(library) == 3  # another visit begins with a hit


def test_robots_are_not_readers(library, browser, number):
    for agent in ("Googlebot/2.1", "curl/8.1", "python-requests/2", ""):
        browser.get(f"/read/{number}", headers={**READER, "User-Agent": agent})
    assert views(library) == 0


def test_a_download_is_counted_where_it_is_allowed(library, browser, number):
    address = f"/read/{number}/document.pdf"
    assert browser.get(address, **OUTSIDE).status_code == 404  # it is not made yet
    library.work()
    answer = browser.get(address, **OUTSIDE)
    assert answer.data.startswith(b"%PDF")
    browser.get(address, **OUTSIDE)
    part = {**READER, "Range": "bytes=0-99"}
    browser.get(address, environ_overrides=OUTSIDE["environ_overrides"], headers=part)
    assert library.count(Kind.DOWNLOADED) == 1
    library.wait(seconds=31)
    browser.get(address, **OUTSIDE)
    assert library.count(Kind.DOWNLOADED) == 2


def test_the_first_view_weighs_little_for_a_page_of_six_thousand_words(
    digitising, library, browser, described
):
    picture = drawn("\n".join("сөз " * 20 for _ in range(60)), (2480, 3508), 22)
    number = digitising.take_in(as_file(picture), record=described)
    words = [
        Line(
            str(row),
            [PlacedWord(10 + 40 * n, 11 * row, 38, 10, 90, "қоғамы") for n in range(20)],
            "e",
        )
        for row in range(300)
    ]
    with db.transaction(library.sessions) as session:
        page = queries.page(session, number, 1)
        texts.store(
            session, page.scan_page_id, Page(2480, 3508, 300, [words]), method="m", rotation=0
        )
        one = queries.document(session, number)
        one.state, one.rights = "recognised", "own"
        counting.count_digitised(session, library.origin(), one)
        actions.publish(session, library.origin(), one)
    page_bytes = len(browser.get(f"/read/{number}", **OUTSIDE).data)
    address = f"/read/{number}/picture/{page.id}/800.jpg"
    picture_bytes = len(browser.get(address, **OUTSIDE).data)
    assert page_bytes < 8_000
    assert page_bytes + picture_bytes < 120_000
    lines = browser.get(f"/read/{number}/1/lines.svg", **OUTSIDE)  # asked for afterwards
    assert lines.text.count("<text ") == 300


def test_words_are_marked_in_any_form_at_their_places():
    page = page_of("қоғамның жері\nжұрт")
    assert marks_on(page, "қоғам") == [Mark(80, 57, 145, 22)]
    assert marks_on(page, "когам") == [Mark(80, 57, 145, 22)]  # as a Russian keyboard types it
    assert marks_on(page, "кітап") == []


def test_search_inside_leads_to_the_page_and_the_line(digitising, library, browser, described):
    number = digitising.recognised("бірінші бет", "қоғам жері\nел", "үшінші", record=described)
    with db.transaction(library.sessions) as session:
        one = queries.document(session, number)
        one.rights = "own"
        actions.publish(session, library.origin(), one)
    library.work()
    answer = browser.get(f"/read/{number}/search?q=қоғамның", **OUTSIDE)
    assert f"/read/{number}/2?q=" in answer.text
    assert "<mark>қоғам</mark> жері" in answer.text
    assert "Ештеңе" not in answer.text
    answer = browser.get(f"/read/{number}/2?q=қоғам", **OUTSIDE)
    assert '<rect class="hit"' in answer.text


def test_texts_of_all_documents_are_searched_but_only_those_one_may_read(
    digitising, library, browser, described
):
    open_ = published(digitising, described, Rights.OWN)
    library.copy("B2", title="Жабық кітап")
    closed = digitising.recognised("қоғам туралы жабық", record="B2")
    library.work()
    answer = browser.get("/texts?q=қоғам", **OUTSIDE)
    assert f"/read/{open_}/1" in answer.text
    assert f"/read/{closed}" not in answer.text
    assert "жабық" not in answer.text


def test_hits_behind_pages_nobody_may_read_are_reached_page_after_page(
    digitising, library, browser, described, monkeypatch
):
    monkeypatch.setattr(fulltext, "AT_ONCE", 2)  # as if there were hundreds of each
    monkeypatch.setattr(web, "HITS", 2)
    digitising.recognised(*(f"қоғам қоғам {n}" for n in range(4)))  # not published: rank first
    open_ = digitising.recognised(*(f"қоғам {n} жыл" for n in range(3)), record=described)
    with db.transaction(library.sessions) as session:
        one = queries.document(session, open_)
        one.rights = "own"
        actions.publish(session, library.origin(), one)
    library.work()
    first, second = (browser.get(f"/texts?q=қоғам&page={n}", **OUTSIDE).text for n in (1, 2))
    found = re.findall(rf"/read/{open_}/(\d)", first + second)
    assert sorted(found) == ["1", "2", "3"]
    assert ('rel="next"' in first, 'rel="prev"' in first) == (True, False)
    assert ('rel="next"' in second, 'rel="prev"' in second) == (False, True)
    inside = browser.get(f"/read/{open_}/search?q=қоғам&page=2", **OUTSIDE).text
    assert re.findall(rf"/read/{open_}/(\d)", inside) == ["3"]  # of one document in order


def test_public_folders_are_read_page_by_page(digitising, library, browser, described, monkeypatch):
    monkeypatch.setattr(folders_web, "ROWS", 2)
    with db.transaction(library.sessions) as session:
        data = FolderData(name_ru="Край", name_kk="Өлке", public=True)
        folder = folders.add_folder(session, library.origin(), data)
    for n in range(4):
        number = digitising.recognised(f"бет {n}", record=described, title=f"Құжат {n}")
        with db.transaction(library.sessions) as session:
            one = queries.document(session, number)
            one.rights = "unknown" if n == 1 else "own"
            actions.publish(session, library.origin(), one)
            folders.put_in(session, folder, number)
    first, second = (browser.get(f"/folders/{folder.id}?page={n}", **OUTSIDE).text for n in (1, 2))
    assert re.findall(r"Құжат \d", first) == ["Құжат 0", "Құжат 2"]
    assert re.findall(r"Құжат \d", second) == ["Құжат 3"]
    assert ('rel="next"' in first, 'rel="next"' in second) == (True, False)


def test_what_recognisers_confuse_is_found_too(digitising, library, described):
    number = digitising.recognised("Өлкешану журнал", record=described)  # т as ш
    library.work()
    with db.reading(library.sessions) as session:
        assert skeleton("өлкетану") == skeleton("Өлкешану")
        (found,) = page_ids(session, library.config.folder, "өлкетану")
        assert found == queries.page(session, number, 1).id
        assert page_ids(session, library.config.folder, "кітапхана") == []


def test_the_index_of_pages_follows_corrections_and_cuts(digitising, library, described):
    number = digitising.recognised("к0ғам", "ауыл", record=described)
    library.work()
    with db.transaction(library.sessions) as session:
        page = queries.page(session, number, 1)
        first = page.id
        texts.correct(session, page.scan_page_id, "1", "мәдениет", seen="к0ғам", by=1)
        second = queries.page(session, number, 2).id
        one = queries.document(session, number)
        (cut,) = arranging.split(session, library.origin(), one, [second])
        other = cut.id
    library.wait(minutes=1)
    library.work()
    with db.reading(library.sessions) as session:
        data = library.config.folder
        assert page_ids(session, data, "мәдениет") == [first]
        assert page_ids(session, data, "ауыл", document_id=other) == [second]
        assert page_ids(session, data, "ауыл", document_id=number) == []


def test_a_reader_without_pictures_gets_the_text(browser, number):
    answer = browser.get(f"/read/{number}?as=text", **OUTSIDE)
    assert "қоғам жері" in answer.text
    assert '<img src="/read' in answer.text


@pytest.mark.parametrize("path", ["/read/77", "/read/77/search", "/read/77/document.pdf"])
def test_what_is_not_there_is_not_found(browser, library, path):
    assert browser.get(path, **OUTSIDE).status_code == 404


def test_pages_beyond_the_document_are_not_found(browser, number):
    assert browser.get(f"/read/{number}/2", **OUTSIDE).status_code == 404
    assert browser.get(f"/read/{number}/0", **OUTSIDE).status_code == 404


def test_numbers_no_document_has_are_no_fault(browser, number):
    assert browser.get(f"/read/{number}/99999999999999999999", **OUTSIDE).status_code == 404
    assert browser.get("/read/99999999999999999999", **OUTSIDE).status_code == 404


def test_an_article_is_found_by_its_words(digitising, library, browser, described):
    issue = digitising.recognised("мұражай ашылды", record=described)
    library.wait(days=1)
    library.work()
    article = digitising.act(
        arranging.cut_out, issue, kind="newspaper_article", title="М", regions=[(1, None)]
    )
    library.work()
    with db.reading(library.sessions) as session:
        found = page_ids(session, library.config.folder, "мұражай", document_id=article.id)
        assert found == [queries.page(session, article.id, 1).id]
