"""Letters as people type them: Kazakh ones are found by the Russian ones typed for them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, SQLColumnExpression, func

#: Kazakh letters, э and ё, and what is typed for them on a Russian keyboard.
TYPED, MEANT = "агкноуухиее", "әғқңөұүһіэё"
AS_RUSSIAN = str.maketrans(MEANT, TYPED)


def contains(column: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """Whether a text has another in it, whatever the case and whichever letters were typed."""
    folded = func.translate(func.lower(column), MEANT, TYPED)
    return folded.contains(text.lower().translate(AS_RUSSIAN), autoescape=True)
