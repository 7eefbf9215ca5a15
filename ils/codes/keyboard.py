"""What a scanner meant: it types keys, and the layout decides which letters they give.

The unshifted digit row of the Kazakh layout (РСТ КазССР 903-90) gives letters, so
`2021345` arrives as `әқә"іңғ`; on a Russian layout Latin letters arrive as Cyrillic. The key of
the slash gives `.` on a Russian layout and `№` on the Kazakh one.
"""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 80

_digits = str.maketrans('"әіңғ,.үұқөһ№', "1234567890-=/")
_cyrillic_keys = "йцукенгшщзхъфывапролджэячсмитьбюё"
_latin_keys = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_cyrillic = _cyrillic_keys + _cyrillic_keys.upper()
_latin = _latin_keys + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_to_latin = str.maketrans(_cyrillic, _latin)
_to_cyrillic = str.maketrans(_latin, _cyrillic)
_keys = {chr(sign): chr(key) for sign, key in _digits.items()}
_kazakh_row = set(_keys)
#: Cyrillic letters that no Latin one looks like: what has them was no label with a bar code.
_only_cyrillic = set(_cyrillic_keys) - set("авеіконрсухтм")


def cleaned(code: str) -> str:
    """A code without blanks at its ends, line ends, invisible and full-width characters."""
    text = "№".join(unicodedata.normalize("NFKC", part) for part in code.split("№"))
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
    >>> readings('"ә№әқә,'), readings("12.2026")
    (('"ә№әқә,', '"Ә№ӘҚӘ,', '12/2026'), ('12.2026', '12/2026', '12ю2026', '12Ю2026'))
    """
    code = cleaned(code)
    if not code:
        return ()
    has_digits = any(c.isascii() and c.isdigit() for c in code)
    spelled = _with_slashes if has_digits else list[str]
    found = spelled([code, code.upper()])
    if " " in code:  # printed in groups, or scanned with blanks between
        found.append(code.replace(" ", ""))
    low = code.lower()
    if not has_digits and _kazakh_row.issuperset(low):
        found.append(low.translate(_digits))
    latin = code.translate(_to_latin)
    if not has_digits and not _kazakh_row.isdisjoint(low) and not code.isascii():
        # Key by key: the digit row gives letters, letters stand where Latin ones do.
        keys = "".join(_keys.get(c.lower(), c.translate(_to_latin)) for c in code)
        found += [keys, keys.upper()]
    if latin != code:
        found += spelled([latin, latin.upper()])
    elif code.isascii() and not code.isdigit() and not typed:
        cyrillic = code.translate(_to_cyrillic)
        found += [cyrillic, cyrillic.upper()]
    return tuple(dict.fromkeys(found))


def _with_slashes(codes: list[str]) -> list[str]:
    """Codes, and what they are if a Russian layout made points of the slashes."""
    return [*codes, *(code.replace(".", "/") for code in codes if "." in code)]


def printed(code: str) -> str:
    """What stands on a label that was scanned into a field, where the layout surely hid it.

    Bar codes have no Cyrillic letters. One that may be either is left as it is: somebody may
    have typed it from the label.

    >>> printed("Лққ..."), printed("Л00778"), printed('әқә"іңғ'), printed("К000123")
    ('K00777', 'K00778', '2021345', 'К000123')
    """
    code, low = cleaned(code), code.lower()
    hidden = _kazakh_row if not any(c.isdigit() for c in code) else _kazakh_row - set('".,')
    if hidden.isdisjoint(low) and _only_cyrillic.isdisjoint(low):
        return code
    found = (one for one in readings(code) if re.fullmatch(r"[0-9A-Z./-]+", one))
    return next(found, code)
