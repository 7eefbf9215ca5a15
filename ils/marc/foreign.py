"""The one importer of pymarc."""

from __future__ import annotations

import contextlib
import io
import unicodedata
from collections.abc import Mapping
from functools import cache

from pymarc.marc8 import marc8_to_unicode
from pymarc.marc8_mapping import CODESETS

SUBFIELD = b"\x1f"


def from_marc8(data: bytes) -> str:
    """Text of MARC-8 bytes; what cannot be read becomes U+FFFD.

    Subfields are converted one by one: the library drops the mark between them.
    """
    # ANSEL is announced by two characters, of which the library reads one.
    data = data.replace(TO_ANSEL, b"\x1b)E").replace(b"\x1b-!E", b"\x1b)E")
    return "\x1f".join(map(_part, data.split(SUBFIELD)))


def _part(data: bytes) -> str:
    """The library makes a blank of what it cannot read, and says so on the error stream."""
    if b"\x1b" not in data and (strange := {*data} & _no_codes()):
        known = bytes(c if c not in strange else STRANGE for c in data).split(bytes([STRANGE]))
        return "\ufffd".join(map(_part, known))
    complaints = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaints):
            text: str = marc8_to_unicode(data, hide_utf8_warnings=True)
    except UnicodeDecodeError:  # half a character of three bytes
        return data.decode("ascii", errors="replace")
    return f"{text}\ufffd" if complaints.getvalue() else text


#: A byte that stands for those that are no MARC-8, where a text is cut.
STRANGE = 0xFF


@cache
def _no_codes() -> frozenset[int]:
    """High bytes that mean nothing in MARC-8's first sets."""
    return frozenset(range(0x80, 0x100)) - CODESETS[ANSEL].keys() - {0x88, 0x89, 0x8D, 0x8E}


#: Halves of marks over two letters, as in romanised Cyrillic.
HALVES = {0xEB, 0xEC, 0xFA, 0xFB}


def composes(pair: bytes) -> bool:
    r"""Whether a mark of ANSEL and the letter after it make a letter that there is.

    >>> composes(b"\xe8u"), composes(b"\xfcl")
    (True, False)
    """
    mark, letter = pair
    if mark in HALVES:
        return True
    known = CODESETS[ANSEL].get(mark)
    if known is None:
        return False
    return len(unicodedata.normalize("NFC", chr(letter) + chr(known[0]))) == 1


ASCII, ANSEL = 0x42, 0x45
#: Sets written as G0 by an escape: basic and extended Cyrillic, Greek.
EXTENDED_CYRILLIC = 0x51
WRITTEN = (0x4E, EXTENDED_CYRILLIC, 0x53)
TO_ASCII, TO_ANSEL = b"\x1b(B", b"\x1b)!E"


@cache
def _codes() -> Mapping[str, tuple[int, int]]:
    """Letter → set and code, of the sets we write; the first set that has it."""
    codes: dict[str, tuple[int, int]] = {}
    for charset in (ANSEL, *WRITTEN):
        for code, (letter, _) in CODESETS[charset].items():
            codes.setdefault(chr(letter), (charset, code))
    return codes


def to_marc8(text: str) -> bytes:
    """A field in MARC-8: diacritics before their letter, other alphabets by escapes.

    Raises:
        UnicodeEncodeError: a letter is in none of the sets (Kazakh ones are not).
    """
    return SUBFIELD.join(_written(part, text) for part in text.split("\x1f"))


def _written(part: str, whole: str) -> bytes:
    out, charset = bytearray(), ASCII
    for letters in _clusters(part):
        # Marks stand before their letter, and are of ANSEL whatever the letter is of.
        for letter in [*letters[1:], letters[0]]:
            wanted, code = (ASCII, ord(letter)) if letter.isascii() else _code(letter, whole)
            if wanted == EXTENDED_CYRILLIC:  # its codes are high: it stands where ANSEL does
                out += b"\x1b)Q" + bytes([code]) + TO_ANSEL
                continue
            if wanted not in {ANSEL, charset}:
                out += TO_ASCII if wanted == ASCII else b"\x1b(" + bytes([wanted])
                charset = wanted
            out.append(code)
    return bytes(out) + (TO_ASCII if charset != ASCII else b"")


def _clusters(text: str) -> list[str]:
    """Letters with their marks; a letter that a set has as one is not taken apart."""
    found: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        parts = char if char.isascii() or char in _codes() else unicodedata.normalize("NFD", char)
        if found and unicodedata.combining(parts[0]):
            found[-1] += parts
        else:
            found.append(parts)
    return found


def _code(letter: str, whole: str) -> tuple[int, int]:
    try:
        return _codes()[letter]
    except KeyError:
        at = whole.find(letter)
        raise UnicodeEncodeError("marc-8", whole, at, at + 1, "not in MARC-8") from None
