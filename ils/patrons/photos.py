"""Photos of readers: whatever comes, a small JPEG of ours is kept."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from ils.errors import N_, Invalid

SIZE = (240, 320)
BROKEN = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)


class NoPicture(Invalid):
    """The file is no picture that can be used."""

    code = "no_picture"
    message = N_("The file is not a picture in JPEG, PNG or WebP, or it is too large.")


def portrait(data: bytes, megapixels: int) -> bytes:
    """A JPEG of at most 240 × 320, turned upright, without anything the camera wrote into it.

    Raises:
        NoPicture: it cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
                if opened.width * opened.height > megapixels * 1_000_000:
                    raise NoPicture
                opened.draft("RGB", (2 * SIZE[0], 2 * SIZE[1]))  # of a JPEG no more is decoded
                picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (*BROKEN, UnidentifiedImageError, Warning) as error:
        raise NoPicture from error
    picture.thumbnail(SIZE)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80, optimize=True)
    return out.getvalue()
