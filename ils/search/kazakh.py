"""The stem of a Kazakh word, and Kazakh written in Latin letters.

A light stemmer on folded letters: at most one ending of each layer is taken off, from the right,
where the sound before allows it. What it must keep apart and bring together stands in the lists
that `tests/search/test_analysis.py` measures.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: Letters as they are typed on a Russian keyboard, and what readers mix up.
FOLDED = str.maketrans(
    {
        "қ": "к", "ә": "а", "ө": "о", "ұ": "у", "ү": "у", "ң": "н", "ғ": "г", "і": "и", "һ": "х",
        "ё": "е", "й": "и", "э": "е", "щ": "ш", "ь": "", "ъ": "",
    }
)  # fmt: skip
OWN = re.compile("[әғқңөұүһі]")

_VOWELS = "аеиоуыюя"
_VOICELESS = "кптсшчцхф"
#: After these an ending of a vowel stands as after a consonant: they are both in Kazakh.
_BOTH = "уюи"
_LEAST = 3
#: Words of two letters that are whole words.
_SHORT = frozenset(("ел", "ис", "ан", "ат", "ои", "су", "уи", "аи", "от", "ет", "ер", "ас", "ул",
                    "ту", "аз", "оз", "ак", "уш"))  # fmt: skip
_LOST_VOWEL = {
    "халк": "халык", "орн": "орын", "моин": "моиын", "ерн": "ерин", "мурн": "мурын",
    "карн": "карын", "ерк": "ерик", "корк": "корык",
}  # fmt: skip
#: Stems that end like an ending, whole before whatever follows them.
_WHOLE = frozenset((
    "маман", "облыс", "компютер", "кешен", "адам", "заман", "роман", "акын", "оиын", "орын",
    "аудан", "кезен", "корытынды", "жумыс", "тарихшы", "халык", "калам", "билим", "болим",
))  # fmt: skip
#: What may stand behind a noun, folded.
ENDINGS = re.compile(
    "(?:[лдт][ае]р)?(?:[ыи]м[ыи]з|[ыи]н[ыи]з|с?[ыи])?"
    "(?:н?[дт][ае]г[ыи]|[ндт][ыи]н?|[гк][ае]|н[ае]|н|н?[дт][ае]н|н[ае]н|н?[дт][ае]|[мбп]ен)?"
)

_VOWEL, _VOICED, _DEAF, _OWN, _SOUNDING, _NASAL = "VvdoSn"

#: Layer by layer: ending → after which sounds it may stand.
_LAYERS: tuple[dict[str, str], ...] = (
    {
        **dict.fromkeys(("дагы", "деги"), _SOUNDING), **dict.fromkeys(("тагы", "теги"), _DEAF),
        **dict.fromkeys(("ндагы", "ндеги"), _OWN),
        **dict.fromkeys(("нын", "нин"), _VOWEL + _NASAL), **dict.fromkeys(("дын", "дин"), _VOICED),
        **dict.fromkeys(("тын", "тин"), _DEAF),
        **dict.fromkeys(("га", "ге"), _SOUNDING), **dict.fromkeys(("ка", "ке"), _DEAF),
        **dict.fromkeys(("на", "не"), _OWN),
        **dict.fromkeys(("ны", "ни"), _VOWEL), **dict.fromkeys(("ды", "ди"), _VOICED),
        **dict.fromkeys(("ты", "ти"), _DEAF), "н": _OWN,
        **dict.fromkeys(("да", "де"), _SOUNDING), **dict.fromkeys(("та", "те"), _DEAF),
        **dict.fromkeys(("нда", "нде"), _OWN),
        **dict.fromkeys(("дан", "ден"), _SOUNDING), **dict.fromkeys(("тан", "тен"), _DEAF),
        **dict.fromkeys(("нан", "нен"), _OWN),
        "мен": _SOUNDING, "бен": _VOICED, "пен": _DEAF,
    },
    {
        **dict.fromkeys(("ымыз", "имиз", "ыныз", "иниз"), _VOICED + _DEAF),
        **dict.fromkeys(("мыз", "миз", "ныз", "низ"), _VOWEL),
        **dict.fromkeys(("сы", "си"), _VOWEL), **dict.fromkeys(("ы", "и"), _VOICED + _DEAF),
    },
    {
        **dict.fromkeys(("лар", "лер"), _SOUNDING), **dict.fromkeys(("дар", "дер"), _VOICED),
        **dict.fromkeys(("тар", "тер"), _DEAF),
    },
    {**dict.fromkeys(("атын", "етин", "итын", "итин"), _VOICED + _DEAF)},
)  # fmt: skip
_ENDINGS = tuple(tuple(sorted(layer.items(), key=lambda pair: -len(pair[0]))) for layer in _LAYERS)


def folded(word: str) -> str:
    """A lower-case word with the letters a reader may type for its own.

    >>> folded("қазақстан"), folded("ауэзов"), folded("әуезов")
    ('казакстан', 'ауезов', 'ауезов')
    """
    return word.translate(FOLDED) or word


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word.

    >>> stem(folded("кітаптарының")), stem(folded("кітабы")), stem(folded("кітапханада"))
    ('китап', 'китап', 'китапхана')
    """
    if whole := _whole(word):
        return whole
    for endings in _ENDINGS:
        word = _without(word, endings)
    word = _LOST_VOWEL.get(word, word)
    if len(word) > _LEAST and word[-1] in "ыи":
        word = word[:-1]
    return word[:-1] + _HARDENED.get(word[-1], word[-1])


