"""Entry forms: new, edit, two at once, versions, articles, the panel."""

import re
from html import unescape
from uuid import uuid4

import pytest
from entry_form import book, entries, filled, make, number_of, record, values
from library import Browser
from sqlalchemy import func, select

from ils import db
from ils.catalog.models import BibliographicRecord, RecordProblem, Revision
from ils.digitization.documents import actions as documents
from ils.digitization.documents.models import DigitalDocument
from ils.organisation.staff.models import Role


def test_a_book_is_described_in_the_form(library, cataloguer):
    record_id = book(
        cataloguer, _200e="роман-эпопея", _700a="Әуезов", _700b="М.", _675a="821.512.122",
        _010a="978-601-200-001-6",
    )  # fmt: skip
    found, marc = record(library, record_id)
    assert (found.title, found.authors, found.year, found.language, found.subject_area) == (
        "Абай жолы : роман-эпопея", "Әуезов, М.", 2019, "kk", "literature",
    )  # fmt: skip
    assert (found.worksheet, found.catalogue, found.revision, found.cause) == (
        "book",
        "books",
        1,
        "added",
    )
    assert marc.leader[5:9] == "nam0"
    general = marc.get("100", "a")
    assert (len(general), general[8:13], general[26:28], general[34:]) == (36, "d2019", "50", "ca")
    assert marc.get("001") == str(record_id)
    (entry,) = entries(library, "record_added")
    assert (entry.catalogue, entry.language, entry.record_id, entry.count) == (
        "books",
        "kk",
        record_id,
        1,
    )
    page = cataloguer.get(f"/staff/catalog/{record_id}").text
    assert "Абай жолы : роман-эпопея / М. Әуезов. – Алматы, 2019. – 320 б." in page


def test_a_record_without_a_title_is_not_saved_and_nothing_typed_is_lost(library, cataloguer):
    answer = make(cataloguer, _210a="Алматы", _700a="Әуезов")
    assert answer.status_code == 422
    assert dict(values(answer.text))["worksheet"] == "book"
    assert "Алматы" in [v for _, v in values(answer.text)]
    assert entries(library, "record_added") == []


def test_the_same_form_sent_twice_makes_one_record(library, cataloguer):
    page = cataloguer.get("/staff/catalog/new?worksheet=book").text
    form = filled(page, {"200a": "Дала"})
    first, second = (cataloguer.post("/staff/catalog/new", **form) for _ in range(2))
    assert number_of(first) == number_of(second)
    assert len(entries(library, "record_added")) == 1


def test_what_a_form_does_not_show_stays(library, cataloguer):
    record_id = book(cataloguer)
    page = cataloguer.get(f"/staff/catalog/{record_id}/edit?view=marc").text
    marc = dict(values(page))["marc"]
    changed = marc + "\n991 12 $aсвоё$?не понятно\n200 1# $x".removesuffix("\n200 1# $x")
    form = {**dict(values(page)), "marc": changed}
    assert cataloguer.post(f"/staff/catalog/{record_id}/edit", **form).status_code == 302
    page = cataloguer.get(f"/staff/catalog/{record_id}/edit").text
    form = filled(page, {"200a": "Абай жолы", "210c": "Жазушы"})
    assert cataloguer.post(f"/staff/catalog/{record_id}/edit", **form).status_code == 302
    found, marc = record(library, record_id)
    assert [f.subfields for f in marc.each("991")] == [[("a", "своё"), ("?", "не понятно")]]
    assert marc.get("210", "c") == "Жазушы"
    assert found.revision == 3
    assert [e.detail for e in entries(library, "record_edited")] == ["edited", "edited"]


def test_the_marc_view_keeps_the_records_number_and_saves_where_it_was_opened(library, cataloguer):
    record_id = book(cataloguer)
    page = cataloguer.get(f"/staff/catalog/{record_id}/edit?view=marc").text
    assert f'action="/staff/catalog/{record_id}/edit"' in page
    marc = dict(values(page))["marc"].replace(f"001 {record_id}", "001 999")
    form = {**dict(values(page)), "marc": marc.replace("320 б.", "321 б.")}
    cataloguer.post(f"/staff/catalog/{record_id}/edit", **form)
    saved = record(library, record_id)[1]
    assert (saved.get("001"), saved.get("215", "a")) == (str(record_id), "321 б.")


