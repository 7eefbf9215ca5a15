"""The searchable PDF of a document: its scans as they are, our text below them.

OCRmyPDF does it, as a program of its own with `plugin` as its engine. The one importer of
img2pdf and pikepdf.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import img2pdf
import pikepdf

from ils.digitization.documents.models import PdfState
from ils.digitization.scans import pictures
from ils.errors import N_, Unavailable

#: Signs from here on, such as emoji, are refused in metadata.
BEYOND = 0x10000
#: Seconds for a document, and for each of its pages.
SECONDS, SECONDS_A_PAGE = 120, 20
NICE = 10
#: Pages written at once.
AT_ONCE = 20
#: Of a picture that is cut out of a page.
QUALITY = 88
PLUGIN = Path(__file__).with_name("plugin.py")


@dataclass(frozen=True)
class PdfPage:
    """A page to be written: its scan, which way up, which part, and its text as JSON."""

    path: Path
    type: str
    index: int
    rotation: int
    dpi: int
    region: Sequence[int] | None
    text: dict[str, Any]


def make(
    pages: Sequence[PdfPage], target: Path, *, title: str, scratch: Path, validator: str = ""
) -> PdfState:
    """Write the PDF, whole or not at all; returns what it is.

    Args:
        scratch: an empty folder.
        validator: a program that checks PDF/A.

    Raises:
        Unavailable: the program failed.
    """
    source, texts, made = scratch / "source.pdf", scratch / "pages.json", scratch / "made.pdf"
    _join([_part(pages[at : at + AT_ONCE], scratch / f"{at}.pdf")
           for at in range(0, len(pages), AT_ONCE)], source)  # fmt: skip
    texts.write_text(json.dumps([page.text for page in pages], ensure_ascii=False))
    command = [
        "nice", f"-n{NICE}", sys.executable, "-m", "ocrmypdf", "--plugin", str(PLUGIN),
        "--mode", "redo", "--output-type", "auto", "--optimize", "0", "--jobs", "1", "--quiet",
        "--language", "eng", f"--title={_plain(title)}", "--max-image-mpixels", "0",
        str(source), str(made),
    ]  # fmt: skip
    environment = {**os.environ, "SANDYQ_PAGES": str(texts), "TMPDIR": str(scratch)}
    try:
        done = subprocess.run(  # noqa: S603 -- a fixed program, no shell
            command, capture_output=True, env=environment, check=False,
            timeout=SECONDS + SECONDS_A_PAGE * len(pages),
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Unavailable(reason=N_("The searchable PDF took too long to make.")) from error
    if done.returncode != 0:  # a file that is left behind then is not to be used
        raise Unavailable(reason=f"ocrmypdf: {done.returncode}: {done.stderr.decode()[-300:]}")
    state = state_of(made, validator)
    target.parent.mkdir(parents=True, exist_ok=True)
    made.rename(target)
    return state


def _plain(title: str) -> str:
    """A title without signs the metadata of PDF/A may not have."""
    return "".join(one for one in title if one.isprintable() and ord(one) < BEYOND)


def _part(pages: Sequence[PdfPage], target: Path) -> Path:
    """Some pages as a file: a whole book is too much for the memory."""
    with pikepdf.new() as part:
        for page in pages:
            _add(part, page)
        part.save(target)
    return target


def _join(parts: Sequence[Path], target: Path) -> None:
    with ExitStack() as opened, pikepdf.new() as joined:
        for part in parts:
            joined.pages.extend(opened.enter_context(pikepdf.open(part)).pages)
        joined.save(target)


def state_of(path: Path, validator: str) -> PdfState:
    """What a PDF says it is, and whether a validator agrees."""
    with pikepdf.open(path) as pdf, pdf.open_metadata() as said:
        is_pdfa = said.get("pdfaid:part") == "2"
    if not is_pdfa:
        return PdfState.PLAIN
    if not validator:
        return PdfState.UNCHECKED
    checked = subprocess.run(  # noqa: S603 -- the program of the settings
        [validator, "--flavour", "2b", str(path)], capture_output=True, check=False, timeout=600
    )
    return PdfState.VALID if checked.returncode == 0 else PdfState.PLAIN


def _add(joined: pikepdf.Pdf, page: PdfPage) -> None:
    if page.type == pictures.PDF and page.region is None:
        with pikepdf.open(page.path) as source:
            joined.pages.append(source.pages[page.index])
    else:
        with pikepdf.open(io.BytesIO(_as_pdf(page))) as source:
            joined.pages.append(source.pages[0])
    if page.rotation and page.region is None:
        joined.pages[-1].rotate(page.rotation, relative=True)


def _as_pdf(page: PdfPage) -> bytes:
    """A page of a picture as it is; of one with several pages, or a part, newly written."""
    if page.region is None and page.type in {"image/jpeg", "image/jp2"}:
        content: bytes | str = str(page.path)
    else:
        rotation = page.rotation if page.region is not None else 0
        picture = pictures.drawn(page.path, page.type, page.index, rotation)
        kind: dict[str, Any] = {"format": "PNG", "compress_level": 4}
        if page.region is not None:
            picture, kind = pictures.part(picture, page.region), {"format": "JPEG",
                                                                  "quality": QUALITY}  # fmt: skip
        out = io.BytesIO()
        picture.save(out, dpi=(page.dpi, page.dpi), **kind)
        content = out.getvalue()
    layout = img2pdf.get_fixed_dpi_layout_fun((page.dpi, page.dpi))
    written: bytes = img2pdf.convert(content, layout_fun=layout, rotation=img2pdf.Rotation.none)
    return written
