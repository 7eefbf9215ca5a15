"""Descriptions that once came out wrong, each by the rule of ГОСТ 7.1-2003 it broke."""

import pytest

from ils.marc import reading
from ils.marc.crosswalk import to_unimarc
from ils.marc.gost import entry
from ils.marc.record import Dialect, Field, MarcRecord, linked

RUSSIAN = Field("101", "0 ", [("a", "rus")])
TITLE = Field("200", "1 ", [("a", "Заглавие")])


def described(*fields, leader="00000nam0 2200000   450 "):
    return str(entry(MarcRecord(leader, [RUSSIAN, *fields])))


def article(*fields):
    return described(*fields, leader="00000naa2 2200000   450 ")


def test_a_second_responsibility_stands_after_a_semicolon():
    title = Field("200", "1 ", [("a", "Книга"), ("f", "Ж. Автор"), ("f", "пер. М. Иванова")])
    assert described(title) == "Книга / Ж. Автор ; пер. М. Иванова."


def test_what_stands_together_in_brackets_has_one_pair():
    imprint = Field("210", "  ", [("a", "[Б. м.]"), ("c", "[б. и.]"), ("d", "2005")])
    assert described(TITLE, imprint) == "Заглавие. – [Б. м. : б. и.], 2005."


def test_contents_are_announced_once():
    contents = Field("327", "1 ", [("a", "Содерж.: Первая ; Вторая")])
    assert described(TITLE, contents) == "Заглавие. – Содерж.: Первая ; Вторая."


def test_a_stop_is_not_doubled_before_a_part():
    title = Field("200", "1 ", [("a", "Карта 1873 г."), ("i", "Лист 1")])
    assert described(title) == "Карта 1873 г. Лист 1."


def test_the_publisher_may_stand_in_214():
    imprint = Field("214", " 0", [("a", "Астана"), ("c", "Фолиант"), ("d", "2020")])
    copyright_ = Field("214", " 4", [("d", "2019")])
    assert described(TITLE, imprint, copyright_) == "Заглавие. – Астана : Фолиант, 2020."


def volume(*set_, number="Т. 2"):
    whole = Field("200", "1 ", [("a", "Собрание"), ("f", "М. Ауэзов"), ("v", number)])
    return linked("461", " 0", [whole, *set_])


def test_a_volume_says_its_author_once():
    author = Field("700", " 1", [("a", "Ауэзов"), ("b", "М.")])
    own = Field("200", "1 ", [("a", "Проза")])
    said = described(author, own, volume(), leader="00000nam2 2200000   450 ")
    assert said == "Ауэзов, М. Собрание / М. Ауэзов. Т. 2. Проза."


def test_a_volume_is_published_where_its_set_is():
    imprint = Field("210", "  ", [("a", "Алма-Ата"), ("c", "Жазушы"), ("d", "1979-1985")])
    own = Field("210", "  ", [("d", "1980")])
    said = described(
        Field("200", "1 ", [("a", "Проза")]), own, volume(imprint),
        leader="00000nam2 2200000   450 ",
    )  # fmt: skip
    assert said == "Собрание / М. Ауэзов. Т. 2. Проза. – Алма-Ата : Жазушы, 1980."


def test_an_article_says_what_it_reviews():
    host = linked("463", " 0", [Field("200", "1 ", [("a", "Простор")])])
    book = Field("200", "1 ", [("a", "Степь"), ("f", "А. Алимжанов")])
    assert article(TITLE, host, linked("470", " 1", [book])) == (
        "Заглавие // Простор. – Рец. на кн.: Степь / А. Алимжанов."
    )


def test_two_newspapers_stand_each_with_its_own_number():
    def printed(name, number):
        return (
            linked("461", " 0", [Field("200", "1 ", [("a", name)])]),
            linked("463", " 0", [Field("200", "0 ", [("a", number)])]),
        )

    (one, first), (two, second) = (
        printed("Егемен Қазақстан", "12 мамыр"),
        printed("Ана тілі", "№ 20"),
    )
    assert article(TITLE, one, two, first, second) == (
        "Заглавие // Егемен Қазақстан. – 12 мамыр ; Ана тілі. – № 20."
    )


