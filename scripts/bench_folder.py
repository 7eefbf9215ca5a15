"""A new, empty library in a temporary folder, for benchmarks that call actions in process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ils import config as configuration
from ils import db, schema
from ils.config import Config


@dataclass(frozen=True)
class NewLibrary:
    """Its folder, its settings, its database and what that is."""

    folder: Path
    config: Config
    sessions: db.Sessions
    dialect: str


@contextmanager
def new_library(database: str) -> Iterator[NewLibrary]:
    """A library that is gone afterwards.

    Args:
        database: where it is kept, as ``ILS_DATABASE`` says it; empty: a file in its folder.
    """
    with tempfile.TemporaryDirectory() as folder:
        environ = {"ILS_DATA": folder} | ({"ILS_DATABASE": database} if database else {})
        config = configuration.load(environ=environ)
        engine = db.connect(config)
        schema.upgrade(engine)
        yield NewLibrary(Path(folder), config, db.sessions_of(engine), engine.dialect.name)
