"""The one importer of pymarc."""

from __future__ import annotations

import contextlib
import io

from pymarc.marc8 import marc8_to_unicode


def from_marc8(data: bytes) -> str:
    """Text of MARC-8 bytes; what cannot be read becomes U+FFFD or a blank.

    pymarc reports strange bytes on the error stream; here they are counted by the caller.
    """
    with contextlib.redirect_stderr(io.StringIO()):
        text: str = marc8_to_unicode(data, hide_utf8_warnings=True)
    return text
