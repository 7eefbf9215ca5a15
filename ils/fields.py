"""Fields of forms, declared on the data they fill: for page, import and export. Pure.

A form is a dataclass; `described` says of each field what a page has to know::

    @dataclass(frozen=True)
    class NewBranch:
        code: str = described(N_("Code"), width="short")
        type: str = described(N_("Type"), codes="branch_type", default="city")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import Any

MAX_TEXT_LENGTH = 2000


class FieldKind(StrEnum):
    """How a field is entered."""

    TEXT = "text"
    LONG = "long"
    TEL = "tel"
    EMAIL = "email"
    PASSWORD = "password"  # noqa: S105 -- a kind of field
    DAY = "day"
    WHOLE = "whole"
    CHOICE = "choice"
    MANY = "many"
    FLAG = "flag"
    FILE = "file"


@dataclass(frozen=True)
class FieldInfo:
    """What a page knows of a field.

    Attributes:
        label, hint: texts marked with `N_`.
        codes: of a choice, the table of labels or the library's list; else the page gives them.
        empty: a choice may be none, shown so.
        width: ``year``, ``short``, ``phone``, ``date``, or as wide as the form.
        group: the heading it stands under; groups that say nothing are folded.
        columns: what imported tables call it, besides its own name.
        least, most: of a number.
        scan: it is meant to be scanned into.
        past: of a day, that it is over.
    """

    name: str
    label: str
    kind: FieldKind
    required: bool
    default: Any
    hint: str = ""
    codes: str = ""
    empty: str | None = None
    width: str = ""
    group: str = ""
    accept: str = ""
    autocomplete: str = "off"
    columns: Sequence[str] = ()
    least: int = 0
    most: int = 999_999
    longest: int = MAX_TEXT_LENGTH
    scan: bool = False
    past: bool = False


def described(
    label: str, kind: FieldKind = FieldKind.TEXT, *, default: Any = MISSING, **about: Any
) -> Any:
    """A field of a dataclass with what a page knows of it; without a default it must be filled."""
    if about.get("codes") and kind is FieldKind.TEXT:
        kind = FieldKind.CHOICE
    metadata = {"described": {"label": label, "kind": kind, **about}}
    if default is MISSING:
        return field(metadata=metadata, kw_only=True)
    return field(default=default, metadata=metadata, kw_only=True)


def infos(data: type[Any]) -> list[FieldInfo]:
    """The described fields of a dataclass, in their order."""
    found = []
    for one in fields(data):
        about: Mapping[str, Any] | None = one.metadata.get("described")
        if about is not None:
            needed = one.default is MISSING
            default = None if needed else one.default
            found.append(FieldInfo(one.name, required=needed, default=default, **about))
    return found
