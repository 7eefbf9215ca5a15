"""Measures how long a scan waits while somebody sends a list of readers and the worker reads it."""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from bench import accounts
from bench_server import PASSWORD, Desk, Server

ROWS = 60_000
HEAD = "Фамилия;Имя;Дата рождения;Категория;Номер билета"
SECONDS = 20


def listed(rows: int, *, good: bool) -> bytes:
    """A list of readers of about 50 bytes a row; one that is not good has no birth dates."""
    head = HEAD if good else HEAD.replace("Дата рождения", "Примечание")
    days = (f"{1 + n % 28:02}.{1 + n % 12:02}.{1950 + n % 61}" for n in range(rows))
    lines = (f"Оқырманов{n};Болат;{day};student;U{n:07}" for n, day in enumerate(days))
    return "\n".join((head, *lines)).encode()


def send(desk: Desk, content: bytes) -> tuple[int, str]:
    """Send a file by the page of imports; the status, and where it leads."""
    boundary = uuid4().hex
    fields = {"csrf_token": desk.token, "request_id": str(uuid4()), "source": "bench"}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = "".join(parts).encode() + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {
        "Cookie": "; ".join(f"{k}={v}" for k, v in desk.cookies.items()),
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    desk.connection.request("POST", "/staff/patrons/import", body, headers)
    answer = desk.connection.getresponse()
    answer.read()
    return answer.status, answer.getheader("Location", "")


def bring_in(desk: Desk, address: str) -> tuple[int, str]:
    """Have the readers of a list brought in."""
    return desk.request("POST", address, {"csrf_token": desk.token, "request_id": str(uuid4())})


def waits(server: Server, work: Callable[[], dict[str, object]]) -> dict[str, object]:
    """Scans of cards for some seconds; meanwhile something is done."""
    desk = Desk(server.port, "desk0")
    told: dict[str, object] = {}

    def meanwhile() -> None:
        time.sleep(2)
        start = time.perf_counter()
        told.update(work())
        told["took_s"] = round(time.perf_counter() - start, 2)

    thread = threading.Thread(target=meanwhile)
    thread.start()
    times, end = [], time.monotonic() + SECONDS
    while time.monotonic() < end:
        taken, _ = desk.scan("R0000001", "")
        times.append(taken)
        time.sleep(0.02)
    thread.join()
    return told | {
        "p50_ms": round(statistics.median(times) * 1000, 1),
        "worst_ms": round(max(times) * 1000, 1),
        "scans": len(times),
    }


def main() -> None:
    """Print the waits, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server("sqlite", Path(folder) / "data", "")
        server.ils("init", "--branch", "Б1", "--password", PASSWORD)
        accounts(server, 1)
        server.start()
        figures, led = {}, {}
        administrator = Desk(server.port, "admin")

        def upload(*, good: bool) -> dict[str, object]:
            status, led["to"] = send(administrator, listed(ROWS, good=good))
            return {"status": status}

        try:
            figures["alone"] = waits(server, dict)
            figures["a list that is refused"] = waits(server, lambda: upload(good=False))
            figures["a list that is read"] = waits(server, lambda: upload(good=True))
            figures["its readers are brought in"] = waits(
                server, lambda: {"status": bring_in(administrator, led["to"])[0]}
            )
        finally:
            server.stop()
        print(json.dumps(figures, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
