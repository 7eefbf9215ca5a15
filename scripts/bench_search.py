"""Measures the search: building, asking in process, SQLite's FTS5 beside it.

Usage: scripts/bench search [--records N] [--queries N]
Words follow Zipf's law; half are forms of real words of citations, half are made of syllables.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flask.testing import FlaskClient  # noqa: E402
from sqlalchemy import select  # noqa: E402

from ils import config as configuration  # noqa: E402
from ils import db  # noqa: E402
from ils.app import create_app  # noqa: E402
from ils.organisation.branches.models import Branch  # noqa: E402
from ils.organisation.staff import actions as staff_actions  # noqa: E402
from ils.organisation.staff.models import Role  # noqa: E402
from ils.search import engine, queries  # noqa: E402
from ils.search.asking import Asked, find  # noqa: E402
from ils.search.documents import Searchable  # noqa: E402
from ils.search.following import index_of  # noqa: E402

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
    weights = [1 / (rank + 10) ** 0.95 for rank in range(len(words))]
    for at in range(number):
        said = chance.choices(words, weights, k=chance.randint(5, 12))
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


def postings(number: int, kinds: dict[str, list[Asked]], folder: Path) -> None:
    start = time.perf_counter()
    engine.write(folder, records(number), (), heap=engine.REBUILD_HEAP, fresh=True)
    took = time.perf_counter() - start
    generating = time.perf_counter()
    for _ in records(number):
        pass
    generating = time.perf_counter() - generating
    size = sum(path.stat().st_size for path in folder.rglob("*")) / 1e6
    print(f"· {number} records: built at {number / (took - generating):.0f}/s, {size:.0f} MB")
    index = engine.Engine(folder)
    for kind, questions in kinds.items():
        timed(kind, lambda one: find(index, one), questions)
        timed(f"{kind}, facets", lambda one: find(index, one, facets=True), questions)
    print(f"  memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


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
    """A question and the rows of its first page, of a base of so many records."""
    import bench_data  # noqa: PLC0415

    environ = {**os.environ, "ILS_DATA": str(folder), "ILS_BACKUP_EVERY_HOURS": "0"}
    config = configuration.load(environ=environ)
    subprocess.run([sys.executable, "-m", "ils", "init"], cwd=ROOT, env=environ, check=True)
    bound = db.connect(config)
    file = folder / "base.iso"
    bench_data.records(file, number, 2)
    command = [sys.executable, "-m", "ils", "catalog"]
    for step in (["import", str(file), "--json"], ["reindex"]):
        start = time.perf_counter()
        subprocess.run([*command, *step], cwd=ROOT, env=environ, check=True, capture_output=True)
        print(f"· {step[0]} of {number}: {number / (time.perf_counter() - start):.0f}/s")
    sessions = db.sessions_of(bound)
    chance = random.Random(3)  # noqa: S311
    words = chance.choices(bench_data.WORDS, k=questions)

    def ask(one: Asked) -> None:
        with db.reading(sessions) as session:
            found = queries.found(session, config.folder, one, facets=True)
            session.scalars(queries.ranked(session, found.ids[:50])).all()

    timed("one word and its rows", ask, [Asked(word) for word in words])
    client = signed_in(config, sessions)
    timed("the staff's page", lambda one: client.get(f"/staff/catalog/?q={one.text}").data,
          [Asked(word) for word in words])  # fmt: skip
    with db.reading(sessions) as session:
        print(f"  behind: {index_of(config.folder).behind(session)}")


def signed_in(config: configuration.Config, sessions: db.Sessions) -> FlaskClient:
    """A browser of the application itself: no network, no server."""
    with db.transaction(sessions) as session:
        branch = session.scalars(select(Branch)).first()
        assert branch is not None
        staff = staff_actions.add_staff(
            session, None, config, login="bench", name="Bench", password="a long password",  # noqa: S106
            roles=[Role.CATALOGUER], branch=branch, language="ru",
        )  # fmt: skip
    client = create_app(config).test_client()
    with client.session_transaction() as cookie:
        cookie.update(staff=staff.id, version=staff.sign_in_version, sitting="bench")
    return client


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
