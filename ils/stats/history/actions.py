"""Bringing history in: entries from elsewhere, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock, ledger
from ils.config import Config
from ils.errors import N_, Invalid
from ils.ledger import AccessionSource, Channel, Kind, Material, OpeningOf, WithdrawalReason
from ils.organisation.branches.actions import add_branch
from ils.organisation.branches.models import Branch
from ils.organisation.branches.rules import checked_code

BATCH = 2000
MAX_LENGTH = 100
#: What lines of reports are called that count all, nothing or the rest.
RESERVED = frozenset({"total", "none", "rest"})
MAX_AGE = 130
EARLIEST = 1800
#: The largest whole number a column holds.
MAX_AMOUNT = 2**63 - 1
KEYS = frozenset(
    {
        *("request_id", "kind", "occurred_at", "day", "branch", "count", "pages", "bytes"),
        *("amount", "channel", "catalogue", "material", "language", "division", "owner_branch"),
        *("patron_category", "age", "sex", "source", "reason", "other_branch", "place"),
        *("detail", "new", "of"),
    }
)
REQUIRED = ("request_id", "kind", "branch")


class BadHistoryLine(ValueError):
    """What is wrong with a line."""


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
    new_branches: tuple[str, ...]


class _Reader:
    """Checks lines against the lists of the library and makes rows of them."""

    def __init__(
        self, config: Config, timezones: Mapping[str, str], *, create_branches: bool
    ) -> None:
        self.config = config
        self.timezones = dict(timezones)  # of each branch, by its code
        self.create_branches = create_branches
        self.created: list[str] = []
        self.seen: set[UUID] = set()
        lists = config.lists
        self.codes: dict[str, frozenset[str]] = {
            "kind": _all(Kind),
            "channel": _all(Channel),
            "catalogue": frozenset(lists.catalogues),
            "material": _all(Material),
            "division": frozenset(lists.subject_areas),
            "patron_category": frozenset(lists.categories),
            "sex": frozenset({"f", "m"}),
            "source": _all(AccessionSource),
            "reason": _all(WithdrawalReason),
            "of": _all(OpeningOf),
        }

    def row(self, line: str) -> dict[str, Any]:
        """The columns of one line.

        Raises:
            BadHistoryLine: with the reason.
        """
        values = _object(line)
        self._check_keys(values)
        branch = self._branch(values["branch"], "branch")
        kind = self._code(values, "kind")
        at, day = _when(values, self.timezones[branch])
        row: dict[str, Any] = {
            "request_id": self._request(values["request_id"]),
            "kind": kind,
            "occurred_at": at,
            "day": day,
            "branch": branch,
            "service_point_id": None,
            "staff_id": None,
            "channel": self._code(values, "channel") or Channel.IMPORT.value,
            "reverses_id": None,
            **dict.fromkeys(ledger.FACTS),
        }
        row["count"] = _whole(values, "count", 1)
        if row["count"] == 0:
            raise BadHistoryLine("count is 0")
        for name in ("pages", "bytes"):
            row[name] = _whole(values, name, None)
        row["amount"] = _tiyn(values)
        for name in ("catalogue", "material", "patron_category", "sex", "source", "reason"):
            row[name] = self._code(values, name)
        row["subject_area"] = self._code(values, "division")
        row["age"] = _whole(values, "age", None, MAX_AGE)
        row["language"] = _language(values)
        row["place"] = _text(values, "place")
        row["detail"] = self._detail(values, kind)
        row["opening_of"] = self._code(values, "of")
        for name in ("owner_branch", "other_branch"):
            if values.get(name) is not None:
                row[name] = self._branch(values[name], name)
        return row

    def _check_keys(self, values: Mapping[str, Any]) -> None:
        if unknown := values.keys() - KEYS:
            raise BadHistoryLine(f"unknown key {', '.join(sorted(unknown))}")
        if missing := [key for key in REQUIRED if values.get(key) is None or values[key] == ""]:
            raise BadHistoryLine(f"missing {', '.join(missing)}")

    def _request(self, text: object) -> UUID:
        if not isinstance(text, str):
            raise BadHistoryLine("request_id must be a text")
        try:
            request = UUID(text)
        except ValueError:  # an id of the source's own: made into one of ours, always the same
            request = uuid5(NAMESPACE_URL, f"import:{text}")
        if request in self.seen:
            raise BadHistoryLine(f"request_id {text} stands twice in the file")
        self.seen.add(request)
        return request

    def _code(self, values: Mapping[str, Any], name: str) -> str | None:
        value = values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or value not in self.codes[name]:
            raise BadHistoryLine(f"{name} “{value}” is not known")
        return value

    def _branch(self, code: object, name: str) -> str:
        if isinstance(code, str) and code in self.timezones:
            return code
        if not (self.create_branches and isinstance(code, str)):
            raise BadHistoryLine(f"{name} “{code}” is not known")
        try:
            checked_code(code, name)
        except Invalid as error:
            raise BadHistoryLine(f"{name} “{code}”: {error.facts['reason']}") from error
        if code != code.strip():
            raise BadHistoryLine(f"{name} “{code}” has blanks at its ends")
        self.timezones[code] = self.config.library.timezone
        self.created.append(code)
        return code

    def _detail(self, values: Mapping[str, Any], kind: str | None) -> str | None:
        """The kind's own sub-kind; of a registration ``new`` says it too."""
        if (values.get("of") is None) == (kind == Kind.OPENING):
            raise BadHistoryLine("of belongs to opening, and opening needs it")
        if values.get("new") is None:
            return _text(values, "detail")
        if kind != Kind.REGISTRATION or not isinstance(values["new"], bool):
            raise BadHistoryLine("new is true or false and belongs to registration only")
        if values.get("detail") is not None:
            raise BadHistoryLine("new and detail exclude each other")
        return "new" if values["new"] else "re"


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
    reader = _Reader(config, timezones, create_branches=create_branches)
    bad: list[tuple[int, str]] = []
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        try:
            text = _decoded(line, first=number == 1)
            if text.strip():
                rows.append(reader.row(text))
        except BadHistoryLine as error:
            bad.append((number, str(error)))
        if number % BATCH == 0:
            progress(BATCH)
    if bad:
        raise ImportRejected(bad)
    return CheckedHistory(tuple(rows), tuple(reader.created))


