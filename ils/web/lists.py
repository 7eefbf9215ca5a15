"""Lists: declared once, shown with sorting, filters, pages and files to take away.

A view says the query and the columns; `list_page` answers with the page, or with the file that
was asked for. A page with more than its list has a template that extends ``list.html``, or
shows a `Listing` by the macro of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ils.documents import tables
from ils.errors import N_, IlsError, Refused
from ils.web.cells import cell, plain
from ils.web.downloads import download
from ils.web.forms import argument_int
from ils.web.system import note

PAGE_SIZE = 50
EXPORT_ROWS = 50_000
Row = Any


class TooLongForFile(Refused):
    """More rows than a file takes."""

    code = "too_long_for_file"
    message = N_("The list has %(count)s rows; at most %(most)s go into a file. Narrow it first.")


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Attributes:
        label: a text marked with `N_`.
        value: of a row: a text, number, day, moment, or a `ListCell`.
        sort: by what the database puts the rows in order; without it the column cannot be.
        link: the address the cell leads to, if any.
    """

    key: str
    label: str
    value: Callable[[Row], object]
    sort: Any = None
    link: Callable[[Row], str | None] | None = None


@dataclass(frozen=True)
class Filter:
    """What narrows a list: a choice, or a text or day typed; the first text is the search.

    Attributes:
        options: (code, name) of a choice.
        type: of the input where nothing is chosen from.
        always: its value is no chip and cannot be taken away, as the days of a list.
        hint: how it can be asked, a text marked with `N_`.
    """

    key: str
    label: str
    options: Sequence[tuple[str, str]] | None = None
    type: str = "search"
    value: str | None = None
    always: bool = False
    hint: str = ""

    @property
    def text(self) -> str:
        """What it is set to."""
        return request.args.get(self.key, "") if self.value is None else self.value

    @property
    def is_set(self) -> bool:
        """Whether it narrows the list."""
        return bool(self.text) and not self.always

    @property
    def shown(self) -> str:
        """Its value in words."""
        return dict(self.options or ()).get(self.text, self.text)


@dataclass(frozen=True)
class RowAction:
    """What can be done with a row: a form of one button, or a link.

    Attributes:
        about: which row, for those who only hear the button.
        sends: names and values the form sends; without it the action is a link.
        shown: whether the row has it.
    """

    label: str
    address: Callable[[Row], str]
    about: Callable[[Row], str]
    sends: Callable[[Row], Mapping[str, object]] | None = None
    shown: Callable[[Row], bool] = lambda _: True


@dataclass(frozen=True)
class Ticks:
    """Boxes before the rows, ticked at first; the form around the list sends them by a name."""

    name: str
    value: Callable[[Row], object]
    about: Callable[[Row], str]


@dataclass(frozen=True)
class PageAction:
    """What can be done on a page: a link at its head; one of them is the main."""

    label: str
    address: str
    main: bool = False


@dataclass(frozen=True)
class ListDefinition:
    """A list as it is declared.

    Attributes:
        name: tells it from others of its page.
        enrich: gives the rows of a page what their columns need besides, in one question.
        anchor: the place of a row in its page, for links to it.
        ranked: ids of its rows, sorted as the address asks, up to its page, where they are known;
            the page asks for its own rows only.
        total: how many rows there are then.
    """

    query: Select[*tuple[Any, ...]]
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    row_actions: Sequence[RowAction] = ()
    empty: str = N_("Nothing to show.")
    name: str = ""
    size: int = PAGE_SIZE
    enrich: Callable[[Session, Sequence[Row]], Sequence[Row]] | None = None
    ticks: Ticks | None = None
    anchor: Callable[[Row], str] | None = None
    ranked: Sequence[int] | None = None
    total: int = 0


