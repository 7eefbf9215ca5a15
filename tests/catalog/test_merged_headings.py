"""Two headings of one name are made one; whatever names the former comes to the latter."""

from uuid import uuid4

import pytest
from library import iso
from sqlalchemy import select

from ils import db
from ils.catalog import queries
from ils.catalog.authorities import queries as headings
from ils.catalog.models import AuthorityRecord, BibliographicRecord
from ils.organisation.staff.models import Role


def heading(number, surname, *others, kind="200"):
    return iso(
        ("001", number), (kind, f" 1\x1fa{surname}\x1fbМ. О."), *others,
        ("801", " 0\x1faKZ\x1fbA"), leader="nx  a22",
    )  # fmt: skip


def book(number, title, surname, target):
    return iso(
        ("001", number), ("200", f"1 \x1fa{title}"),
        ("700", f" 1\x1fa{surname}\x1fbМ. О.\x1f3{target}\x1f4070"), ("801", " 0\x1faKZ\x1fbA"),
    )  # fmt: skip


LATIN = ("400", " 1\x1faAuezov\x1fbM.")


@pytest.fixture
def two(bring, library):
    bring(heading("1", "Әуезов") + heading("2", "Ауэзов", LATIN), name="a.iso")
    bring(book("10", "Абай жолы", "Әуезов", "1") + book("11", "Путь Абая", "Ауэзов", "2"),
          name="b.iso")  # fmt: skip
    with db.reading(library.sessions) as session:
        found = {h.control_number: h.id for h in session.scalars(select(AuthorityRecord))}
    return found["1"], found["2"]


@pytest.fixture
def cataloguer(library, browser):
    library.account("каталог", Role.CATALOGUER)
    browser.sign_in("каталог")
    return browser


def merge(cataloguer, kept, dropped):
    return cataloguer.post(
        f"/staff/catalog/headings/{kept}/merge/{dropped}", request_id=str(uuid4())
    )


def authors(library):
    with db.reading(library.sessions) as session:
        return {r.title: r.authors for r in session.scalars(select(BibliographicRecord))}


def test_records_come_to_the_heading_that_stays(library, cataloguer, two, bring):
    kept, dropped = two
    page = cataloguer.get(f"/staff/catalog/headings/{kept}/merge/{dropped}").text
    assert "Ауэзов, М. О." in page
    merge(cataloguer, kept, dropped)
    assert authors(library) == {"Абай жолы": "Әуезов, М. О.", "Путь Абая": "Әуезов, М. О."}
    with db.reading(library.sessions) as session:
        one = session.get_one(AuthorityRecord, kept)
        using = sorted(r.title for r in session.scalars(headings.records_using(one)))
        assert using == ["Абай жолы", "Путь Абая"]
        assert session.scalars(queries.broken_links()).all() == []
        marc = one.marc_record()
        assert [f.get("a") for f in marc.each("400")] == ["Ауэзов", "Auezov"]
        found = [h.id for h in session.scalars(headings.headings("Ауэ"))]
        assert found == [kept]  # a cataloguer who types the former name is led to the other
        path = session.scalars(
            select(BibliographicRecord).where(BibliographicRecord.title == "Путь Абая")
        ).one()
        assert [f.get("4") for f in path.marc_record().each("700")] == ["070"]
    assert cataloguer.get(f"/staff/catalog/headings/{dropped}").status_code == 302


def test_what_comes_later_and_names_the_former_is_led_to_the_other(library, cataloguer, two, bring):
    kept, dropped = two
    merge(cataloguer, kept, dropped)
    late = book("12", "Қараш-қараш", "Ауэзов", "2")
    assert bring(late, name="c.iso") == {"new": 1}
    assert authors(library)["Қараш-қараш"] == "Әуезов, М. О."
    assert bring(late, name="c.iso") == {"unchanged": 1}
    changed = book("11", "Путь Абая : роман", "Ауэзов", "2")
    assert bring(changed, name="b.iso") == {"changed": 1}
    assert authors(library)["Путь Абая : роман"] == "Әуезов, М. О."


def test_one_that_was_merged_earlier_follows(library, cataloguer, two, bring):
    kept, dropped = two
    bring(heading("3", "Әуезұлы"), name="d.iso")
    with db.reading(library.sessions) as session:
        third = session.scalars(
            select(AuthorityRecord.id).where(AuthorityRecord.control_number == "3")
        ).one()
    merge(cataloguer, kept, dropped)
    merge(cataloguer, third, kept)
    assert bring(book("12", "Хан Кене", "Ауэзов", "2"), name="c.iso") == {"new": 1}
    assert set(authors(library).values()) == {"Әуезұлы, М. О."}


def test_a_person_is_no_subject(library, cataloguer, two, bring):
    kept, _ = two
    bring(heading("4", "Әдебиет", kind="250"), name="e.iso")
    with db.reading(library.sessions) as session:
        subject = session.scalars(
            select(AuthorityRecord.id).where(AuthorityRecord.control_number == "4")
        ).one()
    for other in (subject, kept):
        answer = merge(cataloguer, kept, other)
        assert (answer.status_code, 'data-code="headings_not_alike"' in answer.text) == (422, True)


def test_a_heading_that_stands_for_another_is_not_deleted(library, cataloguer, two):
    kept, dropped = two
    merge(cataloguer, kept, dropped)
    for number, code in ((kept, "heading_stands_for_others"), (dropped, "heading_gone")):
        answer = cataloguer.post(
            f"/staff/catalog/headings/{number}/delete", request_id=str(uuid4())
        )
        assert (answer.status_code, f'data-code="{code}"' in answer.text) == (409, True)
