"""Numbers and sums in words. The one importer of num2words."""

from __future__ import annotations

from num2words import num2words  # type: ignore[import-untyped]  # it has no types

#: What the library calls our languages.
_LANGUAGES = {"kk": "kz", "ru": "ru", "en": "en"}
_TENGE = {"kk": ("теңге", "тиын"), "ru": ("тенге", "тиын"), "en": ("tenge", "tiyn")}


def number_in_words(number: int, language: str) -> str:
    """A whole number in words.

    >>> number_in_words(1021, "ru"), number_in_words(40, "kk")
    ('одна тысяча двадцать один', 'қырық')
    """
    return " ".join(str(num2words(number, lang=_LANGUAGES[language])).split())


def sum_in_words(tiyn: int, language: str) -> str:
    """A sum as papers spell it out.

    >>> sum_in_words(230050, "ru")
    'Две тысячи триста тенге 50 тиын'
    >>> sum_in_words(230050, "kk")
    'Екі мың үш жүз теңге 50 тиын'
    """
    words = number_in_words(abs(tiyn) // 100, language)
    tenge, part = _TENGE[language]
    minus = {"kk": "минус ", "ru": "минус ", "en": "minus "}[language] if tiyn < 0 else ""
    said = f"{minus}{words} {tenge} {abs(tiyn) % 100:02} {part}"
    return said[0].upper() + said[1:]
