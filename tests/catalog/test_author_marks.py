"""Author marks by a table of the library."""

from dataclasses import replace

import pytest
from entry_form import book, record

from ils.app import create_app
from ils.catalog.author_marks import load
from ils.datafiles import BadConfiguration
from ils.marc.record import Field, MarcRecord

TABLE = """# Начало имени, число
А 11
Аб 13
Абл\t14
Ә 20
Әу; 25
Б 31
"""


@pytest.fixture
def environ(environ, tmp_path):
    (tmp_path / "marks.txt").write_text(TABLE, encoding="utf-8")
    return environ | {"ILS_CATALOG_AUTHOR_MARKS": "marks.txt"}


@pytest.fixture
def held():
    """Nothing another library read: it has no such table."""
    return {}


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("Абай", "А13"), ("Аблов", "А14"), ("Аза", "А14"), ("Әбенов", "Ә20"), ("Әуезов", "Ә25"),
        ("«Бала»", "Б31"), ("Вагнер", ""), ("Smith", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_name_has_the_number_of_the_last_line_before_it(tmp_path, environ, name, mark):
    assert load(tmp_path / "marks.txt").mark(name) == mark


def test_a_book_without_a_mark_is_given_one(library, cataloguer):
    marks = [
        record(library, book(cataloguer, **typed))[1].get("908", "a")
        for typed in (
            {"_700a": "Әуезов", "_010a": "978-601-200-001-6"},
            {"_200a": "Бабалар сөзі"},
            {"_200a": "Дала", "_700a": "Абаев", "_908a": "А99"},
        )
    ]
    assert marks == ["Ә25", "Б31", "А99"]


def test_an_article_stands_on_no_shelf_and_has_no_mark(tmp_path, environ):
    name = Field("700", " 1", [("a", "Әуезов")])
    given = {
        level: load(tmp_path / "marks.txt").completed(
            MarcRecord(f"     na{level} a22     3i 450 ", [name])
        ).get("908", "a")
        for level in "ams"
    }  # fmt: skip
    assert given == {"a": "", "m": "Ә25", "s": ""}


def test_what_stands_beside_the_mark_stays(tmp_path, environ):
    name, sort = Field("700", " 1", [("a", "Әуезов")]), Field("908", "  ", [("x", "арх.")])
    book = MarcRecord("     nam a22     3i 450 ", [name, sort])
    marked = [f for f in load(tmp_path / "marks.txt").completed(book).fields if f.tag == "908"]
    assert marked == [Field("908", "  ", [("a", "Ә25"), ("x", "арх.")])]


@pytest.mark.parametrize(
    ("table", "line"), [("А 11\nАб\n", "line 2: “Аб”"), ("А 11\nа 12\n", "line 2: “а”")]
)
def test_a_wrong_table_stops_the_start_and_says_the_line(tmp_path, config, table, line):
    (tmp_path / "marks.txt").write_text(table, encoding="utf-8")
    with pytest.raises(BadConfiguration) as refused:
        create_app(replace(config, _held={}))
    assert (refused.value.facts["place"], line in refused.value.facts["problem"]) == (
        "marks.txt", True,
    )  # fmt: skip
