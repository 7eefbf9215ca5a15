"""Numbers and words as they are compared."""

from __future__ import annotations

import re
import unicodedata

from ils.folding import AS_RUSSIAN

ISBN10, ISBN13 = 10, 13
#: Latin letters typed for Kazakh or Russian ones they look like.
LOOK_ALIKES = str.maketrans("aceopxyihё", "асеорхуіһе")

_not_isbn = re.compile(r"[^0-9X]")
#: What may be an ISBN inside a text: its digits, with signs between.
_like_isbn = re.compile(r"(?<![0-9])[0-9](?:[- ‐‑–]?[0-9]){8,11}[- ‐‑–]?[0-9X](?![0-9])")
_to_latin = str.maketrans("хХx", "XXX")
_word = re.compile(r"\w+")
_cyrillic = re.compile(r"[а-яёәғқңөұүһі]")


def isbns(text: str) -> list[str]:
    """The ISBNs in a text, as thirteen digits each; X may be typed in Cyrillic.

    >>> isbns("(в пер.) 5-94723-047-Х ; 978-601-200-001-6"), isbns("4601234567893")
    (['9785947230475', '9786012000016'], [])
    """
    found = map(_isbn13, _like_isbn.findall(text.translate(_to_latin)))
    return list(dict.fromkeys(filter(None, found)))


def isbn13(text: str) -> str:
    """The thirteen digits of the first ISBN of a text; an empty text if there is none.

    >>> isbn13("5-7110-0177-9"), isbn13("978-5-699-12014-7 (в пер.)"), isbn13("5-7110-0177-8")
    ('9785711001775', '9785699120147', '')
    """
    return next(iter(isbns(text)), "")


def _isbn13(text: str) -> str:
    digits = _not_isbn.sub("", text)
    if len(digits) == ISBN13 and digits.isdigit() and digits.startswith(("978", "979")):
        return digits if digits[-1] == _check13(digits[:12]) else ""
    if len(digits) == ISBN10 and digits[:9].isdigit():
        total = sum((10 - at) * (10 if c == "X" else int(c)) for at, c in enumerate(digits))
        return f"978{digits[:9]}{_check13('978' + digits[:9])}" if total % 11 == 0 else ""
    return ""


def _check13(digits: str) -> str:
    return str(-sum(int(c) * (3 if at % 2 else 1) for at, c in enumerate(digits)) % 10)


def search_key(text: str) -> str:
    """Words as the plain search compares them: lower case, no marks, one blank between.

    Latin look-alikes inside a Cyrillic word count as the Cyrillic letters.
    """
    words = _word.findall(unicodedata.normalize("NFKC", text).lower())
    return " ".join(w.translate(LOOK_ALIKES) if _cyrillic.search(w) else w for w in words)


def heading_key(text: str) -> str:
    """A name as it is looked for: Kazakh letters as the Russian ones typed for them.

    >>> heading_key("Әуезов, М. О."), heading_key("Ауэзов М О")
    ('ауезов м о', 'ауезов м о')
    """
    return search_key(text).translate(AS_RUSSIAN)


def issn_is_right(text: str) -> bool:
    """Whether the check digit of an ISSN is right.

    >>> issn_is_right("0130-7673"), issn_is_right("0230-7673"), issn_is_right("2410-485X")
    (True, False, True)
    """
    digits = re.sub(r"[-\s]", "", text.upper().removeprefix("ISSN"))
    if not re.fullmatch(r"[0-9]{7}[0-9X]", digits):
        return False
    total = sum((8 - at) * (10 if c == "X" else int(c)) for at, c in enumerate(digits))
    return total % 11 == 0
