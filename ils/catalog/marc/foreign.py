"""The one importer of pymarc."""

from __future__ import annotations

import contextlib
import io

from pymarc.marc8 import marc8_to_unicode

SUBFIELD = b"\x1f"


def from_marc8(data: bytes) -> str:
    """Text of MARC-8 bytes; what cannot be read becomes U+FFFD or a blank.

    Subfields are converted one by one: the library drops the mark between them. It also
    reports strange bytes on the error stream; here they are counted by the caller.
    """
    with contextlib.redirect_stderr(io.StringIO()):
        return "\x1f".join(map(_part, data.split(SUBFIELD)))


def _part(data: bytes) -> str:
    try:
        text: str = marc8_to_unicode(data, hide_utf8_warnings=True)
    except UnicodeDecodeError:  # half a character of three bytes
        return data.decode("ascii", errors="replace")
    return text
