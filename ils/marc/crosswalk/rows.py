"""Both directions of a table, with what the table cannot say added."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ils.marc.crosswalk.engine import One, Several, Way
from ils.marc.crosswalk.table import ConversionRow
from ils.marc.record import Field, MarcRecord

Group = tuple[frozenset[str], Several]
Codes = Mapping[str, frozenset[str]]


def reading(
    rows: Sequence[ConversionRow],
    *,
    singles: Mapping[str, One],
    mapped: Codes,
    groups: Sequence[Group],
    stays: One,
    complete: Callable[[MarcRecord], None],
    derived: frozenset[str] = frozenset(),
) -> Way:
    """From the foreign dialect: the first row of a tag counts."""
    by_tag = {row.foreign: row for row in reversed(rows)}
    known = {tag: frozenset(row.to_code) for tag, row in by_tag.items()}
    return Way(
        {tag: row.read for tag, row in by_tag.items()} | dict(singles),
        groups,
        known | dict(mapped),
        stays,
        complete,
        derived,
    )


def writing(
    rows: Sequence[ConversionRow],
    *,
    singles: Mapping[str, One],
    groups: Sequence[Group],
    stays: One,
    complete: Callable[[MarcRecord], None],
    derived: frozenset[str] = frozenset(),
) -> Way:
    """To the foreign dialect: of the rows of a tag, the one whose marks the field has."""
    by_tag: dict[str, list[ConversionRow]] = {}
    for row in rows:
        by_tag.setdefault(row.unimarc, []).append(row)
    known = {
        tag: frozenset(code for row in same for code in _codes(row)) for tag, same in by_tag.items()
    }
    writers = {tag: _writer(same) for tag, same in by_tag.items()}
    return Way(writers | dict(singles), groups, known, stays, complete, derived)


def _codes(row: ConversionRow) -> Iterable[str]:
    if row.embed:
        # What is inside a link is told apart by the way back.
        return [*map(str, range(10)), *"abcdefghijklmnopqrstuvwxyz", ""]
    constant = [row.constant[0]] if row.constant else []
    return [*row.from_code, *constant]


def _writer(rows: Sequence[ConversionRow]) -> One:
    def write(f: Field) -> list[Field]:
        return _chosen(rows, f).write(f)

    return write if len(rows) > 1 else rows[0].write


def _chosen(rows: Sequence[ConversionRow], f: Field) -> ConversionRow:
    for row in rows:
        if row.constant is not None and row.constant in f.subfields:
            return row
    plain = [row for row in rows if row.constant is None]
    alike = [row for row in plain if row.unimarc_indicators == f.indicators]
    return (alike or plain or rows)[0]
