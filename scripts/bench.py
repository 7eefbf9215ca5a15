"""Measures the desk through HTTP, with sign-in, CSRF and rules on, and the imports.

Makes a library of its own in a temporary folder: by default 60 000 records and 120 000
items. Every figure is taken on the running server; nothing is called from inside.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
from bench_data import records

ROOT = Path(__file__).resolve().parent.parent
ILS = ROOT / ".venv" / "bin" / "ils"
PASSWORD = "benchmark-only"  # noqa: S105 -- of a library that is thrown away


#: Name, desks, scans of all together (times --scans), seconds from scan to scan of a desk.
RUNS = (
    ("warm-up", 1, 1, 0.0),
    ("one desk", 1, 2, 0.0),
    ("four desks", 4, 4, 0.0),
    ("twenty desks, two scans a second each", 20, 4, 0.5),
    ("twenty desks, without a pause", 20, 5, 0.0),
)


@dataclass
class Server:
    """A library of its own, served."""

    name: str
    folder: Path
    database: str
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    figures: dict[str, object] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ILS_")}
        settings = {
            "ILS_DATA": str(self.folder),
            "ILS_DATABASE": self.database,
            "ILS_PORT": str(self.port or 1),
            "ILS_CIRCULATION_MAX_LOANS": "9999",
            "ILS_CIRCULATION_REPEAT_SECONDS": "0",
            "ILS_SERVER_THREADS": "8",
        }
        return kept | settings | self.extra

    extra: dict[str, str] = field(default_factory=dict)

    def ils(self, *arguments: str) -> str:
        done = subprocess.run(
            [ILS, *arguments], env=self.environ, check=True, capture_output=True, text=True
        )
        return done.stdout

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [ILS, "serve"], env=self.environ, stdout=subprocess.DEVNULL, start_new_session=True
        )
        for _ in range(200):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 0.2):
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server did not start")

    def settle(self) -> None:
        """Let the database finish what a night after a migration would: PostgreSQL's vacuum."""
        if self.database:
            with psycopg.connect(self.database, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")

    def stop(self) -> None:
        if self.process:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(20)
            self.process = None

    def pids(self) -> list[int]:
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [self.process.pid, *map(int, children.read_text().split())]

    def cpu(self) -> float:
        """CPU seconds of all web processes."""
        tick = os.sysconf("SC_CLK_TCK")
        total = 0
        for pid in self.pids():
            values = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(values[11]) + int(values[12])
        return total / tick

    def memory(self) -> float:
        """Proportional memory of all web processes, MB."""
        kb = 0
        for pid in self.pids():
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            match = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
            kb += int(match.group(1)) if match else 0
        return kb / 1024


class Desk:
    """One browser at a desk."""

    def __init__(self, port: int, login: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.cookies: dict[str, str] = {}
        self.token = self._token("/sign-in")
        sign_in = {"csrf_token": self.token, "login": login, "password": PASSWORD}
        status, _ = self.request("POST", "/sign-in", sign_in)
        if status != 302:
            raise SystemExit(f"sign-in failed: {status}")
        self.token = self._token("/desk")

    def request(self, method: str, path: str, form: dict[str, str] | None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Requested-With": "desk",
                "X-CSRFToken": self.token,
            }
        body = urllib.parse.urlencode(form) if form is not None else None
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        return answer.status, text

    def _token(self, path: str) -> str:
        self.token = ""
        _, text = self.request("GET", path, None)
        match = re.search(r'name="csrf_token" value="([^"]+)"', text)
        return match.group(1) if match else ""

    def scan(self, code: str, patron: str) -> tuple[float, str]:
        """(seconds, situation) of one scan."""
        form = {"code": code, "patron": patron, "request_id": str(uuid4())}
        start = time.perf_counter()
        status, text = self.request("POST", "/desk/scan", form)
        taken = time.perf_counter() - start
        match = re.search(r'data-situation="(\w+)"', text)
        return taken, match.group(1) if match else f"{status} {text[:200]}"

    def patron(self, card: str) -> str:
        form = {"code": card, "patron": "", "request_id": str(uuid4())}
        _, text = self.request("POST", "/desk/scan", form)
        match = re.search(r'data-patron="(\d+)"', text)
        if not match:
            raise SystemExit(text)
        return match.group(1)


def work(
    port: int,
    number: int,
    codes: list[str],
    patrons: int,
    pause: float,
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
    for kind, situation in (("loan", "S1"), ("return", "S6")):
        go.wait()  # type: ignore[attr-defined]
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
            args=(server.port, at, codes[at * share : (at + 1) * share], 5, pause, go, results),
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
        accounts(server, 20)
        if not arguments.no_history:
            server.figures["ledger import"] = history(server)
            print(server.name, "ledger", server.figures["ledger import"], flush=True)
        server.settle()
        server.start()
        try:
            codes = [str(1_000_000 + at) for at in range(arguments.scans * 16)]
            for name, number, factor, pause in RUNS:
                batch, codes = codes[: arguments.scans * factor], codes[arguments.scans * factor :]
                told = desks(server, number, batch, pause) | {"pace": pace()}
                server.figures[name] = told
                print(server.name, name, json.dumps(told), flush=True)
            server.figures["memory"] = round(server.memory())
            print(server.name, "memory MB", server.figures["memory"], flush=True)
        finally:
            server.stop()
        print(server.name, server.ils("check").strip(), flush=True)


def accounts(server: Server, number: int) -> None:
    """Accounts of desks and a hundred readers."""
    script = (
        "import sys; from datetime import date\n"
        "from ils.console import Console; from ils import db\n"
        "from ils.ledger import Channel\n"
        "from ils.organisation.actions import add_staff; from ils.organisation.models import Role\n"
        "from ils.organisation.queries import branch_by_code\n"
        "from ils.circulation.actions.patrons import register_patron\n"
        "from ils.circulation.rules.patrons import PatronData\n"
        "console = Console()\n"
        "for at in range(int(sys.argv[1])):\n"
        "    with db.transaction(console.sessions) as session:\n"
        "        branch = branch_by_code(session, 'Б1')\n"
        "        add_staff(session, None, console.config, login=f'desk{at}', name='desk',\n"
        "            password=sys.argv[2], roles=[Role.DESK], branch=branch, language='ru')\n"
        "        for one in range(5):\n"
        "            data = PatronData(surname='Оқырман', given_name=str(at * 5 + one),\n"
        "                birth_date=date(2000, 1, 1), category='student', consent=True)\n"
        "            register_patron(session, console.origin(branch, Channel.SYSTEM), data,\n"
        "                console.config.lists.categories)\n"
    )
    python = ROOT / ".venv" / "bin" / "python"
    subprocess.run([python, "-c", script, str(number), PASSWORD], env=server.environ, check=True)


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
    parser.add_argument("--processes", default="0", help="web processes; 0 is the default")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
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
