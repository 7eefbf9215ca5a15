"""Scans that arrive: taken in as they are, or refused in words; nothing is lost either way."""

import hashlib
import io
import os
from dataclasses import replace

import pikepdf
import pytest
from PIL import Image, ImageOps
from scanning import as_file, drawn, masters, quarantined
from sqlalchemy import select

from ils import changes, db, i18n
from ils.digitization.scans import actions as scans
from ils.digitization.scans import pictures
from ils.digitization.scans.models import RefusedScan, ScanFile
from ils.digitization.scans.pictures import TYPES
from ils.digitization.scans.rules import Refusal, checks
from ils.organisation.staff.models import Role

PAGE = drawn("Ақмола ақиқаты", (400, 566), 14)


def tiff(pages: int = 3) -> bytes:
    out = io.BytesIO()
    more = [drawn(f"бет {number}", (300, 424), 12) for number in range(1, pages)]
    PAGE.save(out, "TIFF", save_all=True, append_images=more, dpi=(300, 300))
    return out.getvalue()


def pdf(password: str = "", pages: int = 2) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page(page_size=(595, 842))
        locked = {"encryption": pikepdf.Encryption(owner="x", user=password)} if password else {}
        made.save(out, **locked)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "type_", "pages"),
    [
        (as_file(PAGE), "image/png", 1),
        (as_file(PAGE, "JPEG"), "image/jpeg", 1),
        (as_file(PAGE, "JPEG2000"), "image/jp2", 1),
        (tiff(), "image/tiff", 3),
        (pdf(), "application/pdf", 2),
    ],
    ids=["png", "jpeg", "jpeg2000", "tiff", "pdf"],
)
def test_a_scan_is_kept_byte_for_byte_under_a_name_people_find(
    digitising, library, content, type_, pages
):
    number = digitising.take_in(content)
    (page, *others) = digitising.pages(number)
    assert (page.file.type, 1 + len(others), page.file.size) == (type_, pages, len(content))
    (path,) = masters(library.config.folder)
    assert path.read_bytes() == content
    assert path.parent.name == "2026-03-04"
    assert path.name.startswith("бет 1-")
    assert page.file.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xd8\xff" + b"\x00" * 50, "It is damaged."),
        (as_file(PAGE, "JPEG")[:1500], "It is damaged."),
        (as_file(PAGE)[:700], "It is damaged."),
        (b"%PDF-1.7\nnothing", "It is damaged."),
        (pdf("secret"), "It is locked by a password."),
        (pdf(pages=0), "There is no page in it."),
        ("Абай жолы".encode(), "It is no TIFF, JPEG, PNG, JPEG 2000 or PDF."),
        (b"PK\x03\x04" + b"\x00" * 90, "It is no TIFF, JPEG, PNG, JPEG 2000 or PDF."),
        (tiff()[:900], "It is damaged."),
    ],
)
def test_what_is_no_scan_is_refused_and_waits_in_quarantine(digitising, library, content, why):
    arrived = digitising.arrive(content, "скан.bin")
    assert arrived.refusal.facts == {"field": "", "reason": "", "name": "скан.bin", "why": why}
    with db.transaction(library.sessions) as session:
        scans.refuse(session, library.config, arrived, arrived.refusal, None)
    assert masters(library.config.folder) == []
    (path,) = (library.config.folder / "quarantine").glob("*/*")
    assert path.read_bytes() == content


def test_an_empty_or_too_large_file_leaves_nothing_on_disk(digitising, library, monkeypatch):
    monkeypatch.setattr(scans, "MEGABYTE", 1)  # the settings allow a thousand bytes now
    for content, why in ((b"", "It is empty."), (as_file(PAGE), "It is too large.")):
        arrived = digitising.arrive(content, "скан.png")
        assert arrived.refusal.facts["why"] == why
        with db.transaction(library.sessions) as session:
            scans.refuse(session, library.config, arrived, arrived.refusal, None)
    assert masters(library.config.folder) == quarantined(library.config.folder) == []
    with db.reading(library.sessions) as session:
        assert [one.name for one in session.scalars(select(RefusedScan))] == ["скан.png"] * 2


