"""What commands say where nothing can be written and where nobody answers."""

import os
import socket
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("command", "settings", "said"), [
    # A file system that takes no folder, from anybody.
    ("init", {"ILS_DATA": "/sys/sandyq"}, "Записать ничего нельзя"),
    ("serve", {"ILS_DATA": "/sys/sandyq"}, "Записать ничего нельзя"),
    ("check", {"ILS_DATABASE": "postgresql://sandyq@127.0.0.1:1/none"}, "Сервер базы данных"),
    ("init", {"ILS_DATABASE": "postgresql://sandyq@127.0.0.1:1/none"}, "Сервер базы данных"),
    ("serve", {}, "Здесь ещё нет библиотеки"),
    ("stats report month --from 2026-02-30 --to 2026-03-01", {}, "2026-10-31"),
])  # fmt: skip
def test_a_command_that_cannot_ends_in_words(tmp_path, command, settings, said):
    environ = {**os.environ, "ILS_DATA": str(tmp_path), "LC_ALL": "ru_RU.UTF-8", **settings}
    arguments = [sys.executable, "-m", "ils", *command.split()]
    done = subprocess.run(arguments, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_a_taken_port_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environ = {**os.environ, "ILS_DATA": str(tmp_path), "LC_ALL": "ru_RU.UTF-8",
                   "ILS_PORT": str(port)}  # fmt: skip
        for command in ("init", "serve"):
            done = subprocess.run(
                [sys.executable, "-m", "ils", command], env=environ, capture_output=True,
                text=True, check=False,
            )  # fmt: skip
    assert (done.returncode, f"Порт {port} этого компьютера занят" in done.stderr) == (1, True)
