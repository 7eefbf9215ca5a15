"""Pictures made of scans for screens: kept in the data folder, made anew when they are missing."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from ils import files
from ils.digitization.scans import pictures
from ils.digitization.scans.models import ScanPage
from ils.documents.pictures import jpeg

TREE = "derivatives"
#: Longer sides in pixels: a thumbnail; a page on a phone, on a slow line, on a screen, to read.
THUMBNAIL, SIZES = 200, (200, 800, 1400, 2400)
#: Made by the worker when a scan arrives, so that no page of a reader decodes one.
MADE_EARLY = (200, 800, 1400)
_one_at_a_time = threading.Lock()  # a large sheet takes half a gigabyte to decode
QUALITY = {200: 60, 800: 55, 1400: 60, 2400: 72}


def folder_of(data: Path, page_id: int) -> Path:
    """Where the pictures of a page are."""
    return data / TREE / str(page_id % 1000) / str(page_id)


def picture(data: Path, page: ScanPage, size: int, region: Sequence[int] | None = None) -> Path:
    """A page, or a part of one, upright as JPEG; ``size`` is of `SIZES` and of the whole page.

    Raises:
        Refusal: the scan cannot be decoded.
    """
    name = f"{page.rotation}-{size}"
    if region is not None:
        name += "-" + "-".join(map(str, region))
    path = folder_of(data, page.id) / f"{name}.jpg"
    if not path.is_file():
        with _one_at_a_time:
            drawn = _drawn(data, page, size)
        if region is not None:
            drawn = pictures.part(drawn, region)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{secrets.token_hex(4)}.part")
        drawn.save(part, "JPEG", quality=QUALITY[size], optimize=True, progressive=size > THUMBNAIL)
        part.rename(path)
    return path


def _drawn(data: Path, page: ScanPage, size: int) -> Image.Image:
    """From a larger picture where there is one: a large sheet takes a second to decode."""
    for larger in sorted(SIZES, reverse=True):
        there = folder_of(data, page.id) / f"{page.rotation}-{larger}.jpg"
        if larger > size and there.is_file():
            with Image.open(there) as opened:
                opened.draft(None, (size, size))
                opened.thumbnail((size, size))
                return opened.copy()
    source = files.content_of(data, page.file.token)
    return pictures.drawn(source, page.file.type, page.index, page.rotation, size)


#: What is shown of the page above and below a line, in its heights.
MARGIN = 0.35


def strip(
    data: Path, page: ScanPage, box: tuple[int, int, int, int], width: int, height: int
) -> bytes:
    """A line cut out of the largest picture of its page, as JPEG.

    Args:
        box: left, top, width, height of the line on a page of this ``width`` and ``height``.
    """
    with Image.open(picture(data, page, SIZES[-1])) as opened:
        scale = max(opened.size) / max(1, width, height)
        left, top, across, down = (side * scale for side in box)
        more = down * MARGIN
        right = min(left + across + more, opened.width)
        bottom = min(top + down + more, opened.height)
        return jpeg(opened.crop((max(0, left - more), max(0, top - more), right, bottom)))


def drop(data: Path, page_ids: Sequence[int]) -> None:
    """Take the pictures of pages away."""
    for page_id in page_ids:
        shutil.rmtree(folder_of(data, page_id), ignore_errors=True)
