"""A row of a list of copies: what it says. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ils.catalog.identifiers import isbn13, search_key
from ils.catalog.subjects import Classes
from ils.catalog.subjects import subject_area as area_of
from ils.config import Lists
from ils.errors import N_, Invalid
from ils.holdings.items.rules import price_of, sum_of

#: What a list may call a column, in Russian and Kazakh; the code of a column is its English name.
COLUMNS: Mapping[str, Sequence[str]] = {
    "number": (
        "инвентарный номер", "инв. номер", "инв. №", "инв №", "№ инв", "инвентарный №", "инвентарь",
        "инвентарлық нөмір", "инвентарь нөмірі", "түгендеу нөмірі", "inventory_number",
    ),
    "barcode": ("штрих-код", "штрихкод", "штрих код"),
    "title": (
        "заглавие", "название", "наименование", "автор, заглавие", "автор и заглавие",
        "наименование книги", "тақырып", "атауы", "кітаптың атауы", "автор, название",
    ),
    "author": ("автор", "авторы", "авторлары"),
    "year": ("год", "год издания", "жылы", "шыққан жылы"),
    "isbn": (),
    "price": ("цена", "стоимость", "балансовая стоимость", "цена, тенге", "бағасы", "құны"),
    "sum": ("сумма", "сомасы", "сумма, тенге"),
    "copies": ("количество", "кол-во", "экз", "экземпляров", "саны", "дана"),
    "branch": ("филиал", "подразделение", "библиотека", "бөлімше", "мол"),
    "location": ("место хранения", "отдел", "место", "орны"),
    "shelf_mark": ("шифр", "полочный индекс", "полочный шифр", "авторский знак"),
    "ksu": ("ксу", "№ ксу", "номер записи ксу", "№ записи ксу", "жек"),
    "language": ("язык", "тіл", "тілі"),
    "subject_area": ("отраслевой отдел", "отрасль", "сала"),
    "udc": ("удк", "әож"),
    "bbk": ("ббк", "кбж"),
}  # fmt: skip
LABELS = {
    "number": N_("Inventory number"), "barcode": N_("Barcode"), "title": N_("Title"),
    "author": N_("Authors"), "year": N_("Year"), "isbn": "ISBN",
    "price": N_("Price of a copy, ₸"), "sum": N_("Sum, ₸"), "copies": N_("Copies"),
    "branch": N_("Branch"), "location": N_("Place"), "shelf_mark": N_("Shelf mark"),
    "ksu": N_("Entry of КСУ"), "language": N_("Language"), "subject_area": N_("Subject area"),
    "udc": N_("UDC"), "bbk": N_("BBK"),
}  # fmt: skip
LANGUAGES = {
    "kk": ("kk", "kaz", "каз", "казахский", "қаз", "қазақ", "қазақша"),
    "ru": ("ru", "rus", "рус", "русский", "орыс", "орысша"),
    "en": ("en", "eng", "англ", "английский", "ағылшын"),
}
#: Rows that sum up others.
_total = re.compile(
    r"(?:итого|всего|барлығы|жиыны|total)\s*(?:$|[:—–-]|\d|по\b|на\b|экз|кн\b|дана)", re.IGNORECASE
)
MOST_COPIES = 10_000
LONGEST = 500
_year = re.compile(r"(1[4-9]|20)\d\d")
_initials = re.compile(r"([^\W\d_][\w-]+,?\s+(?:[^\W\d_]\.\s?){1,2}),?\s*([^\W\d_]{2}.*)")
_whole = re.compile(r"(\d{1,5})(?:[.,]0{1,2})?")


@dataclass(frozen=True)
class ListedCopy:
    """A copy, or a group of copies without numbers, as a list has it.

    Attributes:
        row: its number in the file.
        price: of a copy, in tiyn.
    """

    row: int
    number: str
    barcode: str
    title: str
    author: str
    year: int | None
    isbn: str
    price: int | None
    copies: int
    branch: str
    location: str
    shelf_mark: str
    ksu: str
    language: str | None
    subject_area: str | None

    @property
    def key(self) -> tuple[str, str, int | None]:
        """What tells one document from another: title, the author's surname, year."""
        return document_key(self.title, self.author, self.year)


