"""Acts that can be taken back: what one changed is kept beside the entries it wrote.

Whoever works inside `act` gets it for nothing: changed rows of the models that are
`Reversible` are noted with their values before and after, and so are the entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import JSON, delete, event, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from ils import clock
from ils.db import Base, bulk_insert, plain, typed
from ils.errors import N_, NotFound, Refused

#: What is older is taken back by a new act.
RETENTION = timedelta(days=92)


class UnknownAct(NotFound):
    """No act has this number."""

    code = "unknown_act"
    message = N_("There is nothing to undo.")


class CannotUndo(Refused):
    """Something else happened since, or the act is not of today."""

    code = "cannot_undo"
    message = N_("This can no longer be undone: something else happened since.")


class Reversible:
    """A row whose changes acts keep; a model says what becomes of one that an undone act made."""

    def unmake(self, at: datetime) -> None:
        """End the row: the act that made it is undone."""
        raise NotImplementedError


class Act(Base):
    """What one request changed, until nobody takes it back any more."""

    __tablename__ = "act"

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    #: Ids of the entries it wrote, in their order.
    entries: Mapped[list[int]] = mapped_column(JSON)
    #: ``table:id`` → column → [before, after]; ``null`` for a row it made.
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass
class _Notes:
    """What is noted while an act goes on."""

    entries: list[int] = field(default_factory=list)
    made: list[Reversible] = field(default_factory=list)
    before: dict[Reversible, dict[str, Any]] = field(default_factory=dict)


@contextmanager
def act(session: Session, request_id: UUID, at: datetime) -> Iterator[None]:
    """Keep what the block changes, under the id of a request; a part of an act is the act."""
    if "act" in session.info:
        yield
        return
    notes = session.info["act"] = _Notes()
    try:
        yield
        session.flush()
    finally:
        del session.info["act"]
    if notes.entries:
        changes = {_key(row): None for row in notes.made} | {
            _key(row): {name: [plain(v), plain(getattr(row, name))] for name, v in values.items()}
            for row, values in notes.before.items()
        }
        about = {"request_id": request_id, "at": at, "entries": notes.entries}
        bulk_insert(session, Act, [{**about, "changes": changes}])


def note_entry(session: Session, entry_id: int) -> None:
    """An entry was written; it belongs to the act that goes on."""
    if (notes := session.info.get("act")) is not None:
        notes.entries.append(entry_id)


@event.listens_for(Session, "before_flush")
def _note_changes(session: Session, _context: object, _rows: object) -> None:
    notes: _Notes | None = session.info.get("act")
    if notes is None:
        return
    notes.made += [row for row in session.new if isinstance(row, Reversible)]
    for row in session.dirty:
        if isinstance(row, Reversible) and row not in notes.made:
            state = inspect(row)
            for column in state.mapper.column_attrs:
                history = state.attrs[column.key].history
                if history.deleted:
                    notes.before.setdefault(row, {}).setdefault(column.key, history.deleted[0])


def kept(session: Session, request_id: UUID) -> Act:
    """What an act changed.

    Raises:
        UnknownAct: there was none, or it is too long ago.
    """
    found = session.get(Act, request_id)
    if found is None:
        raise UnknownAct
    return found


def restore(session: Session, done: Act, at: datetime) -> None:
    """Give every row an act changed the values it had, and end the rows it made.

    Raises:
        CannotUndo: a row is no longer as the act left it.
    """
    rows = {key: _row(session, key) for key in sorted(done.changes)}
    for key, values in done.changes.items():
        for name, (_, after) in (values or {}).items():
            if plain(getattr(rows[key], name)) != after:
                raise CannotUndo
    for key, values in done.changes.items():
        if values is None:
            rows[key].unmake(at)
    session.flush()  # first: what it made may stand where something stood before
    for key, values in done.changes.items():
        for name, (before, _) in (values or {}).items():
            setattr(rows[key], name, typed(type(rows[key]), name, before))
    session.flush()


def purge(session: Session) -> None:
    """Drop what is too old to be taken back."""
    session.execute(delete(Act).where(Act.at < clock.now() - RETENTION))


@cache
def _models() -> dict[str, type[Any]]:
    """Table → model, of those whose changes are kept."""
    mapped: list[type[Any]] = [mapper.class_ for mapper in Base.registry.mappers]
    return {cast("Any", m).__tablename__: m for m in mapped if issubclass(m, Reversible)}


def _key(row: Reversible) -> str:
    named = cast("Any", row)
    return f"{named.__tablename__}:{named.id}"


def _row(session: Session, key: str) -> Any:
    """A changed row as it is now, held until the transaction ends."""
    table, _, number = key.partition(":")
    model = _models()[table]
    found = session.get(model, int(number), with_for_update={"of": model}, populate_existing=True)
    if found is None:  # erased since
        raise CannotUndo
    return found
