"""Which fields UNIMARC has, which of them stand once, and what their indicators say.

UNIMARC Manual, Bibliographic Format (IFLA 2008) and RUSMARC 4; tags with a 9 are a library's own.
"""

from __future__ import annotations

import re

from ils.marc.record import MarcRecord

_TAGS = """
001 003 005 010-017 020-022 029 033 035 036 039 040 071-073
100-102 105-106 110-111 115-117 120-131 135 139-141 145 181-183
200 203-211 214-215 225 229-231 239
300-318 320-328 330-334 336-337 345 371
410-413 421-425 430-437 440-448 451-456 461-464 470 481-482 488
500-501 503 506-507 510 512-518 520 530-532 540-541 545 560 576-577
600-608 610 615-617 620-623 626 631-633 660-661 670 675-676 680 686 689
700-703 710-712 716 720-723 730 740-742 790-791
801-802 830 850 852 856 859 886
"""

#: They describe the document as a whole, or are the first of those who made it.
ONCE = frozenset((
    "001", "003", "005", "100", "101", "102", "105", "106", "110", "200", "208", "540",
    "700", "710", "720", "740", "802",
))  # fmt: skip
#: Tag → what its first and second indicator may be; a blank is ``#``.
_INDICATORS = {
    "101": ("012#", "#"),
    "200": ("01", "#01"),
    "225": ("012#", "#"),
    "327": ("012#", "#01"),
    "500": ("01", "01"),
    "510": ("01#", "#"),
    "517": ("01#", "#"),
    "541": ("01#", "#"),
    "610": ("012#", "#"),
    "675": ("#", "#"),
    **dict.fromkeys(("700", "701", "702"), ("#01", "01")),
    **dict.fromkeys(("710", "711", "712"), ("01", "012")),
    "801": ("#", "0123"),
}


def _known() -> frozenset[str]:
    tags = set()
    for said in _TAGS.split():
        first, _, last = said.partition("-")
        tags |= {f"{number:03}" for number in range(int(first), int(last or first) + 1)}
    return frozenset(tags)


KNOWN = _known()
_indicator = re.compile(r"[0-9 |]")
_code = re.compile(r"[0-9a-z]?")


def is_known(tag: str) -> bool:
    """Whether the format has a field, or leaves its tag to the library.

    >>> is_known("200"), is_known("939"), is_known("2000"), is_known("219"), is_known("218")
    (True, True, False, True, False)
    """
    return tag in KNOWN or (len(tag) == 3 and tag.isdigit() and "9" in tag)


def repeated(marc: MarcRecord) -> list[str]:
    """Tags of fields that stand once and are there several times."""
    tags = [f.tag for f in marc.fields]
    return sorted(tag for tag in ONCE if tags.count(tag) > 1)


def wrong_indicators(tag: str, indicators: str) -> bool:
    """Whether the indicators of a field say something the format does not know.

    >>> wrong_indicators("200", "1 "), wrong_indicators("200", "zz"), wrong_indicators("700", " 7")
    (False, True, True)
    """
    if tag < "010":
        return False
    both = indicators.ljust(2)[:2]
    if not all(map(_indicator.fullmatch, both)):
        return True
    allowed = _INDICATORS.get(tag)
    if allowed is None:
        return False
    return any(sign.replace(" ", "#") not in may for sign, may in zip(both, allowed, strict=True))


def is_code(code: str) -> bool:
    """Whether a subfield may be called so; text before the first has the empty code."""
    return _code.fullmatch(code) is not None
