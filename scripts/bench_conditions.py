"""Desks under odd conditions: rules and holds in place, a reader with 500 copies, a slow line."""

from __future__ import annotations

import contextlib
import socket
import statistics
import threading
import time
from collections.abc import Iterator

from bench_server import Desk, Server

#: A village's line: bits a second each way, and seconds there and back.
LINE_BITS, LINE_DELAY = 89_000, 0.6


def busy(server: Server) -> None:
    """Thirty lending rules, a thousand holds, a reader with 500 copies."""
    server.library("busy")


def odd_desks(server: Server) -> dict[str, object]:
    """A reader with 500 copies beside one with none; and a desk on a village's line."""
    told: dict[str, object] = {}
    near = Desk(server.port, "desk0")
    last = "R0000250"
    for name, card in (("reader with 500 copies", last), ("reader with none", "R0000240")):
        reader = near.patron(card)
        told[name] = loans_of(near, reader, range(1_030_000, 1_030_060))
    with slow_line(server.port) as port:
        far = Desk(port, "desk1")
        reader = far.patron("R0000230")
        told["desk on a line of 89 kbit/s"] = loans_of(far, reader, range(1_030_060, 1_030_080))
    with half_sent(server.port):
        reader = near.patron("R0000220")
        told["desk beside 200 half-sent requests"] = loans_of(
            near, reader, range(1_030_080, 1_030_140)
        )
    return told


@contextlib.contextmanager
def half_sent(port: int, number: int = 200) -> Iterator[None]:
    """Requests of another address that never come to an end."""
    halves = (
        b"GET /sign-in HTTP/1.1\r\nHost: x\r\nX-A: ",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nlogin=",
    )
    with contextlib.ExitStack() as stack:
        for at in range(number):
            one = socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.2", 0))
            stack.enter_context(one).sendall(halves[at % 2])
        yield


def loans_of(desk: Desk, reader: str, codes: range) -> dict[str, float]:
    """Lend some copies one after another, and take them back."""
    times: dict[str, list[float]] = {"loan": [], "return": []}
    for kind, situation, patron in (("loan", "loan", reader), ("return", "return", "")):
        for code in codes:
            taken, answer = desk.scan(str(code), patron)
            if answer != situation:
                raise SystemExit(f"{kind} {code}: {answer}")
            times[kind].append(taken * 1000)
    told = {kind: round(statistics.median(some), 2) for kind, some in times.items()}
    told |= {f"{kind} p99": round(sorted(some)[-1 - len(some) // 100], 1)
             for kind, some in times.items()}  # fmt: skip
    return told | {f"{kind} max": round(max(some), 1) for kind, some in times.items()}


@contextlib.contextmanager
def slow_line(port: int) -> Iterator[int]:
    """A port that leads to another, at the pace of a village's line."""
    listener = socket.create_server(("127.0.0.1", 0))

    def carry(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                time.sleep(LINE_DELAY / 2 + len(data) * 8 / LINE_BITS)
                sink.sendall(data)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                one, _ = listener.accept()
                other = socket.create_connection(("127.0.0.1", port))
                for pair in ((one, other), (other, one)):
                    threading.Thread(target=carry, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
