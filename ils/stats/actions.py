"""Bringing history in: entries from elsewhere, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ils import clock, ledger
from ils.config import Config
from ils.errors import N_, Invalid
from ils.ledger import AccessionSource, Channel, Kind, Material, OpeningOf, WithdrawalReason
from ils.organisation.actions import add_branch
from ils.organisation.models import Branch

BATCH = 2000
LONGEST = 100
OLDEST = 130
#: The largest whole number a column holds.
MOST = 2**63 - 1
KEYS = frozenset(
    {
        *("request_id", "kind", "occurred_at", "day", "branch", "count", "pages", "bytes"),
        *("amount", "channel", "catalogue", "material", "language", "division", "owner_branch"),
        *("patron_category", "age", "sex", "source", "reason", "other_branch", "place"),
        *("detail", "new", "of"),
    }
)
REQUIRED = ("request_id", "kind", "branch")


class BadLine(ValueError):
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


class _Reader:
    """Checks lines against the lists of the library and makes rows of them."""

    def __init__(self, session: Session, config: Config, *, create_branches: bool) -> None:
        self.session = session
        self.config = config
        self.create_branches = create_branches
        self.branches = {b.code: b for b in session.scalars(select(Branch))}
        self.created: list[str] = []
        self.seen: set[UUID] = set()
        lists = config.lists
        self.codes: dict[str, frozenset[str]] = {
            "kind": _all(Kind),
            "channel": _all(Channel),
            "catalogue": frozenset(lists.catalogues),
            "material": _all(Material),
            "division": frozenset(lists.divisions),
            "patron_category": frozenset(lists.categories),
            "sex": frozenset({"f", "m"}),
            "source": _all(AccessionSource),
            "reason": _all(WithdrawalReason),
            "of": _all(OpeningOf),
        }

    def row(self, line: str) -> dict[str, Any]:
        """The columns of one line.

        Raises:
            BadLine: with the reason.
        """
        values = _object(line)
        self._check_keys(values)
        branch = self._branch(values["branch"], "branch")
        kind = self._code(values, "kind")
        at, day = _when(values, branch.timezone)
        row: dict[str, Any] = {
            "request_id": self._request(values["request_id"]),
            "kind": kind,
            "occurred_at": at,
            "day": day,
            "posted": ledger.posted(self.session, day),
            "branch_id": branch.id,
            "service_point_id": None,
            "staff_id": None,
            "channel": self._code(values, "channel") or Channel.IMPORT.value,
            "reverses_id": None,
            **dict.fromkeys(ledger.FACTS),
        }
        row["count"] = _whole(values, "count", 1)
        if row["count"] == 0:
            raise BadLine("count is 0")
        for name in ("pages", "bytes"):
            row[name] = _whole(values, name, None)
        row["amount"] = _tiyn(values)
        for name in ("catalogue", "material", "division", "patron_category", "sex", "source",
                     "reason"):  # fmt: skip
            row[name] = self._code(values, name)
        row["age"] = _whole(values, "age", None, OLDEST)
        row["language"] = _language(values)
        row["place"] = _text(values, "place")
        row["detail"] = self._detail(values, kind)
        for name in ("owner_branch", "other_branch"):
            if values.get(name) is not None:
                row[f"{name}_id"] = self._branch(values[name], name).id
        return row

    def _check_keys(self, values: Mapping[str, Any]) -> None:
        if unknown := values.keys() - KEYS:
            raise BadLine(f"unknown key {', '.join(sorted(unknown))}")
        if missing := [key for key in REQUIRED if values.get(key) in {None, ""}]:
            raise BadLine(f"missing {', '.join(missing)}")

    def _request(self, text: object) -> UUID:
        if not isinstance(text, str):
            raise BadLine("request_id must be a text")
        try:
            request = UUID(text)
        except ValueError:  # an id of the source's own: made into one of ours, always the same
            request = uuid5(NAMESPACE_URL, f"import:{text}")
        if request in self.seen:
            raise BadLine(f"request_id {text} stands twice in the file")
        self.seen.add(request)
        return request

    def _code(self, values: Mapping[str, Any], name: str) -> str | None:
        value = values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or value not in self.codes[name]:
            raise BadLine(f"{name} “{value}” is not known")
        return value

    def _branch(self, code: object, name: str) -> Branch:
        if isinstance(code, str) and code in self.branches:
            return self.branches[code]
        if not (self.create_branches and isinstance(code, str)):
            raise BadLine(f"{name} “{code}” is not known")
        try:
            branch = add_branch(
                self.session,
                None,
                code=code,
                name_ru=code,
                name_kk=code,
                timezone=self.config.library.timezone,
            )
        except Invalid as error:
            raise BadLine(f"{name} “{code}”: {error.facts['reason']}") from error
        self.branches[code] = branch
        self.created.append(code)
        return branch

    def _detail(self, values: Mapping[str, Any], kind: str | None) -> str | None:
        """The kind's own sub-kind; ``of`` and ``new`` are two that have names."""
        given = [key for key in ("of", "new", "detail") if values.get(key) is not None]
        if len(given) > 1:
            raise BadLine(f"{' and '.join(given)} exclude each other")
        if kind == Kind.OPENING and "of" not in given:
            raise BadLine("missing of")
        if "of" in given and kind != Kind.OPENING:
            raise BadLine("of belongs to opening only")
        if "new" in given:
            if kind != Kind.REGISTRATION or not isinstance(values["new"], bool):
                raise BadLine("new is true or false and belongs to registration only")
            return "new" if values["new"] else "re"
        return self._code(values, "of") if "of" in given else _text(values, "detail")


