"""Editions are not duplicates: an import hides nothing on a guess, by rules that are data."""

import shutil

import pytest
from library import iso
from sqlalchemy import select

from ils import db
from ils.catalog import queries
from ils.catalog.duplicates import duplicate_pairs
from ils.catalog.imports.matching import MatchRule, matching
from ils.catalog.models import BibliographicRecord
from ils.config import ROOT, load
from ils.datafiles import BadConfiguration

ISBN, OTHER_ISBN = "978-5-699-12014-7", "978-601-200-001-6"
BOOK = {
    "isbn": "", "title": "Дала", "edition": "", "place": "Алматы", "publisher": "Жазушы",
    "year": "1998", "extent": "300 с.", "series": "", "carrier": "a",
}  # fmt: skip


def described(number, agency="CBS", **changed):
    said = BOOK | changed
    return iso(
        ("001", number),
        *([("010", f"  \x1fa{said['isbn']}")] if said["isbn"] else []),
        ("100", f"  \x1fa20200101d{said['year']}    m  y0rusy50      ca"),
        ("101", "0 \x1farus"),
        ("200", f"1 \x1fa{said['title']}"),
        *([("205", f"  \x1fa{said['edition']}")] if said["edition"] else []),
        ("210", f"  \x1fa{said['place']}\x1fc{said['publisher']}\x1fd{said['year']}"),
        ("215", f"  \x1fa{said['extent']}"),
        *([("225", f"1 \x1faҚазақ әдебиеті\x1fv{said['series']}")] if said["series"] else []),
        ("700", " 1\x1faАвтор\x1fbА."),
        ("801", f" 0\x1faKZ\x1fb{agency}"),
        leader=f"n{said['carrier']}m0 22",
    )


OTHERS = {
    "another edition": {"edition": "3-е изд., доп."},
    "a first edition": {"edition": ""},
    "another publisher": {"publisher": "Мектеп"},
    "a sound disc": {"carrier": "j"},
    "another volume of a series": {"series": "2-т."},
    "another year": {"year": "2005"},
    "another number of pages": {"extent": "400 с."},
    "another ISBN": {"isbn": OTHER_ISBN},
}
FIRST = {"edition": "2-е изд.", "series": "1-т.", "isbn": ISBN}


#: With one ISBN a record may say less than the other; without any, nobody says another.
CASES = [(other, ISBN) for other in OTHERS if other != "a first edition"]
CASES += [(other, "") for other in OTHERS if other != "another ISBN"]


@pytest.mark.parametrize(("other", "number"), CASES)
@pytest.mark.parametrize("together", [True, False], ids=["one file", "two files"])
def test_what_differs_in_a_word_that_counts_is_no_duplicate(
    library, bring, other, number, together
):
    first = FIRST | {"isbn": number}
    second = {**first, **OTHERS[other]}
    files = [described("1", **first), described("2", "OUB", **second)]
    if together:
        assert bring(b"".join(files)) == {"new": 2}
    else:
        assert [bring(data) for data in files] == [{"new": 1}, {"new": 1}]
    library.check()


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"edition": "Издание второе (2-е)"},
        {"publisher": "«Жазушы» баспасы"},
        {"edition": "", "series": ""},
        {"title": "Дала\x1feроман"},
        {"publisher": ""},
    ],
)
def test_the_same_book_described_more_or_less_fully_is_a_duplicate_by_its_isbn(bring, changed):
    bring(described("1", **FIRST))
    assert bring(described("2", "OUB", **(FIRST | changed))) == {"duplicate": 1}


def test_a_book_is_known_by_any_of_its_numbers(library, bring):
    both = f"{OTHER_ISBN}\x1fa{ISBN}"
    bring(described("1", **(FIRST | {"isbn": both})))
    assert bring(described("2", "OUB", **FIRST)) == {"duplicate": 1}
    cyrillic = FIRST | {"isbn": "(в пер.) 5-94723-047-Х", "title": "Мыс"}
    bring(described("3", **cyrillic))
    with db.reading(library.sessions) as session:
        for text, title in ((ISBN, "Дала"), ("594723047x", "Мыс"), ("5-94723-047-X", "Мыс")):
            query = queries.records().where(queries.matches(text))
            assert [r.title for r in session.scalars(query)] == [title]


def test_what_resembles_another_is_a_work_for_a_person(library, bring):
    bring(described("1", **FIRST))
    bring(described("2", "OUB", **(FIRST | {"edition": "3-е изд."})))
    with db.reading(library.sessions) as session:
        pairs = [(a.title, b.title) for a, b in session.execute(duplicate_pairs())]
        states = session.scalars(select(BibliographicRecord.state)).all()
    assert (pairs, states) == ([("Дала", "Дала")], ["active", "active"])


def test_the_rules_are_the_librarys(config):
    rule = MatchRule(same=("title",), equal=("edition",), agree=("year",))
    nothing = frozenset()
    one = {"title": frozenset({"а"}), "edition": nothing, "year": frozenset({"1998"})}
    assert rule.holds(one, {**one, "year": nothing})
    assert not rule.holds(one, {**one, "year": frozenset({"1999"})})
    assert not rule.holds(one, {**one, "edition": frozenset({"2"})})
    assert not rule.holds({**one, "title": nothing}, {**one, "title": nothing})
    assert len(matching(config)) == 3


def test_a_rule_of_unknown_words_is_refused_by_name(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "config" / "matching.toml").write_text('[[rules]]\nsame = ["colour"]\n')
    monkeypatch.setenv("ILS_CONFIG", str(tmp_path / "config"))
    with pytest.raises(BadConfiguration) as refused:
        matching(load())
    assert "matching.toml, rules[0].same[0]" in str(refused.value.facts)


def test_what_its_library_deleted_is_asked_about(library, bring):
    gone = described("1").replace(b"nam0 22", b"dam0 22")
    assert bring(gone) == {"conflict": 1}
    with db.reading(library.sessions) as session:
        assert session.scalars(select(BibliographicRecord)).all() == []
    bring(described("1"))
    assert bring(gone) == {"conflict": 1}
    with db.reading(library.sessions) as session:
        assert session.scalars(select(BibliographicRecord.state)).all() == ["active"]
    library.check()


def test_descriptions_may_come_without_their_copies(library, bring):
    data = iso(("001", "1"), ("200", "1 \x1faДала"), ("910", "  \x1fa0\x1fb77"))
    assert bring(data, "--without-copies") == {"new": 1}
    assert library.count("opening") == 1
