"""Which words are known: of spelling dictionaries, of the catalogue, of lines people put right.

Hunspell knows the forms of Russian words, and of few Kazakh ones: a Kazakh word is known too where
it begins as a word of the dictionary does, letter by letter. The stems of search, which take қ
for к, would miss what a recogniser takes for each other.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.digitization.text import tree
from ils.digitization.text.models import LineRevision
from ils.digitization.text.tree import SHORTEST, Page
from ils.search import kazakh
from ils.search.analysis import KAZAKH, WORD, forms, normal, words
from ils.search.engine import Engine
from ils.search.following import index_of

PROGRAM, SECONDS = "hunspell", 60
#: Dictionaries of Hunspell, the Kazakh one first.
DICTIONARIES = ("kk_KZ", "ru_RU")
_cyrillic = re.compile("[\u0400-\u04ff]")
_whole = re.compile("[\u0400-\u04ff]+")
#: 12-й, 20-шы, 5го: a number with its ending.
_ordinal = re.compile(r"\b\d+-?[\u0400-\u04ff]{1,4}\b")
#: Vowels a stem has lost before its last letter: халық, халқы.
_LOST = "ыі"
_HARD_AND_SOFT = str.maketrans("", "", "ьъ")


@cache
def kazakh_words(folder: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of the Kazakh dictionary, and what their forms begin with."""
    path = Path(folder, f"{DICTIONARIES[0]}.dic")
    if not folder or not path.is_file():
        return frozenset(), frozenset()
    lines = path.read_text("utf-8-sig").splitlines()[1:]
    listed = frozenset(line.split("/")[0].strip().lower() for line in lines)
    return listed, frozenset(head for word in listed for head in _beginnings(word))


def missing(folder: str) -> list[str]:
    """Dictionaries a folder lacks."""
    return [
        name for name in DICTIONARIES if not folder or not Path(folder, f"{name}.dic").is_file()
    ]


def _beginnings(word: str) -> Iterator[str]:
    """What is the same in all forms of a Kazakh word, as it is written.

    >>> list(_beginnings("кітапханасында")), list(_beginnings("қоғамның"))
    (['кітапхана'], ['қоғам'])
    """
    exact, _, stems = forms.__wrapped__(word, KAZAKH)
    bare = exact.translate(_HARD_AND_SOFT)
    for stem in (stem[1:] for stem in stems):
        head, last = bare[: len(stem) - 1], bare[len(stem) - 2 : len(stem) - 1]
        written = (bare[: len(stem)], *(head[:-1] + vowel + last for vowel in _LOST))
        yield next((one for one in written if kazakh.folded(one) == stem), stem)


class Vocabulary:
    """The words that are known while a task recognises."""

    def __init__(self, session: Session, data: Path, dictionaries: str) -> None:
        self._folder = dictionaries
        self._listed, self._begun = kazakh_words(dictionaries)
        self._catalogue: Engine = index_of(data).current(session)
        self._put_right = {
            word.exact
            for line in session.scalars(select(LineRevision.after).distinct())
            for word in words(line)
        }

    def looked_up(self, page: Page) -> Page:
        """The page with each word marked that nobody knows; without dictionaries all are known."""
        if missing(self._folder):
            return page
        unknown = self.unknown(tree.looked_for(page))
        return tree.looked_up(page, lambda text: unknown.isdisjoint(_parts(text)))

    def unknown(self, texts: Iterable[str]) -> set[str]:
        """The words in some texts nobody knows; numbers and Latin words are known.

        A name of the catalogue is known in any form, another word of it as it stands there.
        """
        asked = {word for text in texts for word in _parts(text) if not self._is_plain(word)}
        whole = {word for word in asked if _whole.fullmatch(word)}
        refused = _refused(self._folder, whole)
        return (asked - whole) | {word for word in refused if not self._is_ours(word)}

    @staticmethod
    def _is_plain(word: str) -> bool:
        return _cyrillic.search(word) is None or len(word) < SHORTEST

    def _is_ours(self, word: str) -> bool:
        exact, _, stems = forms(word)
        if exact in self._put_right or self._catalogue.has(f"={exact}"):
            return True
        heads = list(_beginnings(word))
        if not self._begun.isdisjoint(heads) or self._has_ending(exact):
            return True
        is_name = word[0].isupper() and not word.isupper()
        return is_name and self._catalogue.has(*stems, *(f"={head}" for head in heads))

    def _has_ending(self, word: str) -> bool:
        """Whether it is a word of the dictionary with an ending: егін-нен, астық – астығ-ын."""
        for cut in range(len(word) - 1, 2, -1):
            head, ending = word[:cut], word[cut:]
            if (head in self._listed or head[:-1] + _hardened(head[-1]) in self._listed) and (
                kazakh.ENDINGS.fullmatch(kazakh.folded(ending))
            ):
                return True
        return False


def _hardened(letter: str) -> str:
    """The letter a word ends with that is soft before a vowel."""
    return {"ғ": "қ", "г": "к", "б": "п"}.get(letter, letter)


def _parts(text: str) -> list[str]:
    """The words of a text, without numbers that have an ending."""
    return WORD.findall(_ordinal.sub(" ", normal(text)))


def _refused(folder: str, asked: Iterable[str]) -> set[str]:
    """The words Hunspell does not know; all, where it is not installed."""
    listed = sorted(asked)
    try:
        done = subprocess.run(  # noqa: S603 -- a fixed program
            [PROGRAM, "-i", "UTF-8", "-d", ",".join(DICTIONARIES), "-l"],
            input="\n".join(listed).encode(), capture_output=True, check=True, timeout=SECONDS,
            env={**os.environ, "DICPATH": folder},
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return set(listed)
    return {normal(word) for word in done.stdout.decode("utf-8", "replace").split()}