def import_history(session: Session, config: Config, checked: CheckedHistory) -> HistoryImport:
    """Write the entries of a file, all or none; those the ledger has stay as they are."""
    for code in checked.new_branches:
        timezone = config.library.timezone
        add_branch(session, None, code=code, name_ru=code, name_kk=code, timezone=timezone)
    ids = {b.code: b.id for b in session.scalars(select(Branch))}
    known = ledger.known_requests(session, [row["request_id"] for row in checked.rows])
    new = [row for row in checked.rows if row["request_id"] not in known]
    for start in range(0, len(new), BATCH):
        part = new[start : start + BATCH]
        ledger.record_many(session, [_placed(row, ids) for row in part])
    return HistoryImport(len(new), len(checked.rows) - len(new), checked.new_branches)


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


def _all(codes: type[StrEnum]) -> frozenset[str]:
    return frozenset(code.value for code in codes)


def _object(line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadHistoryLine(f"not JSON: {error}") from None
    if not isinstance(values, dict):
        raise BadHistoryLine("not a JSON object")
    return values


def _when(values: Mapping[str, Any], timezone: str) -> tuple[datetime, date]:
    moment, day = values.get("occurred_at"), values.get("day")
    try:
        local = date.fromisoformat(day) if day is not None else None
        at = datetime.fromisoformat(moment) if moment is not None else None
    except (TypeError, ValueError) as error:
        raise BadHistoryLine(f"occurred_at or day: {error}") from None
    if at is None and local is None:
        raise BadHistoryLine("missing occurred_at or day")
    if at is not None and at.tzinfo is None:
        raise BadHistoryLine("occurred_at has no offset")
    today = clock.local_day(clock.now(), timezone)
    for name, day in (("day", local), ("occurred_at", at and at.date())):
        if day is not None and not (day.year >= EARLIEST and day <= today):
            raise BadHistoryLine(f"{name} must be between {EARLIEST} and today")
    if at is not None:
        return at, local or clock.local_day(at, timezone)
    assert local is not None  # noqa: S101 -- one of them is there; for the checker
    return datetime.combine(local, time(12), clock.zone(timezone)), local


def _whole(
    values: Mapping[str, Any], name: str, default: int | None, most: int = MAX_AMOUNT
) -> int | None:
    value = values.get(name, default)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > most:
        raise BadHistoryLine(f"{name} must be a whole number")
    if value < 0 and name not in {"count", "pages", "bytes"}:
        raise BadHistoryLine(f"{name} must not be negative")
    return value


def _tiyn(values: Mapping[str, Any]) -> int | None:
    value = values.get("amount")
    if value is None:
        return None
    try:
        tiyn = Decimal(str(value)) * 100
        if tiyn != tiyn.to_integral_value() or abs(tiyn) > MAX_AMOUNT:
            raise BadHistoryLine("amount must be tenge with at most two decimals")
    except ArithmeticError:
        raise BadHistoryLine("amount must be a decimal number of tenge") from None
    return int(tiyn)


def _language(values: Mapping[str, Any]) -> str | None:
    value = values.get("language")
    if value is None or value == "other":
        return value
    if (
        not isinstance(value, str)
        or len(value) not in {2, 3}
        or not (value.isascii() and value.isalpha() and value.islower())
    ):
        raise BadHistoryLine(f"language “{value}” is not an ISO code")
    return value


def _text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= MAX_LENGTH:
        raise BadHistoryLine(f"{name} must be a text of at most {MAX_LENGTH} characters")
    if value in RESERVED or "/" in value or not value.isprintable():
        raise BadHistoryLine(f"{name} “{value!a}” cannot be used: it means something to reports")
    return value
