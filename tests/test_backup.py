"""A backup is made while people work, counts when it was restored once, and loses nothing."""

import json
import os
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from library import every_row
from reports import history, line
from sqlalchemy import func, select, text

from ils import clock, db, schema, selfcheck
from ils.cli import main
from ils.jobs.runner import JobCancelled
from ils.ledger import Entry
from ils.operations import worker
from ils.operations.backup import actions, restoring
from ils.operations.backup import manifest as manifest_of
from ils.operations.backup.manifest import BadBackup
from ils.operations.backup.restoring import LibraryThere
from ils.operations.backup.tables import shapes
from ils.settings import Backup
from ils.stats.models import BACKUP, WORKER, Heartbeat


@pytest.fixture
def worked(library, desk):
    """A library with a bit of everything: groups, families, reversals, closed months."""
    library.reader("R2", guardian="")
    library.reader("R1", guardian="R2", notes="№ 5 «Ә»")
    for number in range(3):
        library.copy(f"B{number}", title="Абай жолы")
    desk.issue("R1", "B0")
    desk.undo(desk.issue("R1", "B1").act)
    desk.take_back("B0")
    desk.wait_for("R2", "B2")
    history(library, line("loan", "2026-01-05", 7, division="arts", language="kk"))
    library.account("admin", "administrator")
    library.close_until(library.now.date().replace(day=1))
    return library


def made(library):
    return actions.make(library.config, library.sessions.kw["bind"])


def test_a_restored_library_is_the_same(worked, elsewhere):
    before = every_row(worked.sessions)
    backup = made(worked)
    manifest = restoring.restore(elsewhere, backup).manifest
    engine = db.connect(elsewhere, settle=False)
    schema.check(engine)
    sessions = db.sessions_of(engine)
    assert every_row(sessions) == before
    assert manifest.counts["ledger"] == len(before["ledger"])
    with db.reading(sessions) as session:
        assert selfcheck.findings(session) == []
    engine.dispose()


def test_a_backup_is_of_one_moment_while_people_work(worked, elsewhere, monkeypatch):
    dumped = actions.dump

    def slow(connection, shape, path):
        if shape.name == "ledger":  # loans are written, the entry of this one is not yet
            worked.copy("B9")
            worked.desk().issue("R1", "B9")
        return dumped(connection, shape, path)

    monkeypatch.setattr(actions, "dump", slow)
    backup = made(worked)
    assert actions.prove(worked.config, backup).problems == []


@pytest.fixture
def daily(config):
    return replace(config, backup=Backup(folder="b", second="", every_hours=24, keep=3), _held={})


def test_only_a_proved_backup_counts(worked, daily):
    assert actions.is_late(daily)
    backup = actions.make(daily, worked.sessions.kw["bind"])
    assert actions.last_proved(daily) is None
    assert actions.prove(daily, backup).proved_at
    assert actions.last_proved(daily) is not None
    assert not actions.is_late(daily)


def test_the_worker_makes_one_a_day(worked, daily):
    stop = threading.Event()
    for _ in range(2):
        worker.work(worked.sessions, daily, stop, once=True)
    assert len(manifest_of.backups(actions.folder_of(daily))) == 1
    with db.reading(worked.sessions) as session:
        assert session.get(Heartbeat, BACKUP) is not None
        assert session.get_one(Heartbeat, WORKER).problem == ""


def test_a_backup_that_cannot_be_restored_says_so(worked):
    backup = made(worked)
    rows = backup / "tables" / "loan.jsonl.gz"
    rows.write_bytes(rows.read_bytes()[:-9])
    manifest = actions.prove(worked.config, backup)
    assert (manifest.proved_at, len(manifest.problems)) == (None, 1)
    assert actions.last_proved(worked.config) is None


def test_what_was_changed_is_not_restored(worked, elsewhere):
    backup = made(worked)
    rows = backup / "tables" / "loan.jsonl.gz"
    rows.write_bytes(rows.read_bytes() + b"\0")
    with pytest.raises(BadBackup):
        restoring.restore(elsewhere, backup)
    (backup / "manifest.json").write_text("{}")
    with pytest.raises(BadBackup):
        restoring.restore(elsewhere, backup)


def test_nothing_is_restored_over_a_library(worked):
    with pytest.raises(LibraryThere):
        restoring.restore(worked.config, made(worked))


