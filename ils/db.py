"""The database: engine, base class, ids, and the only commit in the program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Insert,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
    func,
    insert,
    inspect,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, sessionmaker

from ils.config import Config
from ils.errors import N_, Busy, Unavailable
from ils.ids import NODE_BITS, SEQUENCE_BITS, ids
from ils.turns import Turn

Sessions = sessionmaker[Session]
Result = TypeVar("Result")

#: ``innerjoin`` of a relation that is always there; behind an outer join an outer one, not nested.
REQUIRED: Any = "unnested"

BigId = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant; kept and returned in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What the column holds; a decorator does not tell by itself."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: it would be somebody's guess."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite returns the wall clock of UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy's own way to configure a base
        datetime: UtcDateTime,
        UUID: Uuid,
        str: String,
    }


def written(codes: Iterable[str]) -> list[ColumnElement[str]]:
    """Codes in the statement itself: SQLite sees no index's condition in a parameter."""
    return [literal_column(f"'{code}'", String) for code in codes]


def one_of(column: str, codes: type[StrEnum]) -> CheckConstraint:
    """A named constraint: the column holds one of the codes."""
    listed = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def bulk_insert(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows at once, each with every column that has no default."""
    if rows:
        session.execute(_insert(model), rows)


@cache
def _insert(model: type[Base]) -> Insert:
    return insert(cast("Table", model.__table__))


def plain(value: object) -> Any:
    """A value of a column as JSON keeps it."""
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def typed(model: type[Base], name: str, value: object) -> Any:
    """The value of a column that JSON kept."""
    kind = inspect(model).columns[name].type.python_type
    if isinstance(value, str) and issubclass(kind, date):
        return kind.fromisoformat(value)
    return value


def new_id() -> int:
    """A new id for any table."""
    return ids.next()


def id_before(id_: int, span: timedelta) -> int:
    """The least id there can be of a moment so long before that of an id."""
    ms = (id_ >> (NODE_BITS + SEQUENCE_BITS)) - span // timedelta(milliseconds=1)
    return max(ms, 0) << (NODE_BITS + SEQUENCE_BITS)


def connect(config: Config, *, settle: bool = True) -> Engine:
    """The engine of the configured database.

    Args:
        settle: ids of this process are for this database; not of one that is only looked at.
    """
    if settle:
        ids.settle(config.library.installation, config.folder / "locks")
    url = config.database_url
    if url.startswith("sqlite"):
        config.folder.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url, connect_args={"timeout": 30}, pool_size=32, hide_parameters=True
        )
        _prepare_sqlite(engine)
        _turns[engine] = Turn(config.folder / "locks" / "writing")
        ids.rise(_newest_id(engine))
        return engine
    engine = create_engine(
        url,
        pool_size=config.server.threads,
        max_overflow=4,
        pool_pre_ping=False,
        hide_parameters=True,  # errors are logged: values of rows are not
    )
    ids.rise(_newest_id(engine))
    return engine


def begin_process(engine: Engine) -> None:
    """A forked process begins to work with its parent's engine, which has no connection open."""
    ids.rise(_newest_id(engine))


def _newest_id(engine: Engine) -> int:
    """The highest id of all tables; 0 of a database that cannot be asked yet."""
    try:
        with engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            highest = [
                select(func.max(table.c.id).label("id"))
                for table in Base.metadata.sorted_tables
                if table.name in there and "id" in table.c and isinstance(table.c.id.type, Integer)
            ]
            if not highest:
                return 0
            return connection.scalar(select(func.max(union_all(*highest).subquery().c.id))) or 0
    except (OperationalError, ProgrammingError):
        return 0
    finally:
        engine.dispose()  # whoever never asks again holds no connection


def _lower(text: str | None) -> str | None:
    return None if text is None else str(text).lower()


@cache
def _table(signs: str, others: str) -> dict[int, Any]:
    return str.maketrans(signs[: len(others)], others, signs[len(others) :])


def _translate(text: str | None, signs: str, others: str) -> str | None:
    """As PostgreSQL does it: each sign as the other at its place; without one it goes."""
    return None if text is None else str(text).translate(_table(signs, others))


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def settings(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours, below
        # Its own knows Latin letters only.
        connection.create_function("lower", 1, _lower, deterministic=True)
        connection.create_function("translate", 3, _translate, deterministic=True)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # an acknowledged scan survives a power cut
            "foreign_keys=ON",
            "secure_delete=ON",  # what is erased is overwritten
            "recursive_triggers=ON",  # REPLACE must not slip past the ledger's triggers
            "cache_size=-2000",  # for each connection; the file stands in the system's cache
            "busy_timeout=30000",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("ils_reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def sessions_of(engine: Engine) -> Sessions:
    """The factory of sessions; objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: object) -> None:
    session.info["changed"] = True


@event.listens_for(Session, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info["changed"] = True


def lock(session: Session, row: Base) -> None:
    """Hold a row until the transaction ends, as it is now; whoever writes to SQLite holds all."""
    if session.get_bind().dialect.name == "postgresql":
        session.refresh(row, with_for_update={"of": type(row)})


def changed(session: Session) -> bool:
    """Whether anything was written in the session's transaction."""
    session.flush()
    return bool(session.info.get("changed"))


#: Of each SQLite engine; PostgreSQL locks rows and needs no turns.
_turns: WeakKeyDictionary[object, Turn] = WeakKeyDictionary()


@contextmanager
def transaction(sessions: Sessions) -> Iterator[Session]:
    """All or nothing: commit when the block ends, roll back when it raises."""
    turn = _turns.get(sessions.kw["bind"]) or nullcontext()
    try:
        with turn, sessions() as session, session.begin():
            yield session
    except OperationalError as error:
        if "database is locked" in str(error.orig):
            raise DatabaseLocked from error
        raise


@contextmanager
def reading(sessions: Sessions) -> Iterator[Session]:
    """A consistent view that takes no write lock and changes nothing."""
    with sessions() as session:
        session.connection(execution_options={"ils_reading": True})
        yield session


def run(sessions: Sessions, work: Callable[[Session], Result]) -> Result:
    """Do ``work`` in one transaction, and once more if another desk was faster.

    Two desks that scan one copy at the same instant both see it available; the
    database lets one of them in. The other runs again, sees the loan, and is refused
    in words. Nor does a connection that broke while nobody used it stop anybody.

    Raises:
        Busy: it lost twice.
    """
    try:
        with transaction(sessions) as session:
            return work(session)
    except (IntegrityError, OperationalError) as error:
        if not _lost_a_race(error) and not error.connection_invalidated:
            raise
    try:
        with transaction(sessions) as session:
            return work(session)
    except (IntegrityError, OperationalError) as error:
        if not _lost_a_race(error):
            raise
        raise Busy from error


def read(sessions: Sessions, work: Callable[[Session], Result]) -> Result:
    """Do ``work`` that only reads, and once more if the connection was broken."""
    try:
        with reading(sessions) as session:
            return work(session)
    except OperationalError as error:
        if not error.connection_invalidated:
            raise
    with reading(sessions) as session:
        return work(session)


class DatabaseLocked(Unavailable):
    """Another program holds the database."""

    code = "database_locked"
    message = N_("Another program holds the database. Please try again.")


_RACES = ("UNIQUE", "the month is closed")


def _lost_a_race(error: IntegrityError | OperationalError) -> bool:
    """A broken unique rule, a deadlock, a month closed meanwhile; not a wrong value."""
    state, said = getattr(error.orig, "sqlstate", None), str(error.orig)
    return state in {"23505", "40001", "40P01", "55P03"} or any(words in said for words in _RACES)
