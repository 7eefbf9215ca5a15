r"""MarcEdit's mnemonic text, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ils.marc import mrk, reading
from ils.marc.encodings import decoder
from ils.marc.reading import FileForm
from ils.marc.record import Dialect, Field, MarcRecord
from ils.marc.writing import Format, Writer

FILE = r"""=LDR  00000nam\a2200000\i\4500
=001  77
=008  120101s2012\\\\kz\\\\\\\\\\\\000\0\kaz\d
=020  \\$a9786010412347
=245  10$aАбай жолы :$bроман /$cМ. Әуезов.
=300  \\$a400 б. ;
$c21 см
=365  \\$b1500{dollar}

=LDR  00000nam\a2200000\i\4500
=001  78
=245  10$aКөшпенділер
"""


def read_all(data):
    source, chunks = reading.examine(data, "file.mrk")
    return source, [reading.read(source, chunk) for chunk in chunks]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("begins", [b"", b"\xef\xbb\xbf"])
def test_a_file_of_marcedit_is_known_and_converted(ends, begins):
    source, records = read_all(begins + FILE.replace("\n", ends).encode())
    assert (source.form, source.dialect) == (FileForm.MRK, Dialect.MARC21)
    assert [r.marc.get("200", "a") for r in records] == ["Абай жолы", "Көшпенділер"]
    assert records[0].marc.get("215", "a").startswith("400 б.")  # the line that was broken
    assert records[0].problems == []


def test_signs_in_braces_are_what_they_stand_for():
    record, problems = mrk.parse(
        b"=LDR  x\n=365  \\\\$b5{dollar} {lcub}a{rcub}\n", decoder("utf-8")
    )
    assert (record.fields[0].get("b"), problems) == ("5$ {a}", [])


def test_a_line_that_is_none_is_told():
    record, problems = mrk.parse(b"=LDR  x\n=24  10$ax\n=245  10$ay\n", decoder("utf-8"))
    assert (record.get("245", "a"), problems) == ("y", ["a line that is no field: =24  10$ax"])


TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), min_size=1)


@given(st.lists(st.tuples(st.sampled_from("abcd2"), TEXT), min_size=1, max_size=4), TEXT)
def test_any_record_comes_back_whole(pairs, number):
    marc = MarcRecord(
        "00000nam0 2200000   450 ", [Field("001", "", [("", number)]), Field("300", " 1", pairs)]
    )
    again, problems = mrk.parse(mrk.write(marc), decoder("utf-8"))
    assert (again.leader, again.fields, problems) == (marc.leader, marc.fields, [])


def test_records_of_the_catalogue_are_written_and_read_again():
    writer = Writer(Format.MRK)
    marc = MarcRecord(
        "00000nam0 2200000   450 ",
        [Field("001", "", [("", "7")]), Field("200", "1 ", [("a", "Абай $ жолы")])],
    )
    written = writer.opening() + 2 * writer.record(marc)[0] + writer.closing()
    source, records = read_all(written)
    assert (source.form, source.dialect) == (FileForm.MRK, Dialect.UNIMARC)
    assert [r.marc.get("200", "a") for r in records] == ["Абай $ жолы"] * 2
