"""Measures the desk through HTTP, with sign-in, CSRF and rules on, and the imports.

Makes a library of its own in a temporary folder: by default 60 000 records and 120 000
items. Every figure is taken on the running server; nothing is called from inside.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import bench_ledger
from bench_conditions import busy, odd_desks
from bench_data import records
from bench_server import PASSWORD, ROOT, Desk, Server

from ils import config as configuration
from ils import db

#: Name, desks, scans of all together (times --scans), seconds from scan to scan of a desk.
RUNS = (
    ("warm-up", 1, 1, 0.0),
    ("one desk", 1, 2, 0.0),
    ("four desks", 4, 4, 0.0),
    ("twenty desks, two scans a second each", 20, 4, 0.5),
    ("twenty desks, without a pause", 20, 5, 0.0),
    ("fifty desks, one scan a second each", 50, 5, 1.0),
)
DESKS = 50
READERS = 5  # of each desk


def work(
    port: int,
    number: int,
    codes: list[str],
    patrons: int,
    pause: float,
    offset: float,
    go: object,
    results: object,
) -> None:
    """One desk: lends all codes, then takes them back; waits for the others in between.

    With a ``pause`` it scans one code in so many seconds, as a person does.
    """
    desk = Desk(port, f"desk{number}")
    readers = [desk.patron(f"R{1 + (number * patrons + at):07}") for at in range(patrons)]
    times: dict[str, list[float]] = {"loan": [], "return": []}
    spans = {}
    for kind, situation in (("loan", "loan"), ("return", "return")):
        go.wait()  # type: ignore[attr-defined]
        time.sleep(offset)  # nor do they begin in step
        began = time.time()
        for at, code in enumerate(codes):
            reader = readers[at % patrons] if kind == "loan" else ""
            taken, answer = desk.scan(code, reader)
            # Desks do not march in step: each has a rhythm of its own.
            time.sleep(max(0.0, pause * (0.5 + (at * 7 + number * 5) % 11 / 10) - taken))
            if answer != situation:
                raise SystemExit(f"{kind} {code}: {answer}")
            times[kind].append(taken)
        spans[kind] = (began, time.time())
    results.put((times, spans))  # type: ignore[attr-defined]


def desks(server: Server, number: int, codes: list[str], pause: float) -> dict[str, object]:
    """So many desks at once, each with its own copies."""
    context = multiprocessing.get_context("fork")
    go, results = context.Barrier(number + 1), context.Queue()
    share = len(codes) // number
    workers = [
        context.Process(
            target=work,
            args=(
                server.port,
                at,
                codes[at * share : (at + 1) * share],
                5,
                pause,
                pause * at / number,
                go,
                results,
            ),
        )
        for at in range(number)
    ]
    for worker in workers:
        worker.start()
    go.wait()
    before = server.cpu()
    go.wait()
    collected = [results.get(timeout=600) for _ in workers]
    cpu = server.cpu() - before
    for worker in workers:
        worker.join()
    told: dict[str, object] = {}
    for kind in ("loan", "return"):
        times = sorted(t * 1000 for one, _ in collected for t in one[kind])
        span = max(s[kind][1] for _, s in collected) - min(s[kind][0] for _, s in collected)
        told[kind] = {
            "p50": round(statistics.median(times), 2),
            "p95": round(times[int(len(times) * 0.95)], 2),
            "p99": round(times[int(len(times) * 0.99)], 2),
            "per_second": round(len(times) / span, 1),
        }
    told["cpu_ms"] = round(cpu * 1000 / (share * number), 2)
    return told


def pace() -> float:
    """Seconds of a fixed piece of Python: how fast this machine is at this moment."""
    start, total = time.process_time(), 0
    for at in range(5_000_000):
        total += at
    return round(time.process_time() - start, 3)


def measure(server: Server, arguments: argparse.Namespace, file: Path) -> None:
    server.extra["ILS_SERVER_PROCESSES"] = arguments.processes
    server.extra["ILS_SERVER_WORKER"] = "false"  # it is no part of a desk's answer
    server.ils("init", "--branch", "Б1", "--password", PASSWORD)
    start = time.perf_counter()
    done = json.loads(server.ils("catalog", "import", str(file), "--json"))["files"][0]
    taken = time.perf_counter() - start
    server.figures["import"] = {
        "records": done["imported"],
        "items": done["items"],
        "seconds": round(taken, 1),
        "per_second": round(done["imported"] / taken),
    }
    print(server.name, "import", server.figures["import"], flush=True)
    if not arguments.only_import:
        accounts(server, DESKS)
        if not arguments.bare:
            busy(server)
        if not arguments.no_history:
            server.figures["ledger import"] = history(server)
            print(server.name, "ledger", server.figures["ledger import"], flush=True)
        if arguments.ledger:
            filled(server, arguments.ledger)
        server.settle()
        server.start()
        reports = [reporting(server)] if arguments.reports else []
        try:
            codes = [str(1_000_000 + at) for at in range(arguments.scans * 21)]
            runs = [run for run in RUNS if run[0].startswith(arguments.run)]
            for name, number, factor, pause in runs:
                batch, codes = codes[: arguments.scans * factor], codes[arguments.scans * factor :]
                told = desks(server, number, batch, pause) | {"pace": pace()}
                server.figures[name] = told
                print(server.name, name, json.dumps(told), flush=True)
            if not arguments.bare:
                for name, odd in odd_desks(server).items():
                    server.figures[name] = odd
                    print(server.name, name, json.dumps(odd), flush=True)
            server.figures["memory"] = round(server.memory())
            print(server.name, "memory MB", server.figures["memory"], flush=True)
        finally:
            for report in reports:
                report.terminate()
            server.stop()
        if not arguments.ledger:  # what fills it makes entries only
            print(server.name, server.ils("check").strip(), flush=True)


def filled(server: Server, entries: int) -> None:
    """A ledger of ten years, as bench_ledger makes it."""
    engine = db.connect(configuration.load(environ=server.environ))
    bench_ledger.begin(engine, entries)
    engine.dispose()


def reporting(server: Server) -> subprocess.Popen[bytes]:
    """Somebody who asks for the annual report of an open year, again and again."""
    ils = ROOT / ".venv" / "bin" / "ils"
    days = "--from 2025-01-01 --to 2025-12-31 --format json"
    loop = f"while true; do {ils} stats report annual {days} >/dev/null; done"
    return subprocess.Popen(["bash", "-c", loop], env=server.environ)


def accounts(server: Server, number: int) -> None:
    """Accounts of desks and readers for them."""
    server.library("accounts", str(number), PASSWORD)


def history(server: Server, number: int = 100_000) -> dict[str, object]:
    """100 000 lines of earlier years."""
    file = server.folder.parent / "history.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for at in range(number):
            line = {
                "request_id": str(uuid4()),
                "kind": "loan",
                "occurred_at": f"2020-{1 + at % 12:02}-{1 + at % 28:02}T12:00:00+06:00",
                "branch": "Б1",
                "count": 1,
                "division": ("society", "science", "arts")[at % 3],
                "language": ("kk", "ru")[at % 2],
                "material": "book",
            }
            out.write(json.dumps(line) + "\n")
    start = time.perf_counter()
    server.ils("ledger", "import", str(file), "--json")
    return {"lines": number, "seconds": round(time.perf_counter() - start, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="URL of a server that may be filled")
    parser.add_argument("--records", type=int, default=60_000)
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--scans", type=int, default=400, help="half the loans of one desk")
    parser.add_argument("--no-history", action="store_true", help="leave the ledger import out")
    parser.add_argument("--bare", action="store_true", help="no rules, holds, busy readers")
    parser.add_argument("--processes", default="0", help="web processes; 0 is the default")
    parser.add_argument("--run", default="", help="only runs of desks whose name begins so")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--ledger", type=int, default=0, help="entries of ten years before")
    parser.add_argument("--reports", action="store_true", help="annual reports run all the time")
    parser.add_argument("--only-import", action="store_true")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sandyq-bench-"))
    try:
        file = folder / "records.mrc"
        records(file, arguments.records, arguments.copies)
        servers = [Server("SQLite", folder / "sqlite", "")]
        if arguments.postgresql:
            servers.append(Server("PostgreSQL", folder / "postgresql", arguments.postgresql))
        for server in servers:
            if arguments.only in {None, server.name.lower()}:
                measure(server, arguments, file)
        print(json.dumps({s.name: s.figures for s in servers if s.figures}, indent=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
