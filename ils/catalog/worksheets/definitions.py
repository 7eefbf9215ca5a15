"""Worksheets (рабочие листы): entry forms as data, from ``config/worksheets``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ils.config import ROOT, BadConfiguration

FOLDER = ROOT / "config" / "worksheets"
LANGUAGES = ("ru", "kk", "en")
KINDS = {
    "text", "long", "year", "isbn", "issn", "udc", "bbk", "url", "pages", "person", "body",
    "subject", "place", "title", "series", "genre",
}  # fmt: skip
FIELD_KEYS = {*LANGUAGES, "indicators", "repeat", "many", "constant"}
SHEET_KEYS = {*LANGUAGES, "leader", "catalogue", "order", "group"}

_line = re.compile(r"(\d{3}): (.+)")
_part = re.compile(r"(@\d+(?:-\d+)?|\d{3}[a-z0-9]?|[a-z0-9])(\*?)(?:=(.+))?")

Names = Mapping[str, str]


@dataclass(frozen=True)
class Sub:
    """A subfield of a form.

    Attributes:
        key: ``a``; ``@9-12`` for positions of a coded ``$a``; ``200a`` or ``001`` inside a link.
        kind: how it is entered; ``list:NAME`` is a pick-list.
        many: whether it may repeat in its field.
    """

    key: str
    names: Names
    kind: str
    many: bool = False
    required: bool = False
    default: str = ""

    @property
    def list(self) -> str:
        """The name of the pick-list, or an empty text."""
        return self.kind.removeprefix("list:") if self.kind.startswith("list:") else ""

    @cached_property
    def positions(self) -> tuple[int, int] | None:
        """First position and length in a coded subfield."""
        if not self.key.startswith("@"):
            return None
        first, _, last = self.key[1:].partition("-")
        return int(first), int(last or first) - int(first) + 1

    @property
    def embedded(self) -> tuple[str, str] | None:
        """Tag and code inside a link."""
        return (self.key[:3], self.key[3:]) if len(self.key) > 2 and self.key[0] != "@" else None


@dataclass(frozen=True)
class FieldForm:
    """A field of a form."""

    tag: str
    names: Names
    indicators: str
    repeat: bool
    constant: tuple[str, str] | None
    subfields: tuple[Sub, ...]


@dataclass(frozen=True)
class Group:
    """Fields under one heading."""

    names: Names
    fields: tuple[FieldForm, ...]


@dataclass(frozen=True)
class Worksheet:
    """The entry form of a kind of document."""

    code: str
    names: Names
    #: Leader positions 6, 7 and 8.
    leader: str
    catalogue: str
    order: int
    groups: tuple[Group, ...]

    def fields(self) -> Iterator[FieldForm]:
        """The fields of all groups."""
        return (form for group in self.groups for form in group.fields)

    def required(self) -> Iterator[tuple[str, Sub]]:
        """Tags and subfields that must be filled."""
        return ((form.tag, sub) for form in self.fields() for sub in form.subfields if sub.required)


@dataclass(frozen=True)
class Worksheets:
    """All forms, and the pick-lists they use."""

    forms: Mapping[str, Worksheet]
    lists: Mapping[str, Mapping[str, Names]]
    #: Field (``210``) and subfield (``210$a``) → names, of all that any form has.
    fields: Mapping[str, Names]

    def form(self, code: str) -> Worksheet:
        """The form of a kind; the book's for one that has none."""
        return self.forms.get(code) or self.forms["book"]


@cache
def worksheets(folder: Path = FOLDER) -> Worksheets:
    """The forms of a folder.

    Raises:
        BadConfiguration: a file has an unknown key, field or kind, or a name is missing.
    """
    fields, lists = _read(folder / "_fields.toml"), _read(folder / "_codes.toml")
    for name, codes in lists.items():
        for code, names in codes.items():
            _names(f"_codes.toml, {name}.{code}", names)
    forms = [
        _worksheet(path, fields, lists)
        for path in sorted(folder.glob("*.toml"))
        if not path.name.startswith("_")
    ]
    forms.sort(key=lambda form: form.order)
    return Worksheets(
        {form.code: form for form in forms},
        lists,
        _place_names(fields),
    )


def _place_names(fields: Mapping[str, Any]) -> dict[str, Names]:
    """``210`` and ``210$a`` → names."""
    names: dict[str, Names] = {}
    for tag, about in fields.items():
        names[tag] = {language: about[language] for language in LANGUAGES}
        for key, sub in about.items():
            if isinstance(sub, dict):
                names[f"{tag}${key}"] = {language: sub[language] for language in LANGUAGES}
    return names


@cache
def class_names(path: Path = FOLDER.parent / "classes.toml") -> Mapping[str, Mapping[str, Names]]:
    """Names of УДК and ББК classes: scheme → index → names in ru and kk."""
    return _read(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfiguration(place=path.name, problem=str(error)) from error


def _names(place: str, about: Mapping[str, Any]) -> Names:
    if missing := [language for language in LANGUAGES if not about.get(language)]:
        raise BadConfiguration(place=place, problem=f"no name in {', '.join(missing)}")
    return {language: about[language] for language in LANGUAGES}


def _worksheet(path: Path, fields: Mapping[str, Any], lists: Mapping[str, Any]) -> Worksheet:
    about = _read(path)
    if unknown := about.keys() - SHEET_KEYS:
        raise BadConfiguration(place=path.name, problem=f"unknown key {sorted(unknown)}")
    if len(about.get("leader", "")) != 3:
        raise BadConfiguration(place=path.name, problem="leader must have three characters")
    groups = []
    for group in about.get("group", []):
        lines = tuple(_field(path.name, line, fields, lists) for line in group["fields"])
        groups.append(Group(_names(path.name, group), lines))
    return Worksheet(
        path.stem,
        _names(path.name, about),
        about["leader"],
        about["catalogue"],
        about["order"],
        tuple(groups),
    )


def _field(place: str, line: str, fields: Mapping[str, Any], lists: Mapping[str, Any]) -> FieldForm:
    match = _line.fullmatch(line)
    about = fields.get(match[1]) if match else None
    if match is None or about is None:
        raise BadConfiguration(place=place, problem=f"“{line}”: no such field")
    subfields = []
    for part in match[2].split():
        found = _part.fullmatch(part)
        said = about.get(found[1]) if found else None
        if found is None or not isinstance(said, dict):
            raise BadConfiguration(place=place, problem=f"{match[1]}: no subfield “{part}”")
        kind = said.get("kind", "text")
        if kind not in KINDS and kind.removeprefix("list:") not in lists:
            raise BadConfiguration(place=place, problem=f"{match[1]}: unknown kind “{kind}”")
        names = _names(f"_fields.toml, {match[1]}.{found[1]}", said)
        many = found[1] in about.get("many", "")
        default = (found[3] or "").replace("~", " ")
        subfields.append(Sub(found[1], names, kind, many, bool(found[2]), default))
    constant = about.get("constant", "").partition("=")
    return FieldForm(
        match[1],
        _names(f"_fields.toml, {match[1]}", about),
        about.get("indicators", "  "),
        about.get("repeat", False),
        (constant[0], constant[2]) if constant[1] else None,
        tuple(subfields),
    )
