"""Work, and a queue to ask for it."""

import pytest
from job_words import MINUTE, Work

from ils import db
from ils.jobs import actions
from ils.jobs.runner import JobKind, Runner


@pytest.fixture
def work():
    return Work()


@pytest.fixture
def run(sessions, config, work):
    return Runner(sessions, config, [JobKind("count", work, (MINUTE,))])


@pytest.fixture
def ask(sessions):
    def ask_(n=1, **options):
        with db.transaction(sessions) as session:
            return actions.enqueue(session, "count", {"n": n}, **options)

    return ask_
