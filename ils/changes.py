"""Which rows changed, noted by the database itself, until the journal has them.

Triggers of every table note its key, whoever changes a row and however; what is noted is taken
out by whoever has written the rows down (`operations/backup/journal.py`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Connection, Integer, Uuid, column, inspect, select, text
from sqlalchemy import table as table_of
from sqlalchemy.orm import Mapped, Session, mapped_column

from ils.db import Base


class ChangedRow(Base):
    """A row that was made, changed or removed."""

    __tablename__ = "changed_row"
    __table_args__ = ({"info": {"transient": True}},)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    table: Mapped[str]
    #: Of its one primary key, as text.
    key: Mapped[str]


class JournalMark(Base):
    """One row: which database this is, and how far its journal is written.

    Attributes:
        database: another after each restore; who kept what the former one acknowledged offers
            it again.
        number, digest: of the last segment that is on disk.
        restored_to: the moment of what it was restored from.
        settings: how often one of `SETTINGS` was changed.
    """

    __tablename__ = "journal_mark"
    __table_args__ = ({"info": {"transient": True}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    database: Mapped[UUID]
    number: Mapped[int]
    digest: Mapped[str]
    restored_to: Mapped[datetime | None]
    settings: Mapped[int] = mapped_column(default=0, server_default="0")


#: Tables of what processes keep: lending rules, calendars.
SETTINGS = {"branch", "circulation_rule", "closed_day"}
UNWATCHED = {ChangedRow.__tablename__, JournalMark.__tablename__, "alembic_version"}

_NOTE = """
CREATE OR REPLACE FUNCTION note_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE key text;
BEGIN
  IF TG_ARGV[0] = 'id' THEN
    IF TG_OP = 'DELETE' THEN key := OLD.id; ELSE key := NEW.id; END IF;
  ELSIF TG_OP = 'DELETE' THEN
    key := to_jsonb(OLD) ->> TG_ARGV[0];
  ELSE
    key := to_jsonb(NEW) ->> TG_ARGV[0];
  END IF;
  INSERT INTO changed_row ("table", key) VALUES (TG_TABLE_NAME, key);
  IF TG_NARGS > 1 THEN
    UPDATE journal_mark SET settings = settings + 1;
  END IF;
  RETURN NULL;
END $$
"""


#: What every version of the table has: an older one is made too, to bring a backup of it in.
_MARK = table_of(
    "journal_mark", column("id"), column("database", Uuid), column("number"), column("digest")
)


def watch(connection: Connection) -> None:
    """Have the changes of all tables noted; nothing to do where they are."""
    if ChangedRow.__tablename__ not in inspect(connection).get_table_names():
        return  # a version before the journal
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_NOTE)
    standing = _standing(connection)
    marks = {column["name"] for column in inspect(connection).get_columns("journal_mark")}
    counted = SETTINGS if "settings" in marks else set()  # an older version counts nothing
    for table, key in _keys(connection).items():
        made = _triggers(connection.dialect.name, table, key, counted=table in counted)
        for name, statement in made.items():
            if name not in standing:
                connection.exec_driver_sql(statement)
    if connection.scalar(select(JournalMark.id)) is None:
        mark = {"id": 1, "database": uuid4(), "number": 0, "digest": ""}
        connection.execute(_MARK.insert(), mark)


def unwatch(connection: Connection) -> None:
    """Note nothing any more: what is loaded from a backup is in it."""
    for table, key in _keys(connection).items():
        for name in _triggers(connection.dialect.name, table, key):
            of = f" ON {table}" if connection.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{of}")


def missing(session: Session) -> list[str]:
    """Tables whose changes are not noted."""
    connection = session.connection()
    standing, dialect = _standing(connection), connection.dialect.name
    return sorted(
        name for name in Base.metadata.tables.keys() - UNWATCHED
        if not standing >= _triggers(dialect, name, "").keys()
    )  # fmt: skip


def mark(session: Session) -> JournalMark:
    """Which database this is, and what it was restored from."""
    return session.scalars(select(JournalMark)).one()


def _keys(connection: Connection) -> dict[str, str]:
    """Table → its primary key, one column."""
    found = inspect(connection)
    watched = sorted(set(found.get_table_names()) - UNWATCHED)
    return {table: found.get_pk_constraint(table)["constrained_columns"][0] for table in watched}


_STANDING = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


def _standing(connection: Connection) -> set[str]:
    return set(connection.scalars(text(_STANDING[connection.dialect.name])))


def _triggers(dialect: str, table: str, key: str, *, counted: bool = False) -> dict[str, str]:
    """Name → the statement that makes it; names of tables and columns are our own."""
    if dialect == "postgresql":
        name = f"changed_{table}"
        arguments = f"'{key}', 'settings'" if counted else f"'{key}'"
        return {
            name: f"CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION note_changed({arguments})"
        }
    count = " UPDATE journal_mark SET settings = settings + 1;" if counted else ""
    return {
        f"changed_{table}_{event.lower()}": (
            f"CREATE TRIGGER changed_{table}_{event.lower()} AFTER {event} ON {table} BEGIN "  # noqa: S608 -- our names
            f"INSERT INTO changed_row (\"table\", key) VALUES ('{table}', {row}.{key});{count} END"
        )
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    }
