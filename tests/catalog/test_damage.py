"""Damaged files: what is lost is named, and nothing else is lost; and what files may not say."""

import pytest
from library import RUSSIAN, book, iso

from ils.marc import reading
from ils.marc.record import Field, MarcRecord
from ils.marc.writing import Format, Unwritable, Writer


def read_all(data, **said):
    source, chunks = reading.examine(data, "file", **said)
    return source, [reading.read(source, chunk) for chunk in chunks]


def titles(records):
    return [r.marc.get("200", "a") for r in records if r.marc is not None]


def two(first, second):
    """Two records without the terminator between them."""
    return first[:-1] + second


def test_a_lost_terminator_loses_no_record():
    _, records = read_all(two(book(1), book(2)) + book(3))
    assert titles(records) == [f"{RUSSIAN} {n}" for n in (1, 2, 3)]


def test_a_directory_that_leaves_data_out_is_not_believed():
    whole = book(1)
    base = int(whole[12:17])
    entry = whole.index(b"200", 24)
    cut = whole[:entry] + whole[entry + 12 :]
    damaged = cut[:12] + f"{base - 12:05}".encode() + cut[17:]
    _, (record,) = read_all(damaged)
    assert any("directory" in problem for problem in record.problems)
    assert any(RUSSIAN in value for f in record.marc.fields for _, value in f.subfields)


def test_one_damaged_record_does_not_decide_the_encoding():
    damaged = book(11)[:-60].replace("А".encode(), b"\xd0") + b"\x1d"
    source, records = read_all(b"".join(book(n) for n in range(10)) + damaged)
    assert source.encoding == "utf-8"
    assert titles(records)[0] == f"{RUSSIAN} 0"
    few = b"".join(iso(("200", f"1 \x1faTitle {n}")) for n in range(100))
    source, records = read_all(few + book(1, encoding="cp1251") * 4)
    assert source.encoding == "cp1251"
    assert titles(records)[-1] == f"{RUSSIAN} 1"


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "kz1048"])
def test_titles_in_capitals_are_read_too(encoding):
    title = "ИСТОРИЯ КНИЖНОГО ДЕЛА В СТЕПНОМ КРАЕ И БИБЛИОТЕКИ"
    fields = [("001", "1"), ("200", f"1 \x1fa{title}"), ("700", " 1\x1faАВТОР")]
    _, (record,) = read_all(iso(*fields, encoding=encoding))
    assert record.marc.get("200", "a") == title


def test_a_byte_order_mark_and_blanks_for_a_length_cost_nothing():
    _, records = read_all(b"\xef\xbb\xbf" + book(1) + b"     " + book(2)[5:])
    assert titles(records) == [f"{RUSSIAN} 1", f"{RUSSIAN} 2"]


def test_a_file_wrapped_as_a_whole_is_joined():
    whole = book(1) + book(2)
    wrapped = b"\r\n".join(whole[at : at + 80] for at in range(0, len(whole), 80))
    assert titles(read_all(wrapped)[1]) == [f"{RUSSIAN} 1", f"{RUSSIAN} 2"]


XML = """<collection xmlns="http://www.loc.gov/MARC21/slim">{}</collection>"""
ONE = """<record><leader>00000nam0 2200000 i 450 </leader><controlfield tag="001">{0}</controlfield>
<datafield tag="200" ind1="1" ind2=" "><subfield code="a">{1}</subfield></datafield></record>"""


def test_damaged_xml_costs_its_record_and_is_named():
    good, bad = ONE.format(1, "Дала"), ONE.format(2, "Мыс").replace("</subfield>", "")
    _, records = read_all(XML.format(good + bad + ONE.format(3, "Алтын")).encode())
    assert titles(records) == ["Дала", "Мыс", "Алтын"]
    assert [bool(r.problems) for r in records] == [False, True, False]
    _, records = read_all(XML.format(ONE.format(1, "А &amp; Б <i>в</i> г<!-- нет -->")).encode())
    assert titles(records) == ["А & Б в г"]
    _, records = read_all(XML.format(ONE.format(1, "AT&T")).encode())
    assert records[0].problems


def test_two_documents_in_one_file_are_both_read():
    data = XML.format(ONE.format(1, "Дала")) + XML.format(ONE.format(2, "Мыс"))
    assert titles(read_all(data.encode())[1]) == ["Дала", "Мыс"]


def test_a_prefix_nobody_declared_is_no_obstacle():
    data = ONE.format(1, "Дала").replace("</", "</marc:").replace("<marc:", "<")
    data = data.replace("<", "<marc:").replace("<marc:/", "</").replace("</marc:marc:", "</marc:")
    data = data.replace("</", "</marc:").replace("</marc:marc:", "</marc:")
    assert titles(read_all(f"<marc:collection>{data}</marc:collection>".encode())[1]) == ["Дала"]


def test_an_odd_quotation_mark_in_a_cell_swallows_no_row():
    rows = (
        'title;author;year\nДиски 3.5";А;1999\nВторая;Б;2000\nТретья 5";В;2001\nЧетвёртая;Г;2002\n'
    )
    assert titles(read_all(rows.encode())[1]) == ['Диски 3.5"', "Вторая", 'Третья 5"', "Четвёртая"]


def test_copies_of_one_row_are_copies_apart():
    rows = "title,inventory_number,barcode,price\nДала,1 | 2,11 | 12,100\nМыс,,,\n"
    _, (first, second) = read_all(rows.encode())
    assert [f.subfields for f in first.marc.each("910")] == [
        [("a", "0"), ("b", "1"), ("e", "100"), ("h", "11")],
        [("a", "0"), ("b", "2"), ("e", "100"), ("h", "12")],
    ]
    assert list(second.marc.each("910")) == []


def test_an_export_in_eight_bits_does_not_say_it_is_utf8():
    data = book(1, leader="nam0a22")
    _, (record,) = read_all(data)
    written, _ = Writer(Format.ISO2709, "cp1251").record(record.marc)
    assert written[9:10] == b" "


def test_a_cyrillic_letter_in_a_leader_is_never_a_question_mark():
    marc = MarcRecord("00000nаm0 2200000   450 ", [Field("200", "1 ", [("a", "Дала")])])
    assert Writer(Format.ISO2709).record(marc)[0][5:8] == b"nam"
    strange = MarcRecord("00000nжm0 2200000   450 ", marc.fields)
    with pytest.raises(Unwritable, match="leader"):
        Writer(Format.ISO2709).record(strange)
    with pytest.raises(Unwritable, match="three ASCII"):
        Writer(Format.ISO2709).record(MarcRecord(marc.leader, [Field("20О", "  ", [("a", "x")])]))


@pytest.mark.parametrize(
    "title", ["Café et thé, naïve Ærø", "Краткая история ёлки, їжак", "Ελλάδα 1"]
)
def test_marc8_goes_out_and_comes_back(title):
    marc = MarcRecord("00000nam0 2200000   450 ", [
        Field("001", "", [("", "1")]), Field("200", "1 ", [("a", title), ("e", "x")]),
    ])  # fmt: skip
    written, _ = Writer(Format.MARC21, "marc-8").record(marc)
    assert written[9:10] == b" "
    _, (record,) = read_all(written, dialect="marc21", encoding="marc-8")
    assert next(record.marc.each("200")).subfields == [("a", title), ("e", "x")]


def test_a_kazakh_letter_is_not_in_marc8():
    marc = MarcRecord("00000nam0 2200000   450 ", [Field("200", "1 ", [("a", "Қала")])])
    with pytest.raises(Unwritable, match="Қ"):
        Writer(Format.MARC21, "marc-8").record(marc)
