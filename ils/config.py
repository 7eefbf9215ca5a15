"""Configuration: ``config/default.toml``, then ``local.toml``, then ``ILS_*``.

Unknown keys and values of the wrong type stop the start, with the place named.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from ils.errors import N_, Invalid

ROOT = Path(__file__).resolve().parent.parent
SHORT_NAMES = {
    "ILS_DATA": "ILS_DATA_FOLDER",
    "ILS_DATABASE": "ILS_DATA_DATABASE",
    "ILS_HOST": "ILS_SERVER_HOST",
    "ILS_PORT": "ILS_SERVER_PORT",
}


class BadConfiguration(Invalid):
    """A setting cannot be used."""

    code = "bad_configuration"
    message = N_("Configuration, %(place)s: %(problem)s")


@dataclass(frozen=True)
class Library:
    """What the library is called and where it is."""

    name_ru: str
    name_kk: str
    name_en: str
    language: str
    timezone: str
    installation: int


@dataclass(frozen=True)
class Data:
    """Where things are kept."""

    folder: str
    database: str


@dataclass(frozen=True)
class Server:
    """How pages are served."""

    host: str
    port: int
    processes: int
    threads: int
    https: bool
    worker: bool
    trusted_proxies: int


@dataclass(frozen=True)
class SignIn:
    """How staff sign in."""

    hours: int
    attempts_per_minute: int
    attempts_per_minute_address: int
    password_length: int


@dataclass(frozen=True)
class Circulation:
    """What holds where no lending rule says otherwise, and how the desk works."""

    lending: str
    loan_days: int
    max_loans: int
    renewal_days: int
    max_renewals: int
    max_unseen_renewals: int
    grace_days: int
    max_overdue: int
    max_holds: int
    hold_days: int
    repeat_seconds: int
    backdate_days: int
    floating: bool


@dataclass(frozen=True)
class Catalog:
    """How catalogues are kept."""

    batch: int


@dataclass(frozen=True)
class Statistics:
    """How reports are counted, closed and sent."""

    rounding: str
    close_day: int


@dataclass(frozen=True)
class Mail:
    """The server letters leave by; an empty host: no letters."""

    host: str
    port: int
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
        return load_lists(ROOT / "config")


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


SECTIONS: dict[str, type] = {
    "library": Library,
    "data": Data,
    "server": Server,
    "sign_in": SignIn,
    "circulation": Circulation,
    "catalog": Catalog,
    "statistics": Statistics,
    "mail": Mail,
}


def load(
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read the settings.

    Raises:
        BadConfiguration: an unknown section, key or variable, or a value of the wrong type.
    """
    folder = ROOT / "config" if folder is None else folder
    environ = os.environ if environ is None else environ
    values = _read_toml(folder / "default.toml")
    for source in (_local(folder), _environment(environ)):
        for place, section, key, value in source:
            known = values.get(section, {})
            if key not in known:
                raise BadConfiguration(place=place, problem=f"unknown key “{section}.{key}”")
            known[key] = _typed(place, section, key, value)
    config = Config(**{name: kind(**values[name]) for name, kind in SECTIONS.items()})
    _check_ranges(config)
    return config


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfiguration(place=path.name, problem=str(error)) from error


def _local(folder: Path) -> Iterator[tuple[str, str, str, object]]:
    path = folder / "local.toml"
    if not path.exists():
        return
    for section, keys in _read_toml(path).items():
        if section not in SECTIONS or not isinstance(keys, dict):
            raise BadConfiguration(place="local.toml", problem=f"unknown section “{section}”")
        for key, value in keys.items():
            yield "local.toml", section, key, value


def _environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str, object]]:
    for name, value in environ.items():
        if not name.startswith("ILS_"):
            continue
        full = SHORT_NAMES.get(name, name).removeprefix("ILS_").lower()
        section = next((s for s in SECTIONS if full.startswith(s + "_")), None)
        if section is None:
            raise BadConfiguration(place=name, problem="no setting has this name")
        yield name, section, full.removeprefix(section + "_"), value


