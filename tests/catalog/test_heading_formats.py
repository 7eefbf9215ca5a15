"""Headings go out as MARC21, MARCXML and ИРБИС and come back the same."""

import pytest

from ils.marc import reading
from ils.marc.crosswalk.authorities import authority_from_unimarc, authority_to_unimarc
from ils.marc.record import Dialect, Field, MarcRecord
from ils.marc.writing import Format, Writer

PERSON = MarcRecord("00000nx  a2200000   45  ", [
    Field("001", "", [("", "77")]),
    Field("100", "  ", [("a", "20260301akazy0191    ba")]),
    Field("200", " 1", [("a", "Әуезов"), ("b", "М. О."), ("g", "Мұхтар Омарханұлы"),
                        ("f", "1897-1961")]),
    Field("330", "1 ", [("a", "Жазушы")]),
    Field("400", " 1", [("a", "Ауэзов"), ("b", "М. О."), ("8", "rus")]),
    Field("500", " 1", [("a", "Арғын"), ("3", "78")]),
    Field("801", " 0", [("a", "KZ"), ("b", "НАБРК")]),
])  # fmt: skip
SUBJECT = MarcRecord("00000nx  j2200000   45  ", [
    Field("001", "", [("", "5")]),
    Field("250", "  ", [("a", "Өлкетану"), ("x", "Тарихы"), ("y", "Түркістан"), ("z", "19 ғ.")]),
    Field("450", "  ", [("a", "Краеведение")]),
])  # fmt: skip
PLACE = MarcRecord("00000nx  c2200000   45  ", [
    Field("001", "", [("", "6")]), Field("215", "  ", [("a", "Түркістан")]),
    Field("415", "  ", [("a", "Яссы")]),
])  # fmt: skip
BODY = MarcRecord("00000nx  b2200000   45  ", [
    Field("001", "", [("", "8")]), Field("210", "02", [("a", "Ұлттық кітапхана"), ("b", "Бөлім")]),
])  # fmt: skip
FAMILY = MarcRecord("00000nx  e2200000   45  ", [
    Field("001", "", [("", "9")]), Field("220", "  ", [("a", "Абай")]),
    Field("300", "0 ", [("a", "Әулет")]),
])  # fmt: skip
HEADINGS = {"family": FAMILY, "person": PERSON, "subject": SUBJECT, "place": PLACE, "body": BODY}
FORMATS = (Format.MARC21, Format.MARCXML, Format.IRBIS_TEXT, Format.MARCXCHANGE, Format.ISO2709)


def there_and_back(marc, form):
    writer = Writer(form)
    written = writer.opening() + writer.record(marc)[0] + writer.closing()
    source, chunks = reading.examine(written, "headings")
    (chunk,) = chunks
    return reading.read(source, chunk)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", HEADINGS)
def test_a_heading_comes_back_as_it_went(name, form):
    marc = HEADINGS[name]
    found = there_and_back(marc, form).marc
    assert (found.leader[5:10], found.fields) == (marc.leader[5:10], marc.fields)


def test_a_heading_is_one_of_marc21():
    """MARC 21 Authority: the surname before a comma, dates in $d, 008 of forty signs."""
    made = authority_from_unimarc(PERSON, Dialect.MARC21).marc
    person = Field("100", "1 ", [("a", "Әуезов, М. О."), ("q", "Мұхтар Омарханұлы"),
                                 ("d", "1897-1961")])  # fmt: skip
    assert (made.leader, list(made.each("100"))) == ("00000nz  a2200000n  4500", [person])
    assert [len(f.get("")) for f in made.each("008")] == [40]
    assert [f.subfields for f in made.each("400")] == [[("a", "Ауэзов, М. О.")]]


def test_a_heading_edited_meanwhile_counts():
    made = authority_from_unimarc(PERSON, Dialect.MARC21).marc
    fields = [
        Field(f.tag, f.indicators, [("a", "Аузов, М.")]) if f.tag == "400" else f
        for f in made.fields
    ]
    back = authority_to_unimarc(MarcRecord(made.leader, fields), Dialect.MARC21)
    assert [f.subfields for f in back.each("400")] == [[("a", "Аузов"), ("b", "М.")]]


def test_a_leader_that_says_another_thing_comes_back_too():
    marc = MarcRecord("00000cx  b2200000n  45  ", PLACE.fields)
    assert there_and_back(marc, Format.MARCXML).marc.leader[5:10] == "cx  b"
