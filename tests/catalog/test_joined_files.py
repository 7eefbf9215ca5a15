"""One file, many encodings; white space is data; fields of other formats are kept or set apart."""

import pytest
from library import RUSSIAN, book

from ils.marc import encodings, iso2709, reading, xml
from ils.marc.copies import copies
from ils.marc.record import Dialect, Field, MarcRecord, unbroken
from ils.marc.writing import Format, Writer

KAZAKH = "Қыз Жібек: ұлттық әдебиет жаңғырығы"
GERMAN = "Größe und Übermut: Gedichte über schöne Wälder"


def read_all(data, **said):
    source, chunks = reading.examine(data, "file", **said)
    return source, [reading.read(source, chunk) for chunk in chunks]


def titles(records):
    return [r.marc.get("200", "a") for r in records if r.marc is not None]


def marc21(title, encoding):
    """A record of MARC21, written in any encoding."""
    marc = MarcRecord("00000nam a2200000 a 4500", [
        Field("001", "", [("", title[:3].encode("ascii", "replace").decode())]),
        Field("008", "", [("", "200101s2020    gw            000 0 ger d")]),
        Field("245", "10", [("a", title)]),
    ])  # fmt: skip
    return iso2709.write(marc, encodings.encoder(encoding), tail=" a 4500")


@pytest.mark.parametrize(
    ("most", "odd", "text"),
    [
        ("utf-8", "cp1251", RUSSIAN),
        ("utf-8", "kz1048", KAZAKH),
        ("utf-8", "koi8-r", RUSSIAN),
        ("utf-8", "cp866", RUSSIAN),
        ("cp1251", "utf-8", RUSSIAN),
        ("cp1251", "cp866", RUSSIAN),
        ("cp1251", "koi8-r", RUSSIAN),
        ("koi8-r", "cp1251", RUSSIAN),
        ("kz1048", "utf-8", KAZAKH),
    ],
)
@pytest.mark.parametrize("place", [0, 5, 10])
def test_each_record_of_a_joined_file_is_read_in_its_own_encoding(most, odd, text, place):
    parts = [book(n, RUSSIAN, encoding=most) for n in range(10)]
    parts.insert(place, book(77, text, encoding=odd))
    source, records = read_all(b"".join(parts))
    wanted = [f"{RUSSIAN} {n}" for n in range(10)]
    wanted.insert(place, f"{text} 77")
    assert titles(records) == wanted
    told = [n for n, r in enumerate(records) if any("this record is in" in p for p in r.problems)]
    assert told == [place]
    assert f"this record is in {odd}, its file in {source.encoding}" in records[place].problems


def test_an_encoding_that_is_said_holds_for_the_whole_file():
    data = book(1, RUSSIAN, encoding="cp1251") + book(2, RUSSIAN, encoding="utf-8")
    _, records = read_all(data, encoding="cp1251")
    assert titles(records)[0] == f"{RUSSIAN} 1"
    assert titles(records)[1] != f"{RUSSIAN} 2"


def test_one_kazakh_record_among_russian_ones_keeps_its_letters():
    parts = [book(n, "Экономика", encoding="ptcp154") for n in range(30)]
    _, records = read_all(b"".join([*parts, book(31, KAZAKH, encoding="ptcp154")]))
    assert titles(records)[-1] == f"{KAZAKH} 31"


def test_western_letters_are_neither_russian_nor_combined():
    source, records = read_all(b"".join(marc21(GERMAN, "cp1252") for _ in range(3)))
    assert (source.encoding, titles(records)) == ("cp1252", [GERMAN] * 3)


@pytest.mark.parametrize("odd", ["marc-8", "cp1252"])
def test_a_western_record_among_unicode_ones(odd):
    data = b"".join([marc21(GERMAN, "utf-8")] * 5 + [marc21(GERMAN, odd)])
    _, records = read_all(data)
    assert titles(records) == [GERMAN] * 6


def test_what_is_no_marc8_is_told_and_never_blanked():
    data = marc21("Grosse", "marc-8").replace(b"Grosse", b"Gro\xd7\xd8e")
    _, (record,) = read_all(data, encoding="marc-8", dialect="marc21")
    assert record.marc.get("200", "a") == "Gro\ufffd\ufffde"
    assert [p for p in record.problems if "cannot be read" in p] != []


# --- white space


@pytest.mark.parametrize("end", ["\n", "\r\n", " \r\n\t"])
def test_a_line_break_before_a_mark_leaves_the_mark(end):
    data = book(1, "Степной сад").replace(b"\x1ff", f"{end}\x1ff".encode(), 1)
    _, (record,) = read_all(data)
    assert record.marc.get("200", "a") == "Степной сад 1"
    assert [code for code, _ in next(record.marc.each("200")).subfields] == ["a", "f"]


