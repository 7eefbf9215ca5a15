"""Rows of ``config/conversion/*.toml`` as functions that convert one field.

A row names the field in both dialects and pairs of subfields, ``foreign=unimarc``:

    [[field]]
    foreign = "250"
    unimarc = "205"
    subfields = "a=a b=f"        # an empty code is text outside subfields
    marks = "b= /"               # ISBD marks the foreign field writes before a subfield
    foreign_indicators = "  "
    unimarc_indicators = "  "
    constant = "2=rubbk"         # a UNIMARC subfield that tells this row from others

In ``embed`` a UNIMARC subfield is written with the embedded field it lives in: ``t=200a``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ils.config import ROOT
from ils.datafiles import BadConfiguration, Declared, checked, read
from ils.marc.record import Dialect, Field, linked

FOLDER = ROOT / "config" / "conversion"
ISBD_END = re.compile(r"\s*[/:;,=]\s*$")
EMBEDDED_INDICATORS = {"200": "1 ", "700": " 1", "210": "  ", "011": "  "}


class RowShape(Declared, frozen=True, kw_only=True):
    """A row as it is written; of ``subfields`` and ``embed`` it has one."""

    foreign: str
    unimarc: str
    subfields: str | None = None
    embed: str | None = None
    marks: str = ""
    constant: str = ""
    foreign_indicators: str | None = None
    unimarc_indicators: str = "  "


@dataclass(frozen=True)
class ConversionRow:
    """One line of the table."""

    foreign: str
    unimarc: str
    #: (foreign code, UNIMARC code or tag and code)
    pairs: tuple[tuple[str, str], ...]
    embed: bool
    foreign_indicators: str
    unimarc_indicators: str
    marks: Mapping[str, str] = field(default_factory=dict)
    constant: tuple[str, str] | None = None

    @cached_property
    def to_code(self) -> dict[str, str]:
        """Foreign code → UNIMARC code; the first pair of a code counts."""
        return dict(reversed(self.pairs))

    @cached_property
    def from_code(self) -> dict[str, str]:
        """UNIMARC code → foreign code."""
        return {unimarc: foreign for foreign, unimarc in reversed(self.pairs)}

    def read(self, f: Field) -> list[Field]:
        """The UNIMARC field of a foreign one; nothing if it says nothing that fits."""
        pairs = [
            (self.to_code[code], self._unmarked(value))
            for code, value in f.subfields
            if code in self.to_code and value
        ]
        if not pairs:
            return []
        if self.embed:
            return [linked(self.unimarc, self.unimarc_indicators, _inside(pairs))]
        if self.constant is not None:
            pairs.append(self.constant)
        return [Field(self.unimarc, self.unimarc_indicators, pairs)]

    def write(self, f: Field) -> list[Field]:
        """The foreign field of a UNIMARC one."""
        if self.embed:
            said = [(g.tag + code, value) for g in f.embedded() for code, value in g.subfields]
            # The other technique writes the title in $t and so on: UNIMARC Manual, 4XX.
            said += [(STANDARD[c], v) for c, v in f.subfields if c in STANDARD and not said]
        else:
            said = f.subfields
        pairs: list[tuple[str, str]] = []
        for code, value in said:
            to = self.from_code.get(code)
            if to is None or (self.constant is not None and (code, value) == self.constant):
                continue
            if pairs and to in self.marks:
                before, text = pairs[-1]
                pairs[-1] = (before, text + self.marks[to])
            pairs.append((to, value))
        if len(pairs) > 1 and all(not to for to, _ in pairs):  # ИРБИС: one value, one field
            return [Field(self.foreign, self.foreign_indicators, [pair]) for pair in pairs]
        return [Field(self.foreign, self.foreign_indicators, pairs)] if pairs else []

    def _unmarked(self, value: str) -> str:
        return ISBD_END.sub("", value) if self.marks else value


#: Codes of the standard subfields technique → embedded field and code.
STANDARD = {
    "t": "200a", "a": "700a", "c": "210a", "n": "210c", "d": "210d", "v": "200v",
    "x": "011a", "y": "010a", "p": "215a", "e": "205a", "h": "200h", "i": "200i", "0": "001",
}  # fmt: skip


def _inside(pairs: list[tuple[str, str]]) -> list[Field]:
    """Embedded fields of (``200a``, value) pairs, in the order their tags are first met."""
    inside: dict[str, Field] = {}
    for code, value in pairs:
        tag = code[:3]
        default = "" if tag < "010" else EMBEDDED_INDICATORS.get(tag, "  ")
        one = inside.setdefault(tag, Field(tag, default, []))
        one.subfields.append((code[3:], value))
    return sorted(inside.values(), key=lambda f: f.tag)


def load(dialect: Dialect) -> tuple[list[ConversionRow], Mapping[str, Any]]:
    """The rows of a dialect and the other tables of its file."""
    return load_file(FOLDER / f"{dialect}.toml")


def load_file(path: Path) -> tuple[list[ConversionRow], Mapping[str, Any]]:
    """The rows of a file.

    Raises:
        BadConfiguration: a row has an unknown key or no fields; it is named.
    """
    values = read(path)
    rows: list[RowShape] = []
    for number, row in enumerate(values.pop("field"), 1):
        place = f"{path.name}, field {number}"
        rows.append(checked(row, RowShape, place))
        if (rows[-1].embed is None) == (rows[-1].subfields is None):
            raise BadConfiguration(place=place, problem="it has one of subfields, embed")
    indicators = "" if values.get("no_indicators") else "  "
    return [_row(row, indicators) for row in rows], values


def _row(row: RowShape, indicators: str) -> ConversionRow:
    constant = row.constant.partition("=")
    foreign_indicators = indicators if row.foreign_indicators is None else row.foreign_indicators
    return ConversionRow(
        foreign=row.foreign,
        unimarc=row.unimarc,
        pairs=tuple(_pairs(row.embed or row.subfields or "")),
        embed=row.embed is not None,
        foreign_indicators=foreign_indicators,
        unimarc_indicators=row.unimarc_indicators,
        marks=dict(_marks(row.marks)),
        constant=(constant[0], constant[2]) if constant[1] else None,
    )


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(one.partition("=")[0], one.partition("=")[2]) for one in text.split()]


def _marks(text: str) -> list[tuple[str, str]]:
    """``b=: c=/`` → the mark with a blank before it; a comma has none."""
    return [(code, mark if mark == "," else f" {mark}") for code, mark in _pairs(text)]