def test_a_wrong_line_of_the_marc_view_is_named(library, cataloguer):
    record_id = book(cataloguer)
    page = cataloguer.get(f"/staff/catalog/{record_id}/edit?view=marc").text
    form = dict(values(page))
    answer = cataloguer.post(
        f"/staff/catalog/{record_id}/edit", **form | {"marc": form["marc"] + "\nоп"}
    )
    assert answer.status_code == 422
    assert "оп" in answer.text
    assert record(library, record_id)[0].revision == 1


def test_capital_codes_and_other_marks_are_subfields_and_a_line_without_any_is_named(
    library, cataloguer
):
    record_id = book(cataloguer)
    address = f"/staff/catalog/{record_id}/edit"
    form = dict(values(cataloguer.get(f"{address}?view=marc").text))
    lines = [line for line in form["marc"].splitlines() if not line.startswith("200")]
    typed = "\n".join([*lines, "200 1# ^AКөшпенділер^FІ. Есенберлин", "300 ## ‡AЕскерту"])
    answer = cataloguer.post(address, **form | {"marc": typed})
    assert answer.status_code == 302
    marc = record(library, record_id)[1]
    assert next(marc.each("200")).subfields == [("a", "Көшпенділер"), ("f", "І. Есенберлин")]
    assert marc.get("300", "a") == "Ескерту"
    form = dict(values(cataloguer.get(f"{address}?view=marc").text))
    plain = form["marc"] + "\n300 ## Просто текст"
    answer = cataloguer.post(address, **form | {"marc": plain})
    assert (answer.status_code, "Просто текст" in answer.text) == (422, True)


def test_the_second_of_two_cataloguers_is_told_and_nothing_is_overwritten(library, app, cataloguer):
    record_id = book(cataloguer)
    library.account("второй", Role.CATALOGUER)
    other = Browser(app.test_client())
    other.sign_in("второй")
    mine = cataloguer.get(f"/staff/catalog/{record_id}/edit").text
    theirs = other.get(f"/staff/catalog/{record_id}/edit").text
    other.post(
        f"/staff/catalog/{record_id}/edit", **filled(theirs, {"210c": "Жазушы", "300a": "Ескертпе"})
    )

    answer = cataloguer.post(f"/staff/catalog/{record_id}/edit", **filled(mine, {"215a": "400 б."}))
    assert answer.status_code == 409
    assert "второй" in answer.text
    assert "$cЖазушы" in answer.text
    assert record(library, record_id)[1].get("215", "a") == "320 б."

    again = cataloguer.post(f"/staff/catalog/{record_id}/edit", **filled(answer.text, {}))
    assert again.status_code == 302
    _, marc = record(library, record_id)
    assert (marc.get("215", "a"), marc.get("210", "c"), marc.get("300", "a")) == (
        "400 б.",
        "Жазушы",
        "Ескертпе",
    )


