"""Photos of readers: whatever comes, a small JPEG of ours is kept."""

from __future__ import annotations

import io

from PIL import ImageOps

from ils.documents import pictures

SIZE = (240, 320)


def portrait(data: bytes, megapixels: int) -> bytes:
    """A JPEG of at most 240 × 320, turned upright, without anything the camera wrote into it.

    Raises:
        NoPicture: it cannot be read.
    """
    with pictures.opened(data, megapixels) as opened:
        opened.draft("RGB", (2 * SIZE[0], 2 * SIZE[1]))  # of a JPEG no more is decoded
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    picture.thumbnail(SIZE)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80, optimize=True)
    return out.getvalue()
