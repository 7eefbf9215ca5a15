"""Configuration: ``config/default.toml``, then ``local.toml``, then ``ILS_*``.

Unknown keys and values of the wrong type stop the start, with the place named. One `Config`
holds all of it: settings, lists, and what packages above read from its folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

from ils.datafiles import BadConfiguration, Declared, Meta, checked, entries, field_types, read
from ils.settings import (
    Backup,
    Catalog,
    Circulation,
    Data,
    Digitization,
    Labels,
    Library,
    Limits,
    Mail,
    Notices,
    Server,
    SignIn,
    Sms,
    Statistics,
)  # fmt: skip

ROOT = Path(__file__).resolve().parent.parent
SHORT_NAMES = {
    "ILS_DATA": "ILS_DATA_FOLDER",
    "ILS_DATABASE": "ILS_DATA_DATABASE",
    "ILS_HOST": "ILS_SERVER_HOST",
    "ILS_PORT": "ILS_SERVER_PORT",
}
#: Names the folder of the configuration; not a setting of it.
CHOSEN_FOLDER = "ILS_CONFIG"
Held = TypeVar("Held")


@dataclass(frozen=True)
class Config:
    """Every setting of the installation."""

    library: Library
    data: Data
    server: Server
    sign_in: SignIn
    circulation: Circulation
    catalog: Catalog
    statistics: Statistics
    mail: Mail
    sms: Sms
    notices: Notices
    limits: Limits
    digitization: Digitization
    labels: Labels
    backup: Backup
    #: The folder all of it was read from.
    source: Path = ROOT / "config"
    _held: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def holding(self, load: Callable[[Config], Held]) -> Held:
        """What a package reads from the folder of the configuration; it is read once."""
        if load not in self._held:
            self._held[load] = load(self)
        return cast("Held", self._held[load])

    @property
    def folder(self) -> Path:
        """The data folder, absolute."""
        return (ROOT / Path(self.data.folder).expanduser()).resolve()

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL; PostgreSQL is always spoken to by psycopg 3."""
        if not self.data.database:
            return f"sqlite:///{self.folder / 'sandyq.sqlite'}"
        for prefix in ("postgresql://", "postgres://"):
            if self.data.database.startswith(prefix):
                return "postgresql+psycopg://" + self.data.database.removeprefix(prefix)
        return self.data.database

    @cached_property
    def lists(self) -> Lists:
        """The library's own lists: catalogues, subject areas, categories of readers."""
        return load_lists(self.source)


@dataclass(frozen=True)
class Lists:
    """Code lists a library may edit; each maps a code to its names by language."""

    catalogues: Mapping[str, Mapping[str, str]]
    subject_areas: Mapping[str, Mapping[str, str]]
    categories: Mapping[str, Mapping[str, str]]
    event_forms: Mapping[str, Mapping[str, str]]
    #: ``MM-DD`` or ``YYYY-MM-DD`` → names of the holiday.
    holidays: Mapping[str, Mapping[str, str]]
    udc: Mapping[str, str]
    bbk: Mapping[str, str]

    def category_path(self, code: str) -> tuple[str, ...]:
        """A category of readers and the one it belongs to."""
        above = self.categories.get(code, {}).get("parent")
        return (code,) if above is None else (code, above)


SECTIONS: dict[str, type[Declared]] = {
    "library": Library,
    "data": Data,
    "server": Server,
    "sign_in": SignIn,
    "circulation": Circulation,
    "catalog": Catalog,
    "statistics": Statistics,
    "limits": Limits,
    "digitization": Digitization,
    "labels": Labels,
    "backup": Backup,
    "mail": Mail,
    "sms": Sms,
    "notices": Notices,
}


