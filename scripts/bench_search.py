"""Measures the search: building, asking in process, SQLite's FTS5 beside it.

Usage: scripts/bench search [--records N] [--queries N]
Words follow Zipf's law; half are forms of real words of citations, half are made of syllables.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import bench_data  # noqa: E402
from bench import accounts  # noqa: E402
from bench_server import PASSWORD, Desk, Server  # noqa: E402
from bench_upload import waits  # noqa: E402

from ils.search import engine  # noqa: E402
from ils.search.asking import Asked, find  # noqa: E402
from ils.search.documents import Searchable  # noqa: E402

SYLLABLES = "ба ка та на ла ма ра са ды не ти ко по ре ши ян ор ен ат ім ұл өз".split()  # noqa: SIM905
ENDINGS = ("", "", "ы", "а", "лар", "ов", "ның", "ский", "ами", "дағы")


def vocabulary(chance: random.Random, number: int) -> list[str]:
    """Words, the most frequent first."""
    citations = json.loads((ROOT / "tests/data/citations.json").read_text(encoding="utf-8"))
    real = {w.lower() for one in citations for w in re.findall(r"[^\W\d_]{3,}", one["text"])}
    made = {
        "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) + chance.choice(ENDINGS)
        for _ in range(number)
    }
    words = sorted(real | made)
    chance.shuffle(words)
    return words


def records(number: int) -> Iterator[Searchable]:
    """Records of some seven words of title, a name and a heading."""
    chance = random.Random(7)  # noqa: S311 -- words, not secrets
    words = vocabulary(chance, 60_000)
    weights = list(accumulate(1 / (rank + 10) ** 0.95 for rank in range(len(words))))
    for at in range(number):
        said = chance.choices(words, cum_weights=weights, k=chance.randint(5, 12))
        title, author = " ".join(said[3:]).capitalize(), f"{said[0].capitalize()} А. Б."
        language = chance.choice(("ru", "ru", "kk"))
        yield Searchable(
            at + 1,
            {"title": [title], "author": [author], "subject": [" ".join(said[1:3])]},
            [f"9785{at:09}"],
            {"catalogue": [chance.choice(("books", "books", "articles"))], "language": [language],
             "material": ["book"], "division": [chance.choice(("arts", "history", "technology"))],
             "branch": [str(chance.randint(1, 20))]},
            1950 + at % 75, title, author, language, 0.0,
        )  # fmt: skip


def asked(number: int) -> dict[str, list[Asked]]:
    """Questions of each kind, from records that are there."""
    chance = random.Random(11)  # noqa: S311
    sample = list(records(4 * number))
    chance.shuffle(sample)
    kinds: dict[str, list[Asked]] = {}
    for one in sample[:number]:
        title, author = one.title.split(), one.author.split()[0]
        word, other = chance.choice(title), chance.choice(title)
        for kind, question in {
            "one word": Asked(word),
            "two words": Asked(f"{word} {other}"),
            "phrase": Asked('"' + " ".join(title[:2]) + '"'),
            "truncation": Asked(word[:4] + "*"),
            "author and title": Asked(f"автор:{author} название:{word}"),
            "filtered, newest": Asked(word, {"catalogue": ("books",)}, (1980, 2000), "-added"),
        }.items():
            kinds.setdefault(kind, []).append(question)
    return kinds


def timed(name: str, do: Callable[[Asked], object], questions: list[Asked]) -> None:
    took = []
    for question in questions:
        start = time.perf_counter()
        do(question)
        took.append((time.perf_counter() - start) * 1000)
    took.sort()
    p95 = took[int(len(took) * 0.95)]
    print(f"  {name}: p50 {statistics.median(took):.2f} ms, p95 {p95:.2f} ms")


def built(number: int, folder: Path) -> tuple[float, float]:
    """Records a second, and the share of the time that making their documents takes."""
    generating = time.perf_counter()
    for _ in records(number):
        pass
    generating = time.perf_counter() - generating
    start = time.perf_counter()
    engine.write(folder, records(number), (), heap=engine.REBUILD_HEAP, fresh=True)
    took = time.perf_counter() - start - generating
    sample = list(records(5000))
    start = time.perf_counter()
    for one in sample:
        engine.document(one)
    making = (time.perf_counter() - start) / len(sample) * number
    return number / took, making / took


def postings(number: int, kinds: dict[str, list[Asked]], folder: Path) -> None:
    with ProcessPoolExecutor(1) as other:  # this process only searches
        speed, share = other.submit(built, number, folder).result()
    size = sum(path.stat().st_size for path in folder.rglob("*")) / 1e6
    print(f"· {number} records: built at {speed:.0f}/s ({share:.0%} analysis), {size:.0f} MB")
    before = private()
    index = engine.Engine(folder)
    for kind, questions in kinds.items():
        timed(kind, lambda one: find(index, one), questions)
        timed(f"{kind}, facets", lambda one: find(index, one, facets=True), questions)
    print(f"  private memory: {private():.0f} MB, before the index was opened {before:.0f} MB")


def private() -> float:
    """MB that belong to this process alone."""
    told = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return sum(int(kb) for kb in re.findall(r"^Private_\w+: +(\d+) kB", told, re.MULTILINE)) / 1024


def fts(number: int, kinds: dict[str, list[Asked]], folder: Path) -> None:
    """The same texts in SQLite's own index: exact words only, no stems, no slips."""
    base = sqlite3.connect(folder / "fts.sqlite")
    base.execute("CREATE VIRTUAL TABLE fts USING fts5(title, author, subject)")
    start = time.perf_counter()
    base.executemany(
        "INSERT INTO fts VALUES (?, ?, ?)",
        ([*(r.texts[n][0] for n in ("title", "author", "subject"))] for r in records(number)),
    )
    base.commit()
    print(
        f"· FTS5: built at {number / (time.perf_counter() - start):.0f}/s with the making of texts"
    )

    def ask(one: Asked) -> None:
        text = one.text.replace("автор:", "author:").replace("название:", "title:")
        if not text.endswith(("*", '"')) and ":" not in text:
            text = " ".join(f'"{word}"' for word in text.split())
        base.execute(
            "SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT 20", (text,)
        ).fetchall()

    for kind in ("one word", "two words", "phrase", "truncation", "author and title"):
        timed(kind, ask, kinds[kind])


