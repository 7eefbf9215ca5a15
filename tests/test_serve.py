"""`ils serve` keeps its worker: one that is killed is followed by another."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.fixture
def served(environ, library):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {**os.environ, **environ, "ILS_PORT": str(port), "ILS_SERVER_WORKER": "true"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ils", "serve"], env=settings, stdout=subprocess.DEVNULL
    )
    process.port, process.ends_with = port, 0
    yield process
    process.terminate()
    assert process.wait(30) == process.ends_with


def beside(process, name):
    """The number of a process the server keeps, when it runs."""
    for _ in range(300):
        for path in Path("/proc").glob("[0-9]*"):
            try:
                shown, rest = (path / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
            except (OSError, IndexError):
                continue
            if shown == name and int(rest.split()[1]) == process.pid:
                return int(path.name)
        time.sleep(0.1)
    raise AssertionError(f"there is no {name}")


def worker_of(process):
    return beside(process, "sandyq-worker")


def test_a_worker_that_is_killed_is_followed_by_another(served):
    first, scans = worker_of(served), beside(served, "sandyq-scans")
    os.kill(first, signal.SIGKILL)
    time.sleep(0.5)
    second = worker_of(served)
    assert second != first
    assert beside(served, "sandyq-scans") == scans
    served.terminate()
    assert served.wait(30) == 0
    time.sleep(0.5)
    assert not Path(f"/proc/{second}").exists()  # nobody is left behind


def test_pages_whose_process_dies_are_there_again(served):
    pages = beside(served, "sandyq-pages")
    os.kill(pages, signal.SIGKILL)
    for _ in range(100):
        try:
            if healthy(served.port, 1):
                break
        except OSError:
            time.sleep(0.1)
    assert healthy(served.port)
    assert beside(served, "sandyq-pages") != pages


def test_a_server_that_is_killed_takes_its_worker_along(served):
    worker = worker_of(served)
    served.kill()
    served.ends_with = -signal.SIGKILL
    served.wait(10)
    for _ in range(100):
        if not lives(worker):
            break
        time.sleep(0.1)
    assert not lives(worker)


def lives(number):
    """Whether a process does anything: one that ended may wait for somebody to ask how."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def healthy(port, seconds=10.0):
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        connection.settimeout(seconds)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return b"200" in connection.recv(200).split(b"\r\n")[0]


def test_clients_that_send_half_a_request_hold_nobody_up(served):
    worker_of(served)
    for _ in range(100):
        try:
            assert healthy(served.port)
            break
        except OSError:
            time.sleep(0.1)
    half = [
        b"GET /sign-in HTTP/1.1\r\nHost: x\r\nX-A: ",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nlogin=",
        b"",
    ]
    silent = []
    for number in range(200):
        connection = socket.create_connection(("127.0.0.1", served.port))
        connection.sendall(half[number % 3])
        silent.append(connection)
    for _ in range(20):
        assert healthy(served.port)
    for connection in silent:
        connection.close()
