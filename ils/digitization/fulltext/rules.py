"""What recognisers take for each other: words that differ in nothing else meet. Pure."""

from __future__ import annotations

import re

_words = re.compile(r"\w+")
#: Letters that old print and a recogniser confuse; the first stands for all.
_CONFUSED = ("оөӧ0", "инйпң", "штщ", "есэ", "гғґ", "кқх", "уүұ", "бв6", "зэ3", "ыьъ", "аә", "лд")
_SKELETON: dict[int, str] = {}
for _letters in _CONFUSED:
    for _letter in _letters:
        _SKELETON.setdefault(ord(_letter), _letters[0])
#: Shorter words would meet too many others.
SHORTEST = 4


def skeleton(word: str) -> str:
    """What is left of a word without what is confused; equal letters in a row become one.

    >>> skeleton("өлкетану") == skeleton("олкешану"), skeleton("қоғам")
    (True, 'когам')
    """
    bare = word.lower().replace("і", "и").translate(_SKELETON)
    return "".join(letter for at, letter in enumerate(bare) if at == 0 or letter != bare[at - 1])


def loosened(text: str) -> list[str]:
    """The skeletons of the words of a text that are long enough, without signs around them.

    >>> loosened("на «Өскемен».") == [skeleton("Оскемен")]
    True
    """
    return [skeleton(word) for word in _words.findall(text) if len(word) >= SHORTEST]
