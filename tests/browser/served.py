"""A library behind a real server, and signing in by keys."""

from __future__ import annotations

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


@dataclass
class Served:
    """The library behind a real server."""

    environ: dict[str, str]
    port: int
    processes: list[subprocess.Popen] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ILS_")}
        environ = kept | self.environ | {"ILS_PORT": str(self.port)}
        command = [sys.executable, "-m", "ils", "serve"]
        self.processes.append(
            subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, start_new_session=True
            )
        )
        for _ in range(150):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 0.2):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server did not start")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        while self.processes:
            process = self.processes.pop()
            os.killpg(process.pid, how)
            process.wait(30)  # its threads have five seconds, the worker fifteen more


def sign_in(page: Page, served: Served, login: str, then: str = "/desk") -> None:
    page.goto(f"{served.url}/sign-in?next={then}")
    expect(page.locator("#f-login")).to_be_focused()
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.url}{then}")
