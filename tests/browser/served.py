"""A library behind a real server, and signing in by keys."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from library import PASSWORD
from playwright.sync_api import Page, expect

ROOT = Path(__file__).resolve().parents[2]


class Nursery:
    """Where servers come from: `nursery.py`, once a run."""

    def __init__(self) -> None:
        paths = os.pathsep.join(
            [str(ROOT), str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
        )
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("nursery.py")], cwd=ROOT, text=True,
            env={**os.environ, "PYTHONPATH": paths}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def start(self, environ: dict[str, str]) -> int:
        """The process number of a new server."""
        self.process.stdin.write(json.dumps(environ) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(30)


@dataclass
class Served:
    """The library behind a real server."""

    environ: dict[str, str]
    port: int
    nursery: Nursery
    processes: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ILS_")}
        environ = kept | self.environ | {"ILS_PORT": str(self.port)}
        self.processes.append(self.nursery.start(environ))
        for _ in range(750):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 0.2):
                    return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the server did not start")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        while self.processes:
            number = self.processes.pop()
            os.killpg(number, how)
            for _ in range(1500):  # its threads have five seconds, the worker fifteen more
                if not Path(f"/proc/{number}").exists():
                    break
                time.sleep(0.02)
            else:
                raise RuntimeError("the server does not end")


def sign_in(page: Page, served: Served, login: str, then: str = "/desk") -> None:
    page.goto(f"{served.url}/sign-in?next={then}")
    expect(page.locator("#f-login")).to_be_focused()
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.url}{then}")