def test_old_ones_go_and_the_second_place_has_the_new(worked, tmp_path, monkeypatch):
    config = replace(
        worked.config,
        backup=Backup(folder="b", second=str(tmp_path / "second"), every_hours=24, keep=2),
        _held={},
    )
    (tmp_path / "second").mkdir()
    day, engine = clock.now(), worked.sessions.kw["bind"]
    for number in range(4):
        monkeypatch.setattr(clock, "now", lambda number=number: day + timedelta(days=number))
        backup = actions.make(config, engine)
        if number != 2:
            actions.prove(config, backup)
            actions.copy_to_second(config, backup)
        actions.rotate(config)
    kept = [(path.name[:8], bool(m.proved_at)) for path, m in
            manifest_of.backups(actions.folder_of(config))]  # fmt: skip
    days = [f"{day + timedelta(days=n):%Y%m%d}" for n in range(4)]
    assert kept == [(days[3], True), (days[2], False), (days[1], True)]
    assert [p.name[:8] for p, _ in manifest_of.backups(tmp_path / "second")] == [days[3], days[1]]


def test_what_a_killed_backup_left_behind_goes(worked, daily):
    place = actions.folder_of(daily)
    for name in ("20200101-010101-aaaa.part", "trial-x", "20260101-010101-bbbb.part"):
        (place / name / "tables").mkdir(parents=True)
    for name in ("20200101-010101-aaaa.part", "trial-x"):
        os.utime(place / name, (0, 0))
    actions.rotate(daily)
    assert [path.name for path in place.iterdir()] == ["20260101-010101-bbbb.part"]


def test_a_trial_can_be_stopped(worked, daily):
    backup = actions.make(daily, worked.sessions.kw["bind"])

    def stop(_done, _total):
        raise JobCancelled

    with pytest.raises(JobCancelled):
        actions.prove(daily, backup, progress=stop)
    assert [path.name for path in actions.folder_of(daily).iterdir()] == [backup.name]


def test_the_commands(worked, environ, tmp_path, monkeypatch):
    for key, value in environ.items():
        monkeypatch.setenv(key, value)
    packed = tmp_path / "library.backup"
    told = CliRunner().invoke(main, ["backup", str(packed), "--json"])
    assert told.exit_code == 0, told.output
    (one,) = json.loads(told.output)
    assert one["proved_at"]
    new = {"ILS_DATA": str(tmp_path / "bare"), "ILS_DATABASE": ""}
    done = CliRunner().invoke(main, ["restore", str(packed)], env=new)
    assert done.exit_code == 0, done.output
    packed.write_bytes(b"no backup at all")
    garbage = {"ILS_DATA": str(tmp_path / "third"), "ILS_DATABASE": ""}
    assert CliRunner().invoke(main, ["restore", str(packed)], env=garbage).exit_code == 1
    moved = f"sqlite:///{tmp_path / 'moved.sqlite'}"
    assert CliRunner().invoke(main, ["move", "--to", moved]).exit_code == 0
    with db.reading(worked.sessions) as session:
        assert session.get(Heartbeat, BACKUP) is not None
        number = session.scalar(select(func.count(Entry.id)))
    for url in (f"sqlite:///{tmp_path / 'bare' / 'sandyq.sqlite'}", moved):
        engine = db.create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM ledger")) == number
        engine.dispose()
    again = CliRunner().invoke(main, ["restore", one["path"]], env=new)
    assert again.exit_code == 1


def test_every_table_can_be_backed_up():
    assert {shape.name for shape in shapes()} == set(db.Base.metadata.tables) - {
        "changed_row",
        "journal_mark",
    }
    assert [shape.name for shape in shapes()][-1] == "ledger_frontier"


def test_everything_goes_out_in_open_formats_and_makes_the_same_library(
    worked, elsewhere, environ, tmp_path, monkeypatch
):
    for key, value in environ.items():
        monkeypatch.setenv(key, value)
    folder = tmp_path / "everything"
    told = CliRunner().invoke(main, ["export", str(folder)])
    assert told.exit_code == 0, told.output
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.txt", "config", "data", "headings.xml", "manifest.json", "records.xml", "tables",
    ]  # fmt: skip
    rows = (folder / "tables" / "loan.jsonl").read_text(encoding="utf-8").splitlines()
    restoring.restore(elsewhere, folder)
    engine = db.connect(elsewhere, settle=False)
    assert every_row(db.sessions_of(engine)) == every_row(worked.sessions)
    assert len(rows) == len(every_row(worked.sessions)["loan"])
    engine.dispose()
    again = CliRunner().invoke(main, ["export", str(folder)])
    assert (again.exit_code, str(folder) in again.output) == (1, True)
