"""Two libraries, one number: links are resolved by agency and number."""

import pytest
from library import iso
from sqlalchemy import select

from ils import db
from ils.catalog import queries
from ils.catalog.authorities import queries as headings
from ils.catalog.models import AuthorityRecord, BibliographicRecord, RecordLink
from ils.catalog.wholes import described
from ils.marc.gost import entry


def heading(agency, surname, number="77"):
    return iso(
        ("001", number), ("200", f" 1\x1fa{surname}\x1fbА."), ("801", f" 0\x1faKZ\x1fb{agency}"),
        leader="nx  a22",
    )  # fmt: skip


def book(agency, number, title, *links):
    return iso(
        ("001", number), ("200", f"1 \x1fa{title}"), *links, ("801", f" 0\x1faKZ\x1fb{agency}")
    )


def named(surname, target="77"):
    return ("700", f" 1\x1fa{surname}\x1fbА.\x1f3{target}")


def authors(library):
    with db.reading(library.sessions) as session:
        return {r.title: r.authors for r in session.scalars(select(BibliographicRecord))}


@pytest.fixture
def two_libraries(bring):
    bring(heading("A", "Абаев") + book("A", "1", "Книга А", named("Абаев")), name="a.iso")
    bring(heading("B", "Пушкин") + book("B", "1", "Книга Б", named("Пушкин")), name="b.iso")


def test_a_changed_heading_reaches_its_own_records_alone(library, bring, two_libraries):
    bring(heading("A", "Абаев-Алматинский"), name="a.iso")
    assert authors(library) == {"Книга А": "Абаев-Алматинский, А.", "Книга Б": "Пушкин, А."}


def test_a_number_of_a_library_whose_heading_is_not_here_is_broken(library, bring):
    bring(heading("A", "Абаев"), name="a.iso")
    bring(book("B", "1", "Книга Б", named("Пушкин")), name="b.iso")
    with db.reading(library.sessions) as session:
        one = session.scalars(select(AuthorityRecord)).one()
        assert session.scalars(headings.records_using(one)).all() == []
        assert [link.shown for link in session.scalars(queries.broken_links())] == ["77 (B)"]


def test_a_number_may_say_whose_it_is(library, bring, two_libraries):
    bring(book("C", "9", "Книга В", named("Абаев", "(A) 77")), name="c.iso")
    bring(heading("A", "Абай"), name="a.iso")
    assert authors(library)["Книга В"] == "Абай, А."


def test_a_part_belongs_to_the_whole_of_its_own_library(library, bring):
    def journal(agency, title):
        return iso(
            ("001", "100"), ("200", f"1 \x1fa{title}"), ("801", f" 0\x1faKZ\x1fb{agency}"),
            leader="nas0 22",
        )  # fmt: skip

    host = ("461", " 0\x1f1001100\x1f12001 \x1faЖурнал")
    bring(journal("A", "Астана"), name="a.iso")
    bring(journal("B", "Шымкент") + book("B", "5", "Статья", host), name="b.iso")
    with db.reading(library.sessions) as session:
        wholes = session.scalars(
            select(BibliographicRecord).where(BibliographicRecord.worksheet == "journal")
        )
        parts = {w.title: session.scalars(queries.parts(w)).all() for w in wholes}
    assert {title: [p.title for p in found] for title, found in parts.items()} == {
        "Астана": [],
        "Шымкент": ["Статья"],
    }


def test_a_host_of_marc21_is_known_by_its_prefixed_number(library, bring):
    host = iso(
        ("001", "12345"), ("003", "KZ-AlNPB"), ("008", "200101s2020    kz            000 0 rus d"),
        ("245", "10\x1faЖурнал"), leader="nas a22", tail=" i 4500",
    )  # fmt: skip
    article = iso(
        ("001", "9"), ("003", "OTHER"), ("008", "200101s2020    kz            000 0 rus d"),
        ("245", "10\x1faСтатья"), ("773", "0 \x1ftЖурнал\x1fw(KZ-AlNPB)12345"),
        leader="naa a22", tail=" i 4500",
    )  # fmt: skip
    bring(host + article)
    with db.reading(library.sessions) as session:
        assert session.scalars(queries.broken_links()).all() == []
        (link,) = session.scalars(select(RecordLink).where(RecordLink.relation == "host"))
    assert link.target == "KZ-AlNPB|12345"


def test_a_volume_is_described_by_the_set_it_names_by_number_only(library, bring):
    whole = iso(
        ("001", "40"), ("101", "0 \x1farus"), ("200", "1 \x1faТолковый словарь\x1ffВ. Даль"),
        ("210", "  \x1faМ.\x1fcРус. яз."), leader="nam1 22",
    )  # fmt: skip
    volume = iso(
        ("001", "41"), ("101", "0 \x1farus"), ("200", "1 \x1faА – З"), ("210", "  \x1fd1989"),
        ("461", " 0\x1f100140\x1fvТ. 1"), leader="nam2 22",
    )  # fmt: skip
    bring(whole + volume)
    with db.reading(library.sessions) as session:
        by_number = {r.control_number: r for r in session.scalars(select(BibliographicRecord))}
        said = str(entry(described(session, by_number["41"])))
        assert said == "Толковый словарь / В. Даль. Т. 1. А – З. – М. : Рус. яз., 1989."
        assert described(session, by_number["40"]) == by_number["40"].marc_record()
