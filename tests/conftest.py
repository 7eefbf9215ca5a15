"""A real database, migrated once; a library that speaks the trade; a self-check after each test."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from argon2 import PasswordHasher
from compiled import CompiledTemplates
from flask import Flask
from library import Browser, Desk, Library
from sqlalchemy import Engine, create_engine, event, text
from werkzeug.routing import Rule

from ils import clock, db, logs, passwords, schema
from ils import config as configuration
from ils.app import create_app
from ils.config import Config
from ils.organisation.staff.models import Role
from ils.secret import secret_key
from ils.settings import Data


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-update", action="store_true", help="Rewrite the golden files.")
    said = "Look at every page in three languages and two sizes, not in a pair of them."
    parser.addoption("--every-look", action="store_true", help=said)


#: What does not depend on the database is tried on one: pages in a browser, texts that are
#: recognised, papers that are drawn, who may go where.
ON_ONE_DATABASE = (
    "tests/browser/", "tests/digitization/test_recognising.py",
    "tests/digitization/test_ways_in.py",
    "tests/digitization/test_digitising_pages.py", "tests/digitization/test_vocabulary.py",
    "tests/holdings/test_act_papers.py", "tests/holdings/test_item_labels.py",
    "tests/organisation/test_permissions.py", "tests/stats/test_outputs.py",
)  # fmt: skip
#: But for the walk of the desk, which is driven on both.
ON_BOTH = "tests/browser/test_desk_page.py"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    once = [
        item for item in items
        if "postgresql" in item.name and ON_BOTH not in str(item.path)
        and any(part in str(item.path) for part in ON_ONE_DATABASE)
    ]  # fmt: skip
    config.hook.pytest_deselected(items=once)
    gone = set(once)
    items[:] = [item for item in items if item not in gone]


def databases() -> list[str]:
    """SQLite always; PostgreSQL where `scripts/test` has started one."""
    return ["sqlite", "postgresql"] if os.environ.get("SANDYQ_TEST_POSTGRESQL") else ["sqlite"]


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed as always, but not as slowly: a test signs in hundreds of times."""
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", quick)
        yield


