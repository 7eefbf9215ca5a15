"""Shared by pages: `web.page`, `web.paged`, `web.form_day` and so on."""

from ils.web.forms import argument_int, form_day, form_int, form_uuid, parsed_day, whole
from ils.web.i18n import LANGUAGES, code_names, language, library_name, listed, place_name
from ils.web.lists import PAGE, paged
from ils.web.pages import install, origin, page, public, show_error, today, translated, uploads
from ils.web.system import Ils, SignedIn, Workplace, current, may

__all__ = [
    "LANGUAGES",
    "PAGE",
    "Ils",
    "SignedIn",
    "Workplace",
    "argument_int",
    "code_names",
    "current",
    "form_day",
    "form_int",
    "form_uuid",
    "install",
    "language",
    "library_name",
    "listed",
    "may",
    "origin",
    "page",
    "paged",
    "parsed_day",
    "place_name",
    "public",
    "show_error",
    "today",
    "translated",
    "uploads",
    "whole",
]
