"""Readers of other systems: columns of tables and fields of ИРБИС RDR, as our form has them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from ils import clock
from ils.documents.columns import plain
from ils.errors import N_, IlsError, Invalid
from ils.marc.record import Field, MarcRecord
from ils.patrons.fields import INFOS, TEXTS, PatronData

#: What a column may be called (without case, blanks and signs), in Russian, Kazakh, English.
COLUMNS: Mapping[str, Sequence[str]] = {
    **{info.name: info.columns for info in INFOS if info.columns},
    "full_name": ("фио", "аты-жөні", "читатель", "оқырман", "name"),
    "registered": ("дата записи", "дата регистрации", "тіркелген күні"),
    "import_key": ("id", "код", "guid"),
}
SEXES = {
    "ж": "f", "жен": "f", "женский": "f", "f": "f", "female": "f", "ә": "f", "әйел": "f",
    "м": "m", "муж": "m", "мужской": "m", "m": "m", "male": "m", "е": "m", "ер": "m",
}  # fmt: skip
LANGUAGES = {"русский": "ru", "орысша": "ru", "казахский": "kk", "қазақша": "kk", "каз": "kk"}
#: In 40^F of a loan that is not returned.
NOT_RETURNED = "*"
IN_FUTURE = N_("The day is in the future.")

_grade = re.compile(r"\d{1,2}")


@dataclass(frozen=True)
class LegacyLoan:
    """A copy that was in a reader's hands when the other system was left."""

    inventory_number: str
    barcode: str
    issued: date
    due: date | None
    title: str


@dataclass(frozen=True)
class ImportedPatron:
    """A reader as a file says.

    Attributes:
        number: the row or record in its file.
        registered: the last registration.
        told: names of the data the file says; the rest are our guesses for a new reader.
    """

    number: int
    data: PatronData
    import_key: str
    registered: date | None
    loans: tuple[LegacyLoan, ...] = ()
    told: frozenset[str] = frozenset()


def counts_rows(keys: Sequence[str]) -> bool:
    """Whether a column of ids only counts the rows: 1, 2, 3 … is nobody's id.

    >>> counts_rows(["1", "2", "3"]), counts_rows(["17", "18"]), counts_rows(["7", "9"])
    (True, True, False)
    """
    numbers = [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 10]
    if len(numbers) != len(keys) or len(keys) < 2:
        return False
    return all(after - before == 1 for before, after in pairwise(numbers))


def check_days(reader: ImportedPatron, today: date) -> None:
    """Look whether what a file says to have happened has.

    Raises:
        Invalid: a registration or a loan is in the future.
    """
    if reader.registered is not None and reader.registered > today:
        raise Invalid(N_("Registered"), IN_FUTURE)
    if any(loan.issued > today for loan in reader.loans):
        raise Invalid(N_("Lent on"), IN_FUTURE)


class UnknownCategory(Invalid):
    """The file names a category the library does not have; a person may say which it is."""

    code = "unknown_category"
    message = N_("The library has no category “%(category)s”.")

    def __init__(self, category: str) -> None:
        """Keep what the file says."""
        IlsError.__init__(self, category=category)
        self.category = category


