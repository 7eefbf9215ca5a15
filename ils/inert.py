"""Texts that spreadsheet programs must not take for formulas."""

from __future__ import annotations

import re

#: What begins a formula; a number or telephone number with a sign is none.
_formula = re.compile(r"[=@\t\r]|[+-](?![\d\s().,-]*$)")


def inert(text: str) -> str:
    """A text for a CSV file: what would be a formula gets an apostrophe before it.

    >>> inert("=2+3"), inert("-5"), inert("+7 701 000 00 01"), inert("-cmd")
    ("'=2+3", '-5', '+7 701 000 00 01', "'-cmd")
    """
    return f"'{text}" if _formula.match(text) else text


def restored(text: str) -> str:
    """The text `inert` made safe, as it was."""
    return text[1:] if text.startswith("'") and _formula.match(text[1:]) else text
