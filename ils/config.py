"""Configuration: ``config/default.toml``, then ``local.toml``, then ``ILS_*``.

Unknown keys and values of the wrong type stop the start, with the place named. One `Config`
holds all of it: settings, lists, and what packages above read from its folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast

from ils.datafiles import BadConfiguration, Declared, Meta, checked, entries, field_types, read

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

Days = Annotated[int, Meta(ge=1, le=3650)]
Count = Annotated[int, Meta(ge=0, le=10_000)]


class Library(Declared, frozen=True):
    """What the library is called and where it is."""

    name_ru: str
    name_kk: str
    name_en: str
    language: Literal["kk", "ru", "en"]
    timezone: str
    installation: Annotated[int, Meta(ge=0, le=63)]

    def name(self, language: str) -> str:
        """What it is called in a language; Russian stands for any it has no name in."""
        return {"kk": self.name_kk, "en": self.name_en}.get(language, self.name_ru)


class Data(Declared, frozen=True):
    """Where things are kept."""

    folder: str
    database: str


class Server(Declared, frozen=True):
    """How pages are served."""

    host: str
    port: Annotated[int, Meta(ge=1, le=65535)]
    processes: Annotated[int, Meta(ge=0, le=64)]
    threads: Annotated[int, Meta(ge=1, le=256)]
    https: bool
    worker: bool
    trusted_proxies: int
    #: Public pages an address may ask for in a minute.
    public_per_minute: Annotated[int, Meta(ge=1)]
    #: Where readers find the site, for links in letters; without a slash at its end.
    address: str = ""


class SignIn(Declared, frozen=True):
    """How staff sign in."""

    hours: Annotated[int, Meta(ge=1, le=744)]
    attempts_per_minute: Annotated[int, Meta(ge=1)]
    attempts_per_minute_address: Annotated[int, Meta(ge=1)]
    password_length: Annotated[int, Meta(ge=8, le=128)]


class Circulation(Declared, frozen=True):
    """What holds where no lending rule says otherwise, and how the desk works."""

    lending: Literal["home", "reading_room", "none"]
    loan_days: Days
    max_loans: Annotated[int, Meta(ge=1, le=10_000)]
    renewal_days: Days
    max_renewals: Count
    max_unseen_renewals: Count
    grace_days: Count
    max_overdue: Count
    max_holds: Count
    hold_days: Annotated[int, Meta(ge=1, le=365)]
    repeat_seconds: Count
    backdate_days: Count
    floating: bool
    #: What cards look like, as regular expressions: such a code is never taken for a book's.
    card_patterns: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse what is no regular expression."""
        for pattern in self.card_patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"card_patterns: “{pattern}” is no pattern: {error}") from None


class Backup(Declared, frozen=True):
    """Where backups go, how often, and how many are kept."""

    folder: str
    second: str
    every_hours: Annotated[int, Meta(ge=0, le=744)]
    keep: Annotated[int, Meta(ge=1, le=1000)]


class Limits(Declared, frozen=True):
    """What a file that is sent may hold at most."""

    rows: Annotated[int, Meta(ge=1, le=10_000_000)] = 50_000
    columns: Annotated[int, Meta(ge=1, le=16_384)] = 100
    unpacked_mb: Annotated[int, Meta(ge=1, le=10_000)] = 50
    megapixels: Annotated[int, Meta(ge=1, le=1_000)] = 40


class Digitization(Declared, frozen=True):
    """What scans may be, how they are recognised, and who reads inside the library."""

    file_mb: Annotated[int, Meta(ge=1, le=100_000)]
    megapixels: Annotated[int, Meta(ge=1, le=1_000)]
    pages: Annotated[int, Meta(ge=1, le=100_000)]
    #: A folder that is watched; empty: none.
    inbox: str
    #: Processes that recognise beside the worker, and pages of one task.
    workers: Annotated[int, Meta(ge=0, le=64)]
    pages_at_once: Annotated[int, Meta(ge=1, le=1_000)]
    #: Of Tesseract; a file of this name in the data folder’s ``models`` comes before Debian’s.
    model: str
    page_seconds: Annotated[int, Meta(ge=5, le=3_600)]
    page_mb: Annotated[int, Meta(ge=200, le=64_000)]
    dictionaries: str
    #: Addresses that are inside the library, as networks.
    library_networks: tuple[str, ...]
    #: All masters are read again within so many days.
    verify_days: Days
    #: So many days before its end a contract is asked about.
    reminder_days: Days
    #: A program that checks PDF/A and answers with 0 (veraPDF); empty: none.
    validator: str

    def __post_init__(self) -> None:
        """Refuse what is no network."""
        try:
            for network in self.library_networks:
                ip_network(network)
        except ValueError as error:
            raise ValueError(f"library_networks: {error}") from None


class Labels(Declared, frozen=True):
    """Label printers."""

    #: Name → address:port of a printer that understands ZPL.
    printers: dict[str, str]
    dpi: Literal[203, 300, 600]


class Catalog(Declared, frozen=True):
    """How catalogues are kept."""

    batch: Annotated[int, Meta(ge=1, le=10_000)]


class Statistics(Declared, frozen=True):
    """How reports are counted, closed and sent."""

    rounding: Literal["half_up", "truncate"]
    close_day: Annotated[int, Meta(ge=0, le=28)]


class Mail(Declared, frozen=True):
    """The server letters leave by; an empty host: no letters."""

    host: str
    port: Annotated[int, Meta(ge=1, le=65535)]
    user: str
    password: str
    sender: str
    starttls: bool


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
    for place, section, key, value in (*_local(folder), *_environment(environ)):
        types = field_types(SECTIONS[section])
        if key not in types:
            raise BadConfiguration(place=place, problem=f"unknown key “{section}.{key}”")
        at = place if place.startswith("ILS_") else f"{place}, {section}.{key}"
        values[section][key] = checked(value, types[key], at, strict=not place.startswith("ILS_"))
    sections = {
        name: checked(values[name], shape, f"default.toml, {name}")
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
