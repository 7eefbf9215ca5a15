"""Scans looked at and drawn: TIFF, JPEG, PNG, JPEG 2000, PDF. The one importer of pypdfium2."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageFilter, ImageStat

from ils.digitization.scans.rules import PageFacts, Refusal
from ils.documents.pictures import BROKEN
from ils.errors import N_
from ils.settings import Digitization

PDF = "application/pdf"
TYPES = {"TIFF": "image/tiff", "JPEG": "image/jpeg", "PNG": "image/png", "JPEG2000": "image/jp2"}
#: How files begin; what a name says is not asked.
_BEGINNINGS = (
    (b"II*\x00", "TIFF"), (b"MM\x00*", "TIFF"), (b"II+\x00", "TIFF"), (b"MM\x00+", "TIFF"),
    (b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG2000"), (b"\xff\x4f\xff\x51", "JPEG2000"),
)  # fmt: skip
#: Pages of PDF are drawn with so many dots per inch; points of a PDF are 72 in one.
PDF_DPI, POINTS = 300, 72
#: A small picture tells whether a page is empty, and how sharp it is.
SMALL = 1000
#: How much darker than the paper a point of print is; of a hundred thousand points, how many are
#: dust on an empty page.
DARK, SPECKS = 48, 10
#: Of a PDF: where it says that it is locked.
ENDS = 1_000_000
#: Pictures are bounded by the settings, before they are decoded: Pillow has a bound of its own.
Image.MAX_IMAGE_PIXELS = None
_pdfium = threading.Lock()  # pdfium is used by one thread at a time


def type_of(path: Path) -> str:
    """What a file is by its content.

    Raises:
        Refusal: it is no scan.
    """
    with path.open("rb") as file:
        head = file.read(1024)
    for beginning, name in _BEGINNINGS:
        if head.startswith(beginning):
            return TYPES[name]
    if b"%PDF-" in head:
        return PDF
    raise _refused(path, N_("It is no TIFF, JPEG, PNG, JPEG 2000 or PDF."))


def pages_of(path: Path, kind: str, bounds: Digitization) -> list[PageFacts]:
    """What is known of each page before anything is decoded.

    Raises:
        Refusal: the file is damaged, locked by a password, empty or beyond the bounds.
    """
    found = _pdf_pages(path, bounds) if kind == PDF else _picture_pages(path, bounds)
    if not found:
        raise _refused(path, N_("There is no page in it."))
    return found


def _pdf_pages(path: Path, bounds: Digitization) -> list[PageFacts]:
    with _open_pdf(path) as pdf:
        if len(pdf) > bounds.pages:
            raise _refused(path, N_("It has more pages than the settings allow."))
        found = []
        for page in pdf:
            width, height = (round(side * PDF_DPI / POINTS) for side in page.get_size())
            _check_size(path, width, height, bounds)
            found.append(PageFacts(width, height, PDF_DPI, 24))
            page.close()
        return found


def _picture_pages(path: Path, bounds: Digitization) -> list[PageFacts]:
    found = []
    with _open_picture(path) as picture:
        count = getattr(picture, "n_frames", 1)
        if count > bounds.pages:
            raise _refused(path, N_("It has more pages than the settings allow."))
        for index in range(count):
            picture.seek(index)
            _check_size(path, *picture.size, bounds)
            dpi = picture.info.get("dpi", (None,))[0]
            depth = {"1": 1, "L": 8, "P": 8, "I;16": 16}.get(picture.mode, 24)
            said = round(float(dpi)) if dpi else None
            found.append(PageFacts(*picture.size, said, depth))
        picture.seek(0)
        picture.load()  # a file cut short says so here
    return found


def _check_size(path: Path, width: int, height: int, bounds: Digitization) -> None:
    if width < 1 or height < 1 or width * height > bounds.megapixels * 1_000_000:
        raise _refused(path, N_("A page has more pixels than the settings allow."))


def drawn(path: Path, kind: str, index: int, rotation: int = 0, most: int = 0) -> Image.Image:
    """A page as an upright picture in grey or colour.

    Args:
        most: its longer side at most, in pixels; nought: as it is.

    Raises:
        Refusal: it cannot be decoded.
    """
    if kind == PDF:
        picture = _drawn_pdf(path, index, most)
    else:
        with _open_picture(path) as opened:
            opened.seek(index)
            if most and opened.format == "JPEG":
                opened.draft(None, (most, most))
            picture = _plain(opened)
    if most and max(picture.size) > most:
        picture.thumbnail((most, most))
    return picture.rotate(-rotation, expand=True) if rotation else picture


def part(picture: Image.Image, region: Sequence[int]) -> Image.Image:
    """A part of an upright picture: left, top, width, height in thousandths of it."""
    left, top, width, height = region
    box = (
        picture.width * left // 1000, picture.height * top // 1000,
        picture.width * (left + width) // 1000, picture.height * (top + height) // 1000,
    )  # fmt: skip
    return picture.crop(box)


def _plain(opened: Image.Image) -> Image.Image:
    """Grey or coloured with eight bits a point; what is transparent shows white paper."""
    if opened.mode in {"L", "RGB"}:
        return opened.copy()
    if opened.mode.startswith("I"):  # sixteen bits a point
        return opened.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if opened.mode == "1":
        return opened.convert("L")
    if opened.mode in {"LA", "PA", "RGBA"} or "transparency" in opened.info:
        seen = opened.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(paper, seen).convert("RGB")
    return opened.convert("RGB")


def _drawn_pdf(path: Path, index: int, most: int) -> Image.Image:
    with _open_pdf(path) as pdf:
        page = pdf[index]
        scale = PDF_DPI / POINTS
        if most:
            scale = min(scale, most / max(page.get_size()))
        bitmap = page.render(scale=scale, draw_annots=False)
        picture: Image.Image = bitmap.to_pil().convert("RGB")
        bitmap.close()
        page.close()
        return picture


def looked_at(picture: Image.Image) -> tuple[int, bool]:
    """(Sharpness, whether the page is empty), of a small copy of its picture.

    Sharpness is the spread of differences between neighbouring points: above a hundred for
    print that can be read, near nought where everything is blurred.
    """
    grey = picture.convert("L")
    grey.thumbnail((SMALL, SMALL))
    edges = grey.filter(ImageFilter.FIND_EDGES)
    sharpness = round(ImageStat.Stat(edges).var[0])
    width, height = grey.size
    inner = grey.crop((width // 20, height // 20, width - width // 20, height - height // 20))
    paper = inner.filter(ImageFilter.GaussianBlur(25))
    darker = ImageChops.subtract(paper, inner.filter(ImageFilter.MedianFilter(3)))
    dark = sum(darker.histogram()[DARK:])
    return sharpness, dark * 100_000 < SPECKS * inner.width * inner.height


@contextmanager
def _open_picture(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sizes are bounded by the settings, before decoding
            with Image.open(path, formats=tuple(TYPES)) as picture:
                yield picture
    except BROKEN as error:
        raise _refused(path, N_("It is damaged.")) from error


@contextmanager
def _open_pdf(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    with _pdfium:
        try:
            pdf = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            raise _refused(path, _why_not_opened(path, error)) from error
        try:
            yield pdf
        except pypdfium2.PdfiumError as error:
            raise _refused(path, N_("It is damaged.")) from error
        finally:
            pdf.close()


def _why_not_opened(path: Path, error: pypdfium2.PdfiumError) -> str:
    """Of a PDF without pages pdfium repeats the error it said last, of whatever file."""
    with path.open("rb") as file:
        ends = file.read(ENDS)
        file.seek(max(0, path.stat().st_size - ENDS))
        ends += file.read()
    if b"/Encrypt" in ends and "password" in str(error).lower():
        return N_("It is locked by a password.")
    is_empty = b"/Count 0" in ends and b"startxref" in ends
    return N_("There is no page in it.") if is_empty else N_("It is damaged.")


def _refused(path: Path, why: str) -> Refusal:
    return Refusal(name=path.name, why=why)