def _typed(place: str, section: str, key: str, value: object) -> object:
    wanted = next(f.type for f in fields(SECTIONS[section]) if f.name == key)
    if isinstance(value, str) and wanted == "int" and value.lstrip("-").isdigit():
        return int(value)
    if isinstance(value, str) and wanted == "bool" and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if type(value).__name__ != wanted:
        problem = f"“{section}.{key}” must be {wanted}, not “{value}”"
        raise BadConfiguration(place=place, problem=problem)
    return value


def _check_ranges(config: Config) -> None:
    limits = {
        "library.installation": (config.library.installation, 0, 63),
        "server.port": (config.server.port, 1, 65535),
        "server.threads": (config.server.threads, 1, 256),
        "sign_in.password_length": (config.sign_in.password_length, 8, 128),
        "circulation.loan_days": (config.circulation.loan_days, 1, 3650),
        "circulation.max_loans": (config.circulation.max_loans, 1, 10000),
        "circulation.renewal_days": (config.circulation.renewal_days, 1, 3650),
        "circulation.hold_days": (config.circulation.hold_days, 1, 365),
        "catalog.batch": (config.catalog.batch, 1, 10000),
        "statistics.close_day": (config.statistics.close_day, 0, 28),
    }
    for place, (value, least, most) in limits.items():
        if not least <= value <= most:
            raise BadConfiguration(place=place, problem=f"{value} is not in {least}–{most}")
    if config.mail.host and "@" not in config.mail.sender:
        raise BadConfiguration(place="mail.sender", problem="must be an address")
    if config.statistics.rounding not in {"half_up", "truncate"}:
        raise BadConfiguration(place="statistics.rounding", problem="half_up or truncate")
    if config.library.language not in {"kk", "ru", "en"}:
        raise BadConfiguration(place="library.language", problem="must be kk, ru or en")


def load_lists(folder: Path) -> Lists:
    """Read ``lists.toml`` and ``subject_areas.toml``; each name must exist in ru, kk and en."""
    lists = _read_toml(folder / "lists.toml")
    classes = _read_toml(folder / "subject_areas.toml")
    holidays = _read_toml(folder / "holidays.toml")
    _check_holidays(holidays)
    for kind, codes in (*lists.items(), *holidays.items()):
        for code, names in codes.items():
            if missing := {"ru", "kk", "en"} - names.keys():
                problem = f"no name in {', '.join(sorted(missing))}"
                raise BadConfiguration(place=f"lists.toml, {kind}.{code}", problem=problem)
    for kind, codes in lists.items():
        for code, names in codes.items():
            above = names.get("parent")
            known = codes if kind in {"categories", "subject_areas"} else {}
            if above is not None and "parent" in known.get(above, {"parent": ""}):
                place = f"lists.toml, {kind}.{code}"
                raise BadConfiguration(place=place, problem=f"“{above}” cannot stand above it")
    for scheme in ("udc", "bbk"):
        for prefix, subject_area in classes[scheme].items():
            if subject_area not in lists["subject_areas"]:
                place = f"subject_areas.toml, {scheme}.{prefix}"
                raise BadConfiguration(
                    place=place, problem=f"unknown subject area “{subject_area}”"
                )
    return Lists(
        catalogues=lists["catalogues"],
        subject_areas=lists["subject_areas"],
        categories=lists["categories"],
        event_forms=lists["event_forms"],
        holidays=holidays["fixed"] | holidays["moving"],
        udc=classes["udc"],
        bbk=classes["bbk"],
    )


def _check_holidays(holidays: Mapping[str, Mapping[str, object]]) -> None:
    """Each must be a day of the calendar."""
    for kind, prefix in (("fixed", "2000-"), ("moving", "")):
        for day in holidays[kind]:
            try:
                date.fromisoformat(prefix + day)
            except ValueError as error:
                place = f"holidays.toml, {kind}.{day}"
                raise BadConfiguration(place=place, problem="it is no day") from error