@pytest.fixture(scope="session")
def compiled_pages() -> Iterator[CompiledTemplates]:
    """Templates and addresses are compiled once a run, as a server does, not once a test."""
    plain, known = Rule._compile_builder, {}  # noqa: SLF001 -- nothing to configure

    def remembered(rule: Rule, append_unknown: bool = True) -> object:
        key = (rule.rule, rule.endpoint, append_unknown)
        if key not in known:
            known[key] = plain(rule, append_unknown)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", remembered)
        yield CompiledTemplates()


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Statements are compiled once a run, not once a test: that was a third of a test's time.

    Each test has an engine of its own; what SQLAlchemy made of a statement belongs to a
    dialect, so engines of one kind share theirs.
    """
    plain = db.create_engine
    first: dict[str, Engine] = {}

    def sharing(url: str, **options: object) -> Engine:
        engine = plain(url, query_cache_size=1500, **options)
        event.listen(engine, "connect", lambda opened, _: _open.update({id(opened): opened}))
        event.listen(engine, "close", lambda closed, _: _open.pop(id(closed), None))
        known = first.setdefault(engine.dialect.name, engine)
        engine.dialect = known.dialect
        engine._compiled_cache = known._compiled_cache  # noqa: SLF001 -- cannot be handed over
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "create_engine", sharing)
        yield


#: Connections nobody closed yet.
_open: dict[int, object] = {}


@pytest.fixture(autouse=True)
def all_connections_closed() -> Iterator[None]:
    """A connection that a test leaves open is told of by that test, not by a later one."""
    before = set(_open)
    yield
    assert set(_open) <= before


@pytest.fixture(scope="session", params=databases())
def prepared(request, tmp_path_factory, worker_id) -> tuple[str, str]:
    """(kind, what a test's database is made from): an empty, migrated one."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("empty")
        config = configuration.load(environ={"ILS_DATA": str(folder)})
        engine = db.connect(config)
        schema.upgrade(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
        engine.dispose()
        return "sqlite", str(folder / "sandyq.sqlite")
    url = re.sub(r"/[^/]*$", f"/test_{worker_id}", os.environ["SANDYQ_TEST_POSTGRESQL"])
    _anew(url)
    engine = db.connect(configuration.load(environ={"ILS_DATABASE": url}))
    schema.upgrade(engine)
    engine.dispose()
    return "postgresql", url


def _anew(url: str) -> None:
    """An empty database instead of what there was."""
    name = url.rsplit("/", 1)[1]
    base = os.environ["SANDYQ_TEST_POSTGRESQL"].replace("postgresql:", "postgresql+psycopg:")
    server = create_engine(base)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()


#: Every round of the worker would make one; `test_backup.py` asks for its own.
#: What takes seconds and few tests are about.
SPARED = {
    "ILS_BACKUP_EVERY_HOURS": "0",
    "ILS_DIGITIZATION_DICTIONARIES": "",
    "ILS_SIGN_IN_IDLE_MINUTES": "0",  # the clock of tests goes on by days
}


@pytest.fixture
def environ(prepared, tmp_path) -> dict[str, str]:
    """The settings of a library of this test's own."""
    kind, source = prepared
    if kind == "sqlite":
        shutil.copy(source, tmp_path / "sandyq.sqlite")
        return {"ILS_DATA": str(tmp_path), **SPARED}
    return {"ILS_DATA": str(tmp_path), "ILS_DATABASE": source, **SPARED}


@pytest.fixture(scope="session")
def held() -> dict:
    """What all libraries of these tests read from the same folder, once."""
    return {}


@pytest.fixture
def config(environ, held) -> Config:
    return replace(configuration.load(environ=environ), _held=held)


@pytest.fixture
def elsewhere(config, prepared, tmp_path) -> Iterator[Config]:
    """Where a library can be restored: an empty folder, an empty database of the same kind."""
    url = ""
    if prepared[0] == "postgresql":
        url = f"{prepared[1]}_else"
        _anew(url)
    data = Data(folder=str(tmp_path / "else"), database=url)
    yield replace(config, data=data, _held={})
    if url:
        _anew(url)


@pytest.fixture
def engine(config, prepared) -> Iterator[Engine]:
    engine = db.connect(config)
    yield engine
    engine.dispose()
    if prepared[0] == "postgresql":
        _empty(prepared[1])


def _empty(url: str) -> None:
    """Take everything out; the ledger's triggers must be asked to look away."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    # Made with the database:
    stay = {"ledger_frontier", "ledger_kind", "ledger_channel", "journal_mark"}
    tables = [table.name for table in db.Base.metadata.sorted_tables if table.name not in stay]
    # Deleting from each is many times quicker than TRUNCATE, which makes new files for all.
    deletions = " ".join(f"DELETE FROM {table};" for table in tables)  # noqa: S608 -- our names
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("SET lock_timeout = '20s'"))  # a test that left a session is named
        connection.execute(text(f"DO $$ BEGIN {deletions} END $$"))
        connection.execute(text("UPDATE ledger_frontier SET first_open_day = '0001-01-01'"))
        connection.execute(text("UPDATE journal_mark SET number = 0, digest = ''"))
    engine.dispose()


@pytest.fixture
def sessions(engine) -> db.Sessions:
    return db.sessions_of(engine)


@pytest.fixture
def library(sessions, config) -> Iterator[Library]:
    """A central library and a branch. After the test the state must follow from the ledger."""
    library = Library(sessions, config)
    library.open_branch("ЦБ", type="central")
    library.open_branch("Ф1")
    yield library
    library.check()


@pytest.fixture
def desk(library) -> Desk:
    return library.desk()


@pytest.fixture(scope="session")
def built() -> list[_Built]:
    """Applications that were built, by what their settings say besides the data folder."""
    return []


@dataclass
class _Built:
    """An application to be used by one test after another: building one is a fifth of a test."""

    settings: Config
    app: Flask
    config: dict[str, object]
    views: int

    def for_library(self, config: Config) -> Flask:
        """The application, over another library."""
        system = self.app.extensions["ils"]
        sessions = db.sessions_of(db.connect(config))
        self.app.extensions["ils"] = replace(system, config=config, sessions=sessions)
        self.app.config.clear()
        self.app.config.update(self.config | {"SECRET_KEY": secret_key(config.folder)})
        self.app.jinja_env.globals["config_"] = config
        logs.install(config.folder, "web")
        return self.app


@pytest.fixture
def app(config, library, compiled_pages, built):
    settings = replace(config, data=Data("", ""), _held={})
    one = next((one for one in built if one.settings == settings), None)
    if one is None:
        app = create_app(config)
        app.jinja_env.bytecode_cache = compiled_pages
        app.testing = True
        one = _Built(settings, app, dict(app.config), len(app.view_functions))
        built.append(one)
    else:
        app = one.for_library(config)
    yield app
    library.check_log()
    app.extensions["ils"].sessions.kw["bind"].dispose()
    if len(app.view_functions) != one.views:  # a test has pages of its own in it
        built.remove(one)


@pytest.fixture
def library_clock(library, monkeypatch) -> None:
    """The program acts at the library's hour."""
    monkeypatch.setattr(clock, "now", lambda: library.now)


@pytest.fixture
def browser(app) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def stock(library_clock, library, browser) -> Browser:
    """Whoever keeps the stock, at a page."""
    library.account("фонд", Role.STOCK)
    browser.sign_in("фонд")
    return browser
