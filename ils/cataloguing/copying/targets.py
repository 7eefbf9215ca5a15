"""Which libraries may be asked, and how: `config/targets.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta, field

from ils.config import Config
from ils.datafiles import Declared, checked, read
from ils.marc.reading import ReadRecord

#: What can be asked for, by the names most SRU services have for it.
INDEXES = {"isbn": "bath.isbn", "title": "dc.title", "author": "dc.creator"}
FIELDS = tuple(INDEXES)


class Target(Declared, frozen=True):
    """A catalogue of another library.

    Attributes:
        agency: how 035 calls the library, as `DE-101`.
        address: of SRU ``https://host/path``; of Z39.50 ``host:port/database``.
        indexes: of SRU, the name of each of `FIELDS` there.
        schema: of SRU, how records are asked for; of Z39.50, the record syntax of yaz-client.
        seconds: so long its answer is waited for.
    """

    code: str
    agency: str
    name: Mapping[str, str]
    protocol: Literal["sru", "z39.50"]
    address: str
    schema: str = "marcxml"
    dialect: Literal["unimarc", "marc21"] = "marc21"
    encoding: str = "utf-8"
    indexes: Mapping[str, str] = field(default_factory=lambda: dict(INDEXES))
    version: str = "1.1"
    seconds: Annotated[float, Meta(ge=1, le=60)] = 8.0


class Targets(Declared, frozen=True):
    """The file."""

    targets: tuple[Target, ...] = ()


@dataclass(frozen=True)
class SoughtRecord:
    """What is looked for; at least one is said."""

    isbn: str = ""
    title: str = ""
    author: str = ""

    def said(self) -> dict[str, str]:
        """Field → text, of what is said; an ISBN says all."""
        if self.isbn:
            return {"isbn": self.isbn}
        return {name: text for name in FIELDS if (text := getattr(self, name))}


class NoAnswer(Exception):
    """A library gave no answer that can be used; the text is a reason, marked for translation."""


@dataclass(frozen=True)
class Answered:
    """What one library said: its records, or why it has none."""

    target: Target
    records: Sequence[ReadRecord] = ()
    total: int = 0
    problem: str = ""


def targets(config: Config) -> Sequence[Target]:
    """The libraries that may be asked.

    Raises:
        BadConfiguration: the file is not what it should be; the place is named.
    """
    return config.holding(_load).targets


def _load(config: Config) -> Targets:
    path = config.source / "targets.toml"
    return checked(read(path), Targets, path.name)
