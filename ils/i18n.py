"""Texts in a language outside of a web request: commands, exports, printed forms."""

from __future__ import annotations

import gettext
from datetime import date, datetime
from functools import cache
from pathlib import Path

from ils.errors import IlsError, InLanguages, Remark, Text

FOLDER = Path(__file__).parent / "translations"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", FOLDER, [language], fallback=True)


def say(message: str, language: str) -> str:
    """A text marked with `errors.N_`, in a language."""
    return _catalogue(language).gettext(message) if message else ""


def say_error(error: IlsError, language: str) -> str:
    """The message of an error; the texts among its facts are translated too."""
    facts = {name: _said(value, language) for name, value in error.facts.items()}
    return say(error.message, language) % facts


def say_remark(remark: str, language: str) -> str:
    """What is said of a record or line, in a language; a plain text as it is."""
    if not isinstance(remark, Remark):
        return remark
    said = say(remark.message, language)
    return said % remark.facts if remark.facts else said


def _said(value: object, language: str) -> object:
    if isinstance(value, InLanguages):
        return value[language]
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value:%d.%m.%Y}"
    return say(value, language) if isinstance(value, Text) else value
