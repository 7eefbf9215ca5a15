"""Files: whole or not there, known by rows, gone when their time is over."""

import io
import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from ils import clock, db, files
from ils.errors import Invalid
from ils.files import Purpose, StoredFile, UnknownFile
from ils.jobs.runner import Runner


def contents(config):
    return sorted(path.name for path in (config.folder / files.FOLDER).glob("*/*"))


@pytest.fixture
def kept(sessions, config):
    """A file that was sent."""
    received = files.receive(config.folder, io.BytesIO(b"abc" * 50_000), 150_000)
    with db.transaction(sessions) as session:
        return files.keep(session, received, Purpose.UPLOAD, name="список.csv", type="text/csv")


def purge(sessions, config, **args):
    run = Runner(sessions, config, files.JOBS)
    run.plan()
    run.run_all()


def test_what_is_received_is_there_whole(kept, config, sessions):
    path = files.path_of(config.folder, kept)
    assert path.read_bytes() == b"abc" * 50_000
    assert (kept.size, len(kept.sha256)) == (150_000, 64)
    with db.reading(sessions) as session:
        assert files.stored_file(session, kept.id, Purpose.UPLOAD).name == "список.csv"
        with pytest.raises(UnknownFile):
            files.stored_file(session, kept.id, Purpose.REJECTS)
        assert files.missing(session, config.folder) == []


@pytest.mark.parametrize(("content", "most"), [(b"abc", 2), (b"", 10)])
def test_what_is_too_large_or_empty_leaves_nothing(config, content, most):
    with pytest.raises(Invalid):
        files.receive(config.folder, io.BytesIO(content), most)
    assert contents(config) == []


def test_a_line_that_breaks_leaves_nothing(config):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        files.receive(config.folder, Broken(b"x" * files.CHUNK_BYTES * 2), 10**9)
    assert contents(config) == []


def test_a_dropped_file_is_removed_when_that_stands(kept, config, sessions):
    with pytest.raises(KeyError), db.transaction(sessions) as session:  # noqa: PT012 -- rolled back
        files.drop(session, session.get_one(StoredFile, kept.id))
        raise KeyError
    purge(sessions, config)
    assert contents(config) == [kept.token]
    with db.transaction(sessions) as session:
        files.drop(session, session.get_one(StoredFile, kept.id))
    purge(sessions, config)
    assert contents(config) == []


def test_a_file_whose_time_is_over_is_removed(kept, config, sessions):
    with db.transaction(sessions) as session:
        session.get_one(StoredFile, kept.id).expires_at = clock.now() - timedelta(seconds=1)
    purge(sessions, config)
    assert contents(config) == []
    with db.reading(sessions) as session:
        assert session.scalars(select(StoredFile)).all() == []


def test_content_nobody_claimed_stays_for_a_day_only(kept, config, sessions):
    """An act may be under way: what it received is not taken from under it."""
    unclaimed = files.receive_bytes(config.folder, b"of an act that failed")
    purge(sessions, config)
    assert contents(config) == sorted([kept.token, unclaimed.token])
    for token in (kept.token, unclaimed.token):
        old = (clock.now() - files.UNCLAIMED * 1.1).timestamp()
        os.utime(config.folder / files.FOLDER / token[:2] / token, (old, old))
    with db.transaction(sessions) as session:
        session.execute(select(1))
    Runner(sessions, config, files.JOBS).run_all()
    run_again(sessions, config)
    assert contents(config) == [kept.token]


def run_again(sessions, config):
    """The periodic work of another time."""
    with db.transaction(sessions) as session:
        files.enqueue(session, files.PURGE)
    Runner(sessions, config, files.JOBS).run_all()


@pytest.mark.parametrize("how", ["gone", "cut"])
def test_a_missing_file_is_noticed(kept, config, sessions, how):
    path = files.path_of(config.folder, kept)
    path.unlink() if how == "gone" else path.write_bytes(b"ab")
    with db.reading(sessions) as session:
        assert files.missing(session, config.folder) == [kept.id]
