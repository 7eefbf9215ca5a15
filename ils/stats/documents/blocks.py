"""A report as a document for print: what DOCX and PDF are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ils.documents import Block, Heading, Paragraph, Table
from ils.errors import N_
from ils.stats.documents.content import DECLARED, closed, shown, span, where, words

#: Columns of numbers that stand beside each other; more go below, with the names again.
ABREAST = 8
PERIOD, DIRECTOR, AUTHOR = N_("Period"), N_("Director"), N_("Prepared by")
FROZEN = N_("Closed months: %(months)s")
PLANNED = N_("Plan of %(day)s: %(reason)s (%(who)s)")
LINE = "____________________"


def blocks(said: Mapping[str, Any], language: str) -> list[Block]:
    """The report as the departments send it: whose, what, when, tables, who signs."""
    return [
        Heading(said["title"][language], 1),
        Paragraph(where(said, language)),
        Paragraph(f"{words(PERIOD, language)}: {span(said)}"),
        *(block for table in said["tables"] if table["rows"] for block in _table(table, language)),
        *_under(said, language),
        Paragraph(f"{words(DIRECTOR, language)} {LINE}"),
        Paragraph(f"{words(AUTHOR, language)} {LINE}"),
    ]


def _table(table: Mapping[str, Any], language: str) -> Iterator[Block]:
    yield Heading(table["title"][language])
    columns = table["columns"]
    for start in range(0, len(columns), ABREAST):
        part = columns[start : start + ABREAST]
        yield Table(
            ["", *(_label(columns, start + at, language) for at in range(len(part)))],
            [
                [row["label"][language], *(_shown(row, column["key"]) for column in part)]
                for row in table["rows"]
            ],
            [row["level"] for row in table["rows"]],
        )
    if note := table.get("note"):
        yield Paragraph(note[language], small=True)
    if any(row.get("declared") for row in table["rows"]):
        yield Paragraph(f"* {words(DECLARED, language)}", small=True)


def _label(columns: list[Mapping[str, Any]], at: int, language: str) -> str:
    """A column's name; of a part at the head of a block, with that of its whole."""
    column = columns[at]
    name: str = column["label"][language]
    if column["level"] and at % ABREAST == 0:
        whole = next((c for c in reversed(columns[:at]) if not c["level"]), None)
        if whole is not None:
            return f"{whole['label'][language]}: {name}"
    return name


def _shown(row: Mapping[str, Any], key: str) -> str:
    text = shown(row["cells"][key], row.get("units", {}).get(key, "count"))
    return f"{text}*" if key in row.get("declared", ()) else text


def _under(said: Mapping[str, Any], language: str) -> Iterator[Block]:
    """What a reader of the figures should know: plans and their changes, closed months."""
    for one in said.get("plans", ()):
        text = words(PLANNED, language) % one
        yield Paragraph(text, small=True)
    if said["frozen"]:
        yield Paragraph(words(FROZEN, language) % {"months": closed(said)}, small=True)