def pages(number: int, questions: int, folder: Path) -> None:
    """The staff's page over HTTP, of a base of so many records; desks while it is indexed anew."""
    server = Server("sqlite", folder, "")
    server.ils("init", "--branch", "Б1", "--password", PASSWORD)
    accounts(server, 1)
    file = folder / "base.iso"
    bench_data.records(file, number, 2)
    for step in (["import", str(file), "--json"], ["reindex"]):
        start = time.perf_counter()
        server.ils("catalog", *step)
        print(f"· {step[0]} of {number}: {number / (time.perf_counter() - start):.0f}/s")
    words = random.Random(3).choices(bench_data.WORDS, k=questions)  # noqa: S311
    server.start()
    try:
        cataloguer = Desk(server.port, "admin")
        timed("the staff's page over HTTP", lambda one: found(cataloguer, one.text),
              [Asked(word) for word in words])  # fmt: skip
        size = len(found(cataloguer, words[0]).encode()) / 1000
        print(f"  such a page: {size:.0f} kB before it is compressed")
        for name, work in (("alone", dict), ("index made anew", lambda: reindexed(server))):
            print(f"  a desk scans cards, {name}: {waits(server, work)}")
    finally:
        server.stop()


def found(browser: Desk, word: str) -> str:
    status, page = browser.request("GET", f"/staff/catalog/?q={urllib.parse.quote(word)}", None)
    assert (status, "<tbody>" in page) == (200, True), page
    return page


def reindexed(server: Server) -> dict[str, object]:
    server.ils("catalog", "reindex")
    return {}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=60_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--no-base", action="store_true", help="the index alone")
    parser.add_argument("--no-fts", action="store_true", help="without SQLite's own beside it")
    arguments = parser.parse_args()
    kinds = asked(arguments.queries)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        postings(arguments.records, kinds, folder / "index")
        if not arguments.no_fts:
            fts(arguments.records, kinds, folder)
        if not arguments.no_base:
            (folder / "base").mkdir()
            pages(arguments.records, arguments.queries, folder / "base")


if __name__ == "__main__":
    main()
