"""Entry forms are data: checked at the start; what they do not show or change stays as it was."""

import json
import shutil
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library import SAMPLES

from ils.catalog.authorities.rules import with_heading
from ils.catalog.checks import problems
from ils.catalog.comparison import SINGLE, three_way
from ils.catalog.records.rules import KINDS, describe
from ils.catalog.subjects import Classes
from ils.catalog.worksheets import rules
from ils.catalog.worksheets.definitions import class_names, worksheets
from ils.catalog.worksheets.definitions import load as load_sheets
from ils.catalog.worksheets.rules import Submitted
from ils.config import ROOT, load
from ils.datafiles import BadConfiguration
from ils.marc import reading, text
from ils.marc.crosswalk import authorities
from ils.marc.record import Field, MarcRecord, linked

SHEETS = worksheets(load())


def sent(worksheet, marc, typed=None):
    """What a form sends when these values are typed into the first row of their field."""
    typed = dict(typed or {})
    said = []
    for group in worksheet.groups:
        for row in rules.rows(group, marc):
            keys = (sub.key for sub in row.form.subfields)
            values = {key: list(row.values.get(key, [])) or [""] for key in keys}
            for key in [k for k in typed if k[:3] == row.form.tag]:
                values[key[3:]] = [typed.pop(key)]
            said.append(Submitted(row.form.tag, row.index, values))
    assert not typed
    return said


def test_every_kind_has_a_form_with_names_in_three_languages():
    assert set(SHEETS.forms) == set(KINDS)
    catalogues = load(environ={}).lists.catalogues
    for form in SHEETS.forms.values():
        assert form.catalogue in catalogues
        assert all(form.names[language] for language in ("ru", "kk", "en"))


def test_a_new_record_has_its_coded_data():
    marc = rules.blank(SHEETS.forms["newspaper"], date(2026, 11, 20), "kaz")
    assert marc.leader[5:9] == "nas1"
    assert marc.get("100", "a") == "20261120a    9999   y0kazy50      ca"
    assert (marc.get("110", "a"), marc.get("101", "a")) == ("c|a||||||||", "kaz")


def test_coded_positions_are_written_where_they_belong():
    book = SHEETS.forms["book"]
    marc = rules.blank(book, date(2026, 11, 20), "rus")
    typed = {"105@0": "b", "105@4": "j", "105@11": "a", "100@9-12": "1999", "100@17": "m"}
    made = rules.filled(marc, book, sent(book, marc, typed))
    assert made.get("105", "a") == "b   j   000ay"
    assert made.get("100", "a") == "20261120d1999    m  y0rusy50      ca"


def test_a_link_in_the_other_technique_is_shown_and_keeps_what_it_says_besides():
    volume = SHEETS.forms["volume"]
    link = Field("461", " 0", [("6", "383168"), ("t", "Жинақ"), ("v", "1")])
    marc = MarcRecord("00000nam2 2200000   450 ", [Field("200", "1 ", [("a", "Дала")]), link])
    same = rules.filled(marc, volume, sent(volume, marc))
    assert list(same.each("461")) == [link]
    changed = rules.filled(marc, volume, sent(volume, marc, {"461200v": "2"}))
    (found,) = changed.each("461")
    inside = [Field("200", "  ", [("a", "Жинақ"), ("v", "2")])]
    assert found.subfields == [("6", "383168"), *linked("461", " 0", inside).subfields]


def test_a_field_emptied_in_the_form_goes():
    book = SHEETS.forms["book"]
    marc = MarcRecord("00000nam0 2200000   450 ", [
        Field("200", "1 ", [("a", "Дала")]), Field("205", "  ", [("a", "2-бас.")]),
    ])  # fmt: skip
    made = rules.filled(marc, book, sent(book, marc, {"205a": ""}))
    assert list(made.each("205")) == []


MANIFEST = SAMPLES / "marc" / "manifest.json"