#: What an ending of a vowel makes soft.
_HARDENED = {"б": "п", "г": "к"}


def _whole(word: str) -> str:
    """A stem of the list that the word is a form of, or an empty text."""
    for length in range(len(word), _LEAST, -1):
        if word[:length] in _WHOLE and ENDINGS.fullmatch(word, length):
            return word[:length]
    return ""


def _without(word: str, endings: tuple[tuple[str, str], ...]) -> str:
    if word.endswith("стан") and len(word) >= len("озбекстан") - 1:
        return word
    for ending, after in endings:
        left = word[: -len(ending)]
        if word.endswith(ending) and (len(left) >= _LEAST or left in _SHORT) and _fits(left, after):
            return left + "т" if left.endswith("ис") and ending[0] == "т" else left
    return word


def _fits(left: str, after: str) -> bool:
    last = left[-1]
    vowel = last in _VOWELS
    return (
        (_VOWEL in after and vowel)
        or (_VOICED in after and last not in _VOICELESS and (not vowel or last in _BOTH))
        or (_DEAF in after and last in _VOICELESS)
        or (_OWN in after and last in "ыи")
        or (_NASAL in after and last in "мн")
        or (_SOUNDING in after and last not in _VOICELESS)
    )


_LATIN = (
    ("shch", "ш"), ("sch", "ш"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"),
    ("gh", "г"), ("ya", "я"), ("yu", "ю"), ("yo", "е"), ("ye", "е"), ("ia", "я"), ("iu", "ю"),
)  # fmt: skip
_LETTERS = dict(
    zip("abcdefghijklmnopqrstuvwxz", "абсдефгхижклмнопкрстувуxз", strict=True)
) | {
    "x": "кс", "ä": "а", "á": "а", "ö": "о", "ó": "о", "ü": "у", "ú": "у", "ū": "у", "ý": "у",
    "ğ": "г", "ǵ": "г", "ñ": "н", "ń": "н", "ş": "ш", "ç": "ч", "ı": "и", "’": "", "'": "",
}  # fmt: skip
_digraphs = re.compile("|".join(latin for latin, _ in _LATIN))
_by_digraph = dict(_LATIN)


def from_latin(word: str) -> str:
    """A lower-case word in Latin letters (of 2021, of 2017, or as in passports) in folded ones.

    >>> from_latin("qazaqstan"), from_latin("şäkärim"), from_latin("abay"), from_latin("zholy")
    ('казакстан', 'шакарим', 'абаи', 'жолы')
    """
    word = _digraphs.sub(lambda found: _by_digraph[found.group()], word)
    written = []
    for at, letter in enumerate(word):
        if letter == "y":  # й after a vowel, ы elsewhere
            before = word[at - 1] if at else ""
            written.append("и" if before and before in "aeiouäöüūáóúаеиоуюя" else "ы")
        else:
            written.append(_LETTERS.get(letter, letter))
    return "".join(written)
