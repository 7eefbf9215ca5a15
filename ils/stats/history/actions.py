"""Bringing history in: entries from elsewhere, one JSON object a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import ledger
from ils.config import Config
from ils.errors import N_, Invalid
from ils.organisation.branches.actions import add_branch
from ils.organisation.branches.models import Branch
from ils.stats.history.rules import BadHistoryLine, LineReader

BATCH = 2000
#: What lines say nothing of: our own numbers.
OURS = frozenset(
    {
        *("service_point_id", "staff_id", "reverses_id", "patron_year_id", "item_id", "record_id"),
        *("loan_id", "document_id", "act_id"),
    }
)


class ImportRejected(Invalid):
    """At least one line is wrong; nothing was written. ``lines``: (number, reason)."""

    code = "import_rejected"
    message = N_("Nothing was imported: %(count)s lines cannot be used.")

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        """Keep every bad line."""
        super().__init__(count=len(lines))
        self.lines = lines


@dataclass(frozen=True)
class HistoryImport:
    """What became of a file."""

    imported: int
    unchanged: int
    branches: tuple[str, ...]


@dataclass(frozen=True)
class CheckedHistory:
    """Lines that can be written: rows with codes of branches, and branches still to be made."""

    rows: tuple[dict[str, Any], ...]
    #: The number of the line each row came from.
    numbers: tuple[int, ...]
    new_branches: tuple[str, ...]


def check_history(
    session: Session,
    config: Config,
    lines: Iterable[str | bytes],
    *,
    create_branches: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> CheckedHistory:
    """Check the lines of a file; writes nothing, so that desks need not wait.

    Args:
        progress: called with the number of lines checked since the last call.

    Raises:
        ImportRejected: with every bad line.
    """
    timezones = {b.code: b.timezone for b in session.scalars(select(Branch))}
    reader = LineReader(config, timezones, create_branches=create_branches)
    bad: list[tuple[int, str]] = []
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    for number, line in enumerate(lines, 1):
        try:
            text = _decoded(line, first=number == 1)
            if text.strip():
                rows.append(reader.row(text))
                numbers.append(number)
        except BadHistoryLine as error:
            bad.append((number, str(error)))
        if number % BATCH == 0:
            progress(BATCH)
    if bad:
        raise ImportRejected(bad)
    return CheckedHistory(tuple(rows), tuple(numbers), tuple(reader.created))


def import_history(session: Session, config: Config, checked: CheckedHistory) -> HistoryImport:
    """Write the entries of a file, all or none; those the ledger has stay as they are.

    Raises:
        ImportRejected: the ledger has an entry of the same request with other content.
    """
    for code in checked.new_branches:
        timezone = config.library.timezone
        add_branch(session, None, code=code, name_ru=code, name_kk=code, timezone=timezone)
    ids = {b.code: b.id for b in session.scalars(select(Branch))}
    known = ledger.known_requests(session, [row["request_id"] for row in checked.rows])
    said = "the ledger has this request_id with other content"
    differing = [
        (number, said)
        for number, row in zip(checked.numbers, checked.rows, strict=True)
        if (there := known.get(row["request_id"])) and not _same(there, _placed(row, ids))
    ]
    if differing:
        raise ImportRejected(differing)
    new = [row for row in checked.rows if row["request_id"] not in known]
    for start in range(0, len(new), BATCH):
        part = new[start : start + BATCH]
        ledger.record_many(session, [_placed(row, ids) for row in part])
    return HistoryImport(len(new), len(checked.rows) - len(new), checked.new_branches)


def _same(entry: ledger.Entry, row: Mapping[str, Any]) -> bool:
    """Whether an entry says what a line says; lines say nothing of our own numbers."""
    return all(getattr(entry, name) == value for name, value in row.items() if name not in OURS)


def _placed(row: Mapping[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    """The columns of a row, with ids of branches for their codes."""
    names = ("branch", "owner_branch", "other_branch")
    columns = {key: value for key, value in row.items() if key not in names}
    places = {f"{name}_id": ids[row[name]] for name in names if name in row}
    return columns | places


def _decoded(line: str | bytes, *, first: bool) -> str:
    if isinstance(line, str):
        return line
    try:
        return line.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError as error:
        raise BadHistoryLine(f"not UTF-8: byte {error.start + 1}") from None


def export_history(session: Session) -> Iterator[dict[str, Any]]:
    """Every entry as `import_history` reads it, with what only we know besides."""
    codes = branch_codes(session)
    query = select(ledger.Entry).order_by(ledger.Entry.id).execution_options(yield_per=BATCH)
    return (exported_entry(entry, codes) for entry in session.scalars(query))


def branch_codes(session: Session) -> dict[int, str]:
    """Branch id → code."""
    return {b.id: b.code for b in session.scalars(select(Branch))}


def exported_entry(entry: ledger.Entry, codes: Mapping[int, str]) -> dict[str, Any]:
    """An entry, as `export_history` writes it; ``codes``: see `branch_codes`."""
    line: dict[str, Any] = {
        "id": entry.id,
        "request_id": str(entry.request_id),
        "kind": entry.kind,
        "occurred_at": entry.occurred_at.isoformat(),
        "day": entry.day.isoformat(),
        "posted": entry.posted.isoformat(),
        "branch": codes[entry.branch_id],
        "channel": entry.channel,
        "count": entry.count,
        "reverses_id": entry.reverses_id,
        "amount": None if entry.amount is None else f"{Decimal(entry.amount) / 100:.2f}",
    }
    for name in ("owner_branch", "other_branch"):
        branch_id = getattr(entry, f"{name}_id")
        line[name] = codes[branch_id] if branch_id is not None else None
    for name in (*ledger.FACTS, "staff_id"):
        if name not in {"owner_branch_id", "other_branch_id", "amount"}:
            line[name] = getattr(entry, name)
    line["of"] = line.pop("opening_of")
    line["division"] = line.pop("subject_area")
    return {key: value for key, value in line.items() if value is not None}
