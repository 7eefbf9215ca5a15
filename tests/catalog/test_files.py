"""Files in every form, whole and broken; and written so that others read them."""

import struct
from collections import Counter
from random import Random

import pytest
from library import RUSSIAN, book, iso

from ils.marc import encodings, iso2709, mst, reading, table
from ils.marc.reading import FileForm, NotRecords
from ils.marc.record import Dialect, Field, MarcRecord
from ils.marc.writing import Format, Unwritable, Writer

KAZAKH = (
    "Қазақ халқының тарихы мен мәдениеті, ғылымы және өнері туралы ұлы шығармалар жинағы, үш томдық"
)


def read_all(data, **said):
    source, chunks = reading.examine(data, "file", **said)
    return source, [reading.read(source, chunk) for chunk in chunks]


def titles(records):
    return [r.marc.get("200", "a") for r in records if r.marc is not None]


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("utf-8", KAZAKH), ("kz1048", KAZAKH), ("ptcp154", KAZAKH),
        ("cp1251", RUSSIAN), ("koi8-r", RUSSIAN), ("cp866", RUSSIAN),
    ],
)  # fmt: skip
def test_letters_survive_reading_and_writing(encoding, title):
    source, records = read_all(
        book(1, title, encoding=encoding) + book(2, title, encoding=encoding)
    )
    assert source.encoding == encoding
    assert titles(records) == [f"{title} 1", f"{title} 2"]
    writer = Writer(Format.ISO2709, encoding)
    written = b"".join(writer.record(r.marc)[0] for r in records)
    assert titles(read_all(written, encoding=encoding)[1]) == titles(records)


def test_what_was_decided_is_told_with_the_reason():
    source, _ = read_all(book(1, RUSSIAN, encoding="cp1251"))
    assert source.why.startswith("title in 200 or no 245 in 1 of 1 records; letters look most like")
    source, _ = read_all(book(1))
    assert source.why.endswith("1 of 1 records are valid UTF-8")


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize("form", [Format.ISO2709, Format.MARC21, Format.IRBIS_TEXT])
def test_a_letter_that_is_not_in_the_encoding_is_never_replaced(encoding, form):
    _, (record,) = read_all(book(1, KAZAKH))
    with pytest.raises(Unwritable, match=encoding):
        Writer(form, encoding).record(record.marc)


def test_a_wrong_length_costs_nothing_and_a_broken_record_one():
    wrong = b"99999" + book(2)[5:]
    _, records = read_all(book(1) + wrong + book(3)[:40] + b"\x1d" + book(4))
    assert [r.marc is not None for r in records] == [True, True, False, True]
    assert records[2].problems


def test_a_truncated_file_gives_what_is_there():
    _, records = read_all(book(1) + book(2)[:-30])
    assert titles(records)[0] == f"{RUSSIAN} 1"
    assert records[1].problems or records[1].marc is None


def test_cyrillic_codes_are_read_as_the_latin_they_look_like():
    data = iso(("200", "1 \x1fаЗаглавие\x1fеподзаголовок\x1fсдругое"))
    _, (record,) = read_all(data)
    assert next(record.marc.each("200")).subfields == [
        ("a", "Заглавие"), ("e", "подзаголовок"), ("c", "другое"),
    ]  # fmt: skip
    assert len(record.problems) == 3


def test_line_breaks_inside_a_field_become_blanks():
    _, (record,) = read_all(iso(("200", "1 \x1faПервая\r\nстрока")))
    assert record.marc.get("200", "a") == "Первая строка"
    assert record.problems == ["field 200: a line break became a blank"]


def test_lines_of_eighty_bytes_are_joined():
    whole = book(1)
    wrapped = b"\r\n".join(whole[at : at + 80] for at in range(0, len(whole), 80)) + b"\r\n"
    _, records = read_all(wrapped + wrapped)
    assert titles(records) == [f"{RUSSIAN} 1"] * 2


