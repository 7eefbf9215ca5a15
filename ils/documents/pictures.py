"""Pictures that are sent, opened within bounds."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, UnidentifiedImageError

from ils.errors import N_, Invalid

FORMATS = ("JPEG", "PNG", "WEBP")
#: What Pillow raises at files that are cut short or changed.
BROKEN = (
    OSError, EOFError, ValueError, TypeError, LookupError, SyntaxError, ArithmeticError, Warning,
    struct.error, Image.DecompressionBombError, UnidentifiedImageError,
)  # fmt: skip


class NoPicture(Invalid):
    """The file is no picture that can be used."""

    code = "no_picture"
    message = N_("The file is not a picture in JPEG, PNG or WebP, or it is too large.")


def is_picture(data: bytes) -> bool:
    """Whether a file begins like a picture."""
    webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return webp or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


@contextmanager
def opened(
    data: bytes, megapixels: int, formats: tuple[str, ...] = FORMATS
) -> Iterator[Image.Image]:
    """A picture whose size is known, before it is decoded.

    Raises:
        NoPicture: it is none, is broken, or has more pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=formats) as picture:
                if picture.width * picture.height > megapixels * 1_000_000:
                    raise NoPicture
                yield picture
    except BROKEN as error:
        raise NoPicture from error


def jpeg(picture: Image.Image, quality: int = 70) -> bytes:
    """A picture as JPEG."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
