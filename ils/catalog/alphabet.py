"""The order of Kazakh and Russian words."""

from __future__ import annotations

#: The Kazakh alphabet in Cyrillic letters, which holds the Russian one in its order.
ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_order = {letter: chr(0xE000 + at) for at, letter in enumerate(ALPHABET)}


def alphabetical(text: str) -> str:
    """A key that sorts Kazakh and Russian words as dictionaries do; quotes do not count.

    >>> sorted(["Өнер", "Оқу", "Ән", "Абай", "«Бала»"], key=alphabetical)
    ['Абай', 'Ән', '«Бала»', 'Оқу', 'Өнер']
    """
    return "".join(_order.get(c, c) for c in text.lower() if c.isalnum() or c == " ").strip()
