"""The words of a description in the language of the document described."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What a description adds to the cataloguer's words."""

    pages: str  # of the whole document, after a bare number
    pages_before: str  # of an article, before the numbers
    pages_after: str  # the same, after them
    copies: str  # of the print run
    centimetres: str
    contents: str
    others: str
    accessed: str
    text: str
    sound: str
    picture: str
    video: str
    cartographic: str
    unmediated: str
    electronic: str
    audio: str
    visual: str
    access: str
    wrong: str
    #: Words before a link that is printed as a note, by its tag.
    links: Mapping[str, str]


RUSSIAN = Words(
    pages="с.", pages_before="С. ", pages_after="", copies="экз.", centimetres="см",
    contents="Содерж.", others="[и др.]", accessed="дата обращения",
    text="Текст", sound="Звук", picture="Изображение", video="Видео", cartographic="Карта",
    unmediated="непосредственный", electronic="электронный", audio="аудио", visual="видео",
    access="Режим доступа", wrong="ошибоч.",
    links={
        "421": "Имеет приложение", "422": "Приложение к", "430": "Продолжает",
        "431": "Выделилось из", "432": "Выходит взамен", "434": "Поглотило",
        "436": "Образовано в результате объединения", "440": "Продолжается как",
        "446": "Разделилось на", "451": "Другое издание", "454": "Перевод изд.",
        "470": "Рец. на кн.", "488": "См. также",
    },
)  # fmt: skip
KAZAKH = Words(
    pages="б.", pages_before="", pages_after=" б.", copies="дана", centimetres="см",
    contents="Мазмұны", others="[және т. б.]", accessed="қаралған күні",
    text="Мәтін", sound="Дыбыс", picture="Бейне", video="Бейнежазба", cartographic="Карта",
    unmediated="тікелей", electronic="электрондық", audio="аудио", visual="бейне",
    access="Қолжетімділік тәртібі", wrong="қате",
    links={
        "421": "Қосымшасы", "422": "Мына басылымға қосымша", "430": "Жалғасы",
        "431": "Бөлініп шыққан басылымы", "432": "Мынаның орнына шығады", "434": "Қосып алды",
        "436": "Мыналардың бірігуінен құрылды", "440": "Әрі қарай", "446": "Мыналарға бөлінді",
        "451": "Басқа басылымы", "454": "Аударылған басылым", "470": "Пікір жазылған кітап",
        "488": "Тағы қараңыз",
    },
)  # fmt: skip
ENGLISH = Words(
    pages="p.", pages_before="P. ", pages_after="", copies="copies", centimetres="cm",
    contents="Contents", others="[et al.]", accessed="date of access",
    text="Text", sound="Sound", picture="Image", video="Video", cartographic="Map",
    unmediated="unmediated", electronic="electronic", audio="audio", visual="video",
    access="Access", wrong="wrong",
    links={
        "421": "Supplement", "422": "Supplement to", "430": "Continues", "431": "Separated from",
        "432": "Supersedes", "434": "Absorbed", "436": "Formed by the union of",
        "440": "Continued by", "446": "Split into", "451": "Other edition",
        "454": "Translation of", "470": "Review of", "488": "See also",
    },
)  # fmt: skip
GERMAN = Words(**{**vars(ENGLISH), "pages": "S.", "pages_before": "S. ", "others": "[u. a.]"})
BY_LANGUAGE = {
    "kaz": KAZAKH, "eng": ENGLISH, "fre": ENGLISH, "fra": ENGLISH, "ger": GERMAN, "deu": GERMAN,
    "ita": ENGLISH, "spa": ENGLISH, "tur": KAZAKH,
}  # fmt: skip
#: Places ГОСТ 7.1 abbreviates, and how ГОСТ Р 7.0.100 writes them.
PLACES = {
    "М.": "Москва", "СПб.": "Санкт-Петербург", "Л.": "Ленинград", "Н. Новгород": "Нижний Новгород",
    "Пг.": "Петроград", "Ростов н/Д": "Ростов-на-Дону", "Ростов н/Д.": "Ростов-на-Дону",
    "К.": "Киев",
}  # fmt: skip

_bare = re.compile(r"[0-9]+(?:\s*[-–—,]\s*[0-9]+)*")
_extent = re.compile(r"[0-9]+(?:,\s*\[[0-9]+\])?")


def words_of(language: str) -> Words:
    """The words for an ISO 639-2 code; Russian where nothing better is known."""
    return BY_LANGUAGE.get(language.strip().lower(), RUSSIAN)


def extent(text: str, words: Words) -> str:
    """An extent; a bare number gets its unit.

    >>> extent("568", KAZAKH), extent("119 с.", KAZAKH)
    ('568 б.', '119 с.')
    """
    return f"{text} {words.pages}" if _extent.fullmatch(text.strip()) else text


def pages(text: str, words: Words) -> str:
    """Pages of an article; bare numbers get their word.

    >>> pages("12-14", RUSSIAN), pages("8", KAZAKH), pages("С. 3", KAZAKH)
    ('С. 12-14', '8 б.', 'С. 3')
    """
    if _bare.fullmatch(text.strip()):
        return f"{words.pages_before}{text.strip()}{words.pages_after}"
    return text
