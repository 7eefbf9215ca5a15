"""Catalogues come in with their copies, by the command."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from library import SAMPLES, book
from sqlalchemy import func, select

from ils import db
from ils.catalog import queries
from ils.catalog.models import AuthorityRecord, BibliographicRecord
from ils.cli import main
from ils.holdings.items.models import Item
from ils.ledger import Entry

EXPORT = """#920: PAZK
#101: rus
#200: ^AСтепь
#621: 84
#910: ^A0^B77^H5551^DФ1
#910: ^A1^B78
#910: ^AU^1 5
*****
#920: PAZK
#200: ^AГородок
#910: ^A0^B77
#910: ^A6^B90^VАкт 5
#910: ^A2^B91
*****
"""


@pytest.fixture
def run(environ, library, monkeypatch):
    for key, value in environ.items():
        monkeypatch.setenv(key, value)

    def run(*arguments, code=0):
        done = CliRunner().invoke(main, [str(a) for a in arguments])
        assert done.exit_code == code, (done.output, done.exception)
        return json.loads(done.stdout) if "--json" in arguments else done.output

    return run


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.txt"
    path.write_text(EXPORT, encoding="utf-8")
    return path


TOLD = ("records", "imported", "new", "unchanged", "changed", "duplicate", "conflict")
TOLD += ("rejected", "items")


def told(answer):
    (one,) = answer["files"]
    return {key: one[key] for key in TOLD}


def count(library, what):
    with db.reading(library.sessions) as session:
        return session.scalar(select(func.count()).select_from(what))


def test_a_second_import_of_a_file_changes_nothing(run, library, export):
    first = told(run("catalog", "import", export, "--json"))
    second = told(run("catalog", "import", export, "--json"))

    same = {"records": 2, "rejected": 0, "changed": 0, "duplicate": 0, "conflict": 0}
    assert first == {**same, "imported": 2, "new": 2, "unchanged": 0, "items": 6}
    assert second == {**same, "imported": 0, "new": 0, "unchanged": 2, "items": 0}
    assert (count(library, BibliographicRecord), count(library, Item)) == (2, 6)


def test_copies_come_with_their_state_and_place(run, library, export):
    run("catalog", "import", export, "--branch", "ЦБ")

    with db.reading(library.sessions) as session:
        items = session.scalars(select(Item).order_by(Item.id)).all()
    codes = {b.id: code for code, b in library.branches.items()}
    assert [(i.inventory_number, i.status, codes[i.owner_branch_id], i.copies) for i in items] == [
        ("77", "available", "Ф1", 1),
        ("78", "available", "ЦБ", 1),
        (None, "available", "ЦБ", 5),
        (None, "available", "ЦБ", 1),  # 77 belongs to the first
        ("90", "withdrawn", "ЦБ", 1),
        ("91", "in_processing", "ЦБ", 1),
    ]
    assert items[3].disputed_numbers == "77"


def test_what_came_in_is_the_opening_balance(run, library, export):
    run("catalog", "import", export)

    with db.reading(library.sessions) as session:
        query = (
            select(Entry.opening_of, func.sum(Entry.count))
            .where(Entry.kind == "opening")
            .group_by(Entry.opening_of)
        )
        sums = dict(session.execute(query).all())
    assert sums == {"records": 2, "stock": 8}  # 77, 78, five, the second 77; not 90 and 91


def test_an_imported_copy_is_lent_by_barcode_and_by_number(run, library, export, desk):
    run("catalog", "import", export)
    library.reader("R1")

    assert desk.issue("R1", "5551").situation == "loan"
    assert desk.scan("78").situation == "loan"


def test_unreadable_records_go_to_a_file_that_can_be_mended_and_imported(run, library, tmp_path):
    bad = book(2)[:20] + b"\x1d"
    file = tmp_path / "books.iso"
    file.write_bytes(book(1) + bad + book(3))
    rejects = tmp_path / "bad" / "rejects.iso"

    answer = run("catalog", "import", file, "--rejects", rejects, "--json")

    assert told(answer)["rejected"] == 1
    assert rejects.read_bytes() == bad
    reasons = [
        json.loads(line)
        for line in Path(answer["files"][0]["rejects"]).read_text("utf-8").splitlines()
    ]
    assert reasons == [{"record": 2, "rejected": True, "reason": "короче маркера"}]

    rejects.write_bytes(book(2))
    assert told(run("catalog", "import", rejects, "--json"))["imported"] == 1


def test_a_dry_run_shows_and_changes_nothing(run, library, export):
    answer = run("catalog", "import", export, "--dry-run", "--json")["files"][0]

    assert (answer["format"], answer["encoding"]) == ("irbis-text", "utf-8")
    assert answer["titles"]["utf-8"] == ["Степь", "Городок"]
    assert count(library, BibliographicRecord) == 0


@pytest.mark.parametrize("content", [b"", b"no records here", b"\xff\xfe\x00"])
def test_a_file_without_records_is_refused_in_words_and_the_next_one_read(
    run, library, tmp_path, export, content
):
    wrong = tmp_path / "wrong.bin"
    wrong.write_bytes(content)

    answer = run("catalog", "import", wrong, export, "--json", code=1)["files"]

    assert answer[0]["error"] == "not_records"
    assert answer[1]["imported"] == 2


def test_records_are_found_by_title_isbn_barcode_and_number(run, library, export):
    run("catalog", "import", export)

    number = run("catalog", "search", "77", "--json")["records"]
    assert [record["title"] for record in number] == ["Городок", "Степь"]  # both came with it
    for text in ("степь", "СТЕП", "5551", "78"):
        found = run("catalog", "search", text, "--json")["records"]
        assert [record["title"] for record in found] == ["Степь"]
    shown = run("catalog", "show", found[0]["id"], "--json")
    assert (shown["title"], shown["division"], shown["language"]) == ("Степь", "literature", "ru")
    assert "910" in run("catalog", "show", found[0]["id"], "--marc")
    run("catalog", "show", 1, code=1)


def test_a_catalogue_nobody_keeps_is_refused(run, library, export):
    assert "books" in run("catalog", "import", export, "--catalogue", "nonsense", code=1)
    assert count(library, BibliographicRecord) == 0


@pytest.mark.parametrize(
    "field", ["^AU^1²", "^AU^1" + "9" * 20, "^A0^B7^E" + "9" * 23, "^A0^B7\x00^D\x00", "^A0^B٣"]
)
def test_no_value_of_a_record_stops_a_file(run, library, tmp_path, field):
    file = tmp_path / "odd.txt"
    odd = f"#920: PAZK\n#200: ^AСтепь\x00\n#910: {field}\n*****\n"
    file.write_text(EXPORT + odd, encoding="utf-8")

    answer = told(run("catalog", "import", file, "--json"))

    assert (answer["records"], answer["imported"], answer["rejected"]) == (3, 3, 0)


def test_each_file_of_a_command_has_its_own_rejects(run, tmp_path):
    files = [tmp_path / name for name in ("one.iso", "two.iso")]
    for file in files:
        file.write_bytes(b"bad\x1d" + book(1))
    answer = run("catalog", "import", *files, "--rejects", tmp_path / "rejects", "--json")["files"]
    assert len({one["rejects"] for one in answer}) == 2
    assert (tmp_path / "rejects").read_bytes() == b"bad\x1d"
    assert (tmp_path / "2-rejects").read_bytes() == b"bad\x1d"


MANIFEST = SAMPLES / "marc" / "manifest.json"


@pytest.mark.skipif(not MANIFEST.exists(), reason="the third-party samples are absent")
def test_every_sample_comes_in_once(run, library):
    for about in json.loads(MANIFEST.read_text(encoding="utf-8")):
        if about["records"] > 2000:
            continue  # the large one is the benchmark's
        file = SAMPLES / "marc" / about["file"]
        good = about.get("records_with_fields", about["records"])
        before = count(library, BibliographicRecord) + count(library, AuthorityRecord)
        first, second = (told(run("catalog", "import", file, "--json")) for _ in range(2))
        after = count(library, BibliographicRecord) + count(library, AuthorityRecord)

        decided = ("new", "unchanged", "changed", "duplicate", "conflict")
        assert sum(first[decision] for decision in decided) == good
        assert first["rejected"] == about["records"] - good
        assert (second["imported"], second["unchanged"]) == (0, good)
        assert after - before == first["imported"]


def test_what_was_imported_is_in_the_feed_of_changes_once(run, library, export):
    run("catalog", "import", export)
    run("catalog", "import", export)  # unchanged: nothing to follow
    with db.reading(library.sessions) as session:
        changes = session.execute(queries.changes(0)).all()
        records = set(session.scalars(select(BibliographicRecord.id)))
    assert {record for record, _ in changes} == records
    assert len(changes) == len({number for _, number in changes}) == len(records)
    first = changes[0][1]
    with db.reading(library.sessions) as session:
        assert len(session.execute(queries.changes(first)).all()) == len(changes) - 1
