"""The one analysis of words: index, query and highlighting have the same of it.

The one importer of whoosh's analyzers. A word of a text has an exact form (lower case, ё as е,
letters that look alike made one), a folded form (Kazakh letters as they are typed on a Russian
keyboard), and one or two stems, marked with the language they were made in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from whoosh.analysis import Filter, RegexTokenizer
from whoosh.lang.snowball.russian import RussianStemmer

from ils.catalog.identifiers import LOOK_ALIKES
from ils.search import kazakh

#: Grows with each change of what words become: an index made by another is made anew.
VERSION = 1
WORD = re.compile(r"[^\W_]+")
KAZAKH, RUSSIAN = "kk", "ru"

_cyrillic = re.compile("[а-яёәғқңөұүһі]")
_latin = re.compile("[a-zà-ž]")
_to_latin = str.maketrans("асеорхуі", "aceopxyi")
#: What Snowball takes for forms of other words.
_NOUNS = re.compile("(журнал|детектив|архив|роман|материал)(?:а|у|ом|е|ы|ов|ам|ами|ах)?")
#: Абай, Абая, Абаю: Snowball makes two of them.
_NAMES = re.compile("(.+а)(?:й|я|ю|ем|е)")
_russian = RussianStemmer()


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text.

    Attributes:
        stems: as ``r…`` or ``k…``: what it is a form of, in Russian or Kazakh; of a typed word
            as ``f…`` too: another folded form it may stand for.
        start, end: where it stands in the text, which is NFC.
    """

    exact: str
    folded: str
    stems: tuple[str, ...]
    start: int
    end: int


class Readings(Filter):  # type: ignore[misc]  # whoosh has no types
    """Gives each token its forms."""

    def __init__(self, language: str | None = None, *, typed: bool = False) -> None:
        self.language, self.typed = language, typed

    def __call__(self, tokens: Iterator[Any]) -> Iterator[Any]:
        """The tokens, each with ``forms``."""
        for token in tokens:
            token.forms = forms(token.text, self.language, typed=self.typed)
            yield token


def words(text: str, language: str | None = None, *, typed: bool = False) -> list[Word]:
    """The words of a text.

    Args:
        language: of the text, as records say it (``ru``, ``kk``), where it is known.
        typed: a person typed it: Latin letters may stand for Kazakh ones.
    """
    found = []
    for token in _analyzer(language, typed)(normal(text), chars=True):
        exact, folded, stems = token.forms
        found.append(Word(exact, folded, stems, token.startchar, token.endchar))
    return found


@cache
def _analyzer(language: str | None, typed: bool) -> Any:
    return RegexTokenizer(WORD) | Readings(language, typed=typed)


def normal(text: str) -> str:
    """A text as it is analysed: marks are one with their letters."""
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=50_000)
def forms(
    word: str, language: str | None = None, *, typed: bool = False
) -> tuple[str, str, tuple[str, ...]]:
    """Exact form, folded form and stems of a word.

    >>> forms("Кітаптары"), forms("книгами", "ru")
    (('кітаптары', 'китаптары', ('kкитап',)), ('книгами', 'книгами', ('rкниг',)))
    """
    exact = _one_script(word.lower()).replace("ё", "е")
    if not exact.isalpha():
        return exact, exact, ()
    if _latin.search(exact):
        return _latin_forms(exact, typed=typed, language=language)
    folded = kazakh.folded(exact)
    own = kazakh.OWN.search(exact) is not None
    stems = []
    if not own and (language != KAZAKH or typed):
        stems.append("r" + _russian_stem(exact))
        if name := _NAMES.fullmatch(exact):
            stems += [f"{mark}{kazakh.folded(name[1])}и" for mark in ("rf" if typed else "r")]
    if own or language != RUSSIAN or typed:
        stems.append("k" + kazakh.stem(folded))
    return exact, folded, tuple(stems)


def _latin_forms(exact: str, *, typed: bool, language: str | None) -> tuple[str, str, Any]:
    """A Latin word; typed, or in a Kazakh text, it may be Kazakh in Latin letters."""
    if not typed and language != KAZAKH:
        return exact, exact, ()
    folded = kazakh.from_latin(exact)
    stems = ["k" + kazakh.stem(folded)]
    if typed:
        stems += ["r" + _russian_stem(folded), "f" + folded]
    return exact, exact, tuple(stems)


def _one_script(word: str) -> str:
    """Letters of the other script that look alike, as those of the word's own."""
    if not _cyrillic.search(word) or not _latin.search(word):
        return word
    latin, cyrillic = len(_latin.findall(word)), len(_cyrillic.findall(word))
    return word.translate(LOOK_ALIKES if cyrillic >= latin else _to_latin)


def _russian_stem(word: str) -> str:
    noun = _NOUNS.fullmatch(word)
    return kazakh.folded(noun.group(1) if noun else _russian.stem(word))


_ENGLISH_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RUSSIAN_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё"
_as_russian = str.maketrans(_ENGLISH_KEYS, _RUSSIAN_KEYS)
_as_english = str.maketrans(_RUSSIAN_KEYS, _ENGLISH_KEYS)


def other_layout(text: str) -> str:
    """What was meant if the keyboard was set to the other language.

    >>> other_layout("f,fq ;jks"), other_layout("ыефтвфкв")
    ('абай жолы', 'standard')
    """
    text = text.lower()
    return text.translate(_as_english if _cyrillic.search(text) else _as_russian)


def marked(text: str, asked: str) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it was asked for, in whatever form.

    >>> marked("Абай жолы : роман", "романы абая")
    [('Абай', True), (' жолы : ', False), ('роман', True)]
    """
    sought, pieces, at = _sought(asked), [], 0
    text = normal(text)
    for word in words(text):
        if not sought.isdisjoint(_alike(word)):
            pieces += [(text[at : word.start], False), (text[word.start : word.end], True)]
            at = word.end
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]


@lru_cache(maxsize=100)
def _sought(asked: str) -> frozenset[str]:
    return frozenset(form for word in words(asked, typed=True) for form in _alike(word))


def _alike(word: Word) -> set[str]:
    others = {stem[1:] for stem in word.stems if stem[0] == "f"}
    return {word.folded, *word.stems, *others}