@dataclass(frozen=True)
class Listing:
    """Some rows of a list, where they stand in it, and how it is sorted."""

    definition: ListDefinition
    rows: Sequence[Row]
    number: int
    total: int
    sorted_by: str
    descending: bool

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.definition.size))

    @property
    def first_row(self) -> int:
        """The number of the first row that is shown."""
        return (self.number - 1) * self.definition.size + 1

    @cached_property
    def labels(self) -> list[str]:
        """The names of the columns, in the page's language."""
        return [gettext(column.label) for column in self.definition.columns]

    def cells(self, row: Row) -> Markup:
        """The cells of a row: the first names it."""
        shown: list[Markup] = []
        for column, label in zip(self.definition.columns, self.labels, strict=True):
            link = column.link(row) if column.link else None
            shown.append(cell(column.value(row), label, link, head=not shown))
        return Markup("").join(shown)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Each filter that is set, in words, and the address without it."""
        return [
            (f"{gettext(f.label)}: {f.shown}", self.address(**{f.key: None, "page": None}))
            for f in self.definition.filters
            if f.is_set
        ]

    def address(self, **values: object) -> str:
        """This address with some of its values changed; ``None`` takes one out."""
        own = {self._key(k) if k in {"page", "sort", "export"} else k: v for k, v in values.items()}
        asked = [pair for pair in request.args.items(multi=True) if pair[0] not in own]
        asked += [(key, str(value)) for key, value in own.items() if value is not None]
        left = [(key, value) for key, value in asked if value != ""]
        return f"{request.path}?{urlencode(left)}" if left else request.path

    def sort_address(self, column: Column) -> str:
        """Sorted by a column; by the same once more: the other way round."""
        turned = self.sorted_by == column.key and not self.descending
        return self.address(sort=f"-{column.key}" if turned else column.key, page=None)

    @property
    def export_key(self) -> str:
        """What an address asks for its file with."""
        return self._key("export")

    def _key(self, name: str) -> str:
        return f"{self.definition.name}-{name}" if self.definition.name else name


def listing(session: Session, definition: ListDefinition) -> Listing:
    """The page of a list that the address asks for."""
    query, ranked = definition.query, definition.ranked
    total = definition.total if ranked is not None else number_of_rows(session, query)
    key = f"{definition.name}-" if definition.name else ""
    asked = request.args.get(f"{key}sort", "")
    column = next((c for c in definition.columns if c.key == asked.removeprefix("-")), None)
    descending = asked.startswith("-")
    if column is not None and column.sort is not None:
        query = _sorted(query, column.sort, descending=descending)
    else:
        column = None
    last = max(1, -(-total // definition.size))
    number = min(max(1, argument_int(f"{key}page") or 1), last)
    start = (number - 1) * definition.size
    shown = replace(definition, query=query)
    if ranked is not None:
        rows = _ranked_rows(session, shown, ranked[start : start + definition.size])
    else:
        rows = _rows(session, shown, query.limit(definition.size).offset(start))
    return Listing(shown, rows, number, total, column.key if column else "", descending)


def number_of_rows(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    """How many rows a query has; only what tells them apart is read, by an index where one does."""
    counted: Select[*tuple[Any, ...]] = query.order_by(None)
    id_ = getattr(query.column_descriptions[0]["entity"], "id", None)
    if id_ is not None and not query._group_by_clauses:  # noqa: SLF001 -- nothing public tells
        counted = counted.with_only_columns(id_)
    return session.scalar(select(func.count()).select_from(counted.subquery())) or 0


def _ranked_rows(session: Session, definition: ListDefinition, ids: Sequence[int]) -> Sequence[Row]:
    """Entities by their ids, in that order."""
    entity: Any = definition.query.column_descriptions[0]["entity"]
    rows = _rows(session, definition, select(entity).where(entity.id.in_(ids)))
    place = {number: at for at, number in enumerate(ids)}
    return sorted(rows, key=lambda row: place[row.id])


def _sorted(query: Select[*tuple[Any, ...]], by: Any, *, descending: bool) -> Any:
    """The query in the order of a column; rows that are alike in it by their ids."""
    columns = by if isinstance(by, tuple) else (by,)
    order = [column.desc() if descending else column.asc() for column in columns]
    entity = query.column_descriptions[0].get("entity")
    tie = [entity.id] if entity is not None and hasattr(entity, "id") else []
    return query.order_by(None).order_by(*order, *tie)


def _rows(
    session: Session, definition: ListDefinition, query: Select[*tuple[Any, ...]]
) -> Sequence[Row]:
    """Entities, or rows of several, with what their columns need besides."""
    result = session.execute(query)
    single = len(query.column_descriptions) == 1
    rows: Sequence[Row] = result.scalars().unique().all() if single else result.all()
    return definition.enrich(session, rows) if definition.enrich else rows


def list_page(
    session: Session,
    definition: ListDefinition,
    *,
    title: str,
    actions: Sequence[PageAction] = (),
    template: str = "list.html",
    **context: Any,
) -> ResponseReturnValue:
    """The page of a list, or the file of the whole list that the address asks for.

    Raises:
        TooLongForFile: it has more rows than a file takes.
    """
    return respond(
        session, template, {"listing": definition}, title=title, page_actions=actions, **context
    )


def respond(
    session: Session,
    template: str,
    lists: Mapping[str, ListDefinition],
    *,
    error: IlsError | None = None,
    **context: Any,
) -> Response:
    """A page with some lists, or the file of one of them.

    Args:
        error: what was wrong with what was sent; the page has its status.

    Raises:
        TooLongForFile: a list has more rows than a file takes.
    """
    shown = {name: listing(session, definition) for name, definition in lists.items()}
    for one in shown.values():
        form = request.args.get(one.export_key, "")
        if form in tables.FORMS:
            return _file(session, one, form, str(context.get("title") or gettext("List")))
    page = make_response(render_template(template, **shown, **context))
    page.status_code = int(error.status if error else HTTPStatus.OK)
    return page


def _file(session: Session, shown: Listing, form: str, title: str) -> Response:
    if shown.total > EXPORT_ROWS:
        raise TooLongForFile(count=shown.total, most=EXPORT_ROWS)
    note("list.export", request.path)
    columns = shown.definition.columns
    rows = [
        [plain(column.value(row)) for column in columns]
        for row in _rows(session, shown.definition, shown.definition.query)
    ]
    title = gettext(title)
    narrowed = "; ".join(text for text, _ in shown.chips)
    content = tables.written(form, title, narrowed, [gettext(c.label) for c in columns], rows)
    return download(content, f"{title}.{form}", tables.FORMS[form])