def document_key(title: str, author: str, year: int | None) -> tuple[str, str, int | None]:
    """What tells one document from another where there is no ISBN.

    >>> document_key("Абай жолы : роман", "Әуезов, М. О.", 1990)
    ('абай жолы', 'әуезов', 1990)
    """
    surname = search_key(author.partition(";")[0].partition(",")[0])
    return search_key(title.partition(" : ")[0]), surname.partition(" ")[0], year


def is_total(cells: Mapping[str, str]) -> bool:
    """Whether a row sums up others: it is no copy."""
    first = next((value for value in cells.values() if value), "")
    numbered = cells.get("number") or cells.get("barcode") or cells.get("isbn")
    return not numbered and _total.match(first) is not None


def of_row(row: int, cells: Mapping[str, str], lists: Lists, classes: Classes) -> ListedCopy:
    """A copy of a row.

    Raises:
        Invalid: a cell cannot be used; its column is named.
    """
    said = {name: " ".join(value.split()) for name, value in cells.items()}
    for name, value in said.items():
        if len(value) > LONGEST:
            raise Invalid(LABELS[name], N_("It is too long."))
    title, author = _described(said)
    if not title:
        raise Invalid(LABELS["title"], N_("This must be filled in."))
    copies = _copies(said)
    return ListedCopy(
        row, said.get("number", ""), said.get("barcode", ""), title, author, _year_of(said),
        isbn13(said.get("isbn", "")), _price(said, copies), copies, said.get("branch", ""),
        said.get("location", ""), said.get("shelf_mark", ""), said.get("ksu", ""),
        language_of(said.get("language", "")), area_of_row(said, lists, classes),
    )  # fmt: skip


def _described(said: Mapping[str, str]) -> tuple[str, str]:
    """Title and author; lists write both into one column: “Әуезов М. О. Абай жолы”."""
    title, author = said.get("title", ""), said.get("author", "")
    if not author and (both := _initials.fullmatch(title)):
        return both[2].strip(" ,.-"), both[1].strip(" ,")
    return title, author


def _year_of(said: Mapping[str, str]) -> int | None:
    text = said.get("year", "")
    found = _year.search(text)
    if text and found is None:
        raise Invalid(LABELS["year"], N_("It must be a year like 2027."))
    return int(found.group()) if found else None


def _copies(said: Mapping[str, str]) -> int:
    text = said.get("copies", "")
    if not text:
        return 1
    found = _whole.fullmatch(text)
    number = int(found[1]) if found else 0
    if not 0 < number <= MOST_COPIES:
        raise Invalid(LABELS["copies"], N_("It must be a whole number within its bounds."))
    if number > 1 and (said.get("number") or said.get("barcode")):
        raise Invalid(LABELS["copies"], N_("A number belongs to one copy: write a row for each."))
    return number


def _price(said: Mapping[str, str], copies: int) -> int | None:
    if said.get("price"):
        return price_of(said["price"])
    total = sum_of(said.get("sum", ""), LABELS["sum"])
    return None if total is None else total // copies


def language_of(text: str) -> str | None:
    """The code of a language as lists write it."""
    plain = text.casefold().strip(" .")
    return next((code for code, names in LANGUAGES.items() if plain in names), None)


def area_of_row(said: Mapping[str, str], lists: Lists, classes: Classes) -> str | None:
    """The subject area a row names, or the one of its index."""
    text = said.get("subject_area", "").casefold()
    for code, names in lists.subject_areas.items():
        if text and text in {code, *(name.casefold() for name in names.values())}:
            return code
    udc, bbk = said.get("udc", ""), said.get("bbk", "")
    return area_of(classes, [udc] if udc else [], [bbk] if bbk else [])
