"""How codes are compared, and whose a code is. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Protocol, TypeVar

from ils.codes.models import CodeKind
from ils.errors import N_, Doubtful, Refused

_RANK = {kind: at for at, kind in enumerate(CodeKind)}
#: Control and format characters, dashes, blanks.
_PASSED_OVER = {"Cc", "Cf", "Pd", "Zs"}
_MINUS = "\N{MINUS SIGN}"
#: Letters of the three alphabets that look the same on a label.
_SHAPES = ("AА", "BВ", "CС", "EЕ", "HНҢ", "IІ", "KКҚ", "MМ", "OО", "PР", "TТ", "XХ", "YУҮ")
#: Sign → the signs that look like it; each starts with itself.
_SAME_SHAPE = {sign: sign + shape.replace(sign, "") for shape in _SHAPES for sign in shape} | {
    "O": "OО0", "О": "ОO0", "0": "0OО", "I": "IІ1", "І": "ІI1", "З": "З3"
}  # fmt: skip
#: A code of which more spellings are possible is looked for in one alphabet or the other.
MOST_ALIKE = 81


class CodeTaken(Refused):
    """A reader or a copy has this code, or had it."""

    code = "code_taken"
    message = N_("The code “%(taken)s” is already in use.")


class LooksAlike(Doubtful):
    """To the eye the code is one that is there already."""

    code = "looks_alike"
    message = N_("“%(number)s” looks like “%(other)s”, which is in use already: %(of)s.")
    tick = N_("This is another copy: save")


class OwnedCode(Protocol):
    """What is asked of a code that fits."""

    folded: str
    written: str
    kind: str
    patron_id: int | None
    item_id: int | None


Fitting = TypeVar("Fitting", bound=OwnedCode)


def folded(code: str) -> str:
    """A code as it is compared: capitals, without dashes, blanks and leading zeros.

    >>> folded("777\N{MINUS SIGN}А"), folded("777\N{EN DASH}А")
    ('777А', '777А')
    >>> folded("k-00 123"), folded("000123"), folded("０１２３"), folded("000")
    ('K00123', '123', '123', '0')
    """
    text = unicodedata.normalize("NFKC", code)
    text = "".join(c for c in text if c != _MINUS and unicodedata.category(c) not in _PASSED_OVER)
    text = text.upper()
    return text.lstrip("0") or text[:1]


def look_alikes(code: str) -> set[str]:
    """Other codes the eye takes for this one, as they are compared: К (Cyrillic) and K, О and 0.

    >>> sorted(look_alikes("К-12")), sorted(look_alikes("57"))
    (['K12', 'Қ12'], [])
    >>> "KAPT000012" in look_alikes("КАРТ000012"), "KAPT12" in look_alikes("КАРТ12")
    (True, True)
    """
    own = folded(code)
    choices = [_SAME_SHAPE.get(sign, sign) for sign in own]
    if prod(map(len, choices)) <= MOST_ALIKE:
        spelled = set(map("".join, product(*choices)))
    else:  # of a long one all letters are of one alphabet, all noughts are letters, or none
        alphabets = {own, _in_letters(own, latin=True), _in_letters(own, latin=False)}
        noughts = _SAME_SHAPE["0"]
        spelled = {re.sub(f"[{noughts}]", sign, one) for one in alphabets for sign in noughts}
        spelled |= {one.replace("0", sign) for one in alphabets for sign in noughts}
    return {folded(one) for one in spelled} - {own}


def _in_letters(code: str, *, latin: bool) -> str:
    """A code with each letter that may be of either alphabet written in one."""
    return "".join(
        next((one for one in _SAME_SHAPE.get(sign, sign)
              if one.isalpha() and one.isascii() == latin and sign.isalpha()), sign)
        for sign in code
    )  # fmt: skip


def owners(fitting: Sequence[Fitting], readings: Sequence[str]) -> list[Fitting]:
    """Whose a scanned code is: one, or several between whom a person decides.

    The first reading that anything fits counts. What is written exactly so comes before what
    is only alike, what is in use before what was replaced.
    """
    for reading in readings:
        here = [code for code in fitting if code.folded == folded(reading)]
        here = [code for code in here if not CodeKind(code.kind).former] or here
        here = [code for code in here if code.written == reading] or here
        if here:
            here.sort(key=lambda code: _RANK[CodeKind(code.kind)])
            first: dict[tuple[int | None, int | None], Fitting] = {}
            for code in here:
                first.setdefault((code.patron_id, code.item_id), code)
            return list(first.values())
    return []
