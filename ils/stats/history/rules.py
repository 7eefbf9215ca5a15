"""One line of history: what it must say, and what it may not. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from ils import clock, ledger
from ils.config import Config
from ils.errors import Invalid
from ils.ledger import AccessionSource, Channel, Kind, Material, OpeningOf, WithdrawalReason
from ils.organisation.branches.rules import checked_code

MAX_LENGTH = 100
#: What lines of reports are called that count all, nothing or the rest.
RESERVED = frozenset({"total", "none", "rest"})
MAX_AGE = 130
EARLIEST = 1800
#: An act may be dated back, as returns from a book-drop are, but not into another year’s work.
MOST_DATED_BACK = timedelta(days=92)
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


class LineReader:
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
        _check_move(row)
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


def _check_move(row: Mapping[str, Any]) -> None:
    """Redistribution is one entry: the branch that gives, and the other that takes.

    Raises:
        BadHistoryLine: it is said in another way.
    """
    if row["kind"] == Kind.ACCESSION and row["source"] == AccessionSource.REDISTRIBUTION:
        raise BadHistoryLine(
            "an accession from redistribution: use kind redistribution with branch and other_branch"
        )
    other = row.get("other_branch")
    if row["kind"] == Kind.REDISTRIBUTION and other in {None, row["branch"]}:
        raise BadHistoryLine("redistribution needs other_branch, another than branch")


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
        on = clock.local_day(at, timezone)
        if local is not None and not on - MOST_DATED_BACK <= local <= on:
            raise BadHistoryLine("day and occurred_at contradict each other")
        return at, local or on
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
