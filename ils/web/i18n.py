"""Languages, labels and numbers of pages; what templates may ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import (
    current_app,
    g,
    request,
)
from flask import (
    session as cookie,
)
from flask_babel import get_locale, gettext
from werkzeug.exceptions import HTTPException

from ils import clock
from ils.labels import LABELS
from ils.web.system import current, known_staff

LANGUAGES = ("kk", "ru", "en")


def language() -> str:
    """The language of this page: the account's, the visitor's choice, the browser's."""
    if chosen := g.get("language"):  # the page has its own
        return str(chosen)
    staff = known_staff()
    chosen = staff.language if staff else cookie.get("language")
    if chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(LANGUAGES)
    return chosen or current().config.library.language


def listed(codes: Mapping[str, Mapping[str, str]], code: str | None) -> str:
    """The name of a code of a library's list, in the page's language."""
    if code is None:
        return "—"
    return codes[code][language()] if code in codes else code


def code_name(kind: str, code: str) -> str:
    """The label of a fixed code, in the page's language."""
    label = LABELS[kind].get(code, code)
    return str(gettext(label)) if label else ""


def language_name(code: str | None) -> str:
    """The name of a language, in the page's language."""
    locale = get_locale()
    return (locale.languages.get(code, code) if locale else code) if code else ""


def place_name(fields: Mapping[str, Mapping[str, str]], place: str) -> str:
    """A field of a record, as ``200$a``, with its name in the page's language."""
    names = fields.get(place) or fields.get(place[:3])
    return f"{place} {names[language()]}" if names else place


def code_names(kind: str) -> list[tuple[str, str]]:
    """All codes of a kind with their labels, in their order."""
    return [(code, gettext(text)) for code, text in LABELS[kind].items()]


_ISO_DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def audit_value(key: str, value: object) -> str:
    """What an administrative act set, or changed from and to."""
    if key == "roles" and isinstance(value, list):
        sides = value if value and isinstance(value[0], list) else [value]
        return " → ".join(", ".join(role_names()[role] for role in side) for side in sides)
    if key == "catalogues" and isinstance(value, list):
        known = current().config.lists.catalogues
        sides = value if value and isinstance(value[0], list) else [value]
        return " → ".join(", ".join(listed(known, c) for c in side) or "—" for side in sides)
    sides = value if isinstance(value, list) else [value]
    names = {True: gettext("yes"), False: gettext("no")}
    if key == "price":
        shown = [
            shown_number(Decimal(str(side)) / 100) if side is not None else "—" for side in sides
        ]
        return " → ".join(shown)
    if key == "problems" and isinstance(value, list):
        return ", ".join(code_name("loan_problem", str(code)) for code in value)
    if key == "type":
        return " → ".join(code_name("branch_type", str(side)) for side in sides)
    shown = [names[s] if isinstance(s, bool) else str(s or "—") for s in sides]
    return _ISO_DAY.sub(r"\3.\2.\1", " → ".join(shown))


def list_options(codes: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    """All codes of a library's list with their names."""
    return [(code, names[language()]) for code, names in codes.items()]


def library_name() -> str:
    """The library's name in the page's language."""
    return current().config.library.name(language())


def role_names() -> dict[str, str]:
    """Roles in the page's language."""
    return {
        "desk": gettext("desk"),
        "senior": gettext("senior librarian"),
        "cataloguer": gettext("cataloguer"),
        "stock": gettext("stock accounting"),
        "digitiser": gettext("digitisation"),
        "statistician": gettext("statistics"),
        "director": gettext("director"),
        "administrator": gettext("administrator"),
    }


def shown_day(value: date) -> str:
    """A day as people write it."""
    return format_date(value, "dd.MM.yyyy", locale=get_locale())


def _day_before(value: date) -> str:
    """The last day of a period that ends, not counted, on a day."""
    return shown_day(value - timedelta(days=1))


def moment(value: datetime) -> str:
    """An instant, at the viewer's place."""
    staff = known_staff()
    zone = clock.zone(staff.branch.timezone if staff else current().config.library.timezone)
    return format_datetime(value.astimezone(zone), "dd.MM.yyyy HH:mm", locale=get_locale())


def hour(value: datetime) -> str:
    """The hour and minute of an instant, at the viewer's place."""
    return moment(value)[-len("12:00") :]


def shown_number(value: int | Decimal | None) -> str:
    """A number in the viewer's form; a dash where there is none."""
    return "—" if value is None else format_decimal(value, locale=get_locale())


template_filters: dict[str, Callable[..., str]] = {
    "day": shown_day,
    "day_before": _day_before,
    "hour": hour,
    "moment": moment,
    "number": shown_number,
}


def here() -> str:
    """The address of this page; of one that answered a form, that of the form."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    try:
        current_app.url_map.bind("").match(request.path, method="GET")
    except HTTPException:
        return "/"
    return request.path


GLOBALS = {
    "here": here,
    "language": language,
    "language_name": language_name,
    "listed": listed,
    "role_names": role_names,
    "code_name": code_name,
    "code_names": code_names,
    "audit_value": audit_value,
    "list_options": list_options,
    "library_name": library_name,
    "new_request_id": uuid4,
}
