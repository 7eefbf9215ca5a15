"""A library whose worker writes a journal to a second place."""

from dataclasses import replace

import pytest

from ils import db
from ils.operations.backup import restoring
from ils.settings import Backup


@pytest.fixture
def second(tmp_path):
    (tmp_path / "second").mkdir()
    return tmp_path / "second"


@pytest.fixture
def library(library, second):
    library.config = replace(
        library.config,
        backup=Backup(folder="b", second=str(second), every_hours=24, keep=3),
        _held={},
    )
    library.reader("R1")
    library.reader("R2", surname="Сейтова")
    for number in range(4):
        library.copy(f"B{number}", title="Абай жолы")
    library.desk().issue("R1", "B0")
    return library


@pytest.fixture
def restored():
    """A function that restores, and tells of it and how to read what came."""
    engines = []

    def restore(config, backup, beside):
        told = restoring.restore(config, backup, beside=beside)
        engines.append(db.connect(config, settle=False))
        return told, db.sessions_of(engines[-1])

    yield restore
    for engine in engines:
        engine.dispose()