def test_only_line_ends_are_white_space():
    assert unbroken("\x1fa Степь  и\x1fbсад\x1e") == "\x1fa Степь  и\x1fbсад\x1e"


def test_breaks_of_printed_xml_do_not_get_into_records():
    value = "\n     Степь\n\n         и сад\n   "
    body = f"""<collection><record><leader>00000nam a2200000 i 4500</leader>
      <datafield tag="200" ind1="1" ind2=" "><subfield code="a">{value}</subfield></datafield>
      </record></collection>""".encode()
    _, (record,) = read_all(body)
    assert record.marc.get("200", "a") == "Степь и сад"


# --- other formats


def test_text_outside_subfields_is_kept_and_told():
    body = """<record><leader>00000nam a2200000 i 4500</leader>
      <datafield tag="200" ind1="1" ind2=" "><subfield code="a">Степь</subfield></datafield>
      <datafield tag="300" ind1=" " ind2=" ">Библиогр. в конце</datafield></record>"""
    marc, problems = xml.parse(body.encode(), encodings.decoder("utf-8"))
    assert next(marc.each("300")).subfields == [("", "Библиогр. в конце")]
    assert problems == ["field 300: text outside its subfields was kept before them"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_files_of_utf16_are_read(encoding):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[encoding]
    written = '<?xml version="1.0" encoding="UTF-16"?><collection><record><leader>00000nam</leader>'
    written += '<datafield tag="200" ind1="1" ind2=" "><subfield code="a">Әуез</subfield>'
    written += "</datafield></record></collection>"
    for text in (written, "#920: PAZK\r\n#200: ^AӘуез\r\n*****\r\n"):
        _, (record,) = read_all(mark + text.encode(encoding))
        assert record.marc.get("200", "a") == "Әуез"


def test_control_fields_with_subfields_come_back_as_they_were():
    marc = MarcRecord("00000nam a2200000 a 4500", [
        Field("001", "", [("", "1")]),
        Field("007", "v ", [("a", "v"), ("b", "d")]),
        Field("245", "10", [("a", "Film")]),
    ])  # fmt: skip
    data = iso2709.write(marc, encodings.encoder("utf-8"), tail=" a 4500")
    _, (record,) = read_all(data, dialect="marc21")
    written, _ = Writer(Format.MARC21, "utf-8").record(record.marc)
    _, (again,) = read_all(written, dialect="marc21")
    again_marc, _ = iso2709.parse(written, encodings.decoder("utf-8"))
    kept = next(again_marc.each("007"))
    assert (kept.indicators, kept.subfields) == ("v ", [("a", "v"), ("b", "d")])
    assert again.marc is not None


def test_holdings_records_are_set_apart():
    data = marc21("Book", "utf-8")
    for kind in b"uvxy":
        _, (record,) = read_all(data[:6] + bytes([kind]) + data[7:], dialect="marc21")
        assert record.marc is None
        assert record.problems == ["a holdings record: it describes copies, not a document"]


def test_local_fields_of_marc21_are_no_copies():
    marc = MarcRecord("", [Field("910", "  ", [("a", "0"), ("b", "123456")])])
    assert (len(copies(marc)), copies(marc, Dialect.MARC21)) == (1, [])


@pytest.mark.parametrize("upper", [True, False])
def test_codes_of_irbis_know_no_case_and_its_fields_no_indicators(upper):
    def field(tag, *pairs):
        return Field(tag, "", [(c.upper() if upper else c, v) for c, v in pairs])

    marc = MarcRecord("00000nam  2200000   450 ", [
        Field("920", "", [("", "PAZK")]), field("200", ("a", "Степь"), ("f", "П. Петров")),
        field("910", ("a", "0"), ("b", "5551")), Field("900", "", [("", "Текст"), ("b", "05")]),
    ])  # fmt: skip
    raw = iso2709.write(marc, encodings.encoder("utf-8"), tail="   450 ")
    source, (record,) = read_all(raw)
    assert source.dialect is Dialect.IRBIS
    assert record.marc.get("200", "a") == "Степь"
    assert [c.inventory_number for c in copies(record.marc, source.dialect)] == ["5551"]


@pytest.mark.parametrize(
    ("written", "tag"), [("702 1", "702"), ("7002#1", "702"), ("7001 1", "701"), ("700 1", "700")]
)
def test_a_longer_tag_inside_a_link_is_read_as_it_was_meant(written, tag):
    field = Field("461", " 0", [("1", written), ("a", "Редакторов")])
    (inside,) = field.embedded()
    assert (inside.tag, inside.get("a")) == (tag, "Редакторов")
