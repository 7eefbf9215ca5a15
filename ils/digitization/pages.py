"""What the pages of digitisation share."""

from flask import Blueprint

from ils import web

#: Languages documents are in, as the columns of records have them, the usual first.
LANGUAGES = ("kk", "ru", "en", "tt", "ug", "uz", "ky", "de", "ko")


def languages() -> list[tuple[str, str]]:
    """Languages a document may be in, with their names."""
    return [(code, web.language_name(code)) for code in LANGUAGES]


digitisation = Blueprint("digitisation", __name__, url_prefix="/staff/digitisation")
