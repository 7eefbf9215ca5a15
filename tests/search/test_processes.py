"""Several processes search and bring the index up to date; any of them may be killed."""

import os
import signal
import subprocess
import sys
import time
from random import Random

import pytest
from test_search import book

SEARCHER = """
import ils.app
from ils import config, db
from ils.search import queries
from ils.search.asking import Asked
settings = config.load()
sessions = db.sessions_of(db.connect(settings))
print("ready", flush=True)
while True:
    with db.reading(sessions) as session:
        found = queries.found(session, settings.folder, Asked("пароход"))
    print(found.total, flush=True)
"""


@pytest.fixture
def searchers(environ):
    """Four processes that search without end."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ILS_")}
    command = [sys.executable, "-c", SEARCHER]
    started = [
        subprocess.Popen(command, env=kept | environ, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert {process.stdout.readline() for process in started} == {"ready\n"}
    yield started
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_what_is_saved_is_found_everywhere_and_killed_indexers_lose_nothing(catalogue, searchers):
    chance = Random(5)  # noqa: S311 -- when, not what
    for number in range(12):
        catalogue.add(book(f"Белый пароход {number}", "Айтматов"))
        if number % 4 == 3 and number < 11:
            time.sleep(chance.random() / 5)
            os.kill(searchers[number // 4].pid, signal.SIGKILL)
    saved = time.monotonic()
    for process in searchers[2:]:
        while int(process.stdout.readline()) < 12:
            assert time.monotonic() - saved < 10
    assert catalogue.found("пароход").total == 12
