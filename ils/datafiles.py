"""Data a library may edit: TOML files, checked as they are read. The one importer of msgspec."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec
from msgspec import Meta

from ils.errors import N_, Invalid

__all__ = ["BadConfiguration", "Declared", "Meta", "checked", "entries", "field_types", "read"]

Read = TypeVar("Read")


class BadConfiguration(Invalid):
    """A setting or a data file cannot be used; the place is its file and where in it."""

    code = "bad_configuration"
    message = N_("Configuration, %(place)s: %(problem)s")


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The parent of every shape of a section or entry: a key it does not have is refused."""

    def changed(self, **values: object) -> Self:
        """The same with other values; they are not checked."""
        return msgspec.structs.replace(self, **values)


def read(path: Path) -> dict[str, Any]:
    """The content of a file.

    Raises:
        BadConfiguration: it is not there or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfiguration(place=path.name, problem=str(error)) from error


def checked(value: object, shape: type[Read], place: str, *, strict: bool = True) -> Read:
    """A value in its shape.

    Args:
        place: the file and where in it, for the error.
        strict: whether numbers and flags must be such; else a text of one will do.

    Raises:
        BadConfiguration: it does not fit; the problem names the key.
    """
    try:
        return msgspec.convert(value, shape, strict=strict)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        where = path.rstrip("`").lstrip(".")
        raise BadConfiguration(
            place=f"{place}, {where}" if where else place, problem=problem.replace("`", "")
        ) from error


def entries(values: Mapping[str, object], shape: type[Read], place: str) -> dict[str, Read]:
    """Entries of one shape by their keys.

    Raises:
        BadConfiguration: one does not fit; its key is a part of the place.
    """
    return {key: checked(value, shape, f"{place}.{key}") for key, value in values.items()}


def field_types(shape: type[Declared]) -> dict[str, Any]:
    """The keys of a shape with their types."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(shape)}
