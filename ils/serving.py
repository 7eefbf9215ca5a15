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
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import configure_mappers
from waitress.channel import HTTPChannel
from waitress.server import create_server

from ils import db, logs
from ils.app import create_app
from ils.config import Config
from ils.console import end_with
from ils.errors import N_, Unavailable

#: Connections at once: a branch of twenty desks behind one address has a tenth of them.
CONNECTIONS = 1000
#: Seconds without a byte, and for all of a request's head.
SILENT_SECONDS, HEAD_SECONDS = 60, 60
PAUSE_SECONDS, END_SECONDS = 1, 15


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


#: What one process does until it is told to stop.
Program = Callable[[], None]


def serve(config: Config, beside: Mapping[str, Sequence[Program]]) -> None:
    """Serve the pages until told to stop, with others' work beside.

    This process reads everything once and answers nobody: those that work are its forks, which
    share what it read, and one that dies is followed by another at once.

    Args:
        beside: further programs, by the name their processes show.
    """
    config.folder.chmod(0o700)
    listening = _listening(config.server.host, config.server.port)
    app = create_app(config)
    logs.install(config.folder, "serve")  # the application took it for its own
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    configure_mappers()
    processes = config.server.processes or (1 if "sqlite" in config.database_url else 2)
    programs = [(name, program) for name, those in beside.items() for program in those]
    programs += [("sandyq-pages", lambda: _run(config, app, listening))] * processes
    gc.collect()
    gc.freeze()  # what stays for ever need not be looked through again and again, nor copied
    if len(programs) == 1:  # nothing to keep: whoever started it starts it again
        _run(config, app, listening)
        return
    signal.signal(signal.SIGTERM, _end)
    running: dict[int, tuple[str, Program]] = {}
    try:
        for program in programs:
            running[_forked(*program)] = program
        while True:
            number, status = os.wait()
            if number in running:  # another's orphan may come to the first process of a computer
                died = running.pop(number)
                code = os.waitstatus_to_exitcode(status)
                logs.event("program beside the pages died", program=died[0], code=code)
                time.sleep(PAUSE_SECONDS)
                running[_forked_again(*died)] = died
    finally:
        _end_all(set(running))


def _forked_again(name: str, program: Program) -> int:
    """The same, however long the computer has no room for another process."""
    while True:
        try:
            return _forked(name, program)
        except OSError as error:
            logs.fault("program beside the pages not started", error)
            time.sleep(PAUSE_SECONDS)


def _forked(name: str, program: Program) -> int:
    """The number of a new process that runs a program."""
    parent = os.getpid()
    if number := os.fork():
        return number
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        Path("/proc/self/comm").write_text(name, encoding="ascii")  # what `ps` and `top` show
        end_with(parent)
        program()
        code = 0
    except BaseException as error:  # noqa: BLE001 -- the process is over, whatever it was
        logs.fault("program beside the pages failed", error)
    finally:
        os._exit(code)  # nothing of the parent's is this process's to end


def _end_all(running: set[int]) -> None:
    """Tell processes to end; what one does that will not is taken up by the next."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for number in running:
        os.kill(number, signal.SIGTERM)
    until = time.monotonic() + END_SECONDS
    while running and time.monotonic() < until:
        running -= {number for number in running if os.waitpid(number, os.WNOHANG)[0]}
        time.sleep(0.05)
    for number in running:
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)


def _run(config: Config, app: Flask, listening: socket.socket) -> None:
    """Answer requests."""
    logs.install(config.folder, "web")
    engine = app.extensions["ils"].sessions.kw["bind"]
    db.begin_process(engine)
    # Desk requests are short; a thread that waits for the interpreter should not
    # wait longer than one of them takes.
    sys.setswitchinterval(0.001)
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
    engine.dispose()


def _end(*_: object) -> None:
    raise SystemExit(0)
