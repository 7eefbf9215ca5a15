"""Servers for tests as forks of a process that has read the program: a start takes moments.

Reads a line of JSON for each server, its environment; answers its process number.
"""

import json
import os
import signal
import sys
import tempfile

from compiled import CompiledTemplates
from flask import Flask

from ils import config
from ils.app import create_app
from ils.cli import main


def warm() -> None:
    """Read and compile what every server needs."""
    Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(config.load(environ={"ILS_DATA": folder}))
        for name in app.jinja_env.list_templates():
            app.jinja_env.get_template(name)


def serve(environ: dict[str, str]) -> None:
    """Be `ils serve` with these settings."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    os.environ.clear()
    os.environ.update(environ)
    code = 1
    try:
        main(["serve"], standalone_mode=False)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        os._exit(code)


if __name__ == "__main__":
    warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a server ended
    for line in sys.stdin:
        if number := os.fork():
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
        else:
            serve(json.loads(line))
