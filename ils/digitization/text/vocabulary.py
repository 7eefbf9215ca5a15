"""Which words are known: of spelling dictionaries, of the catalogue, of lines people put right.

A form of a dictionary's word is known where it begins as that word does, letter by letter: the
stems of search, which take қ for к, would miss what a recogniser takes for each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.digitization.text.models import LineRevision
from ils.digitization.text.tree import SHORTEST
from ils.search import kazakh
from ils.search.analysis import WORD, forms, normal, words
from ils.search.engine import Engine
from ils.search.following import index_of

#: Dictionaries of Hunspell.
DICTIONARIES = ("kk_KZ.dic", "ru_RU.dic")
_cyrillic = re.compile("[\u0400-\u04ff]+")
#: Vowels a stem has lost before its last letter: халық, халқы.
_LOST = "ыі"
_HARD_AND_SOFT = str.maketrans("", "", "ьъ")


@cache
def spelled(folder: str) -> frozenset[str]:
    """What forms of the words of the dictionaries in a folder begin with; none: there are none.

    Takes seconds; a process that recognises does it once.
    """
    found: set[str] = set()
    for name in set(DICTIONARIES) - set(missing(folder)):
        for line in Path(folder, name).read_text("utf-8-sig").splitlines()[1:]:
            word = line.split("/")[0].strip()
            found.update(_beginnings(*forms.__wrapped__(word)))
    return frozenset(found)


def missing(folder: str) -> list[str]:
    """Dictionaries a folder lacks."""
    return [name for name in DICTIONARIES if not folder or not Path(folder, name).is_file()]


def _beginnings(exact: str, _folded: str, stems: tuple[str, ...]) -> Iterator[str]:
    """What is the same in all forms of a word, as it is written.

    >>> list(_beginnings(*forms("кітапханасында"))), list(_beginnings(*forms("қоғамның")))
    (['кітапхана'], ['қоғам'])
    """
    bare = exact.translate(_HARD_AND_SOFT)
    for stem in (stem[1:] for stem in stems):
        head, last = bare[: len(stem) - 1], bare[len(stem) - 2 : len(stem) - 1]
        written = (bare[: len(stem)], *(head[:-1] + vowel + last for vowel in _LOST))
        yield next((one for one in written if kazakh.folded(one) == stem), stem)


class Vocabulary:
    """The words that are known while a task recognises."""

    def __init__(self, session: Session, data: Path, dictionaries: str) -> None:
        self._spelled = spelled(dictionaries)
        self._catalogue: Engine = index_of(data).current(session)
        self._put_right = {
            word.exact
            for line in session.scalars(select(LineRevision.after).distinct())
            for word in words(line)
        }

    def knows(self, text: str) -> bool:
        """Whether each word in a text is known; without dictionaries all are.

        Numbers and Latin words are known, a name of the catalogue in any form, another word of
        it as it stands there.
        """
        return not self._spelled or all(map(self._knows, WORD.findall(normal(text))))

    def _knows(self, word: str) -> bool:
        exact, _, stems = own = forms(word)
        if len(word) < SHORTEST or not _cyrillic.fullmatch(exact) or exact in self._put_right:
            return True
        beginnings = list(_beginnings(*own))
        if not self._spelled.isdisjoint(beginnings) or self._catalogue.has(f"={exact}"):
            return True
        is_name = word[0].isupper() and not word.isupper()
        return is_name and self._catalogue.has(*stems, *(f"={one}" for one in beginnings))
