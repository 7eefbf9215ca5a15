"""The database's shape over time. The one importer of alembic outside `migrations/`."""

from __future__ import annotations

from collections.abc import Callable

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from ils import changes
from ils.config import ROOT
from ils.errors import N_, Unavailable

#: The number of the lock whoever brings a database up to date holds.
UPGRADING = 7_267_911


class NotMigrated(Unavailable):
    """The database is older or newer than the program."""

    code = "not_migrated"
    message = N_("The database does not fit this version. Run “ils init” first.")


class NoLibrary(Unavailable):
    """Nobody has made a library here."""

    code = "no_library"
    message = N_("There is no library here yet. Run “ils init” to make one.")


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the database to a revision; an empty one is made."""
    _run(engine, command.upgrade, to)


def downgrade(engine: Engine, to: str) -> None:
    """Take the database back to a revision."""
    _run(engine, command.downgrade, to)


def revision(connection: Connection) -> str:
    """The revision a database is at; empty if it is no library."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def check(engine: Engine) -> None:
    """Make sure that the database fits the program.

    Raises:
        NotMigrated: it does not.
        NoLibrary: there is none.
    """
    with engine.connect() as connection:
        current = revision(connection)
    if not current:
        raise NoLibrary
    if current != ScriptDirectory.from_config(alembic_config()).get_current_head():
        raise NotMigrated


def alembic_config() -> AlembicConfig:
    """Where the migrations are."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def _run(engine: Engine, step: Callable[[AlembicConfig, str], None], revision: str) -> None:
    config = alembic_config()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # of two at once the second finds all done
            connection.execute(text("SELECT pg_advisory_xact_lock(:of)"), {"of": UPGRADING})
        config.attributes["connection"] = connection
        step(config, revision)
        changes.watch(connection)
