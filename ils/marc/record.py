"""A MARC record in memory and as it is kept: nothing a source wrote is lost."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Dialect(StrEnum):
    """Which meaning the tags have."""

    UNIMARC = "unimarc"
    MARC21 = "marc21"
    IRBIS = "irbis"


@dataclass(slots=True)
class Field:
    """One field: tag, two indicators, and (code, value) pairs in order.

    Text outside subfields (a control field, an ИРБИС value) has the empty code.
    """

    tag: str
    indicators: str
    subfields: list[tuple[str, str]]

    def get(self, code: str) -> str:
        """The first value of a subfield, or an empty text."""
        return next((value for key, value in self.subfields if key == code), "")

    def all(self, *codes: str) -> list[str]:
        """The values of these subfields, in the field's order."""
        return [value for key, value in self.subfields if key in codes]

    def has_text(self) -> bool:
        """Whether any subfield says something."""
        return any(value.strip() for _, value in self.subfields)

    def embedded(self) -> list[Field]:
        """The fields inside a 4XX field: each begins with ``$1`` and its tag.

        Subfields before the first ``$1`` belong to none of them.
        """
        inside: list[Field] = []
        for code, value in self.subfields:
            if code == "1":
                if said := _longer_tag.fullmatch(value):
                    value = f"{said[1]}{said[2]}{said[3]}"  # noqa: PLW2901 -- as it was meant
                tag = value[:3]
                control = tag < "010"
                text = value[3:] if control else value[5:]
                first = [("", text)] if text.strip() else []
                inside.append(Field(tag, "" if control else value[3:5].ljust(2), first))
            elif inside:
                inside[-1].subfields.append((code, value))
        return inside


#: ИРБИС writes $17002#1 for $1702#1.
_longer_tag = re.compile(r"(7[01])0([0-2])([ #\d|]{2})")
_line_break = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_at_an_end = re.compile(rf"{_line_break.pattern}(?=\x1f|\Z)|(?:(?<=\x1f.)|\A){_line_break.pattern}")


#: A full stop behind a whole word: shorter ones may be abbreviations.
_last_stop = re.compile(r"(?<=\w{4})\.$")


def unstopped(text: str) -> str:
    """A value without the full stop that ends the field; an abbreviation keeps its own.

    >>> unstopped("П. П. Петров."), unstopped("и др."), unstopped("Жизнь и т. п.")
    ('П. П. Петров', 'и др.', 'Жизнь и т. п.')
    """
    return _last_stop.sub("", text)


def unbroken(text: str) -> str:
    r"""A field or value without line breaks: each, with the blanks around it, becomes a blank.

    At the ends of a value nothing takes its place. Only line ends are white space here: the
    marks of MARC count as such for `str.isspace`.

    >>> unbroken("Степной\n  сад"), unbroken("\x1faсад\r\n\x1fe\n повесть\n")
    ('Степной сад', '\x1faсад\x1feповесть')
    """
    return _line_break.sub(" ", _at_an_end.sub("", text))


def linked(tag: str, indicators: str, inside: list[Field]) -> Field:
    """A 4XX field that holds other fields (RUSMARC's embedded technique)."""
    subfields = []
    for f in inside:
        plain = f.get("") if f.tag < "010" else ""
        subfields.append(("1", f"{f.tag}{f.indicators}{plain}"))
        subfields += [(code, value) for code, value in f.subfields if code]
    return Field(tag, indicators, subfields)


@dataclass(slots=True)
class MarcRecord:
    """A leader and ordered fields."""

    leader: str = ""
    fields: list[Field] = field(default_factory=list)

    def each(self, *tags: str) -> Iterator[Field]:
        """The fields with these tags, in the record's order."""
        return (f for f in self.fields if f.tag in tags)

    def imprints(self) -> list[Field]:
        """Where, by whom and when it was published: 210, or 214 of the publisher (since 2019)."""
        return [
            f for f in self.fields
            if f.tag == "210" or (f.tag == "214" and f.indicators[1:2] in {"0", " ", ""})
        ]  # fmt: skip

    def get(self, tag: str, code: str = "") -> str:
        """The first non-empty value of a subfield, or an empty text."""
        return next((value for f in self.each(tag) if (value := f.get(code))), "")

    def dump(self) -> str:
        """The record as it is kept: compact JSON, every value as it came."""
        fields = [[f.tag, f.indicators, f.subfields] for f in self.fields]
        return json.dumps([self.leader, fields], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> MarcRecord:
        """The record from what `dump` wrote."""
        leader, fields = json.loads(text)
        return cls(
            leader,
            [Field(tag, ind, [(c, v) for c, v in pairs]) for tag, ind, pairs in fields],
        )

    def fingerprint(self) -> str:
        """32 hexadecimal digits of the content; lengths and addresses do not count."""
        lines = [
            f"{f.tag}\x1e{f.indicators}" + "".join([f"\x1f{c}{v}" for c, v in f.subfields])
            for f in self.fields
        ]
        # What other dialects left in 886 is a set: its order says nothing.
        kept = sorted(line for line in lines if line.startswith("886"))
        content = [self.leader[5:12] + self.leader[17:20]]
        content += [line for line in lines if not line.startswith("886")] + kept
        return hashlib.blake2b("\x1d".join(content).encode(), digest_size=16).hexdigest()

    def text(self) -> str:
        """Lines a cataloguer reads: tag, indicators, subfields."""
        lines = [f"LDR  {self.leader}"] if self.leader else []
        for f in self.fields:
            values = "".join(f"${code}{value}" if code else value for code, value in f.subfields)
            lines.append(f"{f.tag:<4} {f.indicators.replace(' ', '#'):<2} {values}")
        return "\n".join(lines)
