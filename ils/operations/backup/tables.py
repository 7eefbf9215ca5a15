"""Rows of all tables as JSON lines, the same from and to every database we run on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    Integer,
    MetaData,
    Numeric,
    Select,
    String,
    Table,
    Uuid,
    delete,
    insert,
    select,
    text,
    type_coerce,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeDecorator, TypeEngine

from ils.db import Base, UtcDateTime, plain

Item = TypeVar("Item")

AT_ONCE = 2000
#: Its rows may never be changed nor removed.
APPEND_ONLY = "ledger"
#: Written last: no entry of a closed month could follow.
LAST = "ledger_frontier"

#: What a backup calls a type → the type, what reads a JSON value, what makes one.
TYPES: Mapping[str, tuple[TypeEngine[Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "int": (BigInteger(), int, int),
    "text": (String(), str, str),
    "bool": (Boolean(), bool, bool),
    "day": (Date(), date.fromisoformat, plain),
    "moment": (UtcDateTime(), datetime.fromisoformat, plain),
    "uuid": (Uuid(), UUID, str),
    "json": (JSON(), lambda value: value, lambda value: value),
    "decimal": (Numeric(), Decimal, str),
}


@dataclass(frozen=True)
class BackedTable:
    """A table as a backup describes it.

    Attributes:
        columns: name → what its type is called, see `TYPES`.
    """

    name: str
    columns: Mapping[str, str]


def shapes() -> list[BackedTable]:
    """All tables of this version, each after those it refers to."""
    tables = sorted(Base.metadata.sorted_tables, key=lambda table: table.name == LAST)
    return [shape_of(table) for table in tables if not table.info.get("transient")]


def shape_of(table: Table) -> BackedTable:
    """A table as it is described."""
    return BackedTable(table.name, {column.name: _called(column) for column in table.columns})


def _called(column: Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return "moment"
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    for name, types in {
        "bool": Boolean, "day": Date, "uuid": Uuid, "json": JSON, "int": Integer,
        "decimal": Numeric, "text": String,
    }.items():  # fmt: skip
        if isinstance(kind, types):
            return name
    raise TypeError(f"{column}: {kind!r}")


def table_of(shape: BackedTable) -> Table:
    """A table as a backup describes it, whatever this version calls it."""
    columns = (Column(name, TYPES[kind][0]) for name, kind in shape.columns.items())
    return Table(shape.name, MetaData(), *columns)


def query_of(shape: BackedTable) -> Select[Any]:
    """The rows of a table, with values of the types a backup knows."""
    there = Base.metadata.tables[shape.name]
    columns = [
        type_coerce(there.c[name], TYPES[kind][0]).label(name)
        for name, kind in shape.columns.items()
    ]
    return select(*columns).order_by(*there.primary_key.columns)


def written(shape: BackedTable, row: Iterable[Any]) -> list[Any]:
    """The values of a row as JSON holds them."""
    makers = (TYPES[kind][2] for kind in shape.columns.values())
    return [None if v is None else make(v) for v, make in zip(row, makers, strict=True)]


def read(shape: BackedTable, values: Iterable[Any]) -> dict[str, Any]:
    """A row again."""
    pairs = zip(shape.columns.items(), values, strict=True)
    return {name: None if v is None else TYPES[kind][1](v) for (name, kind), v in pairs}


def as_line(value: object) -> str:
    """A value as a line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _lines(path: Path, mode: str) -> Any:
    """A file of lines, packed if its name says so."""
    if path.suffix == ".gz":
        return gzip.open(path, mode, encoding="utf-8", compresslevel=5)
    return path.open(mode, encoding="utf-8")


def dump(connection: Connection, shape: BackedTable, path: Path) -> int:
    """Write the rows of a table, a JSON array a line; returns how many."""
    number = 0
    with _lines(path, "wt") as out:
        rows = connection.execution_options(yield_per=AT_ONCE).execute(query_of(shape))
        for row in rows:
            out.write(as_line(written(shape, row)))
            number += 1
    return number


def load(connection: Connection, shape: BackedTable, path: Path) -> int:
    """Put the rows of a table instead of those it has; returns how many."""
    table, number = table_of(shape), 0
    connection.execute(delete(table))
    with _lines(path, "rt") as lines:
        for part in parts(lines):
            connection.execute(insert(table), [read(shape, json.loads(line)) for line in part])
            number += len(part)
    return number


def parts(items: Iterable[Item]) -> Iterator[list[Item]]:
    """As many at once as a statement is given."""
    left = iter(items)
    while part := list(islice(left, AT_ONCE)):
        yield part


@contextmanager
def unbound(engine: Engine) -> Iterator[Connection]:
    """A transaction in which rows may come in any order: references are checked at its end.

    Raises:
        IntegrityError: a row refers to one that is not there.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:  # only outside a transaction, which SQLAlchemy has not begun yet
            _tell(connection, "PRAGMA foreign_keys=OFF")
        with connection.begin():
            bound = [] if sqlite else connection.execute(text(_REFERENCES)).all()
            for table, name, _ in bound:
                connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            yield connection
            for table, name, means in bound:
                connection.exec_driver_sql(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {means}')
            if sqlite:
                lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if lost is not None:
                    raise IntegrityError("foreign_key_check", None, ValueError(f"{lost[0]}"))
        if sqlite:
            _tell(connection, "PRAGMA foreign_keys=ON")


_REFERENCES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""


def _tell(connection: Connection, pragma: str) -> None:
    plain_connection: Any = connection.connection.dbapi_connection
    plain_connection.execute(pragma).close()
