"""Whether a desk became slower: a minute of scans, beside what was measured before.

Prints each figure and its ratio to ``scripts/bench_reference.json``, both divided by the pace of
the machine at that moment. ``--keep`` writes the reference anew.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from bench import accounts, pace
from bench_data import records
from bench_server import PASSWORD, Desk, Server

REFERENCE = Path(__file__).with_name("bench_reference.json")
RECORDS, PAIRS = 2_000, 150
#: Of what is worse by more a person should hear.
WORSE = 1.25


def timed(desk: Desk, code: str, patron: str, situation: str) -> float:
    taken, answer = desk.scan(code, patron)
    if answer != situation:
        raise SystemExit(f"{situation} {code}: {answer}")
    return taken * 1000


def opening(desk: Desk, card: str) -> float:
    return statistics.median(timed(desk, card, "", "card") for _ in range(40))


def page(desk: Desk, path: str) -> float:
    times = []
    for _ in range(15):
        start = time.perf_counter()
        status, _ = desk.request("GET", path, None)
        times.append((time.perf_counter() - start) * 1000)
        if status != 200:
            raise SystemExit(f"{path}: {status}")
    return statistics.median(times)


def visit(desk: Desk, card: str, codes: list[int]) -> float:
    """A card, three loans, and the desk is free again: each scan waited for."""
    start = time.perf_counter()
    reader = desk.patron(card)
    for code in codes:
        timed(desk, str(code), reader, "loan")
    desk.request("GET", "/desk", None)
    return (time.perf_counter() - start) * 1000


def measure(server: Server, file: Path) -> dict[str, float]:
    server.extra = {"ILS_SERVER_PROCESSES": "1", "ILS_SERVER_WORKER": "false"}
    server.ils("init", "--branch", "Б1", "--password", PASSWORD)
    start = time.perf_counter()
    server.ils("catalog", "import", str(file), "--json")
    taken = time.perf_counter() - start
    accounts(server, 2)
    server.settle()
    server.start()
    try:
        desk = Desk(server.port, "desk0")
        readers = [desk.patron(f"R{at:07}") for at in range(1, 6)]
        codes = range(1_000_000, 1_000_000 + PAIRS)
        times: dict[str, list[float]] = {"loan": [], "return": []}
        for name in ("warm-up", "measured"):
            before = server.cpu()
            lent = [timed(desk, str(c), readers[c % 5], "loan") for c in codes]
            back = [timed(desk, str(c), "", "return") for c in codes]
            cpu = (server.cpu() - before) * 1000 / PAIRS
            times = {"loan": lent, "return": back} if name == "measured" else times
        for code in range(1_001_000, 1_001_505):
            timed(desk, str(code), readers[0] if code < 1_001_005 else readers[1], "loan")
        visits = [
            visit(desk, "R0000004", [*range(1_002_000 + at * 3, 1_002_003 + at * 3)])
            for at in range(10)
        ]
        return {
            "import, ms a record": taken * 1000 / RECORDS,
            "loan": statistics.median(times["loan"]),
            "return": statistics.median(times["return"]),
            "CPU of a pair": cpu,
            "reader with nothing": opening(desk, "R0000003"),
            "reader with 5": opening(desk, "R0000001"),
            "reader with 500": opening(desk, "R0000002"),
            "visit of three loans": statistics.median(visits),
            "desk page": page(desk, "/desk"),
            "list of readers": page(desk, "/staff/patrons/"),
            "memory, MB": server.memory(),
        }
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="URL of a server that may be filled")
    parser.add_argument("--keep", action="store_true", help="this is the reference from now on")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sandyq-bench-"))
    known = json.loads(REFERENCE.read_text("utf-8")) if REFERENCE.exists() else {}
    told = {}
    try:
        records(folder / "records.mrc", RECORDS, 2)
        servers = [Server("SQLite", folder / "sqlite", "")]
        if arguments.postgresql:
            servers.append(Server("PostgreSQL", folder / "postgresql", arguments.postgresql))
        for server in servers:
            found = measure(server, folder / "records.mrc") | {"pace": pace()}
            told[server.name] = {name: round(value, 2) for name, value in found.items()}
            _print(server.name, told[server.name], known.get(server.name, {}))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.keep:
        REFERENCE.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


def _print(name: str, found: dict[str, float], before: dict[str, float]) -> None:
    print(f"{name}: pace {found['pace']} s, reference {before.get('pace', '–')} s")
    for what, value in found.items():
        ratio = ""
        if what in before and what != "pace":
            slower = 1 if "memory" in what else found["pace"] / before["pace"]
            times = value / before[what] / slower
            ratio = f"{times:6.2f} of the reference" + (" — WORSE" if times > WORSE else "")
        print(f"  {what:24} {value:8.2f} {ratio}")


if __name__ == "__main__":
    main()
