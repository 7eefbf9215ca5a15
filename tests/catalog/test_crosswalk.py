"""MARC21 and ИРБИС become UNIMARC and come back; what has no place is kept in 886."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ils.datafiles import BadConfiguration
from ils.marc import crosswalk
from ils.marc.crosswalk import from_unimarc, kept_field, to_unimarc
from ils.marc.crosswalk.table import load_file
from ils.marc.record import Dialect, Field, MarcRecord, linked


def content(marc):
    """Fields as a multiset, and the leader without lengths."""
    fields = sorted(json.dumps([f.tag, f.indicators, f.subfields]) for f in marc.fields)
    return fields, marc.leader[5:9], marc.leader[17:20]


MARC21 = MarcRecord("00000nam a2200000 i 4500", [
    Field("001", "", [("", "990012")]),
    Field("008", "", [("", "200115s2019    kz a   j      000 1 kaz d")]),
    Field("020", "  ", [("a", "9786012000016"), ("q", "қат. мұқ.")]),
    Field("041", "1 ", [("a", "rus"), ("h", "kaz")]),
    Field("100", "1 ", [("a", "Әуезов, Мұхтар,"), ("d", "1897-1961")]),
    Field("245", "10", [("a", "Путь Абая :"), ("b", "роман /"), ("c", "М. Ауэзов ; пер. А. Кима")]),
    Field("264", " 1", [("a", "Алматы :"), ("b", "Жазушы,"), ("c", "2019")]),
    Field("300", "  ", [("a", "320 с. :"), ("b", "ил. ;"), ("c", "21 см")]),
    Field("500", "  ", [("a", "Библиогр.: с. 318")]),
    Field("590", "12", [("a", "местное $ поле"), ("a", "ещё"), ("6", "880-01")]),
    Field("650", " 4", [("a", "Литература"), ("z", "Казахстан"), ("y", "20 в.")]),
    Field("700", "1 ", [("a", "Ким, А. А."), ("4", "trl")]),
    Field("900", "  ", [("a", "своё")]),
])  # fmt: skip


def test_a_marc21_book_in_unimarc():
    marc = to_unimarc(MARC21, Dialect.MARC21).marc
    assert marc.leader[5:9] == "nam "
    assert marc.get("200", "a") == "Путь Абая"
    assert [v for _, v in next(marc.each("200")).subfields] == [
        "Путь Абая", "роман", "М. Ауэзов", "пер. А. Кима",
    ]  # fmt: skip
    assert next(marc.each("210")).subfields == [("a", "Алматы"), ("c", "Жазушы"), ("d", "2019")]
    assert next(marc.each("700")).subfields == [
        ("a", "Әуезов"), ("b", "М."), ("g", "Мұхтар"), ("f", "1897-1961"),
    ]  # fmt: skip
    assert next(marc.each("702")).subfields == [("a", "Ким"), ("b", "А. А."), ("4", "730")]
    assert next(marc.each("606")).subfields == [
        ("a", "Литература"),
        ("y", "Казахстан"),
        ("z", "20 в."),
    ]
    assert next(marc.each("101")).subfields == [("a", "rus"), ("c", "kaz")]
    assert marc.get("102", "a") == "KZ"
    general = marc.get("100", "a")
    assert (len(general), general[:9], general[9:13], general[17]) == (36, "20200115d", "2019", "a")
    assert marc.get("105", "a")[11] == "a"


def test_what_has_no_place_is_named_and_kept():
    converted = to_unimarc(MARC21, Dialect.MARC21)
    assert "590" in converted.kept
    kept = [kept_field(f, Dialect.MARC21) for f in converted.marc.each("886")]
    assert MARC21.fields[9] in kept


def test_marc21_comes_back_byte_for_byte():
    there = to_unimarc(MARC21, Dialect.MARC21).marc
    back = from_unimarc(there, Dialect.MARC21).marc
    assert content(back) == content(MARC21)


IN_TWO_SCRIPTS = MarcRecord("00000nam a2200000 i 4500", [
    Field("001", "", [("", "1")]),
    Field("008", "", [("", "200115s2019    ru a   j      000 1 rus d")]),
    Field("100", "1 ", [("6", "880-01"), ("a", "Petrushevskai͡a, L.")]),
    Field("245", "10", [("6", "880-02"), ("a", "Istorii /"), ("c", "L. Petrushevskai͡a.")]),
    Field("246", "3 ", [("a", "Istorii")]),
    Field("260", "  ", [("6", "880-03"), ("a", "Moskva :"), ("b", "AST,"), ("c", "2019.")]),
    Field("880", "10", [("6", "245-02/(N"), ("a", "Истории /"), ("c", "Л. Петрушевская.")]),
    Field("880", "1 ", [("6", "100-01/(N"), ("a", "Петрушевская, Л.")]),
    Field("880", "  ", [("6", "260-03"), ("a", "Москва :"), ("b", "АСТ,"), ("c", "2019.")]),
])  # fmt: skip


def test_a_record_in_two_scripts_comes_back_as_it_was():
    there = to_unimarc(IN_TWO_SCRIPTS, Dialect.MARC21).marc
    assert (there.get("200", "a"), there.get("700", "a")) == ("Истории", "Петрушевская")
    assert there.get("210", "a") == "Москва"
    back = from_unimarc(there, Dialect.MARC21).marc
    assert content(back) == content(IN_TWO_SCRIPTS)
    order = [f.get("6") for f in back.each("880")]
    assert order == ["245-02/(N", "100-01/(N", "260-03"]


def test_a_title_edited_here_wins_over_both_scripts():
    there = to_unimarc(IN_TWO_SCRIPTS, Dialect.MARC21).marc
    for f in there.each("200"):
        f.subfields[0] = ("a", "Рассказы")
    back = from_unimarc(there, Dialect.MARC21).marc
    assert back.get("245", "a") == "Рассказы /"
    assert "/!" not in json.dumps([f.subfields for f in back.each("245", "880")])


def test_a_field_edited_here_wins_over_what_was_kept():
    there = to_unimarc(MARC21, Dialect.MARC21).marc
    for f in there.fields:
        if f.tag == "200":
            f.subfields[0] = ("a", "Абай")
    back = from_unimarc(there, Dialect.MARC21).marc
    assert back.get("245", "a") == "Абай :"
    assert back.get("590", "a") == "местное $ поле"


IRBIS = MarcRecord("", [
    Field("010", "", [("a", "978-601-200-001-6"), ("d", "250.00")]),
    Field("101", "", [("", "kaz")]),
    Field("102", "", [("", "KZ")]),
    Field("1119", "", [("", "неизвестное")]),
    Field("200", "", [("a", "Абай жолы"), ("e", "роман"), ("f", "М. Әуезов"), ("v", "1-т.")]),
    Field("210", "", [("a", "Алматы"), ("c", "Жазушы"), ("d", "2019")]),
    Field("215", "", [("a", "320"), ("c", "сур."), ("x", "5000")]),
    Field("331", "", [("", "Аннотация")]),
    Field("330", "", [("c", "Бірінші әңгіме"), ("f", "М. Әуезов"), ("4", "5-10")]),
    Field("461", "", [("c", "Шығармалары"), ("h", "2018"), ("z", "2020")]),
    Field("621", "", [("", "84(5Каз)")]),
    Field("700", "", [("a", "Әуезов"), ("b", "М.")]),
    Field("702", "", [("4", "340 ред."), ("a", "Нәби"), ("b", "Ф.")]),
    Field("903", "", [("", "84/Ә-80-123")]),
    Field("907", "", [("c", "КТ"), ("a", "20190304"), ("b", "АБВ")]),
    Field("910", "", [("a", "0"), ("b", "77"), ("d", "ЧЗ"), ("!", "ХР")]),
    Field("920", "", [("", "SPEC")]),
])  # fmt: skip


def test_an_irbis_volume_in_unimarc():
    converted = to_unimarc(IRBIS, Dialect.IRBIS)
    marc = converted.marc
    assert marc.leader[6:9] == "am2"
    assert marc.get("001") == "84/Ә-80-123"
    assert marc.get("330", "a") == "Аннотация"
    assert marc.get("327", "a") == "Бірінші әңгіме / М. Әуезов"
    assert marc.get("215", "a") == "320 с."
    assert next(marc.each("686")).subfields == [("a", "84(5Каз)"), ("2", "rubbk")]
    (whole,) = marc.each("461")
    assert [(f.tag, f.subfields) for f in whole.embedded()] == [
        ("200", [("a", "Шығармалары"), ("v", "1-т.")]), ("210", [("d", "2018-2020")]),
    ]  # fmt: skip
    assert (marc.get("910", "b"), marc.get("100", "a")[:8]) == ("77", "20190304")
    assert {"1119", "215$x", "330$4"} <= set(converted.kept)


def test_irbis_comes_back_byte_for_byte():
    back = from_unimarc(to_unimarc(IRBIS, Dialect.IRBIS).marc, Dialect.IRBIS).marc
    assert content(back)[0] == content(IRBIS)[0]


def source(**said):
    fields = [Field("200", "", [("a", "Статья")]), Field("920", "", [("", "ASP")])]
    fields.append(Field("463", "", [(code.strip("_"), value) for code, value in said.items()]))
    return to_unimarc(MarcRecord("", fields), Dialect.IRBIS).marc


def test_the_source_of_an_article_is_a_journal_or_a_book():
    journal = source(c="Простор", j="2019", v="5", h="4", s="12-14")
    (host,), (issue,) = journal.each("461"), journal.each("463")
    assert [(f.tag, f.subfields) for f in host.embedded()] == [("200", [("a", "Простор")])]
    assert [(f.tag, f.subfields) for f in issue.embedded()] == [
        ("200", [("a", "Т. 5, № 4"), ("v", "С. 12-14")]), ("210", [("d", "2019")]),
    ]  # fmt: skip
    book = source(c="Край родной", g="Арко", d="Балхаш", j="2015", s="18-34")
    assert list(book.each("461")) == []
    (host,) = book.each("463")
    assert [(f.tag, f.subfields) for f in host.embedded()] == [
        ("200", [("a", "Край родной"), ("v", "С. 18-34")]),
        ("210", [("a", "Балхаш"), ("c", "Арко"), ("d", "2015")]),
    ]  # fmt: skip


RUSMARC = MarcRecord("00000naa2 2200000 i 450 ", [
    Field("001", "", [("", r"RU\NLR\bibl\1")]),
    Field("005", "", [("", "20200101000000.0")]),
    Field("100", "  ", [("a", "20200101d2019    m  y0rusy50      ca")]),
    Field("101", "0 ", [("a", "rus"), ("a", "kaz")]),
    Field("200", "1 ", [("a", "Статья"), ("a", "Другая"), ("d", "Мақала"), ("f", "А.")]),
    linked("461", " 0", [Field("011", "  ", [("a", "1")]), Field("200", "1 ", [("a", "Ж")])]),
    linked("463", " 0", [Field("200", "0 ", [("a", "№ 4"), ("v", "С. 1-2")])]),
    Field("610", "1 ", [("a", "одно"), ("a", "другое")]),
    Field("686", "  ", [("a", "84"), ("v", "LBC"), ("2", "rubbk")]),
    Field("702", " 1", [("3", "X1"), ("a", "Ким"), ("b", "А."), ("4", "730")]),
    Field("801", " 0", [("a", "KZ"), ("b", "CBS"), ("c", "20200101")]),
    Field("899", "  ", [("a", "ЦБ"), ("p", "77")]),
    Field("995", "  ", [("P", "17.00"), ("p", "Нет")]),
])  # fmt: skip


@pytest.mark.parametrize("foreign", [Dialect.MARC21, Dialect.IRBIS])
def test_rusmarc_goes_abroad_and_comes_back(foreign):
    back = to_unimarc(from_unimarc(RUSMARC, foreign).marc, foreign).marc
    assert content(back) == content(RUSMARC)


TAGS = st.sampled_from(
    ["010", "101", "200", "210", "215", "225", "245", "300", "330", "461", "463", "610", "650",
     "686", "700", "701", "702", "773", "886", "899", "910", "920"]
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
FIELDS = st.builds(
    Field, TAGS, st.sampled_from(["  ", "1 ", " 1", "00"]),
    st.lists(st.tuples(st.sampled_from("abcdefgv1234"), TEXTS), min_size=1, max_size=4),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(FIELDS, max_size=8), st.sampled_from([Dialect.MARC21, Dialect.IRBIS]))
def test_any_record_comes_back_whole(fields, foreign):
    """Whatever stands in the fields: abroad and back nothing is lost and nothing is added."""
    marc = MarcRecord("00000nam0 2200000   450 ", [
        Field("001", "", [("", "X")]),
        Field("100", "  ", [("a", "20200101d2019    m  y0rusy50      ca")]),
        *fields,
    ])  # fmt: skip
    back = crosswalk.to_unimarc(crosswalk.from_unimarc(marc, foreign).marc, foreign).marc
    assert content(back) == content(marc)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[[field]]\nforeign = "1"\nunimarc = "2"\nsubfields = "a=a"\nwrong = 1',
            "unknown field wrong",
        ),
        ('[[field]]\nforeign = "1"\nsubfields = "a=a"', "missing required field unimarc"),
        ('[[field]]\nforeign = "1"\nunimarc = "2"', "one of subfields, embed"),
    ],
)
def test_a_wrong_row_of_the_table_is_named(tmp_path, text, said):
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadConfiguration, match=rf"x\.toml, field 1: .*{said}"):
        load_file(path)