def test_a_field_too_long_for_its_directory_is_read_whole():
    """Writers that ignore the limit put five digits where four belong."""
    long = "я" * 6000
    fields = [("001", "X"), ("200", "1 \x1faДала"), ("330", f"  \x1fa{long}"), ("801", " 0\x1faKZ")]
    directory, body = b"", b""
    for tag, text in fields:
        raw = text.encode() + b"\x1e"
        directory += f"{tag}{len(raw):04}{len(body):05}".encode()
        body += raw
    head = f"00000nam0 22{25 + len(directory):05}   450 ".encode()
    _, (record,) = read_all(head + directory + b"\x1e" + body + b"\x1d")
    assert [f.tag for f in record.marc.fields] == ["001", "200", "330", "801"]
    assert record.marc.get("330", "a") == long
    with pytest.raises(Unwritable, match="field 330"):
        Writer(Format.ISO2709).record(record.marc)
    assert long.encode() in Writer(Format.MARCXCHANGE).record(record.marc)[0]


def test_a_cyrillic_letter_in_the_leader_is_read_as_latin():
    data = bytearray(book(1, encoding="cp1251"))
    data[6] = 0xE0
    _, (record,) = read_all(bytes(data))
    assert record.marc.leader[5:8] == "nam"


def test_xml_of_ruslan_with_nested_fields():
    data = """<records><record><leader>00000nam0 2200000 i 450 </leader>
    <field id="001">X1</field>
    <field id="200"><indicator id="1">1</indicator><subfield id="a">Дала</subfield></field>
    <field id="461"><indicator id="1"> </indicator><indicator id="2">0</indicator>
      <subfield id="1"><field id="001">H1</field></subfield>
      <subfield id="1"><field id="200"><indicator id="1">1</indicator>
      <subfield id="a">Жинақ</subfield></field></subfield></field></record></records>"""
    _, (record,) = read_all(data.encode())
    (link,) = record.marc.each("461")
    assert link.subfields == [("1", "001H1"), ("1", "2001 "), ("a", "Жинақ")]


def test_control_characters_do_not_break_xml():
    marc = MarcRecord("00000nam0 2200000   450 ", [Field("200", "1 ", [("a", "Да\x01ла\x0b")])])
    writer = Writer(Format.MARCXCHANGE)
    data = writer.opening() + writer.record(marc)[0] + writer.closing()
    assert titles(read_all(data)[1]) == ["Да ла "]


def mst64(records, *, deleted=()):
    """A master file of ИРБИС64 and its XRF, by the layout of its documentation."""
    master, references = bytearray(36), b""
    for number, fields in enumerate(records, 1):
        dictionary, text = b"", b""
        for tag, value in fields:
            raw = value.encode()
            dictionary += struct.pack(">III", tag, len(text), len(raw))
            text += raw
        base = 32 + len(dictionary)
        flags = 1 if number in deleted else 0
        references += struct.pack(">III", len(master), 0, flags)
        master += struct.pack(">8I", number, base + len(text), 0, 0, base, len(fields), 1, flags)
        master += dictionary + text
    struct.pack_into(">IIII", master, 0, 0, len(records) + 1, len(master), 0)
    return bytes(master), references


RECORDS = [
    [(920, "PAZK"), (200, "^AДала^EРоман"), (910, "^A0^B77")],
    [(920, "PAZK"), (200, "^AЖойылған")],
    [(920, "ASP"), (200, "^AМақала\r\nекінші жол"), (1119, "бірдеңе")],
]


@pytest.mark.parametrize("with_references", [True, False])
def test_a_master_file_of_irbis64(tmp_path, with_references):
    master, references = mst64(RECORDS, deleted={2})
    path = tmp_path / "IBIS.MST"
    path.write_bytes(master)
    if with_references:
        (tmp_path / "ibis.xrf").write_bytes(references)
    source, chunks = reading.examine_file(path)
    records = [reading.read(source, chunk) for chunk in chunks]
    assert (source.form, source.dialect, source.encoding) == (
        FileForm.IRBIS_MST,
        Dialect.IRBIS,
        "utf-8",
    )
    assert titles(records) == ["Дала", "Мақала екінші жол"]
    assert records[0].marc.get("910", "b") == "77"