@pytest.mark.skipif(not MANIFEST.exists(), reason="the third-party samples are absent")
def test_a_form_saved_as_it_was_opened_changes_nothing():
    for about in json.loads(MANIFEST.read_text(encoding="utf-8")):
        source, chunks = reading.examine_file(SAMPLES / "marc" / about["file"])
        for chunk in chunks[:150]:
            marc = reading.read(source, chunk).marc
            if marc is None or authorities.is_authority(marc) or not marc.get("100", "a"):
                continue
            form = SHEETS.form(describe(marc, Classes({}, {})).worksheet)
            made = rules.filled(marc, form, sent(form, marc))
            assert made.fields == sorted(marc.fields, key=lambda f: f.tag)
            assert text.parsed(text.shown(marc)).fields == marc.fields


CODES = st.sampled_from("abcdefg0349")
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10)
FIELDS = st.builds(
    Field, st.sampled_from(["010", "200", "300", "461", "700"]), st.sampled_from(["  ", "1 "]),
    st.lists(st.tuples(CODES, VALUES), min_size=1, max_size=4),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(FIELDS, max_size=5))
def test_the_marc_view_says_any_record(fields):
    marc = MarcRecord("00000nam0 2200000   450 ", fields)
    assert text.parsed(text.shown(marc)) == marc


@settings(max_examples=200, deadline=None)
@given(st.lists(FIELDS, max_size=4), st.lists(FIELDS, max_size=4), st.lists(FIELDS, max_size=4))
def test_joining_versions_loses_no_change_silently(base, mine, theirs):
    """Where both changed a tag it is named; of one that may repeat, both additions stay."""
    records = [MarcRecord("", fields) for fields in (base, mine, theirs)]
    merged, disputed = three_way(*records)
    for tag in {f.tag for fields in (base, mine, theirs) for f in fields}:
        was, me, they, now = (list(m.each(tag)) for m in (*records, merged))
        if me == was or they in (was, me):
            assert now == (they if me == was else me)
            assert tag not in disputed
            continue
        assert tag in disputed
        if tag in SINGLE:
            assert now == me
            continue
        assert [f for f in me if f not in was and f not in now] == []
        lost = [f for f in they if f not in was and f not in now]
        overruled = [t for w, m, t in zip(was, me, they, strict=False) if w not in (m, t)]
        assert [f for f in lost if f not in overruled] == []


def test_two_rewordings_of_different_notes_are_both_kept_once():
    """Each cataloguer mended another note: neither stands twice in its old and new form."""

    def notes(*texts):
        return MarcRecord("", [Field("300", "  ", [("a", text)]) for text in texts])

    merged, disputed = three_way(
        notes("Библиогр.: с. 12", "Тираж 500"),
        notes("Библиогр.: с. 112", "Тираж 500"),
        notes("Библиогр.: с. 12", "Тираж 5000"),
    )
    assert merged.fields == notes("Библиогр.: с. 112", "Тираж 5000").fields
    assert set(disputed) == {"300"}


def folder(tmp_path, name, old, new):
    target = tmp_path / "worksheets"
    shutil.copytree(ROOT / "config" / "worksheets", target)
    path = target / name
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    return target


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("book.toml", '"200: a*', '"201: a*', "no such field"),
        ("book.toml", '"200: a*', '"200: q*', "no subfield"),
        (
            "book.toml",
            'leader = "am0"',
            'leader = "am"',
            "book.toml, leader: Expected str of length >= 3",
        ),
        (
            "book.toml",
            "order = 1",
            "order = 1\nother = 2",
            "book.toml: Object contains unknown field other",
        ),
        ("book.toml", 'kk = "Кітап"', 'kk = ""', "book.toml, kk: Expected str of length >= 1"),
        ("_fields.toml", 'kind = "isbn"', 'kind = "isbm"', "unknown kind"),
        (
            "_codes.toml",
            'kk = "қазақ"',
            'kk = ""',
            "_codes.toml, languages.kaz, kk: Expected str of length >= 1",
        ),
        ("map.toml", "leader", "]leader", "map.toml"),
    ],
)
def test_a_wrong_worksheet_stops_the_start_and_is_named(tmp_path, name, old, new, said):
    with pytest.raises(BadConfiguration, match=said):
        load_sheets(folder(tmp_path, name, old, new))