IRBIS_SOURCE = (
    "#920: ASP\n#200: ^AТуған жер\n#463: ^CЕгемен Қазақстан^H12 мамыр^S5 б.^J2015\n*****\n"
)


def test_a_day_is_no_number_and_pages_of_the_newspaper_say_whose_they_are():
    source, chunks = reading.examine(IRBIS_SOURCE.encode(), "x.txt")
    [read] = [reading.read(source, chunk) for chunk in chunks]
    assert "№ 12 мамыр" not in str(entry(read.marc))
    assert "С. 5 б." not in str(entry(read.marc))


@pytest.mark.parametrize(
    ("number", "pages", "shown"),
    [("5 спец. вып.", "5-7, ил.", ("№ 5 спец. вып.", "С. 5-7, ил.")),
     ("5 (12 мая)", "12-15", ("№ 5 (12 мая)", "С. 12-15"))],
)  # fmt: skip
def test_words_after_a_number_leave_it_one(number, pages, shown):
    data = f"#920: ASP\n#200: ^AСтатья\n#463: ^CПростор^H{number}^S{pages}^J2015\n*****\n"
    source, chunks = reading.examine(data.encode(), "x.txt")
    [read] = [reading.read(source, chunk) for chunk in chunks]
    assert all(part in str(entry(read.marc)) for part in shown), str(entry(read.marc))


def test_binding_and_a_wrong_isbn_come_from_irbis():
    data = "#920: PAZK\n#200: ^AКнига\n#10: ^A5-17-011143-6^Bв пер.^D120^Z5-17-011143-7\n*****\n"
    source, chunks = reading.examine(data.encode(), "x.txt")
    [read] = [reading.read(source, chunk) for chunk in chunks]
    assert str(entry(read.marc)) == (
        "Книга. – ISBN 5-17-011143-6 (в пер.) : 120. – ISBN 5-17-011143-7 (ошибоч.)."
    )


def foreign(level, *fields):
    return MarcRecord(f"00000n a{level}  2200000 a 4500".replace("n a", "na"), list(fields))


def test_the_script_of_the_document_comes_before_latin_letters():
    marc = foreign(
        "m",
        Field("245", "10", [("6", "880-02"), ("a", "Abaĭ zholy :"), ("b", "roman")]),
        Field("880", "10", [("6", "245-02/(N"), ("a", "Абай жолы :"), ("b", "роман")]),
    )
    converted = to_unimarc(marc, Dialect.MARC21).marc
    assert converted.get("200", "a") == "Абай жолы"
    assert "Abaĭ zholy" in next(v for f in converted.each("517", "540") for v in f.all("a"))


@pytest.mark.parametrize(("level", "number", "tag"), [("m", "Ч. 3", "461"), ("a", "С. 5", "463")])
def test_a_volume_is_of_a_set_and_an_article_of_a_source(level, number, tag):
    host = Field("773", "0 ", [("t", "Обзор происшествий"), ("g", number)])
    marc = foreign(level, Field("245", "10", [("a", "Заглавие")]), host)
    assert [f.tag for f in to_unimarc(marc, Dialect.MARC21).marc.each("461", "463")] == [tag]


def test_numbering_that_goes_on_ends_with_a_dash():
    """ГОСТ 7.1, 5.4: the area of numbering stays open while the serial comes out."""
    title, numbering = (
        Field("200", "1 ", [("a", "Нива")]),
        Field("207", " 1", [("a", "2001, июнь -")]),
    )
    place = Field("210", "  ", [("a", "Астана"), ("d", "2001-")])
    said = described(title, numbering, place, leader="00000nas0 2200000   450 ")
    assert said == "Нива. – 2001, июнь – . – Астана, 2001–."