def test_bounds_hold_before_anything_is_decoded(digitising, library):
    wide = Image.new("1", (20_000, 8_000))  # 160 megapixels, a few bytes
    assert digitising.arrive(as_file(wide)).refusal.facts["why"] == (
        "A page has more pixels than the settings allow."
    )
    huge = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page(page_size=(14_400, 14_400))  # of five metres
        made.save(huge)
    assert digitising.arrive(huge.getvalue()).refusal.facts["why"] == (
        "A page has more pixels than the settings allow."
    )


def test_the_same_file_is_known_whatever_it_is_called(digitising, library):
    digitising.take_in(as_file(PAGE))
    again = digitising.arrive(as_file(PAGE), "другое имя.png")
    with db.transaction(library.sessions) as session, pytest.raises(Refusal) as refused:
        scans.keep(session, library.config, again, "book", None)
    assert refused.value.code == "scan_there"
    assert refused.value.facts["title"] == "бет 1.png"
    with db.transaction(library.sessions) as session:
        scans.refuse(session, library.config, again, refused.value, None)
    assert quarantined(library.config.folder) == []
    age(library)
    library.work()
    assert len(masters(library.config.folder)) == 1


def age(library) -> None:
    """All files are of days ago, by the library's clock."""
    long_ago = library.now.timestamp() - 90_000
    for path in masters(library.config.folder):
        os.utime(path, (long_ago, long_ago))


def test_the_same_file_heals_a_scan_that_was_damaged(digitising, library):
    content = as_file(PAGE)
    digitising.take_in(content)
    (path,) = masters(library.config.folder)
    path.write_bytes(b"rotten")
    again = digitising.arrive(content)
    with db.transaction(library.sessions) as session:
        try:
            scans.keep(session, library.config, again, "book", None)
        except Refusal as error:
            scans.refuse(session, library.config, again, error, None)
    assert path.read_bytes() == content
    assert damaged(library) == [False]


def test_conditions_are_data_and_say_what_they_answer(digitising, library):
    number = digitising.take_in(as_file(drawn("Газет", (800, 2800), 20), dpi=(96, 96)))
    (page,) = digitising.pages(number)
    assert page.notes == ["coarse", "long"]
    number = digitising.take_in(
        as_file(drawn("Газет 2", (800, 1000), 20), dpi=(200, 200)), kind="newspaper_article"
    )
    (page,) = digitising.pages(number)
    assert page.notes == ["coarse_newspaper"]
    known = library.config.holding(checks)
    assert known["coarse"].said["kk"] == (
        "Ажыратымдылығы дюймге 150 нүктеден кем: мәтін нашар танылады."
    )


def test_a_condition_that_refuses_is_told_in_the_language_of_whoever_looks(
    digitising, library, browser, tmp_path
):
    (tmp_path / "scans.toml").write_text(
        '[coarse]\nof = "dpi"\nleast = 300\noutcome = "refusal"\n'
        'ru = "Слишком мало точек."\nkk = "Нүктелер тым аз."\nen = "Too few dots."\n'
    )
    strict = replace(library.config, source=tmp_path, _held={})
    arrived = digitising.arrive(as_file(PAGE, dpi=(96, 96)), "бет.png")
    with db.transaction(library.sessions) as session:
        with pytest.raises(Refusal) as refused:
            scans.keep(session, strict, arrived, "book", None)
        scans.refuse(session, strict, arrived, refused.value, None)
    assert i18n.say_error(refused.value, "kk") == "бет.png: Нүктелер тым аз."
    for login, language, said in (
        ("сканер", "ru", "бет.png: Слишком мало точек."),
        ("оператор", "kk", "бет.png: Нүктелер тым аз."),
    ):  # fmt: skip
        library.account(login, Role.DIGITISER, language=language)
        browser.sign_in(login)
        assert said in browser.get("/staff/digitisation/refused").text


