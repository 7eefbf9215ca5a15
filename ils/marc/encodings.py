"""Which encoding a file is in, and which of its records are in another: by what the bytes say.

Declarations (leader/9, 100$a/26-29) are wrong too often to be asked. The letters'
frequencies in Russian text (percent) weigh the candidates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from ils.errors import N_, Remark
from ils.marc.foreign import composes, from_marc8, to_marc8

Decoder = Callable[[bytes], str]
Encoder = Callable[[str], bytes]

FREQUENCY = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
        (
            *(10.97, 8.45, 8.01, 7.35, 6.7, 6.26, 5.47, 4.73, 4.54, 4.4, 3.49),
            *(3.21, 2.98, 2.81, 2.62, 2.01, 1.9, 1.74, 1.7, 1.65, 1.59, 1.44),
            *(1.21, 0.97, 0.94, 0.73, 0.64, 0.48, 0.36, 0.32, 0.26, 0.04, 0.04),
        ),
        strict=True,
    )
)
#: In KZ-1048 these stand where CP1251 has letters of no language met here …
KAZAKH = "әқңһ"
#: … and these where it has Ukrainian and Belarusian ones: they decide nothing.
NEIGHBOURS = "ғөұүіїєґў"
TYPOGRAPHY = "«»—–…№“”„’‘ \u00ad°§©®•·"
#: In order of preference where the evidence is equal.
CANDIDATES = ("cp1251", "kz1048", "ptcp154", "koi8-r", "cp866")
WESTERN = "cp1252"
NAMES = ("utf-8", *CANDIDATES, WESTERN, "marc-8")
#: Bytes that are no UTF-8, to letters that are: a damaged file has few.
MAX_DAMAGE = 0.05
SAMPLE = 2_000_000
FEW_HIGH_BYTES = 20
#: A word in capitals weighs a little less than the same in small letters.
CAPITALS = 0.9
ENOUGH_PTCP154 = 3
#: So much better must another encoding fit a record than the one of its file.
CLEARLY = 12.0
#: Of the marks before letters, so many make a letter there is, in text that is MARC-8.
MARC8_SHARE = 0.8
DECLARED = {"79": "cp866", "89": "cp1251", "99": "koi8-r"}

_high = re.compile(rb"[\x80-\xff]+")
_combining_then_letter = re.compile(rb"[\xe0-\xfe][A-Za-z]")
_western_letter = re.compile(
    rb"(?:(?<=[A-Za-z])[\xc0-\xff]{1,2}|(?<![\x80-\xff])[\xc0-\xff]{1,2}(?=[A-Za-z]))"
)
_utf8_letter = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}"
)
_word = re.compile(r"[^\W\d_]+")
_not_word = re.compile(r"[^\x00-\x7f](?<![^\W\d_])")


def decoder(name: str) -> Decoder:
    """The function that reads bytes in an encoding; unreadable ones become U+FFFD."""
    if name == "marc-8":
        return from_marc8
    return lambda data: data.decode(name, errors="replace")


def encoder(name: str) -> Encoder:
    """The function that writes text in an encoding; a letter it lacks is an error."""
    return to_marc8 if name == "marc-8" else lambda text: text.encode(name)


def detect(
    records: Sequence[bytes], *, latin: bool = False, declared: str = ""
) -> tuple[str, Remark]:
    """The encoding of a file, by the raw bytes of its records, and why it was chosen.

    Args:
        records: each record's bytes.
        latin: the file is MARC21, where MARC-8 is possible.
        declared: two characters of 100$a/26-27, used when there is too little text.
    """
    sample = b"\n".join(records)[:SAMPLE]
    if not _high.search(sample):
        escapes = latin and b"\x1b" in sample
        if escapes:
            return "marc-8", Remark(N_("escape sequences"))
        return "utf-8", Remark(N_("ASCII only"))
    letters, others = _utf8_balance(sample)
    valid = sum(map(_is_utf8, records))
    speaking = [record for record in records if _high.search(record)]
    if (letters and others <= MAX_DAMAGE * letters) or (
        2 * sum(map(_is_utf8, speaking)) > len(speaking)
    ):
        said = N_("%(n)s of %(all)s records are valid UTF-8")
        return "utf-8", Remark(said, n=valid, all=len(records))
    if latin and (found := _latin(sample)):
        return found
    if (few := sum(map(len, _high.findall(sample)))) < FEW_HIGH_BYTES:
        name = DECLARED.get(declared, CANDIDATES[0])
        said = N_("only %(n)s letters to judge by; 100$a declares “%(declared)s”")
        return name, Remark(said, n=few, declared=declared)
    candidates = [n for n in CANDIDATES if n != "ptcp154" or _looks_ptcp154(sample)]
    scores = {n: score(sample.decode(n, errors="replace")) for n in candidates}
    best = max(candidates, key=lambda name: scores[name])
    told = ", ".join(f"{name} {points:.0f}" for name, points in scores.items())
    return best, Remark(N_("letters look most like Russian or Kazakh: %(told)s"), told=told)


def _latin(sample: bytes) -> tuple[str, Remark] | None:
    """What a file of MARC21 may be in besides, if its bytes look so."""
    if b"\x1b" in sample:
        return "marc-8", Remark(N_("escape sequences"))
    if _looks_marc8(sample):
        return "marc-8", Remark(N_("diacritics stand before Latin letters"))
    if _looks_western(sample):
        return WESTERN, Remark(N_("accented letters stand inside Latin words"))
    return None


def of_record(data: bytes, file: str, *, latin: bool = False) -> tuple[str, str]:
    """The encoding of one record of a file, and what is to be said where it is another.

    Args:
        file: the encoding the file is in by and large.
        latin: the file is MARC21.
    """
    if not _high.search(data) or (file == "marc-8" and b"\x1b" in data):
        return file, ""
    found = _of_bytes(data, file, latin=latin)
    said = N_("this record is in %(found)s, its file in %(file)s")
    return found, "" if found == file else Remark(said, found=found, file=file)


def _of_bytes(data: bytes, file: str, *, latin: bool) -> str:
    letters, others = _utf8_balance(data)
    if others == 0 or (file == "utf-8" and letters > others):
        return "utf-8"  # there may be damage in it; that is told by field
    if latin and (found := _latin(data)):
        return found[0]
    if file in {WESTERN, "marc-8"}:
        return file
    scores = {name: score(data.decode(name, errors="replace")) for name in CANDIDATES}
    best = max(CANDIDATES, key=lambda name: scores[name])
    fits = file in scores and scores[best] < scores[file] + CLEARLY
    return file if fits else best


def score(text: str) -> float:
    """How much a decoded text looks like Russian or Kazakh."""
    total = 0.0
    for word in _word.findall(text):
        # Titles in capitals are text as well; a stray capital inside a word is not.
        weight = CAPITALS if word.isupper() and len(word) > 1 else 0.25
        total += sum(_weight(char, weight) for char in word if char > "\x7f")
        total -= 6 * sum(a.islower() and b.isupper() for a, b in pairwise(word))
    for char in _not_word.findall(text):
        total += 0.5 if char in TYPOGRAPHY else -8
    return total


def _weight(char: str, capital: float) -> float:
    low = char.lower()
    share = 1 if char == low else capital
    if low in FREQUENCY:
        return FREQUENCY[low] * share
    if low in KAZAKH:
        return 2 * share
    return 0.5 if low in NEIGHBOURS else -8


def _utf8_balance(sample: bytes) -> tuple[int, int]:
    """How many letters of several bytes are UTF-8, and how many other high bytes there are."""
    letters = _utf8_letter.findall(sample)
    high = sum(map(len, _high.findall(sample)))
    return len(letters), high - sum(map(len, letters))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _looks_marc8(sample: bytes) -> bool:
    """MARC-8 puts a diacritic before its Latin letter, and the two make one that there is."""
    pairs = _combining_then_letter.findall(sample)
    if 2 * len(pairs) <= len(_high.findall(sample)):
        return False  # Cyrillic letters stand together
    return sum(map(composes, pairs)) >= MARC8_SHARE * len(pairs)


def _looks_western(sample: bytes) -> bool:
    """Accented letters stand alone or in pairs inside Latin words."""
    return 2 * len(_western_letter.findall(sample)) > len(_high.findall(sample))


def _looks_ptcp154(sample: bytes) -> bool:
    """Its ң and ғ stand where CP1251 and KZ-1048 have letters that hardly occur."""
    return sample.count(b"\x9c") + sample.count(b"\x83") >= ENOUGH_PTCP154
