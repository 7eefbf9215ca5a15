"""Other ways in and out: the watched folder, commands, separators, folders for others, IIIF."""

import io
import json
import os
import zipfile
from dataclasses import replace

import pytest
from click.testing import CliRunner
from library import SAMPLES
from scanning import as_file, drawn, masters, quarantined
from sqlalchemy import select
from test_rights import OUTSIDE, published

from ils import cli, db
from ils.digitization.documents import actions, queries
from ils.digitization.documents.models import DigitalDocument
from ils.digitization.documents.rules import OpenQuestions
from ils.digitization.folders import actions as folders
from ils.digitization.folders.rules import FolderData
from ils.digitization.rights.models import Rights
from ils.digitization.scans import pictures
from ils.digitization.scans.models import RefusedScan, ScanPage
from ils.digitization.scans.rules import PageFacts, checks, unmet
from ils.documents import barcodes
from ils.files import StoredFile, content_of
from ils.jobs.actions import enqueue


def titles(library) -> list[tuple[str, int]]:
    with db.reading(library.sessions) as session:
        found = session.scalars(select(DigitalDocument).order_by(DigitalDocument.title))
        return [(one.title, queries.count_pages(session, one.id)) for one in found]


@pytest.fixture
def inbox(library, library_clock, tmp_path):
    """A watched folder, and what puts a file into it that stands still since some seconds."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    scans = library.config.digitization.changed(inbox=str(folder))
    library.config = replace(library.config, digitization=scans)

    def put(name: str, content: bytes, still: float = 60):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        at = library.now.timestamp() - still
        os.utime(path, (at, at))
        return path

    put.folder = folder
    return put


def test_the_watched_folder_is_emptied_into_documents(inbox, library):
    inbox("а.png", as_file(drawn("бір")))
    inbox("Ақмола № 5/2.png", as_file(drawn("екі")))
    inbox("Ақмола № 5/1.png", as_file(drawn("үш")))
    bad = inbox("жаман.tif", b"II*\x00 nothing")
    growing = inbox("жаңа.png", as_file(drawn("төрт")), still=3)
    hidden = inbox(".part.png", as_file(drawn("бес")))
    link = inbox.folder / "link.png"
    link.symlink_to(growing)
    library.work()
    assert titles(library) == [("Ақмола № 5", 2), ("а", 1)]
    assert growing.exists()
    assert hidden.exists()
    assert link.is_symlink()
    assert not bad.exists()
    (aside,) = quarantined(library.config.folder)
    assert aside.startswith("жаман-")
    assert len(masters(library.config.folder)) == 3


def test_a_file_that_is_here_already_only_leaves_the_folder(inbox, library):
    inbox("а.png", as_file(drawn("бір")))
    library.work()
    again = inbox("а.png", as_file(drawn("бір")))  # as if the last step had not been taken
    library.wait(minutes=2)
    library.work()
    assert not again.exists()
    assert titles(library) == [("а", 1)]
    assert quarantined(library.config.folder) == []


def test_a_folder_filled_over_several_rounds_is_one_document(inbox, library):
    inbox("Газет/1.png", as_file(drawn("бір")))
    library.work()
    library.wait(minutes=3)
    inbox("Газет/2.png", as_file(drawn("екі")))
    library.work()
    assert titles(library) == [("Газет", 2)]


def test_what_cannot_be_written_is_set_aside_once(inbox, library):
    empty = inbox("бос.png", b"")
    for _ in range(3):
        library.work()
        library.wait(minutes=2)
    assert not empty.exists()
    assert len(list((inbox.folder / ".refused").iterdir())) == 1
    with db.reading(library.sessions) as session:
        assert [one.name for one in session.scalars(select(RefusedScan))] == ["бос.png"]


def test_the_folder_gives_a_file_only_to_a_copy_that_is_whole(inbox, library):
    content = as_file(drawn("бір"))
    inbox("а.png", content)
    library.work()
    (path,) = masters(library.config.folder)
    path.write_bytes(b"x" * len(content))  # rotten, nobody knows yet
    again = inbox("а.png", content)
    library.wait(minutes=2)
    library.work()
    assert again.read_bytes() == content


@pytest.fixture
def run(environ, library):
    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(cli.main, list(arguments), env=environ, catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.stdout

    return run


def test_commands_take_in_recognise_and_print(run, library, described, tmp_path):
    paths = [tmp_path / "2.png", tmp_path / "10.png", tmp_path / "bad.pdf"]
    paths[0].write_bytes(as_file(drawn("қоғам жері")))
    paths[1].write_bytes(as_file(drawn("ел жұрт")))
    paths[2].write_bytes(b"%PDF-1.4 garbage")
    add = ["digitise", "add", *map(str, paths), "--record", described, "--kind", "book"]
    number = run(*add, "--recognise", code=1).strip()
    library.work()
    assert run("digitise", "text", number).replace("\f", "").split() == [
        "ел", "жұрт", "қоғам", "жері",
    ]  # fmt: skip
    status = json.loads(run("digitise", "status", "--json"))
    assert (status["documents"], status["pages"], status["damaged"]) == ({"recognised": 1}, 2, [])
    run("digitise", "publish", number)
    assert json.loads(run("digitise", "status", "--json"))["documents"] == {"published": 1}
    assert run("digitise", "verify").strip() == "2 / 2"
    (first, _) = masters(library.config.folder)
    first.write_bytes(b"rotten")
    run("digitise", "verify", code=1)
    assert '"id": "scans"' in run("check", "--json", code=1)


FILES = SAMPLES / "ocr" / "separators"


@pytest.mark.skipif(not FILES.is_dir(), reason="the separator files of others are not here")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("patch-code-t-middle.pdf", [[], ["PATCHT"], []]),
        ("patch-code-t-middle-reverse.pdf", [[], ["PATCHT"], []]),
        ("patch-code-t-middle-distorted.pdf", [[], ["PATCHT"], []]),
        ("patch-code-t-middle-alpha.tiff", [[], ["PATCHT"], []]),
        ("patch-code-t-double.pdf", [[], ["PATCHT"], ["PATCHT"], []]),
        ("several-patcht-codes.pdf", None),
        ("barcode-fax-image.pdf", None),
        ("barcode-39-custom.pdf", [["CUSTOM BARCODE"]]),
        ("barcode-128-custom.pdf", [["CUSTOM BARCODE"]]),
        ("barcode-qr-custom.pdf", [["CUSTOM BARCODE"]]),
    ],
)
def test_codes_of_real_separator_files_are_found(name, expected, config):
    path = FILES / name
    kind = pictures.type_of(path)
    pages = pictures.pages_of(path, kind, config.digitization)
    found = [
        barcodes.on_page(pictures.drawn(path, kind, index, most=3500).convert("L"))
        for index in range(len(pages))
    ]
    if expected is None:
        assert any(found)
    else:
        assert found == expected


def test_a_folder_is_written_for_others(digitising, library, described):
    first = digitising.recognised("қоғам", record=described)
    digitising.take_in(as_file(drawn("мәтінсіз")))
    with db.transaction(library.sessions) as session:
        data = FolderData(name_ru="Наш край", name_kk="Біздің өлке", public=True)
        folder = folders.add_folder(session, library.origin(), data)
        folders.put_in(session, folder, first)
        enqueue(session, "write_folder", {"folder": folder.id, "staff_id": None})
    library.work()
    with db.reading(library.sessions) as session:
        file = session.scalar(select(StoredFile).where(StoredFile.type == "application/zip"))
    path = content_of(library.config.folder, file.token)
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as packed:
        names = packed.namelist()
        manifest = json.loads(packed.read("manifest.json"))
        assert packed.read("0001.txt").decode() == "қоғам"
        assert "Ақмола ақиқаты" in packed.read("0001.xml").decode()
    assert names == ["0001.txt", "0001.xml", "0001.pdf", "manifest.json"]
    (one,) = manifest["documents"]
    assert (one["title"], one["pages"], one["rights"]) == ("Шежіре", 1, "unknown")
    assert sorted(one["sha256"]) == ["0001.pdf", "0001.txt", "0001.xml"]


def test_other_programs_are_told_of_pages_they_may_show(digitising, library, browser, described):
    number = published(digitising, described, Rights.OWN)
    manifest = browser.get(f"/iiif/{number}/manifest.json", **OUTSIDE)
    assert manifest.headers["Access-Control-Allow-Origin"] == "*"
    told = manifest.json
    assert (told["type"], told["label"]) == ("Manifest", {"kk": ["Шежіре"]})
    (canvas,) = told["items"]
    body = canvas["items"][0]["items"][0]["body"]
    assert body["id"].startswith(body["service"][0]["id"] + "/full/max/0/default.jpg")
    info = browser.get(f"{body['service'][0]['id']}/info.json", **OUTSIDE).json
    assert (info["profile"], info["width"], info["height"]) == ("level0", 400, 566)
    for size in ("max", f"{info['sizes'][0]['width']},{info['sizes'][0]['height']}"):
        picture = browser.get(f"{info['id']}/full/{size}/0/default.jpg", **OUTSIDE)
        assert picture.data.startswith(b"\xff\xd8\xff")
    assert browser.get(f"{info['id']}/full/77,5/0/default.jpg", **OUTSIDE).status_code == 404
    digitising.do(actions.withhold, number)
    assert browser.get(f"/iiif/{number}/manifest.json", **OUTSIDE).status_code == 404


def test_readers_find_documents_at_the_record_in_folders_and_by_words(
    digitising, library, browser, described
):
    number = published(digitising, described, Rights.OWN)
    with db.transaction(library.sessions) as session:
        record = library.record(session, described).id
        data = FolderData(name_ru="Наш край", name_kk="Біздің өлке", public=True)
        folder = folders.add_folder(session, library.origin(), data)
        hidden = folders.add_folder(session, library.origin(), replace(data, public=False))
        folders.put_in(session, folder, number)
    library.work()
    assert f"/read/{number}" in browser.get(f"/record/{record}", **OUTSIDE).text
    assert "Біздің өлке" in browser.get("/folders", **OUTSIDE).text
    assert f"/read/{number}" in browser.get(f"/folders/{folder.id}", **OUTSIDE).text
    assert browser.get(f"/folders/{hidden.id}", **OUTSIDE).status_code == 404
    assert f"/read/{number}/1?q=" in browser.get("/search?q=қоғам", **OUTSIDE).text
    assert "/folders" in browser.get("/browse", **OUTSIDE).text
    digitising.do(actions.withhold, number)
    assert f"/read/{number}" not in browser.get(f"/record/{record}", **OUTSIDE).text
    assert f"/read/{number}" not in browser.get("/search?q=қоғам", **OUTSIDE).text


def test_another_number_of_pages_than_usual_is_asked_about(library):
    known = library.config.holding(checks)
    pages = [PageFacts(2480, 3508, 300, 8)] * 3
    assert list(unmet(known, "other", pages, usual=[4, 4, 8])) == [(-1, "other_number")]
    assert list(unmet(known, "other", pages, usual=[3, 3])) == []
    assert list(unmet(known, "other", pages)) == []


def test_a_question_waits_until_somebody_has_looked(digitising, library, described):
    number = digitising.recognised("бір", record=described)
    known = library.config.holding(checks)
    with db.transaction(library.sessions) as session:
        session.scalars(select(ScanPage)).one().notes = ["blurred"]
    with pytest.raises(OpenQuestions):
        digitising.act(actions.publish, number, known)
    with db.transaction(library.sessions) as session:
        session.scalars(select(ScanPage)).one().notes = ["black_and_white"]  # a note asks nothing
    digitising.act(actions.publish, number, known)


def test_pages_of_a_folder_are_in_the_order_people_count(inbox, library):
    for number in (10, 2, 1):
        inbox(f"Газет/бет {number}.png", as_file(drawn(f"{number}")))
    with db.transaction(library.sessions) as session:
        enqueue(session, "take_scans_in")
    library.work()
    with db.reading(library.sessions) as session:
        (one,) = session.scalars(select(DigitalDocument))
        names = [page.scan.file.name for page in session.scalars(queries.pages(one.id))]
    assert names == ["бет 1.png", "бет 2.png", "бет 10.png"]
