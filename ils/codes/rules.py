"""How codes are compared, and whose a code is. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Protocol, TypeVar

from ils.codes.models import CodeKind
from ils.errors import N_, Refused

_RANK = {kind: at for at, kind in enumerate(CodeKind)}
#: Control and format characters, dashes, blanks.
_PASSED_OVER = {"Cc", "Cf", "Pd", "Zs"}


class CodeTaken(Refused):
    """A reader or a copy has this code, or had it."""

    code = "code_taken"
    message = N_("The code “%(taken)s” is already in use.")


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

    >>> folded("k-00 123"), folded("000123"), folded("０１２３"), folded("000")
    ('K00123', '123', '123', '0')
    """
    text = unicodedata.normalize("NFKC", code)
    text = "".join(c for c in text if unicodedata.category(c) not in _PASSED_OVER).upper()
    return text.lstrip("0") or text[:1]


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
