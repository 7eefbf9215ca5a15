"""A table to take away: XLSX, CSV or PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from ils.documents import Block, Heading, Paragraph, Table, spreadsheets
from ils.documents.spreadsheets import Sheet

Value = str | int | Decimal
#: Form → media type.
FORMS: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "pdf": "application/pdf",
}
#: So many columns stand on A4 upright.
UPRIGHT = 5


def written(
    form: str, title: str, note: str, head: Sequence[str], rows: Sequence[Sequence[Value]]
) -> bytes:
    """The table in one of `FORMS`; ``note`` says what it was narrowed to."""
    return _WRITERS[form](title, note, head, rows)


def _xlsx(title: str, note: str, head: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    del note
    cells = [[spreadsheets.Cell(text, bold=True) for text in head]]
    cells += [[spreadsheets.Cell(_number(value)) for value in row] for row in rows]
    return spreadsheets.workbook([Sheet(title, cells)])


def _number(value: Value) -> str | int | float:
    return float(value) if isinstance(value, Decimal) else value


def _csv(title: str, note: str, head: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    del title, note
    return spreadsheets.as_csv(head, [[str(value) for value in row] for row in rows])


def _pdf(title: str, note: str, head: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    # Only here: each web process would keep its memory for what is asked for now and then.
    from ils.documents import pdf  # noqa: PLC0415

    body = [[str(value) for value in row] for row in rows]
    notes = [Paragraph(note, small=True)] if note else []
    blocks: list[Block] = [
        Heading(title, 1),
        *notes,
        Table(head, body, [0] * len(body), texts=True),
    ]
    return pdf.document(title, blocks, wide=len(head) > UPRIGHT)


_WRITERS: Mapping[str, Callable[[str, str, Sequence[str], Sequence[Sequence[Value]]], bytes]] = {
    "xlsx": _xlsx,
    "csv": _csv,
    "pdf": _pdf,
}
