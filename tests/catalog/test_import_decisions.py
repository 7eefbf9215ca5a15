"""What an import decides: new, unchanged, changed, duplicate, conflict. And what goes out."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bringing import TOLD
from entry_form import book as typed
from entry_form import filled
from library import book, iso
from sqlalchemy import func, select

from ils import db
from ils.catalog import queries
from ils.catalog.authorities import queries as headings
from ils.catalog.models import AuthorityForm, AuthorityRecord, BibliographicRecord
from ils.holdings.items.models import Item
from ils.ledger import Entry

ROOT = Path(__file__).resolve().parents[2]


def record(number, title, isbn="", *, agency="CBS", copies=(), pages="300 с."):
    return iso(
        ("001", number),
        *([("010", f"  \x1fa{isbn}")] if isbn else []),
        ("100", "  \x1fa20200101d1998    m  y0rusy50      ca"),
        ("101", "0 \x1farus"),
        ("200", f"1 \x1fa{title}"),
        ("210", "  \x1faАлматы\x1fd1998"),
        ("215", f"  \x1fa{pages}"),
        ("700", " 1\x1faАвтор\x1fbА."),
        *([("801", f" 0\x1faKZ\x1fb{agency}")] if agency else []),
        *(("910", f"  \x1fa0\x1fb{copy}") for copy in copies),
    )


def found(library, title):
    with db.reading(library.sessions) as session:
        query = select(BibliographicRecord).where(BibliographicRecord.title == title)
        records = list(session.scalars(query.order_by(BibliographicRecord.id)))
        return records, [r.marc_record() for r in records]


def count(library, kind, **said):
    with db.reading(library.sessions) as session:
        query = select(func.sum(Entry.count)).where(Entry.kind == kind).filter_by(**said)
        return session.scalar(query) or 0


def test_a_changed_record_becomes_a_new_version_with_its_new_copies(library, bring):
    assert bring(record("1", "Дала", copies=["77"])) == {"new": 1, "items": 1}
    assert bring(record("1", "Дала", copies=["77"])) == {"unchanged": 1}
    changed = record("1", "Дала. 2-е изд.", copies=["77", "78"])
    assert bring(changed) == {"changed": 1, "items": 1}
    assert bring(changed) == {"unchanged": 1}
    (one,), _ = found(library, "Дала. 2-е изд.")
    assert (one.revision, one.cause) == (2, "imported")
    with db.reading(library.sessions) as session:
        assert queries.version(session, one, 1).marc.get("200", "a") == "Дала"
    assert count(library, "record_edited") == 1


def test_a_record_edited_here_is_not_overwritten(library, bring, cataloguer, tmp_path):
    bring(record("1", "Дала"))
    (one,), _ = found(library, "Дала")
    page = cataloguer.get(f"/staff/catalog/{one.id}/edit").text
    cataloguer.post(f"/staff/catalog/{one.id}/edit", **filled(page, {"300a": "Ескертпе"}))
    assert bring(record("1", "Дала")) == {"unchanged": 1}
    assert bring(record("1", "Дала, исправлено там"), "--rejects", tmp_path / "left.iso") == {
        "conflict": 1
    }
    _, (marc,) = found(library, "Дала")
    assert marc.get("300", "a") == "Ескертпе"
    assert (tmp_path / "left.iso").read_bytes() == record("1", "Дала, исправлено там")


def test_one_001_of_two_libraries_is_two_records(library, bring):
    bring(record("1", "Дала", agency="CBS"))
    assert bring(record("1", "Мыс", agency="OUB", pages="20 с.")) == {"new": 1}
    assert bring(record("7", "Алтын", agency="", pages="21 с.")) == {"new": 1}
    other = record("7", "Күміс", agency="", pages="22 с.")
    assert bring(other) == {"conflict": 1}
    assert bring(other, "--source", "ОУБ") == {"new": 1}


def test_a_duplicate_brings_its_copies_to_the_record_it_doubles(library, bring):
    bring(record("1", "Дала", "978-5-699-12014-7", copies=["77"]))
    double = record("A-9", "Дала", "5699120149", agency="OUB", copies=["78"], pages="другой объём")
    assert bring(double) == {"duplicate": 1, "items": 1}
    assert bring(double) == {"unchanged": 1}
    (kept, hidden), _ = found(library, "Дала")
    assert (hidden.state, hidden.merged_into_id) == ("merged", kept.id)
    with db.reading(library.sessions) as session:
        assert set(session.scalars(select(Item.record_id))) == {kept.id}
    assert count(library, "opening", opening_of="records") == 1
    assert count(library, "opening", opening_of="stock") == 2


def test_a_duplicate_can_be_made_a_record_of_its_own(library, bring, run):
    bring(record("1", "Дала") + record("2", "Дала", agency="OUB"))
    (_, hidden), _ = found(library, "Дала")
    run("take-apart", hidden.id)
    (_, back), _ = found(library, "Дала")
    assert back.state == "active"
    assert count(library, "record_restored") == 1


def test_volumes_of_a_set_with_one_isbn_are_not_duplicates(library, bring):
    isbn = "978-5-699-12014-7"
    volumes = record("1", "Собрание. Т. 1", isbn) + record("2", "Собрание. Т. 2", isbn)
    assert bring(volumes) == {"new": 2}


def test_articles_of_one_title_in_two_issues_are_not_duplicates(bring):
    def article(number, issue):
        return iso(
            ("001", number),
            ("200", "1 \x1faХроника"),
            ("461", " 0\x1f12001 \x1faПульс"),
            ("463", f" 0\x1f12000 \x1fa№ {issue}\x1fvС. 2\x1f1210  \x1fd2018"),
            leader="naa2 22",
        )

    assert bring(article("1", 5) + article("2", 6) + article("3", 5)) == {"new": 2, "duplicate": 1}


def test_marc21_is_kept_in_unimarc_and_goes_out_as_it_came(library, bring, run, tmp_path):
    data = iso(
        ("001", "5"),
        ("003", "KzAlNB"),
        ("008", "200101s1998    kz            000 0 rus d"),
        ("245", "10\x1faСтепь :\x1fbповесть /\x1fcА. Автор"),
        ("590", "  \x1faместное"),
        leader="nam a22",
        tail=" i 4500",
    )
    assert bring(data) == {"new": 1}
    (one,), (marc,) = found(library, "Степь : повесть")
    assert one.dialect == "marc21"
    assert marc.get("200", "e") == "повесть"
    run("export", "--format", "marc21", "-o", tmp_path / "out.mrc")
    assert (tmp_path / "out.mrc").read_bytes() == data


@pytest.mark.parametrize("form", ["iso2709", "marc21", "marcxml", "marcxchange", "irbis-text"])
def test_what_goes_out_comes_back_unchanged(library, bring, run, tmp_path, form):
    bring(
        record("1", "Дала", copies=["77"]) + record("2", "Мыс", "978-5-699-12014-7", pages="20 с.")
    )
    told = run("export", "--format", form, "-o", tmp_path / "out", "--json")
    assert (told["written"], told["refused"]) == (2, 0)
    (one,) = run("import", tmp_path / "out", "--json")["files"]
    assert {key: one[key] for key in TOLD if one[key]} == {"unchanged": 2}


def test_copies_go_out_as_they_are_now(library, bring, run, tmp_path, desk):
    bring(record("1", "Дала", copies=["77", "78"]))
    library.reader("R1")
    desk.issue("R1", "77")
    run("export", "--format", "irbis-text", "-o", tmp_path / "out.txt")
    lines = (tmp_path / "out.txt").read_text(encoding="utf-8").split("\n")
    assert [line.strip() for line in lines if line.startswith("#910")] == [
        "#910: ^A1^B77", "#910: ^A0^B78",
    ]  # fmt: skip


def test_a_record_that_does_not_fit_the_encoding_goes_to_a_file_of_its_own(
    library, bring, run, tmp_path
):
    bring(record("1", "Степь") + record("2", "Қазақ даласы", pages="20 с."))
    told = run("export", "--encoding", "cp1251", "-o", tmp_path / "out.iso", "--json")
    assert (told["written"], told["refused"]) == (1, 1)
    refused = (tmp_path / "out.iso.refused.xml").read_text(encoding="utf-8")
    assert "Қазақ даласы" in refused
    (reason,) = (
        (tmp_path / "out.iso.refused.reasons.jsonl").read_text(encoding="utf-8").splitlines()
    )
    assert "Қ" in json.loads(reason)["reason"]


def test_a_part_of_the_catalogue_goes_out(library, bring, run, tmp_path):
    bring(record("1", "Дала") + record("2", "Мыс", pages="20 с."))
    told = run("export", "мыс", "--format", "csv", "-o", tmp_path / "out.csv", "--json")
    assert told["written"] == 1
    assert "Мыс" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")


AUTHORITIES = """#920: ATHRA
#210: ^AАуезов^BМ. О.^F1897-1961
#410: ^AӘуезов^BМ.
#510: ^AАймауытов^BЖ.
#710: ^AAuezov^BM.
#903: A1
*****
"""


def test_headings_of_irbis_come_in_with_their_references(library, bring):
    assert bring(AUTHORITIES, name="ATHRA.txt") == {"new": 1}
    assert bring(AUTHORITIES, name="ATHRA.txt") == {"unchanged": 1}
    with db.reading(library.sessions) as session:
        one = session.scalars(select(AuthorityRecord)).one()
        forms = session.execute(select(AuthorityForm.relation, AuthorityForm.form)).all()
    assert (one.kind, one.heading) == ("person", "Ауезов, М. О. (1897-1961)")
    assert set(forms) == {
        ("heading", "Ауезов, М. О. (1897-1961)"), ("see", "Әуезов, М."),
        ("see_also", "Аймауытов, Ж."), ("parallel", "Auezov, M."),
    }  # fmt: skip


def test_headings_of_unimarc_are_linked_by_their_number(library, bring):
    heading = iso(
        ("001", "H1"), ("200", " 1\x1faАуезов\x1fbМ."), ("400", " 1\x1faӘуезов\x1fbМ."),
        leader="nx  a22",
    )  # fmt: skip
    assert bring(heading, name="auth.iso") == {"new": 1}
    data = iso(("001", "1"), ("200", "1 \x1faДала"), ("700", " 1\x1faАуезов\x1fbМ.\x1f3H1"))
    assert bring(data) == {"new": 1}
    with db.reading(library.sessions) as session:
        one = session.scalars(select(AuthorityRecord)).one()
        assert [r.title for r in session.scalars(headings.records_using(one))] == ["Дала"]


def test_a_heading_changed_by_an_import_is_changed_in_its_records(library, bring):
    def heading(*name):
        return iso(("001", "H1"), ("200", " 1" + "".join(name)), leader="nx  a22")

    named = ("700", " 1\x1faАуезов\x1fbМ.\x1f3H1")
    data = iso(("001", "1"), ("200", "1 \x1faДала"), named)
    bring(heading("\x1faАуезов", "\x1fbМ."), name="auth.iso")
    bring(data)
    assert bring(heading("\x1faӘуезов", "\x1fbМ. О."), name="auth.iso") == {"changed": 1}
    ((one,), (marc,)) = found(library, "Дала")
    assert (one.authors, marc.get("700", "a"), one.cause) == ("Әуезов, М. О.", "Әуезов", "heading")
    # Nobody here edited the record: it and its source may still change it.
    assert bring(data) == {"unchanged": 1}
    assert bring(data.replace("Дала".encode(), "Далы".encode())) == {"changed": 1}
    library.check()


def test_an_interrupted_import_goes_on(environ, library, tmp_path):
    """Ctrl+C ends after a saved batch and says how to go on; the same command finishes."""
    if "ILS_DATABASE" in environ:
        return  # once is enough: the batch is the same transaction there
    path = tmp_path / "many.iso"
    path.write_bytes(b"".join(book(n) for n in range(4000)))
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ILS_")} | environ
    command = [sys.executable, "-m", "ils", "catalog", "import", str(path), "--json"]
    first = subprocess.Popen(
        command, cwd=ROOT, env=kept | {"ILS_CATALOG_BATCH": "50"}, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(3000):  # a busy machine takes its time to start
        time.sleep(0.02)
        with db.reading(library.sessions) as session:
            if session.scalar(select(func.count()).select_from(BibliographicRecord)):
                break
    first.send_signal(signal.SIGINT)
    told = json.loads(first.communicate(timeout=60)[0])["files"][0]
    assert 0 < told["new"] < 4000
    assert told["interrupted"]
    done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, check=True)
    again = json.loads(done.stdout)["files"][0]
    assert (again["unchanged"], again["new"]) == (told["new"], 4000 - told["new"])


def test_a_dry_run_shows_titles_in_each_encoding_and_changes_nothing(library, run, tmp_path):
    path = tmp_path / "x.iso"
    path.write_bytes(record("1", "Степь").decode().encode("cp1251"))
    (told,) = run("import", path, "--dry-run", "--json")["files"]
    assert {"cp1251", "koi8-r", "cp866", "utf-8", "kz1048", "ptcp154", "cp1252", "marc-8"} == set(
        told["titles"]
    )
    assert found(library, "Степь") == ([], [])


def test_lint_makes_the_work_list_and_typed_records_join_it(library, bring, run, cataloguer):
    bring(record("1", "Cтепь", "978-5-699-12014-0"))  # a Latin C
    typed(cataloguer, title="Дала")
    told = run("lint", "--json")
    assert told["records"] == 2
    assert told["counts"]["bad_isbn"] == 1
    assert told["counts"]["mixed_letters"] == 1
    page = cataloguer.get("/staff/catalog/to-mend?problem=mixed_letters").text
    assert "Cтепь" in page


def test_another_document_with_the_same_number_is_a_conflict_whoever_issued_it(library, bring):
    bring(record("1", "Птицы степи", agency="РНБ", copies=["100"]))
    other = record("1", "Математика для школ", agency="РНБ", copies=["777"], pages="20 с.")
    assert bring(other) == {"conflict": 1}
    (one,), _ = found(library, "Птицы степи")
    assert one.revision == 1
    heading = [("001", "1"), ("200", " 1\x1faАуэзов\x1fbМ.")]
    assert bring(iso(*heading, leader="nx  a22"), name="a.iso") == {"new": 1}
    heading[1] = ("200", " 1\x1faТолстой\x1fbЛ.")
    assert bring(iso(*heading, leader="nx  a22"), name="b.iso") == {"conflict": 1}


def test_a_disputed_copy_comes_once(library, bring):
    bring(record("10", "Дала", copies=["500"]) + record("11", "Мыс", copies=["500"], pages="9 с."))
    for title in ("Мыс.", "Мыс. 2-бас."):
        changed = bring(record("11", title, copies=["500"], pages="9 с."))
        assert changed.get("items", 0) == 0
    assert count(library, "opening", opening_of="stock") == 2


def test_a_changed_record_brings_its_new_group_once(library, bring):
    def with_group(title, *groups):
        extra = [("910", f"  \x1fau\x1f1{n}\x1fdЧЗ") for n in groups]
        return iso(("001", "1"), ("200", f"1 \x1fa{title}"), *extra)

    bring(with_group("Дала"))
    assert bring(with_group("Дала.", 7)) == {"changed": 1, "items": 1}
    assert bring(with_group("Дала!", 7)) == {"changed": 1}


def test_a_duplicate_brings_its_later_copies_too(library, bring):
    bring(record("1", "Дала", copies=["77"]))
    bring(record("2", "Дала", agency="OUB", copies=["78"]))
    later = record("2", "Дала", agency="OUB", copies=["78", "79"])
    assert bring(later) == {"duplicate": 1, "items": 1}
    assert bring(later) == {"unchanged": 1}


def test_two_right_isbn_are_two_documents(bring):
    first = record("1", "Дала", "978-5-699-12014-7")
    assert bring(first + record("2", "Дала", "978-5-7110-0177-5")) == {"new": 2}


def test_volumes_with_the_title_and_isbn_of_their_set_are_not_duplicates(bring):
    def volume(number, part):
        return iso(
            ("001", number),
            ("010", "  \x1fa978-5-699-12014-7"),
            ("200", "1 \x1faСобрание"),
            ("461", f" 0\x1f12001 \x1faСобрание\x1fvТ. {part}"),
            leader="nam2 22",
        )

    assert bring(volume("1", 1) + volume("2", 2)) == {"new": 2}


def test_a_field_910_without_numbers_is_no_copy(bring):
    data = iso(("001", "1"), ("200", "1 \x1faДала"), ("910", "  \x1fdЧЗ\x1fc20010101"))
    assert bring(data) == {"new": 1}


def test_copies_that_share_a_number_keep_their_barcodes_on_the_way_out(bring, run, tmp_path):
    first, second = ("  \x1fa0\x1fb900\x1fhX1\x1fdЧЗ", "  \x1fa0\x1fb900\x1fhY1\x1fdХР")
    bring(iso(("001", "1"), ("200", "1 \x1faДала"), ("910", first), ("910", second)))
    run("export", "--format", "irbis-text", "-o", tmp_path / "out.txt")
    text = (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert ("^HX1" in text, "^HY1" in text) == (True, True)


def test_the_format_may_be_told(bring):
    assert bring(record("1", "Дала"), "--format", "iso2709", "--dialect", "rusmarc") == {"new": 1}


def test_our_own_csv_never_replaces_a_fuller_record(library, bring, run, tmp_path):
    bring(record("1", "Дала", copies=["77"]))
    run("export", "--format", "csv", "-o", tmp_path / "out.csv")
    (one,) = run("import", tmp_path / "out.csv", "--json")["files"]
    assert {key: one[key] for key in TOLD if one[key]} == {"duplicate": 1}
    (kept, _), (marc, _) = found(library, "Дала")
    assert (kept.revision, marc.get("801", "b")) == (1, "CBS")
