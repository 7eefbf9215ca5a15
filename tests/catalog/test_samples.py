"""Real files of other systems, read in place. They are not ours to keep: skipped where absent."""

import json

import pytest
from library import SAMPLES

from ils.catalog.records import rules
from ils.catalog.subjects import Classes
from ils.marc import reading

FOLDER = SAMPLES / "marc"
MANIFEST = FOLDER / "manifest.json"
pytestmark = pytest.mark.skipif(not MANIFEST.exists(), reason="the third-party samples are absent")
FILES = json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.exists() else []
#: The manifest calls by "marc-8" a file that has ASCII only.
ASCII_ONLY = {"pymarc_marc.dat"}


@pytest.mark.parametrize("about", FILES, ids=[about["file"] for about in FILES])
def test_a_sample_is_read_as_the_manifest_says(about):
    data = (FOLDER / about["file"]).read_bytes()
    source, chunks = reading.examine(data, about["file"])
    records = [reading.read(source, chunk) for chunk in chunks]
    readable = [record.marc for record in records if record.marc is not None]

    assert len(chunks) == about["records"]
    assert len(readable) == about.get("records_with_fields", about["records"])
    if about["encoding"] != "?" and about["file"] not in ASCII_ONLY:
        assert source.encoding == about["encoding"]
    for marc in readable:
        rules.describe(marc, Classes({}, {}))


def test_titles_of_the_samples_are_readable():
    """Almost every Russian record gives a title in Cyrillic, in each encoding."""
    for name in ("irbis_rusmarc_cp1251.iso", "rusmarc_koi8r.mrc", "irbis32_export_cp1251.txt"):
        source, chunks = reading.examine((FOLDER / name).read_bytes(), name)
        titles = [
            rules.describe(record.marc, Classes({}, {})).title
            for record in (reading.read(source, chunk) for chunk in chunks)
        ]
        cyrillic = sum(any("а" <= c <= "я" for c in title.lower()) for title in titles)
        assert cyrillic >= 0.85 * len(titles)