def test_a_master_file_of_isis(tmp_path):
    """Little-endian, CP1251, records at even addresses of blocks of 512 bytes."""
    master, pointers = bytearray(64), []
    for number, title in enumerate(("Первая", "Вторая", "Третья"), 1):
        raw = f"^A{title}".encode("cp1251")
        base, length = 18 + 6, 18 + 6 + len(raw)
        offset = len(master)
        pointers.append(((offset // 512 + 1) << 11) | offset % 512)
        master += struct.pack("<iHiHHHH", number, length, 0, 0, base, 1, 0)
        master += struct.pack("<HHH", 200, 0, len(raw)) + raw + b" " * (length % 2)
    path = tmp_path / "ibis.mst"
    path.write_bytes(bytes(master))
    assert not mst.is_64(bytes(master))
    references = struct.pack("<i", 1) + b"".join(struct.pack("<i", p) for p in pointers)
    for written in (None, references.ljust(512, b"\0")):
        if written is not None:
            path.with_suffix(".xrf").write_bytes(written)
        source, chunks = reading.examine_file(path)
        assert source.encoding == "cp1251"
        assert titles([reading.read(source, c) for c in chunks]) == ["Первая", "Вторая", "Третья"]


def test_garbage_called_mst_is_refused_in_words(tmp_path):
    path = tmp_path / "x.mst"
    path.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(NotRecords):
        reading.examine_file(path)


LIST = """Инв. №;Автор;Заглавие;Год издания;Страниц;ББК;Цвет обложки
77;Әуезов, М.;"Абай жолы; роман";2019;320;84(5Каз);синий
78;;;2020;;;
"""


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "utf-8-sig"])
def test_a_list_in_csv(encoding):
    text = LIST.replace("Ә", "А") if encoding == "cp1251" else LIST
    source, (good, bad) = read_all(text.encode(encoding))
    assert (source.form, source.dialect) == (FileForm.CSV, Dialect.UNIMARC)
    marc = good.marc
    assert marc.get("200", "a") == "Абай жолы; роман"
    where = (("210", "d"), ("215", "a"), ("686", "a"), ("910", "b"))
    assert [marc.get(*one) for one in where] == ["2019", "320 с.", "84(5Каз)", "77"]
    assert marc.get("300", "a") == "Цвет обложки: синий"
    assert (bad.marc, bad.problems) == (None, ["no title"])


def test_csv_goes_out_and_comes_back():
    _, (record, _) = read_all(LIST.encode())
    writer = Writer(Format.CSV)
    again = writer.opening() + writer.record(record.marc)[0]
    _, (back,) = read_all(again)
    assert back.marc.fields == record.marc.fields
    assert table.looks_like(again)


def test_marc8_becomes_unicode():
    """A diacritic stands before its letter: E2 is the acute."""
    fields = [("008", "200101s2000    fr a          000 0 fre d")]
    fields.append(("245", "10\x1faCaf\xe2e et th\xe2e"))
    data = iso(*fields, encoding="latin-1", leader="nam  22", tail="   4500")
    source, (record,) = read_all(data, dialect="marc21")
    assert source.encoding == "marc-8"
    assert record.marc.get("200", "a") == "Café et thé"


def test_a_hundred_kinds_of_damage_lose_no_record_silently():
    """Each record of a damaged file is read, or named as unreadable, or told what was wrong."""
    random = Random(7)  # noqa: S311 -- the same damage each time
    whole = b"".join(book(n) for n in range(20))
    told = Counter()
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(random.randint(1, 6)):
            data[random.randrange(len(data))] = random.randrange(256)
        source, records = read_all(bytes(data), form="iso2709", dialect="unimarc", encoding="utf-8")
        assert source.form in {FileForm.ISO2709, FileForm.IRBIS_ISO}
        ends = bytes(data).count(iso2709.RECORD_END)
        assert len(records) in {ends, ends + 1}
        for record in records:
            told["read" if record.marc is not None else "named"] += 1
            assert record.marc is not None or record.problems
    assert told["read"] > 400 * 15


def test_every_encoding_has_a_decoder():
    for name in encodings.NAMES:
        assert encodings.decoder(name)(b"abc") == "abc"
