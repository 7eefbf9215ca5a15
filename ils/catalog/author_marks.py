"""Author marks by a table the library supplies, as those of Л. Б. Хавкина.

A line of the table is the beginning of a name and its number: ``Абл 14``. A name has the number
of the last line that does not come after it in the alphabet and begins with the same letter.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from ils.catalog.alphabet import alphabetical
from ils.config import Config
from ils.datafiles import BadConfiguration
from ils.marc.record import Field, MarcRecord

MARK = "908"
_line = re.compile(r"(\S.*?)[\s;,]+(\d{1,4})")


@dataclass(frozen=True)
class AuthorMarks:
    """A table; an empty one gives no marks.

    Attributes:
        keys: of the beginnings of names, in order.
        numbers: of the lines, in the same order.
    """

    keys: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    def mark(self, name: str) -> str:
        """The mark of a name or title: its first letter and a number; nothing without a line.

        >>> AuthorMarks(*zip(*[(alphabetical("А"), "11"), (alphabetical("Аб"), "13")])).mark("Абай")
        'А13'
        """
        key = alphabetical(name)
        at = bisect_right(self.keys, key) - 1
        if not key or at < 0 or self.keys[at][0] != key[0]:
            return ""
        letter = next(c for c in name if c.isalnum())
        return f"{letter.upper()}{self.numbers[at]}"

    def completed(self, marc: MarcRecord) -> MarcRecord:
        """A record of a book with its mark, where the cataloguer gave none."""
        if not self.keys or marc.leader[7:8] != "m" or marc.get(MARK, "a").strip():
            return marc
        name = marc.get("700", "a") or marc.get("710", "a") or marc.get("200", "a")
        if not (mark := self.mark(name)):
            return marc
        there = next(marc.each(MARK), None)
        said = [one for one in there.subfields if one[0] != "a"] if there else []
        marked = Field(MARK, there.indicators if there else "  ", [("a", mark), *said])
        fields = [marked if f is there else f for f in marc.fields]
        if there is None:
            fields = sorted([*fields, marked], key=lambda f: f.tag)
        return MarcRecord(marc.leader, fields)


NO_MARKS = AuthorMarks()


def author_marks(config: Config) -> AuthorMarks:
    """The table of a library, read once."""
    return config.holding(_load)


def _load(config: Config) -> AuthorMarks:
    name = config.catalog.author_marks
    return load(config.folder / name) if name else NO_MARKS


def load(path: Path) -> AuthorMarks:
    """A table from a file in UTF-8; empty lines and those that begin with ``#`` say nothing.

    Raises:
        BadConfiguration: it is not there, or a line is none of a table.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(place=path.name, problem=str(error)) from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not (text := line.strip()) or text.startswith("#"):
            continue
        said = _line.fullmatch(text)
        key = alphabetical(said[1]) if said else ""
        if said is None or not key:
            problem = f"line {number}: “{text}” is no beginning of a name with its number"
            raise BadConfiguration(place=path.name, problem=problem)
        if key in found:
            problem = f"line {number}: “{said[1]}” stands there already"
            raise BadConfiguration(place=path.name, problem=problem)
        found[key] = said[2]
    return AuthorMarks(*zip(*sorted(found.items()), strict=True)) if found else NO_MARKS
