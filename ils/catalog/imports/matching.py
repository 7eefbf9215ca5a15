"""Whether an incoming record describes a document the catalogue has: rules are data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from ils.catalog.identifiers import search_key
from ils.catalog.records.rules import Description, clean
from ils.config import Config
from ils.datafiles import Declared, checked, read
from ils.marc.record import MarcRecord

Feature = Literal[
    "isbn", "issn", "title", "description", "edition", "publisher", "carrier", "volume", "year",
    "extent",
]  # fmt: skip
#: By name what a record says of itself: nothing, one thing, or several numbers.
Features = Mapping[str, frozenset[str]]
#: Words of a publisher's name that say only that it is one.
PUBLISHING = {"изд", "издво", "издательство", "баспасы", "баспа", "во", "ооо", "ао", "тоо"}

_number = re.compile(r"\d+")


class MatchRule(Declared, frozen=True):
    """What two records must have in common to be one; see `config/matching.toml`."""

    same: tuple[Feature, ...]
    equal: tuple[Feature, ...] = ()
    agree: tuple[Feature, ...] = ()
    ru: str = ""
    kk: str = ""
    en: str = ""

    def name(self, language: str) -> str:
        """What a page calls it; where nothing is said, what must be the same."""
        return getattr(self, language) or ", ".join(self.same)

    def holds(self, one: Features, other: Features) -> bool:
        """Whether two records are one by this rule."""
        return (
            all(one[name] & other[name] for name in self.same)
            and all(one[name] == other[name] for name in self.equal)
            and all(
                one[name] & other[name] or not (one[name] and other[name]) for name in self.agree
            )
        )


class Matching(Declared, frozen=True):
    """The rules of `config/matching.toml`."""

    rules: tuple[MatchRule, ...]


def matching(config: Config) -> Sequence[MatchRule]:
    """The rules of a library.

    Raises:
        BadConfiguration: its file is not what it should be; the place is named.
    """
    return config.holding(_load).rules


def _load(config: Config) -> Matching:
    path = config.source / "matching.toml"
    return checked(read(path), Matching, path.name)


def features(marc: MarcRecord, about: Description) -> Features:
    """What of a record is compared, as plain texts; empty where nothing is said."""
    said = {name: frozenset(filter(None, [of(marc, about)])) for name, of in _FEATURES.items()}
    return {**said, "isbn": frozenset(about.isbns)}


def _edition(marc: MarcRecord, _: Description) -> str:
    """The number of an edition, or its words: “2-е изд., доп.” is 2."""
    said = clean(marc.get("205", "a"))
    found = _number.search(said)
    return found.group() if found else search_key(said)


def _publisher(marc: MarcRecord, _: Description) -> str:
    words = search_key(marc.get("210", "c") or marc.get("214", "c")).split()
    return " ".join(word for word in words if word not in PUBLISHING)


def _volume(marc: MarcRecord, _: Description) -> str:
    said = [v for f in marc.each("225") for v in f.all("v")]
    said += [v for f in marc.each("200") for v in f.all("h")]
    return " ".join(" ".join(_number.findall(v)) or search_key(v) for v in said)


def _extent(marc: MarcRecord, _: Description) -> str:
    return " ".join(_number.findall(marc.get("215", "a"))[:1])


_FEATURES: Mapping[str, Callable[[MarcRecord, Description], str]] = {
    "issn": lambda _, about: about.issn or "" if about.is_serial else "",
    "title": lambda _, about: search_key(about.title.partition(" : ")[0]),
    "description": lambda _, about: about.match_key or "",
    "edition": _edition,
    "publisher": _publisher,
    "carrier": lambda marc, _: marc.leader[6:7].strip(),
    "volume": _volume,
    "year": lambda _, about: str(about.year or ""),
    "extent": _extent,
}