def test_content_that_changed_on_disk_is_noticed_and_comes_back_from_the_mirror(
    digitising, library, tmp_path
):
    digitising.take_in(as_file(PAGE))
    (path,) = masters(library.config.folder)
    second = tmp_path / "second"
    second.mkdir()
    config = library.config
    library.config = with_second(config, second)
    library.work()
    copied = second / path.relative_to(config.folder)
    assert copied.read_bytes() == path.read_bytes()
    path.write_bytes(b"rotten")
    library.wait(days=31)
    library.work()
    assert path.read_bytes() == copied.read_bytes()
    assert damaged(library) == [False]
    path.write_bytes(b"rotten")
    copied.write_bytes(b"rotten too")
    library.wait(days=31)
    library.work()
    assert damaged(library) == [True]


def with_second(config, second):
    return replace(config, backup=config.backup.changed(second=str(second)))


def damaged(library) -> list[bool]:
    with db.reading(library.sessions) as session:
        return list(session.scalars(select(ScanFile.damaged)))


def test_a_transaction_that_fails_leaves_a_file_that_is_removed_later(digitising, library):
    digitising.arrive(as_file(PAGE))
    assert len(masters(library.config.folder)) == 1
    library.wait(days=2)
    age(library)
    library.work()
    assert masters(library.config.folder) == []


def test_another_library_with_the_same_mirror_loses_nothing_there(digitising, library, tmp_path):
    second = tmp_path / "second"
    theirs = second / "masters" / "2020-01-01" / "theirs.tif"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"theirs")
    library.config = with_second(library.config, second)
    digitising.take_in(as_file(PAGE))
    library.work()
    assert theirs.read_bytes() == b"theirs"
    assert len(list((second / "masters").glob("*/*"))) == 2


def test_a_restored_library_keeps_scans_that_came_after_its_backup(digitising, library):
    digitising.arrive(as_file(PAGE))  # its row was lost with the database
    with db.transaction(library.sessions) as session:
        changes.mark(session).restored_to = library.now
    (path,) = masters(library.config.folder)
    os.utime(path, (library.now.timestamp() + 60,) * 2)
    library.wait(days=5)
    library.work()
    assert masters(library.config.folder) == [path]


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "RGBA", "LA", "P", "1", "CMYK"])
def test_every_kind_of_picture_is_drawn_as_it_is_seen(digitising, mode, tmp_path):
    page = drawn("Қоғам өмірі", (600, 300), 40)
    kind = "PNG" if mode in {"RGBA", "LA", "P"} else "TIFF"
    if mode.startswith("I"):
        wide = page.convert("I").point(lambda value: value * 257)
        made = wide.convert("I;16") if mode == "I;16" else wide.convert("I;16B")
    elif mode == "RGBA":
        made = Image.new("RGBA", page.size, (0, 0, 0, 0))  # black letters on nothing
        made.putalpha(ImageOps.invert(page))
    elif mode == "LA":
        made = Image.merge("LA", (Image.new("L", page.size, 0), ImageOps.invert(page)))
    elif mode == "CMYK":
        made = page.convert("RGB").convert("CMYK")
    else:
        made = page.convert(mode)
    path = tmp_path / "скан"
    made.save(path, kind)
    grey = pictures.drawn(path, TYPES[kind], 0).convert("L")
    dark, light = grey.getextrema()
    assert (dark < 60, light > 230) == (True, True)
    assert not pictures.looked_at(grey)[1]


def test_large_pictures_are_bounded_by_the_settings_alone(digitising, library, tmp_path):
    path = tmp_path / "карта.png"
    Image.new("1", (14000, 13500), 1).save(path)
    bounds = library.config.digitization
    with pytest.raises(Refusal) as refused:
        pictures.pages_of(path, TYPES["PNG"], bounds)
    assert "It is damaged." not in str(refused.value.facts)
    (facts,) = pictures.pages_of(path, TYPES["PNG"], bounds.changed(megapixels=200))
    assert (facts.width, facts.height) == (14000, 13500)
