"""Records in their forms, whole and damaged; made here, not borrowed."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library import RUSSIAN, book, iso

from ils.catalog import identifiers
from ils.catalog.records import rules as record_rules
from ils.catalog.subjects import Classes
from ils.marc import crosswalk, encodings, irbis, iso2709, reading, xml
from ils.marc.copies import copies as copy_statements
from ils.marc.iso2709 import Unreadable
from ils.marc.reading import FileForm, NotRecords
from ils.marc.record import Dialect, Field, MarcRecord

CLASSES = Classes(
    {"8": "literature", "9": "society", "5": "science"}, {"84": "literature", "63": "society"}
)
KAZAKH = "Қазақ халқының әдебиеті мен өнері, ғылымы және тіл үйрену жолдары туралы әңгіме"


def read_all(data, **said):
    source, chunks = reading.examine(data, "file", **said)
    return source, [reading.read(source, chunk) for chunk in chunks]


def described(data):
    _, records = read_all(data)
    return [record_rules.describe(r.marc, CLASSES) for r in records if r.marc]


def test_a_rusmarc_record_gives_its_columns():
    (about,) = described(book(1, "Степь"))
    assert (about.title, about.authors, about.year) == ("Степь 1", "Автор, А. А.", 1998)
    assert (about.language, about.subject_area) == ("ru", "society")
    assert (about.material, about.catalogue) == ("book", "books")


@pytest.mark.parametrize(
    ("encoding", "text", "found"),
    [
        ("utf-8", KAZAKH, "utf-8"),
        ("cp1251", RUSSIAN, "cp1251"),
        ("kz1048", KAZAKH, "kz1048"),
        ("koi8-r", RUSSIAN, "koi8-r"),
        ("cp866", RUSSIAN, "cp866"),
    ],
)
def test_the_encoding_is_found_by_file(encoding, text, found):
    data = b"".join(book(n, text, encoding=encoding) for n in range(5))
    source, records = read_all(data)
    assert source.encoding == found
    assert [r.marc.get("200", "a") for r in records] == [f"{text} {n}" for n in range(5)]


def test_ukrainian_text_is_not_taken_for_kazakh():
    assert encodings.detect([book(1, RUSSIAN + " їжак України", encoding="cp1251")])[0] == "cp1251"


def test_a_declared_encoding_decides_where_there_is_little_text():
    assert encodings.detect([b"\xe0\xe1"], declared="79")[0] == "cp866"


@pytest.mark.parametrize(
    "damage",
    [
        lambda r: b"99999" + r[5:],  # a wrong record length
        lambda r: r[:12] + b"00000" + r[17:],  # a wrong base address
        lambda r: r[:24] + b"0010099" + r[31:],  # a directory that lies
        lambda r: b"\r\n" + r,
        lambda r: r[:6] + "а".encode("cp1251") + r[7:],  # a Cyrillic letter in the leader
        lambda r: r[:-1],  # the terminator is missing at the end of the file
    ],
)
def test_a_damaged_record_costs_nothing_but_a_remark(damage):
    data = book(1) + damage(book(2))
    _, records = read_all(data)
    assert [r.marc.get("200", "a") for r in records] == [f"{RUSSIAN} {n}" for n in (1, 2)]


def test_garbage_between_records_costs_one_record():
    _, records = read_all(book(1) + b"garbage\x1d" + book(2) + b"\x1a")
    assert [r.marc is not None for r in records] == [True, False, True]
    assert records[1].problems == ["shorter than a leader"]


def test_a_native_irbis_file_keeps_values_without_subfields():
    data = iso(("920", "PAZK"), ("200", "^AСтепь^FА. Автор"), ("910", "  ^A0^B77"))
    source, (record,) = read_all(data)
    assert (source.form, source.dialect) == (FileForm.IRBIS_ISO, Dialect.IRBIS)
    assert (record.marc.get("200", "a"), record.marc.leader[6:9]) == ("Степь", "am0")
    assert copy_statements(record.marc)[0].inventory_number == "77"


TEXT_EXPORT = """#920: PAZK
#200: ^AСтепь^EПовесть^FА. Автор
#101: kaz
#621: 84(5Каз)
210 ^DАлматы^D1990
919: ^Arus
#910: ^A0^B77^H5551^E7.50^DФ1^U2004/7
#910: ^AU^1 12^B ЗИ-1
#910: ^A6^B78^VАкт 5
#910: ^AP^B79
#330: начало
продолжение
#1119: непонятное
*****
#920: ASP
#200: ^AСтатья
"""


def test_a_text_export_is_read_with_its_broken_lines():
    source, records = read_all(TEXT_EXPORT.encode())
    first, second = records
    assert (source.form, source.encoding, len(records)) == (FileForm.IRBIS_TEXT, "utf-8", 2)
    kept = {f.get("a"): f.subfields for f in first.marc.each("886")}
    assert kept["1119"] == [("2", "irbis"), ("a", "1119"), ("b", "непонятное")]
    assert kept["330"] == [("2", "irbis"), ("a", "330"), ("b", "начало продолжение")]
    assert first.kept == ["330", "1119"]
    assert len(first.problems) == 3
    about = record_rules.describe(first.marc, CLASSES)
    assert (about.title, about.language, about.subject_area) == (
        "Степь : Повесть",
        "kk",
        "literature",
    )
    assert record_rules.describe(second.marc, CLASSES).catalogue == "articles"


def test_copies_come_from_910():
    _, (record, _) = read_all(TEXT_EXPORT.encode())
    copies = copy_statements(record.marc)
    numbers = [(c.inventory_number, c.barcode, c.copies) for c in copies]
    assert numbers == [("77", "5551", 1), ("", "", 12), ("78", "", 1)]
    assert (copies[0].price, copies[0].ksu, copies[0].location) == (750, "2004/7", "Ф1")
    assert copies[2].withdrawal_act == "Акт 5"


def test_copies_come_from_899_where_it_has_a_number():
    marc = MarcRecord(
        "",
        [
            Field("899", "  ", [("a", "ОУНБ"), ("b", "КР"), ("p", "2014541"), ("9", "225.24")]),
            Field("899", "  ", [("a", "NLR"), ("j", "97-4/119")]),
        ],
    )
    (copy,) = copy_statements(marc)
    assert (copy.inventory_number, copy.location, copy.price) == ("2014541", "ОУНБ КР", 22524)


def test_marcxml_is_read_and_is_deaf_to_entities():
    data = """<?xml version="1.0"?><!DOCTYPE c [<!ENTITY e SYSTEM "file:///etc/passwd">]>
    <collection xmlns="http://www.loc.gov/MARC21/slim"><record><leader>00000nam0 22</leader>
    <controlfield tag="001">7</controlfield><datafield tag="200" ind1="1" ind2=" ">
    <subfield code="a">Степь &e;</subfield></datafield></record><record/></collection>"""
    _, (record, empty) = read_all(data.encode())
    assert record.marc.get("200", "a").strip() == "Степь &e;"
    assert (empty.marc, empty.problems) == (None, ["no fields"])


@pytest.mark.parametrize("data", [b"", b"hello", b"\x00" * 100, b'{"a": 1}', b"%PDF-1.4", b"<a/>"])
def test_what_holds_no_records_is_said_to_hold_none(data):
    with pytest.raises(NotRecords):
        read_all(data)


def test_a_record_survives_being_kept():
    _, (record, _) = read_all(TEXT_EXPORT.encode())
    kept = MarcRecord.load(record.marc.dump())
    assert kept == record.marc
    assert kept.fingerprint() == record.marc.fingerprint()


def test_a_volume_called_by_its_number_carries_the_sets_title():
    data = iso(
        ("200", "0 \x1faТ. 6"),
        ("461", " 0\x1f1001X\x1f12001 \x1faСобрание сочинений"),
        leader="nam2 22",
    )
    assert described(data)[0].title == "Собрание сочинений. Т. 6"


def test_isbn_in_every_form_is_one():
    assert identifiers.isbn13("5-7110-0177-9") == identifiers.isbn13("9785711001775")
    assert identifiers.isbn13("978-5-7110-0177-1") == ""
    assert identifiers.isbn13("080442957X") == "9780804429573"


def test_latin_letters_in_a_cyrillic_word_are_found():
    assert identifiers.search_key("Cтeпь, Қaзaқ!") == identifiers.search_key("СТЕПЬ қазақ")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=12), st.booleans())
def test_no_mutation_of_a_file_ends_the_reading(changes, text_export):
    data = bytearray(TEXT_EXPORT.encode() if text_export else book(1) + book(2) + book(3))
    for at, byte in changes:
        data[at % len(data)] = byte
    parse, split = (irbis.parse, irbis.split) if text_export else (iso2709.parse, iso2709.split)
    for chunk in split(bytes(data)):
        with suppress(Unreadable):
            marc, _ = parse(chunk.data, encodings.decoder("utf-8"))
            assert MarcRecord.load(marc.dump()) == marc
            dialect = Dialect.IRBIS if text_export else Dialect.UNIMARC
            kept = crosswalk.to_unimarc(marc, dialect).marc
            record_rules.describe(kept, CLASSES)
            for target in Dialect:
                crosswalk.from_unimarc(kept, target)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_crash_the_xml_reader(data):
    for chunk in xml.split(b"<collection><record>" + data):
        with suppress(Unreadable):
            xml.parse(chunk.data, encodings.decoder("utf-8"))
