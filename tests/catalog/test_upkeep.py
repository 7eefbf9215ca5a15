"""Merging, rights, batch changes, headings, what is printed."""

import json
import re
from uuid import uuid4

import pytest
from entry_form import book, entries, filled, make, number_of, record
from sqlalchemy import select

from ils import db
from ils.catalog import queries
from ils.catalog.batches import actions
from ils.catalog.models import BibliographicRecord
from ils.organisation.branches.models import Branch
from ils.organisation.staff.models import Role, Staff


def test_two_records_become_one_and_two_again(library, cataloguer):
    library.copy("Ж-77", title="Абай жолы")
    with db.reading(library.sessions) as session:
        old = session.scalars(select(BibliographicRecord.id)).one()
    kept = book(cataloguer)
    page = cataloguer.get(f"/staff/catalog/merge?kept={kept}&dropped={old}").text
    take = [int(n) for n in re.findall(r'name="take" value="(\d+)"', page)]
    answer = cataloguer.post(
        "/staff/catalog/merge", kept=kept, dropped=old, take=take[1:2], request_id=str(uuid4())
    )
    assert answer.status_code == 302
    assert "Ж-77" in cataloguer.get(f"/staff/catalog/{kept}").text
    assert record(library, old)[0].merged_into_id == kept
    library.check()

    cataloguer.post(f"/staff/catalog/{old}/take-apart", request_id=str(uuid4()))
    assert "Ж-77" in cataloguer.get(f"/staff/catalog/{old}").text
    _, marc = record(library, kept)
    assert (
        "Ж-77"
        not in cataloguer.get(f"/staff/catalog/{kept}").text.split("<h2>")[-1].split("MARC")[0]
    )
    assert marc.get("200", "a") == "Абай жолы"
    assert [e.kind for e in entries(library, "record_merged")] == ["record_merged"]


def test_rights_are_by_branch_and_account(library, cataloguer):
    with db.transaction(library.sessions) as session:
        session.scalars(select(Branch).where(Branch.code == "ЦБ")).one().catalogues = frozenset(
            {"articles", "books"}
        )
        session.scalars(select(Staff)).one().catalogues = frozenset({"articles", "rare"})
    page = cataloguer.get("/staff/catalog/new?worksheet=book").text
    assert re.findall(
        r'<option value="(\w+)"', page.split('name="catalogue"')[1].split("</select>")[0]
    ) == ["articles"]
    answer = make(cataloguer, _200a="Дала", _catalogue="books")
    assert answer.status_code == 409
    assert entries(library, "record_added") == []


def test_a_change_is_made_in_many_records_and_taken_back(library, cataloguer):
    ids = [book(cataloguer, title=f"Кітап {n}", _210a="Алма-Ата") for n in range(3)]
    asked = {
        "operation": "replace",
        "tag": "210",
        "code": "a",
        "text": "Алма-Ата",
        "value": "Алматы",
        "q": "",
    }
    seen = cataloguer.get("/staff/catalog/batch", query_string=asked).text
    assert "$aАлматы" in seen
    cataloguer.post("/staff/catalog/batch", **asked, request_id=str(uuid4()))
    assert [record(library, n)[1].get("210", "a") for n in ids] == ["Алматы"] * 3
    page = cataloguer.get(f"/staff/catalog/{ids[0]}/edit").text
    cataloguer.post(f"/staff/catalog/{ids[0]}/edit", **filled(page, {"300a": "Ескертпе"}))
    actions = re.search(r"/batch/(\d+)/take-back", cataloguer.get("/staff/catalog/batch").text)[1]
    cataloguer.post(f"/staff/catalog/batch/{actions}/take-back", request_id=str(uuid4()))
    assert [record(library, n)[1].get("210", "a") for n in ids] == [
        "Алматы",
        "Алма-Ата",
        "Алма-Ата",
    ]


def test_a_batch_goes_on_where_it_stopped_and_is_not_made_twice(library, cataloguer, monkeypatch):
    monkeypatch.setattr(actions, "BATCH_SIZE", 2)
    ids = [book(cataloguer, title=f"Кітап {n}", _210a="Алма-Ата") for n in range(3)]
    asked = {"operation": "replace", "tag": "210", "code": "a", "text": "Алма-Ата"}
    asked |= {"value": "Алматы", "q": ""}

    def press():
        return cataloguer.post("/staff/catalog/batch", **asked, request_id=str(uuid4()))

    def places():
        return [record(library, n)[1].get("210", "a") for n in ids]

    first = press()
    assert places() == ["Алматы", "Алматы", "Алма-Ата"]
    assert "Алма-Ата" in cataloguer.get(first.location).text  # what is left is shown
    assert press().status_code == 302
    assert places() == ["Алматы"] * 3
    assert press().status_code == 409
    with db.reading(library.sessions) as session:
        assert [len(e.revisions) for e in session.scalars(queries.batch_edits())] == [1, 2]


