"""The records of the benchmark: a RUSMARC file of books with copies."""

from __future__ import annotations

import random
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORDS = (ROOT / "config" / "demo" / "books.json").read_text(encoding="utf-8").split()[5:400:3]


def records(path: Path, number: int, copies: int) -> None:
    """A RUSMARC file in UTF-8 of so many books with 910 fields."""
    chance = random.Random(7)  # noqa: S311 -- titles, not secrets
    with path.open("wb") as out:
        for at in range(number):
            title = " ".join(chance.choices(WORDS, k=4)).capitalize()
            surname = chance.choice(WORDS).capitalize()
            fields = [
                ("001", f"BENCH{at}"),
                ("101", f"0 \x1fa{chance.choice(('kaz', 'rus'))}"),
                ("200", f"1 \x1fa{title}\x1ff{surname} А."),
                ("210", f"  \x1faАлматы\x1fcБаспа\x1fd{1950 + at % 75}"),
                ("215", f"  \x1fa{100 + at % 400} с."),
                ("606", f"0 \x1fa{chance.choice(WORDS)}"),
                ("675", f"  \x1fa{chance.choice(('82', '94', '51', '63', '78'))}"),
                ("700", f" 1\x1fa{surname}\x1fbА. Б."),
            ]
            for copy in range(copies):
                code = 1_000_000 + at * copies + copy
                fields.append(("910", f"  \x1fa0\x1fb{code}\x1fh{code}\x1fdБ1\x1fe1500.00"))
            out.write(iso2709(fields))


def record_of_many(title: str, copies: int) -> bytes:
    """A book with so many copies that its fields fill several records' worth."""
    fields = [("001", "MANY"), ("101", "0 \x1farus"), ("200", f"1 \x1fa{title}")]
    for copy in range(copies):
        code = 9_000_000 + copy
        fields.append(("910", f"  \x1fa0\x1fb{code}\x1fh{code}\x1fdБ1"))
    return iso2709(fields)


def iso2709(fields: list[tuple[str, str]]) -> bytes:
    directory, body = b"", b""
    for tag, text in fields:
        raw = text.encode() + b"\x1e"
        directory += f"{tag}{len(raw):04}{len(body):05}".encode()
        body += raw
    base = 24 + len(directory) + 1
    leader = f"{base + len(body) + 1:05}nam0 22{base:05}   450 ".encode()
    return leader + directory + b"\x1e" + body + b"\x1d"