def test_an_earlier_version_comes_back(library, cataloguer):
    record_id = book(cataloguer)
    page = cataloguer.get(f"/staff/catalog/{record_id}/edit").text
    cataloguer.post(f"/staff/catalog/{record_id}/edit", **filled(page, {"200a": "Қате"}))
    page = cataloguer.get(f"/staff/catalog/{record_id}/versions").text
    assert "$aҚате" in page
    answer = cataloguer.post(f"/staff/catalog/{record_id}/versions/1", request_id=str(uuid4()))
    assert answer.status_code == 302
    found, marc = record(library, record_id)
    assert (marc.get("200", "a"), found.revision, found.cause) == ("Абай жолы", 3, "restored")
    with db.reading(library.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 2


def test_a_deleted_record_is_subtracted_and_can_come_back(library, cataloguer):
    record_id = book(cataloguer)
    cataloguer.post(f"/staff/catalog/{record_id}/delete", request_id=str(uuid4()))
    assert "<mark>Абай</mark> жолы" not in cataloguer.get("/staff/catalog/?q=абай").text
    assert cataloguer.get(f"/staff/catalog/{record_id}/edit").status_code == 409
    assert len(entries(library, "record_deleted")) == 1
    library.check()
    cataloguer.post(f"/staff/catalog/{record_id}/undelete", request_id=str(uuid4()))
    assert "<mark>Абай</mark> жолы" in cataloguer.get("/staff/catalog/?q=абай").text
    assert len(entries(library, "record_restored")) == 1


def test_a_record_with_copies_is_not_deleted(library, cataloguer):
    library.copy("77")
    with db.reading(library.sessions) as session:
        record_id = session.scalars(select(BibliographicRecord.id)).one()
    answer = cataloguer.post(f"/staff/catalog/{record_id}/delete", request_id=str(uuid4()))
    assert answer.status_code == 409
    assert record(library, record_id)[0].state == "active"


def test_an_article_of_a_scanned_issue_has_its_source_and_describes_the_scan(library, cataloguer):
    issue = number_of(
        make(
            cataloguer, "issue", _200a="2018, № 16 (9 ақпан)", _210d="2018",
            _461200a="Балқаш өңірі", _101a="kaz",
        )
    )  # fmt: skip
    with db.transaction(library.sessions) as session:
        document = documents.new_document(
            session, library.origin(), kind="newspaper_article", record=None, title="Бірінші"
        ).id
    asked = f"host={issue}&title=Бірінші&pages=2-3&document={document}"
    page = cataloguer.get(f"/staff/catalog/new?worksheet=article&{asked}").text
    answer = cataloguer.post("/staff/catalog/new", **filled(page, {"700a": "Нәби"}))
    assert answer.headers["Location"] == f"/staff/digitisation/{document}"
    with db.reading(library.sessions) as session:
        described = session.get(DigitalDocument, document).record
        marc = described.marc_record()
    assert (described.title, marc.get("101", "a")) == ("Бірінші", "kaz")
    (source,) = marc.each("463")
    inside = {code: value for code, value in source.subfields if code != "1"}
    assert inside == {"a": "№ 16 (9 ақпан)", "v": "2-3", "d": "2018"}
    assert marc.get("461", "a") == "Балқаш өңірі"


@pytest.mark.parametrize("worksheet", ["newspaper", "book"])
def test_pages_of_a_cut_out_article_are_in_its_source_whatever_the_host(
    library, cataloguer, worksheet
):
    host = number_of(
        make(cataloguer, worksheet, _200a="Балқаш өңірі", _210a="Балқаш", _210d="1999",
             _101a="kaz", **({"_215a": "4 б."} if worksheet == "book" else {}))
    )  # fmt: skip
    page = cataloguer.get(f"/staff/catalog/new?worksheet=article&host={host}&pages=2-3&title=А")
    form = filled(page.text, {"463210d": "1999"})
    made = number_of(cataloguer.post("/staff/catalog/new", **form))
    _, marc = record(library, made)
    (source,) = marc.each("463")
    assert ("v", "2-3") in source.subfields


def test_article_after_article_keeps_the_issue(library, cataloguer):
    said = {"_200a": "Балқаш өңірі", "_210a": "Балқаш", "_210d": "1999-", "_101a": "kaz"}
    paper = number_of(make(cataloguer, "newspaper", **said))
    page = cataloguer.get(
        f"/staff/catalog/new?worksheet=article&host={paper}&year=2018&number=9 ақпан (№ 16)"
    ).text
    typed = {"200a": "Бірінші", "463200v": "4", "700a": "Нәби", "700b": "Ф.", "939a": "1",
             "939b": "library"}  # fmt: skip
    first = cataloguer.post("/staff/catalog/new", **filled(page, typed), then="next")
    assert first.status_code == 302
    page = cataloguer.get(first.headers["Location"]).text
    before, form = page.split('id="entry"')
    assert "Бірінші" not in form
    assert "Из этого номера описано: 1" in before
    assert "Бірінші" in before
    other = f"host={paper}&year=2018&number=10 ақпан (№ 17)"
    page_of_other = cataloguer.get(f"/staff/catalog/new?worksheet=article&{other}").text
    assert "Из этого номера описано" not in page_of_other
    second = number_of(
        cataloguer.post("/staff/catalog/new", **filled(page, {"200a": "Екінші", "463200v": "5"}))
    )
    found, _ = record(library, second)
    assert (found.catalogue, found.language, found.year, found.local_history) == (
        "articles",
        "kk",
        2018,
        True,
    )
    page = cataloguer.get(f"/staff/catalog/{second}").text
    assert "Екінші // Балқаш өңірі. – 2018. – 9 ақпан (№ 16). – 5 б." in page
    assert "Бірінші" in cataloguer.get(f"/staff/catalog/{paper}").text
    answer = cataloguer.post(f"/staff/catalog/{paper}/delete", request_id=str(uuid4()))
    assert answer.status_code == 409


def test_a_new_issue_begins_at_its_journal_and_stands_under_its_year(library, cataloguer):
    journal = number_of(make(cataloguer, "journal", _200a="Жұлдыз", _210a="Алматы", _101a="kaz"))
    page = cataloguer.get(f"/staff/catalog/{journal}").text
    [address] = re.findall(r'href="([^"]+)">Новый номер', page)
    form = filled(cataloguer.get(unescape(address)).text, {"200a": "2026, № 5"})
    issue = number_of(cataloguer.post("/staff/catalog/new", **form))
    found, _ = record(library, issue)
    assert (found.worksheet, found.language, found.year) == ("issue", "kk", 2026)
    assert "Жұлдыз. 2026, № 5" in cataloguer.get(f"/staff/catalog/{issue}").text
    page = cataloguer.get(f"/staff/catalog/{journal}").text
    assert re.search(r"<summary>2026 .*?2026, № 5", page, re.DOTALL)


def test_the_panel_describes_checks_and_finds_doubles(library, cataloguer):
    book(cataloguer, _010a="978-601-200-001-6")
    page = cataloguer.get("/staff/catalog/new?worksheet=book").text
    form = filled(page, {"200a": "Абaй", "010a": "978-601-200-001-6", "675a": "что-то"})
    seen = cataloguer.post("/staff/catalog/preview", **form)
    assert "Абaй." in seen.text  # the description
    assert "Абай жолы" in seen.text  # the double
    assert "675$a" in seen.text
    assert "200$a" in seen.text  # a Latin a in a Kazakh word
    wrong = cataloguer.post(
        "/staff/catalog/preview", **filled(page, {"200a": "Дала", "010a": "978-601-200-001-2"})
    )
    assert "010$a" in wrong.text
    assert len(wrong.data) < 4096


def test_problems_are_kept_for_the_work_list(library, cataloguer):
    record_id = book(cataloguer, _010a="978-601-200-001-2")
    with db.reading(library.sessions) as session:
        found = session.scalars(
            select(RecordProblem.code).where(RecordProblem.record_id == record_id)
        )
        assert "bad_isbn" in set(found)
    assert "010$a" in cataloguer.get("/staff/catalog/to-mend?problem=bad_isbn").text


GARBAGE = [
    "", "нет", "[1,[]]", '["", [["200","1 ",[["a",5]]]]]', "{}", "[" * 100_000,
    r'["", [["200","1 ",[["a","\ud800"]]]]]',
]  # fmt: skip


@pytest.mark.parametrize("begun", GARBAGE)
def test_a_form_that_is_not_ours_is_refused_in_words(library, cataloguer, begun):
    answer = cataloguer.post(
        "/staff/catalog/new", worksheet="book", begun=begun, request_id=str(uuid4())
    )
    assert answer.status_code == 422
    assert entries(library, "record_added") == []


def test_a_record_moved_to_another_catalogue_leaves_one_balance_and_enters_the_other(
    library, cataloguer
):
    record_id = book(cataloguer)
    page = cataloguer.get(f"/staff/catalog/{record_id}/edit").text
    cataloguer.post(f"/staff/catalog/{record_id}/edit", **filled(page, {"catalogue": "rare"}))
    added = [(e.catalogue, e.detail) for e in entries(library, "record_added")]
    assert added == [("books", None), ("rare", "moved")]
    assert [(e.catalogue, e.detail) for e in entries(library, "record_deleted")] == [
        ("books", "moved"),
    ]
