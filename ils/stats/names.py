"""What things are called in the two languages of every report."""

from __future__ import annotations

from dataclasses import dataclass

from ils import i18n


@dataclass(frozen=True)
class Names:
    """What something is called in the two languages of every report."""

    ru: str
    kk: str

    def __getitem__(self, language: str) -> str:
        """The name in a language; Russian stands for any but Kazakh."""
        return self.kk if language == "kk" else self.ru


def both(text: str) -> Names:
    """One of the program's texts in both languages."""
    return Names(i18n.say(text, "ru"), i18n.say(text, "kk"))
