"""Many entries turned round, or looked up, at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.ledger.entries import (
    AMOUNTS,
    FACTS,
    AlreadyReversed,
    Entry,
    Facts,
    Origin,
    entry_row,
    record_many,
)
from ils.ledger.vocabulary import Kind

AT_ONCE = 500


def reverse_many(
    session: Session, entries: Sequence[Entry], origin: Origin, *, act_id: int | None = None
) -> None:
    """Cancel entries as `ils.ledger.entries.reverse` does.

    Args:
        act_id: the act of the stock they are cancelled by, if it is another.

    Raises:
        AlreadyReversed: one of them was cancelled before.
    """
    ids = [entry.id for entry in entries]
    for start in range(0, len(ids), AT_ONCE):
        known = select(Entry.id).where(Entry.reverses_id.in_(ids[start : start + AT_ONCE]))
        if session.scalar(known.limit(1)) is not None:
            raise AlreadyReversed
    record_many(session, [_opposite(entry, origin, act_id) for entry in entries])


def known_requests(session: Session, ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """The entries the ledger has of these requests."""
    wanted, known = list(ids), dict[UUID, Entry]()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        entries = session.scalars(select(Entry).where(Entry.request_id.in_(part)))
        known.update({entry.request_id: entry for entry in entries})
    return known


def repeat_many(
    session: Session, entries: Sequence[Entry], origin: Origin, shifts: Mapping[int, timedelta]
) -> None:
    """Say again what entries said that are reversed, each so many days later or earlier.

    Args:
        shifts: id of an entry → whole days.
    """
    rows = []
    for entry in entries:
        shift = shifts[entry.id]
        about: dict[str, Any] = {name: getattr(entry, name) for name in (*FACTS, *AMOUNTS)}
        place = replace(
            origin.as_of(entry), at=entry.occurred_at + shift, day=entry.day + shift,
            branch_id=entry.branch_id, service_point_id=entry.service_point_id,
            staff_id=entry.staff_id,
            request_id=origin.derive(f"again:{entry.id}").request_id,
        )  # fmt: skip
        said = cast("Facts", about)
        rows.append(entry_row(Kind(entry.kind), place, said, count=entry.count,
                              detail=entry.detail))  # fmt: skip
    record_many(session, rows)


def _opposite(entry: Entry, origin: Origin, act_id: int | None) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(entry, name) for name in FACTS}
    for name in AMOUNTS:
        amount = getattr(entry, name)
        values[name] = None if amount is None else -amount
    return {
        **values,
        "act_id": entry.act_id if act_id is None else act_id,
        "kind": entry.kind,
        "request_id": origin.derive(f"reversal:{entry.id}").request_id,
        "occurred_at": entry.occurred_at,
        "day": entry.day,
        "branch_id": entry.branch_id,
        "service_point_id": entry.service_point_id,
        "staff_id": origin.staff_id,
        "channel": entry.channel,
        "reverses_id": entry.id,
    }