def category_codes(
    names: Mapping[str, Mapping[str, str]], meant: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Name of a category in any language, or its code → code.

    Args:
        meant: what a file says → code, as a person read it.
    """
    texts = ((code, text) for code, by in names.items() for text in (code, *by.values()))
    known = {plain(text): code for code, text in texts if text in {code, *names[code].values()}}
    return known | {plain(text): code for text, code in meant.items()}


def of_row(number: int, cells: Mapping[str, str], categories: Mapping[str, str]) -> ImportedPatron:
    """A reader of a row.

    Args:
        categories: see `category_codes`.

    Raises:
        Invalid: a cell cannot be used; it is named.
    """
    said = dict(cells)
    if full := said.pop("full_name", ""):
        surname, given, *rest = [*full.split(), "", ""]
        said = {"surname": surname, "given_name": given, "patronymic": " ".join(rest)} | {
            key: value for key, value in said.items() if value
        }
    category = said.get("category", "")
    registered = said.get("registered", "")
    grade = _grade.search(said.get("grade", ""))
    language = said.get("language", "").casefold()
    texts = {
        info.name: said.get(info.name, "")
        for info in INFOS
        if info.columns and info.name in TEXTS and info.name != "grade"
    }
    data = PatronData(
        **dict[str, Any](texts),
        birth_date=day_of(said.get("birth_date", ""), N_("Birth date")),
        category=categories.get(plain(category), category or "other"),
        sex=SEXES.get(said.get("sex", "").casefold().strip(". "), ""),
        grade=grade[0] if grade else "",
        language=LANGUAGES.get(language, language if language in {"kk", "ru", "en"} else "ru"),
    )
    when = day_of(registered, N_("Registered")) if registered else None
    told = {name for name, value in said.items() if value.strip()}
    if clock.year_written(said.get("birth_date", "")):
        told.discard("birth_date")  # a year must not take the place of a day
    key = said.get("import_key", "") or data.card
    return ImportedPatron(number, data, key, when, told=frozenset(told))


def day_of(text: str, field: str, *, past: bool = True) -> date:
    """A day in any of the ways tables and ИРБИС write it; a year alone is its first day.

    >>> day_of("31.01.1990", ""), day_of("19900131", ""), day_of("1990", "")
    (datetime.date(1990, 1, 31), datetime.date(1990, 1, 31), datetime.date(1990, 1, 1))

    Raises:
        Invalid: it is no day.
    """
    year = clock.year_written(text)
    day = date(year, 1, 1) if year else clock.day_written(text, past=past)
    if day is None:
        raise Invalid(field, N_("Write the day as 31.01.2026."))
    return day


def of_rdr(number: int, record: MarcRecord, categories: Mapping[str, str]) -> ImportedPatron:
    """A reader of ИРБИС RDR: fields 10–52, loans not returned in 40.

    Raises:
        Invalid: a field cannot be used; it is named.
    """

    def first(tag: str, code: str = "") -> str:
        field = next(record.each(f"0{tag}"), None)
        if field is None:
            return ""
        values = [v.strip() for c, v in field.subfields if not code or c.lower() == code]
        return values[0] if values else ""

    address = next(record.each("013"), None)
    parts = [v.strip() for _, v in address.subfields] if address else []
    cells = {
        "surname": first("10"),
        "given_name": first("11"),
        "patronymic": first("12"),
        "address": ", ".join(filter(None, parts)),
        "workplace": first("15"),
        "phone": first("17"),
        "birth_date": first("21"),
        "sex": first("23"),
        "card": first("30") or first("22"),
        "email": first("32"),
        "notes": first("33"),
        "category": first("50"),
        "registered": _last_day(record),
        "import_key": first("30") or first("22"),
    }
    incoming = of_row(number, cells, categories)
    loans = tuple(loan for f in record.each("040") if (loan := _loan(f)) is not None)
    return replace(incoming, loans=loans)


def _last_day(record: MarcRecord) -> str:
    days = [_sub(f, "d") for tag in ("051", "052") for f in record.each(tag)]
    return max(filter(str.isdigit, days), default="")


def _sub(field: Field, code: str) -> str:
    return next((v.strip() for c, v in field.subfields if c.lower() == code), "")


def _loan(field: Field) -> LegacyLoan | None:
    """A repetition of field 40 that is a loan not returned; a visit has no number of a copy."""
    number, barcode = _sub(field, "b"), _sub(field, "h")
    if not (number or barcode) or not _sub(field, "f").startswith(NOT_RETURNED):
        return None
    due = _sub(field, "e")
    return LegacyLoan(
        number,
        barcode,
        day_of(_sub(field, "d"), N_("Lent on")),
        day_of(due, N_("Due"), past=False) if due else None,
        _sub(field, "c"),
    )