def test_a_batch_leaves_titles_and_foreign_catalogues_alone(library, cataloguer):
    ids = [book(cataloguer, title=f"Кітап {n}", _210a="Алма-Ата") for n in range(2)]
    change = {"text": "", "value": "", "q": "", "request_id": str(uuid4())}
    cataloguer.post("/staff/catalog/batch", operation="remove", tag="200", code="a", **change)
    assert [record(library, n)[1].get("200", "a") for n in ids] == ["Кітап 0", "Кітап 1"]

    change = {"text": "Алма-Ата", "value": "Алматы", "q": "", "request_id": str(uuid4())}
    cataloguer.post("/staff/catalog/batch", operation="replace", tag="210", code="a", **change)
    actions = re.search(r"/batch/(\d+)/take-back", cataloguer.get("/staff/catalog/batch").text)[1]
    with db.transaction(library.sessions) as session:
        session.scalars(select(Staff)).one().catalogues = frozenset({"articles"})
    cataloguer.post(f"/staff/catalog/batch/{actions}/take-back", request_id=str(uuid4()))
    assert [record(library, n)[1].get("210", "a") for n in ids] == ["Алматы"] * 2


def test_a_heading_changed_once_is_changed_in_its_records(library, cataloguer):
    answer = cataloguer.post(
        "/staff/catalog/headings/new", kind="person", **{"name-a": "Ауезов", "name-b": "М."},
        form=["Әуезов, М.", "Auezov, M.", "Аймауытов, Ж."],
        relation=["parallel", "see", "see_also"], language=["kaz", "", ""],
        request_id=str(uuid4()),
    )  # fmt: skip
    heading = number_of(answer)
    for typed in ("Әуез", "ауезов", "auez"):
        (found,) = json.loads(cataloguer.get(f"/staff/catalog/suggest?kind=person&q={typed}").text)
        assert (found["values"]["a"], found["link"]) == ("Ауезов", str(heading))
    assert json.loads(cataloguer.get("/staff/catalog/suggest?kind=person&q=Айм").text) == []
    record_id = book(cataloguer, _700a="Ауезов", _700b="М.", _7003=str(heading))
    page = cataloguer.get(f"/staff/catalog/headings/{heading}").text
    revision = re.search(r'name="revision" value="(\d+)"', page)[1]
    changed = cataloguer.post(
        f"/staff/catalog/headings/{heading}", kind="person", revision=revision,
        **{"name-a": "Әуезов", "name-b": "М. О."},
        form=["Ауезов, М."], relation=["see"], language=[""], request_id=str(uuid4()),
    )  # fmt: skip
    assert changed.status_code == 302
    found, marc = record(library, record_id)
    assert (found.authors, marc.get("700", "3"), found.cause) == (
        "Әуезов, М. О.",
        str(heading),
        "heading",
    )
    stale = cataloguer.post(
        f"/staff/catalog/headings/{heading}",
        kind="person",
        revision=revision,
        **{"name-a": "X"},
        request_id=str(uuid4()),
    )
    assert stale.status_code == 409
    refused = cataloguer.post(f"/staff/catalog/headings/{heading}/delete", request_id=str(uuid4()))
    assert refused.status_code == 409


@pytest.mark.parametrize("form", ["pdf", "bib", "ris", "json"])
def test_references_of_a_record(library, cataloguer, form):
    record_id = book(cataloguer, _700a="Әуезов", _700b="М.")
    answer = cataloguer.get(f"/staff/catalog/{record_id}/reference.{form}")
    starts = {"pdf": b"%PDF", "bib": b"@book{", "ris": b"TY  - BOOK", "json": b"[\n {"}
    assert answer.data.startswith(starts[form])
    if form == "json":
        (item,) = json.loads(answer.data)
        assert item["author"] == [{"family": "Әуезов", "given": "М."}]


def test_lists_and_cards_are_printed(library, cataloguer):
    for title in ("Өнер", "Оқу", "Ән"):
        book(cataloguer, title=title)
    for order in ("author", "title", "subject"):
        assert cataloguer.get(f"/staff/catalog/list.pdf?order={order}").data.startswith(b"%PDF")
        assert cataloguer.get(f"/staff/catalog/list.docx?order={order}").data.startswith(b"PK")
    assert cataloguer.get("/staff/catalog/cards.pdf").data.startswith(b"%PDF")


def test_a_desk_account_may_look_but_not_change(library, browser):
    library.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    assert browser.get("/staff/catalog/").status_code == 200
    assert browser.get("/staff/catalog/new").status_code == 403
    assert browser.post("/staff/catalog/new", worksheet="book").status_code == 403
