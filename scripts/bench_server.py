"""A served library for the benchmark, and a browser at a desk of it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg

ROOT = Path(__file__).resolve().parent.parent
ILS = ROOT / ".venv" / "bin" / "ils"
PASSWORD = "benchmark-only"  # noqa: S105 -- of a library that is thrown away


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

    def library(self, *arguments: str) -> None:
        """Have `bench_library` put something into the library."""
        script = Path(__file__).with_name("bench_library.py")
        subprocess.run([ILS.with_name("python"), script, *arguments], env=self.environ, check=True)

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
