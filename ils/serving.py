"""The web server: waitress, which reads requests outside the threads that work.

A client that sends slowly, or half of a request and then nothing, holds a connection and no
thread. The one importer of waitress.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import create_server

from ils import logs
from ils.app import create_app
from ils.config import Config
from ils.console import end_with
from ils.errors import N_, Unavailable

#: Connections at once: a branch of twenty desks behind one address has a tenth of them.
CONNECTIONS = 1000
#: Seconds without a byte, and for all of a request's head.
SILENT_SECONDS, HEAD_SECONDS = 60, 60
PAUSE_SECONDS, END_SECONDS = 5, 15


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose request must have a head after a while."""

    began = 0.0

    def received(self, data: bytes) -> bool:
        """Take what came; a head that never ends is the end of the connection."""
        now = time.monotonic()
        if self.request is None:
            self.began = now
        taken: bool = super().received(data)
        late = self.request is not None and not self.request.headers_finished
        if late and now - self.began > HEAD_SECONDS:
            self.will_close = True
        return taken


class PortTaken(Unavailable):
    """Another program answers on the port of the server."""

    code = "port_taken"
    message = N_(
        "Port %(port)s of this computer is taken, perhaps by a Sandyq that runs already. Stop that "
        "program, or choose another port: [server] port, or ILS_PORT."
    )


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=1024)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTaken(port=port) from error


def serve(config: Config, *, clock_is_right: bool) -> None:
    """Serve the pages until told to stop, with the worker and further processes beside."""
    config.folder.chmod(0o700)
    logs.install(config.folder, "serve")
    listening = _listening(config.server.host, config.server.port)
    listening.set_inheritable(True)
    processes = config.server.processes or (1 if "sqlite" in config.database_url else 2)
    program = [sys.executable, "-m", "ils"]
    beside_us = ["--beside", str(os.getpid())]
    further = [*program, "serve", "--socket", str(listening.fileno()), *beside_us]
    commands = [further] * (processes - 1)
    if config.server.worker:
        flags = ["--clock-is-right"] if clock_is_right else []
        commands.append([*program, "worker", *beside_us, *flags])
        recognising = [*program, "worker", "--recognise", *beside_us, *flags]
        commands += [recognising] * config.digitization.workers
    stop = threading.Event()
    beside = [
        threading.Thread(target=_keep, args=(stop, command, listening.fileno()))
        for command in commands
    ]
    for thread in beside:
        thread.start()
    try:
        _run(config, listening)
    finally:
        stop.set()
        for thread in beside:
            thread.join()


def serve_one(config: Config, number: int, parent: int) -> None:
    """Serve on a socket another process listens on too."""
    end_with(parent)
    logs.install(config.folder, "serve")
    _run(config, socket.socket(fileno=number))


def _run(config: Config, listening: socket.socket) -> None:
    # Desk requests are short; a thread that waits for the interpreter should not
    # wait longer than one of them takes.
    sys.setswitchinterval(0.001)
    app = create_app()
    gc.collect()
    gc.freeze()  # what stays for ever need not be looked through again and again
    server: Any = create_server(
        app,
        sockets=[listening],
        threads=config.server.threads,
        connection_limit=CONNECTIONS,
        channel_timeout=SILENT_SECONDS,
        cleanup_interval=10,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=False,  # the app itself asks `trusted_proxies`
        max_request_body_size=sys.maxsize,  # pages have their own bounds, and say so in words
        ident=None,
    )
    server.channel_class = _Channel
    signal.signal(signal.SIGTERM, _end)
    server.run()


def _end(*_: object) -> None:
    raise SystemExit(0)


def _keep(stop: threading.Event, command: list[str], number: int) -> None:
    """Run a program beside the pages; one that dies is followed by another."""
    while not stop.is_set():
        try:
            process = subprocess.Popen(command, pass_fds=[number])  # noqa: S603 -- our own program
        except OSError as error:  # no memory, no processes: perhaps later
            logs.fault("program beside the pages not started", error)
            stop.wait(PAUSE_SECONDS)
            continue
        while process.poll() is None and not stop.wait(0.5):
            pass
        if not stop.is_set():
            logs.event("program beside the pages died", code=process.returncode or "unknown")
            stop.wait(PAUSE_SECONDS)
            continue
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:  # what it does is taken up by the next one
            process.kill()
