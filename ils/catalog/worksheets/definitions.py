"""Worksheets (рабочие листы): entry forms as data, from ``config/worksheets``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from ils.catalog.author_marks import NO_MARKS, AuthorMarks, author_marks
from ils.config import Config
from ils.datafiles import BadConfiguration, Declared, Meta, checked, entries, field_types, read

LANGUAGES = ("ru", "kk", "en")
KINDS = {
    "text", "long", "year", "isbn", "issn", "udc", "bbk", "url", "pages", "person", "body",
    "subject", "place", "title", "series", "genre", "whole",
}  # fmt: skip

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
    marks: AuthorMarks = NO_MARKS

    def form(self, code: str) -> Worksheet:
        """The form of a kind; the book's for one that has none."""
        return self.forms.get(code) or self.forms["book"]


Name = Annotated[str, Meta(min_length=1)]


class _Named(Declared, frozen=True):
    ru: Name
    kk: Name
    en: Name

    @property
    def names(self) -> Names:
        """Language → name."""
        return {language: getattr(self, language) for language in LANGUAGES}


class SubShape(_Named, frozen=True):
    """A subfield in ``_fields.toml``."""

    kind: str = "text"


class FieldShape(_Named, frozen=True):
    """A field in ``_fields.toml``; its other keys are subfields."""

    indicators: Annotated[str, Meta(min_length=2, max_length=2)] = "  "
    repeat: bool = False
    many: str = ""
    constant: str = ""


class GroupShape(_Named, frozen=True):
    """Fields under one heading: a line each."""

    fields: list[str]


class SheetShape(_Named, frozen=True, kw_only=True):
    """A form."""

    leader: Annotated[str, Meta(min_length=3, max_length=3)]
    catalogue: str
    order: int
    group: list[GroupShape] = []  # noqa: RUF012 -- msgspec copies it


class ClassName(Declared, frozen=True):
    """The name of a class of УДК or ББК."""

    ru: Name
    kk: Name

    def name(self, language: str) -> str:
        """In a language; Russian stands for any but Kazakh."""
        return self.kk if language == "kk" else self.ru


@dataclass(frozen=True)
class _FieldData:
    """A field that forms may have, with its subfields."""

    shape: FieldShape
    subfields: Mapping[str, SubShape]


def worksheets(config: Config) -> Worksheets:
    """The forms of a library, read once."""
    return config.holding(_load_all)


def _load_all(config: Config) -> Worksheets:
    return replace(load(config.source / "worksheets"), marks=author_marks(config))


def load(folder: Path) -> Worksheets:
    """The forms of a folder.

    Raises:
        BadConfiguration: a file has an unknown key, field or kind, or a name is missing.
    """
    codes = checked(read(folder / "_codes.toml"), dict[str, dict[str, Any]], "_codes.toml")
    lists = {name: entries(each, _Named, f"_codes.toml, {name}") for name, each in codes.items()}
    fields = {
        tag: _field_data(tag, about, lists) for tag, about in read(folder / "_fields.toml").items()
    }
    paths = [path for path in sorted(folder.glob("*.toml")) if not path.name.startswith("_")]
    forms = sorted((_worksheet(path, fields) for path in paths), key=lambda form: form.order)
    return Worksheets(
        {form.code: form for form in forms},
        {name: {code: one.names for code, one in codes.items()} for name, codes in lists.items()},
        _place_names(fields),
    )


def _field_data(tag: str, about: Mapping[str, Any], lists: Mapping[str, Any]) -> _FieldData:
    place, own = f"_fields.toml, {tag}", field_types(FieldShape)
    shape = checked({k: v for k, v in about.items() if k in own}, FieldShape, place)
    subfields = entries({k: v for k, v in about.items() if k not in own}, SubShape, place)
    for key, sub in subfields.items():
        if sub.kind not in KINDS and sub.kind.removeprefix("list:") not in lists:
            raise BadConfiguration(place=f"{place}.{key}", problem=f"unknown kind “{sub.kind}”")
    return _FieldData(shape, subfields)


def _place_names(fields: Mapping[str, _FieldData]) -> dict[str, Names]:
    """``210`` and ``210$a`` → names."""
    names: dict[str, Names] = {}
    for tag, field in fields.items():
        names[tag] = field.shape.names
        names |= {f"{tag}${key}": sub.names for key, sub in field.subfields.items()}
    return names


def class_names(config: Config) -> Mapping[str, Mapping[str, ClassName]]:
    """Names of УДК and ББК classes: scheme → index → names."""
    return config.holding(_load_classes)


def _load_classes(config: Config) -> dict[str, dict[str, ClassName]]:
    path = config.source / "classes.toml"
    schemes = checked(read(path), dict[str, dict[str, Any]], path.name)
    return {
        scheme: entries(classes, ClassName, f"{path.name}, {scheme}")
        for scheme, classes in schemes.items()
    }


def _worksheet(path: Path, fields: Mapping[str, _FieldData]) -> Worksheet:
    shape = checked(read(path), SheetShape, path.name)
    groups = tuple(
        Group(group.names, tuple(_field(path.name, line, fields) for line in group.fields))
        for group in shape.group
    )
    return Worksheet(path.stem, shape.names, shape.leader, shape.catalogue, shape.order, groups)


def _field(place: str, line: str, fields: Mapping[str, _FieldData]) -> FieldForm:
    match = _line.fullmatch(line)
    field = fields.get(match[1]) if match else None
    if match is None or field is None:
        raise BadConfiguration(place=place, problem=f"“{line}”: no such field")
    subfields = []
    for part in match[2].split():
        found = _part.fullmatch(part)
        sub = field.subfields.get(found[1]) if found else None
        if found is None or sub is None:
            raise BadConfiguration(place=place, problem=f"{match[1]}: no subfield “{part}”")
        many = found[1] in field.shape.many
        default = (found[3] or "").replace("~", " ")
        subfields.append(Sub(found[1], sub.names, sub.kind, many, bool(found[2]), default))
    constant = field.shape.constant.partition("=")
    return FieldForm(
        match[1],
        field.shape.names,
        field.shape.indicators,
        field.shape.repeat,
        (constant[0], constant[2]) if constant[1] else None,
        tuple(subfields),
    )
