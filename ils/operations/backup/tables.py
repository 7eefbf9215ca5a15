"""Rows of all tables as JSON lines, the same from and to every database we run on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Uuid,
    delete,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from ils.db import Base, UtcDateTime, plain

AT_ONCE = 2000
#: Its rows refer to earlier ones only, and may never be changed.
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
        own: columns that refer to rows of the table itself.
    """

    name: str
    columns: Mapping[str, str]
    own: tuple[str, ...]


def shapes() -> list[BackedTable]:
    """All tables of this version, each after those it refers to."""
    tables = sorted(Base.metadata.sorted_tables, key=lambda table: table.name == LAST)
    return [
        BackedTable(
            table.name,
            {column.name: _called(column) for column in table.columns},
            tuple(
                column.name
                for column in table.columns
                if table.name != APPEND_ONLY
                and any(key.column.table is table for key in column.foreign_keys)
            ),
        )
        for table in tables
    ]


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


def _table(shape: BackedTable) -> Table:
    columns = (Column(name, TYPES[kind][0]) for name, kind in shape.columns.items())
    return Table(shape.name, MetaData(), *columns)


def dump(connection: Connection, shape: BackedTable, path: Path) -> int:
    """Write the rows of a table, a JSON array a line; returns how many."""
    there = Base.metadata.tables[shape.name]
    columns = [
        type_coerce(there.c[name], TYPES[kind][0]).label(name)
        for name, kind in shape.columns.items()
    ]
    makers = [TYPES[kind][2] for kind in shape.columns.values()]
    query = select(*columns).order_by(*there.primary_key.columns)
    number = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=5) as out:
        for row in connection.execution_options(yield_per=AT_ONCE).execute(query):
            values = [None if v is None else make(v) for v, make in zip(row, makers, strict=True)]
            out.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
            number += 1
    return number


def load(connection: Connection, shape: BackedTable, path: Path) -> int:
    """Put the rows of a table instead of those it has; returns how many.

    What refers to rows of the table itself is told when all of them are there.
    """
    table = _table(shape)
    connection.execute(delete(table))
    number, later = 0, []
    for part in _parts(shape, path):
        rows = part if not shape.own else [row | dict.fromkeys(shape.own) for row in part]
        connection.execute(insert(table), rows)
        later += [
            {"of": row["id"], **{name: row[name] for name in shape.own}}
            for row in part
            if any(row[name] is not None for name in shape.own)
        ]
        number += len(part)
    for own in later:
        of = own.pop("of")
        connection.execute(update(table).where(table.c.id == of).values(own))
    return number


def _parts(shape: BackedTable, path: Path) -> Iterator[list[dict[str, Any]]]:
    readers = [(name, TYPES[kind][1]) for name, kind in shape.columns.items()]
    part: list[dict[str, Any]] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            pairs = zip(readers, json.loads(line), strict=True)
            part.append({name: None if v is None else read(v) for (name, read), v in pairs})
            if len(part) == AT_ONCE:
                yield part
                part = []
    if part:
        yield part