def import_history(
    session: Session,
    config: Config,
    lines: Iterable[str],
    *,
    create_branches: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> HistoryImport:
    """Write the entries of a file, all or none; those the ledger has stay as they are.

    Args:
        progress: called with the number of lines checked since the last call.

    Raises:
        ImportRejected: with every bad line.
    """
    reader = _Reader(session, config, create_branches=create_branches)
    bad: list[tuple[int, str]] = []
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                rows.append(reader.row(line))
            except BadLine as error:
                bad.append((number, str(error)))
        if number % BATCH == 0:
            progress(BATCH)
    if bad:
        raise ImportRejected(bad)
    known = ledger.known_requests(session, reader.seen)
    new = [row for row in rows if row["request_id"] not in known]
    for start in range(0, len(new), BATCH):
        ledger.record_many(session, new[start : start + BATCH])
    return HistoryImport(len(new), len(rows) - len(new), tuple(reader.created))


def export_history(session: Session) -> Iterator[dict[str, Any]]:
    """Every entry as `import_history` reads it, with what only we know besides."""
    query = select(ledger.Entry).order_by(ledger.Entry.id)
    yield from exported(session, query.execution_options(yield_per=BATCH))


def exported(session: Session, query: Select[ledger.Entry]) -> Iterator[dict[str, Any]]:
    """Some entries, as `export_history` writes them."""
    codes = {b.id: b.code for b in session.scalars(select(Branch))}
    return (_exported(entry, codes) for entry in session.scalars(query))


def _exported(entry: ledger.Entry, codes: Mapping[int, str]) -> dict[str, Any]:
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
    if entry.kind == Kind.OPENING:
        line["of"] = line.pop("detail")
    return {key: value for key, value in line.items() if value is not None}


def _all(codes: type[StrEnum]) -> frozenset[str]:
    return frozenset(code.value for code in codes)


def _object(line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except ValueError as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(values, dict):
        raise BadLine("not a JSON object")
    return values


def _when(values: Mapping[str, Any], timezone: str) -> tuple[datetime, date]:
    moment, day = values.get("occurred_at"), values.get("day")
    try:
        local = date.fromisoformat(day) if day is not None else None
        at = datetime.fromisoformat(moment) if moment is not None else None
    except (TypeError, ValueError) as error:
        raise BadLine(f"occurred_at or day: {error}") from None
    if at is not None:
        if at.tzinfo is None:
            raise BadLine("occurred_at has no offset")
        return at, local or clock.local_day(at, timezone)
    if local is None:
        raise BadLine("missing occurred_at or day")
    return datetime.combine(local, time(12), clock.zone(timezone)), local


def _whole(
    values: Mapping[str, Any], name: str, default: int | None, most: int = MOST
) -> int | None:
    value = values.get(name, default)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > most:
        raise BadLine(f"{name} must be a whole number")
    if value < 0 and name not in {"count", "pages", "bytes"}:
        raise BadLine(f"{name} must not be negative")
    return value


def _tiyn(values: Mapping[str, Any]) -> int | None:
    value = values.get("amount")
    if value is None:
        return None
    try:
        tiyn = Decimal(str(value)) * 100
        if tiyn != tiyn.to_integral_value() or abs(tiyn) > MOST:
            raise BadLine("amount must be tenge with at most two decimals")
    except InvalidOperation:
        raise BadLine("amount must be a decimal number of tenge") from None
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
        raise BadLine(f"language “{value}” is not an ISO code")
    return value


def _text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        raise BadLine(f"{name} must be a text of at most {LONGEST} characters")
    return value
