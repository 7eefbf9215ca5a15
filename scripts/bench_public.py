"""Measures the public catalogue over HTTP: results, records, and desks while 200 readers search.

Usage: scripts/bench public [--records N] [--readers N]
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import statistics
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

import bench_data
from bench import accounts, desks, pace
from bench_server import PASSWORD, Server

HEADERS = {"User-Agent": "Mozilla/5.0 (benchmark)", "Accept-Language": "ru"}
COPIES_OF_ONE = 2000
QUESTIONS = 300


class Visitor:
    """A browser at home."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.cookie = ""

    def get(self, path: str) -> tuple[float, bytes]:
        """(ms, the page)."""
        headers = {**HEADERS, "Cookie": self.cookie}
        start = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        taken = (time.perf_counter() - start) * 1000
        if answer.status != 200:
            raise SystemExit(f"{answer.status} {path}")
        for value in answer.headers.get_all("Set-Cookie", []):
            self.cookie = value.partition(";")[0]
        return taken, body


def search(word: str) -> str:
    return f"/search?q={urllib.parse.quote(word)}&lang=ru"


def told(name: str, times: list[float], size: int) -> None:
    times = sorted(times)
    p95, p99 = times[int(len(times) * 0.95)], times[int(len(times) * 0.99)]
    print(f"  {name}: p50 {statistics.median(times):.1f}, p95 {p95:.1f}, p99 {p99:.1f} ms, "
          f"{size / 1000:.1f} kB")  # fmt: skip


def pages(server: Server) -> None:
    """Results and records, one visitor after another."""
    visitor, words = Visitor(server.port), random.Random(5).choices(bench_data.WORDS, k=QUESTIONS)  # noqa: S311
    found = [visitor.get(search(word)) for word in words]
    told("results", [ms for ms, _ in found], max(len(body) for _, body in found))
    records = sorted({one for _, body in found for one in re.findall(rb"/record/\d+", body)})
    shown = [visitor.get(path.decode()) for path in records[:QUESTIONS]]
    told("a record", [ms for ms, _ in shown], max(len(body) for _, body in shown))
    _, body = visitor.get(search("Зеркалозавр"))
    many = re.search(rb"/record/\d+", body)
    assert many
    again = [visitor.get(many[0].decode()) for _ in range(100)]
    told(f"a record with {COPIES_OF_ONE} copies", [ms for ms, _ in again], len(again[0][1]))


def searching(server: Server, readers: int, over: threading.Event) -> list[threading.Thread]:
    """Readers who search something every eight seconds or so."""

    def read(number: int) -> None:
        chance, visitor = random.Random(number), Visitor(server.port)  # noqa: S311
        over.wait(chance.random() * 8)
        while not over.is_set():
            visitor.get(search(chance.choice(bench_data.WORDS)))
            over.wait(4 + chance.random() * 8)

    threads = [threading.Thread(target=read, args=(at,), daemon=True) for at in range(readers)]
    for thread in threads:
        thread.start()
    return threads


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=60_000)
    parser.add_argument("--readers", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = Server("sqlite", folder / "data", "")
        server.ils("init", "--branch", "Б1", "--password", PASSWORD)
        accounts(server, 50)
        bench_data.records(folder / "base.iso", arguments.records, 2)
        one = bench_data.record_of_many("Зеркалозавр", COPIES_OF_ONE)
        (folder / "many.iso").write_bytes(one)
        for file in ("base.iso", "many.iso"):
            done = json.loads(server.ils("catalog", "import", str(folder / file), "--json"))
            print(f"· {file}: {done['files'][0]['imported']} records, pace {pace()}")
        server.ils("catalog", "reindex")
        server.start()
        try:
            pages(server)
            codes = [str(1_000_000 + at) for at in range(50 * 20)]
            print(f"  50 desks alone: {desks(server, 50, codes, 3.0)}")
            over = threading.Event()
            threads = searching(server, arguments.readers, over)
            print(f"  with {arguments.readers} readers: {desks(server, 50, codes, 3.0)}")
            over.set()
            for thread in threads:
                thread.join(20)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