def test_classes_are_named_in_both_languages():
    for scheme in ("udc", "bbk"):
        assert all(names.ru and names.kk for names in class_names(load())[scheme].values())


@pytest.mark.parametrize(
    ("field", "code"),
    [
        (Field("010", "  ", [("a", "978-5-699-12014-0")]), "bad_isbn"),
        (Field("011", "  ", [("a", "0130-7674")]), "bad_issn"),
        (Field("675", "  ", [("a", "кит")]), "bad_udc"),
        (Field("686", "  ", [("a", "?"), ("2", "rubbk")]), "bad_bbk"),
        (Field("210", "  ", [("d", "20199, 3019")]), "bad_year"),
        (Field("100", "  ", [("a", "20191340d2019")]), "bad_date"),
        (Field("100", "  ", [("a", "20191140d2019")]), "bad_length"),
        (Field("105", "  ", [("a", "y   Z   000yy")]), "bad_code"),
        (Field("101", "0 ", [("a", "каз.")]), "bad_code"),
        (Field("101", "0 ", [("a", "qqx")]), "bad_code"),
        (Field("102", "  ", [("a", "UK")]), "bad_code"),
        (Field("702", " 1", [("a", "Ким"), ("4", "zzz")]), "bad_code"),
        (Field("105", "  ", [("a", "aay   z")]), "bad_length"),
        (Field("675", "7 ", [("a", "94(574)")]), "bad_indicator"),
        (Field("610", "3 ", [("a", "дала")]), "bad_indicator"),
        (Field("214", " 0", [("a", "Алматы"), ("d", "20111")]), "bad_year"),
        (Field("300", "  ", [("a", "Cтепь и город")]), "mixed_letters"),
        (Field("205", "  ", [("a", "2")]), "missing"),
        (Field("210", "  ", [("d", "20111")]), "bad_year"),
        (Field("219", "  ", [("a", "x")]), "missing"),
        (Field("218", "  ", [("a", "x")]), "unknown_field"),
        (Field("700", "zz", [("a", "Әуезов")]), "bad_indicator"),
        (Field("300", "  ", [(",", "x")]), "bad_subfield"),
        (Field("215", "  ", [("a", "320 с."), ("x", "?")]), "unknown_subfield"),
        (Field("700", " 1", [("a", "Әуезов"), ("b", "М."), ("b", "О.")]), "repeated_subfield"),
    ],
)
def test_what_is_wrong_is_found(field, code):
    marc = MarcRecord("00000nam0 2200000   450 ", [field])
    assert code in {p.code for p in problems(marc, SHEETS.forms["book"], SHEETS)}


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("675", "821.512.122-1"), ("675", "94(574)"), ("675", "004.4:37"), ("675", "61+57"),
        ("675", '908(574)"19"'), ("686", "84(5Каз)7-44"), ("686", "Ч515.815я43"),
        ("686", "22.1я72"),
    ],
)  # fmt: skip
def test_true_indexes_are_not_doubted(tag, value):
    marc = MarcRecord("", [Field(tag, "  ", [("a", value), ("2", "rubbk")])])
    found = {p.code for p in problems(marc, SHEETS.forms["book"], SHEETS)}
    assert not found & {"bad_udc", "bad_bbk"}


def test_what_a_form_shows_once_keeps_its_other_values_and_its_heading():
    book = SHEETS.forms["book"]
    marc = MarcRecord("00000nam0 2200000   450 ", [
        Field("200", "1 ", [("a", "Дала")]),
        Field("215", "  ", [("a", "320 с."), ("c", "ил."), ("a", "2 л.")]),
        Field("700", " 1", [("a", "Ким"), ("b", "А."), ("3", "H1"), ("9", "x")]),
    ])  # fmt: skip
    made = rules.filled(marc, book, sent(book, marc, {"215a": "321 с.", "700b": "А. А."}))
    assert next(made.each("215")).subfields == [("a", "321 с."), ("c", "ил."), ("a", "2 л.")]
    assert next(made.each("700")).subfields == [
        ("a", "Ким"), ("b", "А. А."), ("3", "H1"), ("9", "x"),
    ]  # fmt: skip


