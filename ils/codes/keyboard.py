"""What a scanner meant: it types keys, and the layout decides which letters they give.

The unshifted digit row of the Kazakh layout (РСТ КазССР 903-90) gives letters, so
`2021345` arrives as `әқә"іңғ`; on a Russian layout Latin letters arrive as Cyrillic.
"""

from __future__ import annotations

import unicodedata

MAX_LENGTH = 80

_digits = str.maketrans('"әіңғ,.үұқөһ', "1234567890-=")
_cyrillic_keys = "йцукенгшщзхъфывапролджэячсмитьбюё"
_latin_keys = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_cyrillic = _cyrillic_keys + _cyrillic_keys.upper()
_latin = _latin_keys + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_to_latin = str.maketrans(_cyrillic, _latin)
_to_cyrillic = str.maketrans(_latin, _cyrillic)
_keys = {chr(sign): chr(key) for sign, key in _digits.items()}
_kazakh_row = set(_keys)


def cleaned(code: str) -> str:
    """A code without blanks at its ends, line ends, invisible and full-width characters."""
    text = unicodedata.normalize("NFKC", code)
    text = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf"})
    return text.strip()[:MAX_LENGTH]


def readings(code: str, *, typed: bool = False) -> tuple[str, ...]:
    r"""What a scanned code may mean, most likely first; the code itself leads.

    Args:
        typed: it may have been typed or pasted: Latin letters are what they are.

    >>> readings("әқә\"іңғ"), readings("К000123\n")
    (('әқә"іңғ', 'ӘҚӘ"ІҢҒ', '2021345'), ('К000123', 'R000123'))
    >>> readings("ЫЙөТУЧЕ")[2], readings('"әіңғЛ')[2]
    ('SQ-NEXT', '12345K')
    """
    code = cleaned(code)
    if not code:
        return ()
    found = [code, code.upper()]
    if " " in code:  # printed in groups, or scanned with blanks between
        found.append(code.replace(" ", ""))
    low = code.lower()
    if all(c in _kazakh_row or c.isdigit() for c in low):
        found.append(low.translate(_digits))
    latin = code.translate(_to_latin)
    if not _kazakh_row.isdisjoint(low) and not code.isascii():
        # Key by key: the digit row gives letters, letters stand where Latin ones do.
        keys = "".join(_keys.get(c.lower(), c.translate(_to_latin)) for c in code)
        found += [keys, keys.upper()]
    if latin != code:
        found += [latin, latin.upper()]
    elif code.isascii() and not code.isdigit() and not typed:
        cyrillic = code.translate(_to_cyrillic)
        found += [cyrillic, cyrillic.upper()]
    return tuple(dict.fromkeys(found))
