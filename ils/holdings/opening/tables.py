"""Opening balances in a table: all of its figures, or none while one of them is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ils.catalog.subjects import Classes, classes_of
from ils.config import Config
from ils.documents.columns import cells_of, columns_of, head_and_rows
from ils.errors import N_, IlsError, Invalid
from ils.fields import infos
from ils.holdings.items.rules import sum_of
from ils.holdings.lists import rules as lists
from ils.holdings.opening.actions import MOST_COPIES, BalanceData, BalancesWrong
from ils.i18n import say
from ils.labels import LABELS

#: Balances are of branches, kinds, languages and subject areas: no more lines than this.
MOST_LINES = 5_000
COLUMNS: Mapping[str, Sequence[str]] = {
    "branch": lists.COLUMNS["branch"],
    "material": ("вид", "вид документа", "вид издания", "түрі", "құжат түрі"),
    "language": lists.COLUMNS["language"],
    "subject_area": lists.COLUMNS["subject_area"],
    "count": (*lists.COLUMNS["copies"], "экземпляры"),
    "sum": lists.COLUMNS["sum"],
}
_NAMES = {info.name: info.label for info in infos(BalanceData)}


def balances_in(
    rows: Iterable[Sequence[str]], config: Config, branches: Mapping[str, int]
) -> list[tuple[int, BalanceData]]:
    """The figures of a table, each with the number of its line; lines of totals are left out.

    Args:
        branches: code or name in lower case → id.

    Raises:
        Invalid: it has no column of copies, no line, or too many.
        BalancesWrong: lines cannot be used.
    """
    at, head, below = head_and_rows(rows, COLUMNS)
    columns, classes = columns_of(head, COLUMNS), classes_of(config.lists)
    if not {"branch", "count"} <= set(columns.values()):
        raise Invalid(N_("File"), N_("It needs columns of branches and of copies."))
    found: list[tuple[int, BalanceData]] = []
    problems: list[tuple[int, IlsError]] = []
    for number, row in enumerate(below, at + 1):
        cells = cells_of(row, columns)
        if not any(cells.values()) or lists.is_total(cells):
            continue
        try:
            found.append((number, _balance(cells, config, classes, branches)))
        except IlsError as error:
            problems.append((number, error))
    if problems:
        raise BalancesWrong(problems)
    if not 0 < len(found) <= MOST_LINES:
        raise Invalid(N_("File"), N_("It must have at least one line, and not too many."))
    return found


def _balance(
    cells: Mapping[str, str], config: Config, classes: Classes, branches: Mapping[str, int]
) -> BalanceData:
    branch = cells.get("branch", "").casefold()
    if branch not in branches:
        raise Invalid(_NAMES["branch"], N_("There is no such branch: write its code."))
    language = lists.language_of(cells.get("language", ""))
    if language is None and cells.get("language", "").strip(" -—"):
        raise Invalid(_NAMES["language"], N_("Choose one from the list."))
    area = lists.area_of_row(cells, config.lists, classes)
    if area is None and cells.get("subject_area", "").strip(" -—"):
        raise Invalid(_NAMES["subject_area"], N_("Choose one from the list."))
    count = "".join(cells.get("count", "").split())
    if not (count.isascii() and count.isdigit() and 0 < int(count) <= MOST_COPIES):
        raise Invalid(_NAMES["count"], N_("It must be a whole number within its bounds."))
    total = cells.get("sum", "")
    sum_of(total, _NAMES["sum"])
    return BalanceData(
        branch=branch, material=_material(cells.get("material", "")), language=language or "",
        subject_area=area or "", count=int(count), sum=total,
    )  # fmt: skip


def _material(text: str) -> str:
    """The code of a kind of documents, by its code or name; books where nothing is said.

    Raises:
        Invalid: nobody knows such a kind.
    """
    plain = text.casefold().strip()
    for code, name in LABELS["material"].items():
        if plain in {code, *(say(name, language).casefold() for language in ("ru", "kk"))}:
            return str(code)
    if plain:
        raise Invalid(_NAMES["material"], N_("Choose one from the list."))
    return "book"