def test_the_source_of_an_article_is_written_in_order():
    article = SHEETS.forms["article"]
    marc = rules.blank(article, date(2026, 11, 20), "kaz")
    typed = {
        "463200v": "45-50",
        "463200a": "Абай тағылымы",
        "463200e": "жинақ",
        "463210a": "Алматы",
    }
    made = rules.filled(marc, article, sent(article, marc, typed | {"200a": "Хакім"}))
    (link,) = made.each("463")
    assert link.subfields == [
        ("1", "2001 "), ("a", "Абай тағылымы"), ("e", "жинақ"), ("v", "45-50"),
        ("1", "210  "), ("a", "Алматы"),
    ]  # fmt: skip


def test_place_and_date_of_a_source_stand_in_order_whatever_is_typed_first():
    sheet = SHEETS.forms["article"]
    marc = rules.blank(sheet, date(2026, 11, 20), "kaz")
    said = {"463200a": "Жинақ", "463210d": "2019", "463210a": "Алматы", "200a": "Хакім"}
    made = rules.filled(marc, sheet, sent(sheet, marc, said))
    assert linked("463", " 0", [
        Field("200", "1 ", [("a", "Жинақ")]),
        Field("210", "  ", [("a", "Алматы"), ("d", "2019")]),
    ]).subfields == next(made.each("463")).subfields  # fmt: skip


def test_a_subject_keeps_its_own_subdivisions_when_its_heading_changes():
    def heading(*pairs):
        return MarcRecord("", [Field("250", "  ", list(pairs))])

    used = Field("606", "0 ", [("a", "Мектеп"), ("x", "Тарих"), ("z", "1917"), ("3", "7")])
    before, after = heading(("a", "Мектеп"), ("x", "Тарих")), heading(("a", "Мектептер"))
    assert with_heading(used, before, after, "7").subfields == [
        ("a", "Мектептер"), ("3", "7"), ("z", "1917"),
    ]  # fmt: skip


def faults(*fields):
    marc = MarcRecord("00000nam0 2200000   450 ", list(fields))
    return {p.code for p in problems(marc, SHEETS.forms["book"], SHEETS)}


def test_what_stands_once_is_there_once():
    title = Field("200", "1 ", [("a", "Абай")])
    assert "stands_once" in faults(title, title)
    assert "stands_once" not in faults(title, Field("701", " 1", [("a", "А")]))


def test_a_kazakh_title_in_russian_is_doubted():
    russian, kazakh = (Field("101", "0 ", [("a", code)]) for code in ("rus", "kaz"))
    title = Field("200", "1 ", [("a", "Қыз Жібек")])
    assert "other_language" in faults(russian, title)
    assert "other_language" not in faults(kazakh, title)
    assert "other_language" not in faults(russian, Field("200", "1 ", [("a", "Степь")]))


def test_the_year_of_the_coded_data_follows_that_of_publication():
    coded = Field("100", "  ", [("a", "20110101d2011    u  y0kazy50      ba")])
    assert "year_differs" in faults(coded, Field("210", "  ", [("d", "2019")]))
    assert "year_differs" not in faults(coded, Field("210", "  ", [("d", "2011")]))
    assert "year_differs" not in faults(coded, Field("210", "  ", [("d", "[б. г.]")]))


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("300 ## $аТекст", Field("300", "  ", [("a", "Текст")])),  # a Cyrillic а
        ("200 1# $aАбай$ероман", Field("200", "1 ", [("a", "Абай"), ("e", "роман")])),
        ("200 1# ‡aАбай‡fӘуезов", Field("200", "1 ", [("a", "Абай"), ("f", "Әуезов")])),
        ("200 1# ^aАбай^eроман", Field("200", "1 ", [("a", "Абай"), ("e", "роман")])),
    ],
)
def test_a_subfield_is_called_by_a_latin_letter_however_it_was_typed(line, field):
    assert text.parsed(line).fields == [field]


def test_a_subfield_that_no_letter_names_is_refused():
    with pytest.raises(text.BadLine):
        text.parsed("300 ## $жТекст")