def load(
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read the settings.

    Args:
        folder: where they are; else where ``ILS_CONFIG`` says, else ``config/``.

    Raises:
        BadConfiguration: an unknown section, key or variable, or a value that cannot be.
    """
    environ = os.environ if environ is None else environ
    folder = folder or Path(environ.get(CHOSEN_FOLDER) or ROOT / "config").resolve()
    values = read(folder / "default.toml")
    places = dict.fromkeys(SECTIONS, "default.toml")
    for place, section, key, value in (*_local(folder), *_environment(environ)):
        types = field_types(SECTIONS[section])
        if key not in types:
            raise BadConfiguration(place=place, problem=f"unknown key “{section}.{key}”")
        at = place if place.startswith("ILS_") else f"{place}, {section}.{key}"
        places[section] = place
        values[section][key] = checked(value, types[key], at, strict=not place.startswith("ILS_"))
    sections = {
        name: checked(values[name], shape, f"{places[name]}, {name}")
        for name, shape in SECTIONS.items()
    }
    config = Config(**cast("dict[str, Any]", sections), source=folder)
    if config.mail.host and "@" not in config.mail.sender:
        raise BadConfiguration(place="mail.sender", problem="must be an address")
    return config


def _local(folder: Path) -> Iterator[tuple[str, str, str, object]]:
    path = folder / "local.toml"
    if not path.exists():
        return
    for section, keys in read(path).items():
        if section not in SECTIONS or not isinstance(keys, dict):
            raise BadConfiguration(place="local.toml", problem=f"unknown section “{section}”")
        for key, value in keys.items():
            yield "local.toml", section, key, value


def _environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str, object]]:
    for name, value in environ.items():
        if not name.startswith("ILS_") or name == CHOSEN_FOLDER:
            continue
        full = SHORT_NAMES.get(name, name).removeprefix("ILS_").lower()
        section = next((s for s in SECTIONS if full.startswith(s + "_")), None)
        if section is None:
            raise BadConfiguration(place=name, problem="no setting has this name")
        yield name, section, full.removeprefix(section + "_"), value


class LocalNames(Declared, frozen=True):
    """A code's names, and the code it stands under."""

    ru: Annotated[str, Meta(min_length=1)]
    kk: Annotated[str, Meta(min_length=1)]
    en: Annotated[str, Meta(min_length=1)]
    parent: str | None = None


class _ListsFile(Declared, frozen=True):
    catalogues: dict[str, Any]
    subject_areas: dict[str, Any]
    categories: dict[str, Any]
    event_forms: dict[str, Any]


class _HolidaysFile(Declared, frozen=True):
    fixed: dict[str, Any]
    moving: dict[str, Any]


class _SubjectAreasFile(Declared, frozen=True):
    udc: dict[str, str]
    bbk: dict[str, str]


def load_lists(folder: Path) -> Lists:
    """Read the lists of a folder; each name must exist in ru, kk and en.

    Raises:
        BadConfiguration: a list cannot be used; its file and entry are named.
    """
    lists = _checked_file(folder / "lists.toml", _ListsFile)
    holidays = _checked_file(folder / "holidays.toml", _HolidaysFile)
    classes = _checked_file(folder / "subject_areas.toml", _SubjectAreasFile)
    for kind in ("categories", "subject_areas", "catalogues", "event_forms"):
        codes = lists[kind]
        known = codes if kind in {"categories", "subject_areas"} else {}
        for code, names in codes.items():
            above = names.get("parent")
            if above is not None and "parent" in known.get(above, {"parent": ""}):
                place = f"lists.toml, {kind}.{code}"
                raise BadConfiguration(place=place, problem=f"“{above}” cannot stand above it")
    for scheme, prefixes in classes.items():
        for prefix, area in prefixes.items():
            if area not in lists["subject_areas"]:
                place = f"subject_areas.toml, {scheme}.{prefix}"
                raise BadConfiguration(place=place, problem=f"unknown subject area “{area}”")
    _check_holidays(holidays)
    return Lists(**lists, holidays=holidays["fixed"] | holidays["moving"], **classes)


def _checked_file(path: Path, shape: type[Declared]) -> dict[str, Any]:
    """A file as plain values, once it has the shape."""
    content = read(path)
    checked(content, shape, path.name)
    for section, codes in content.items():
        if shape is not _SubjectAreasFile:
            entries(codes, LocalNames, f"{path.name}, {section}")
    return content


def _check_holidays(holidays: Mapping[str, Mapping[str, object]]) -> None:
    """Each must be a day of the calendar."""
    for kind, prefix in (("fixed", "2000-"), ("moving", "")):
        for day in holidays[kind]:
            try:
                date.fromisoformat(prefix + day)
            except ValueError as error:
                place = f"holidays.toml, {kind}.{day}"
                raise BadConfiguration(place=place, problem="it is no day") from error
