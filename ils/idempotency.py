"""What is asked for twice (a double click, a line that broke) is done once.

A request has an id. What it asked for and what came of it are written in the transaction of
what it did; who asks again gets the same answer. Actions know nothing of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import JSON, bindparam, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from ils import changes, clock, db
from ils.db import Base, bulk_insert
from ils.errors import N_, Invalid

#: Nobody asks again after so long; the ledger's unique ids are the last guard then.
RETENTION = timedelta(days=1)

#: So long a desk offers again what it did, see `static/desk/store.js`.
OFFERED = timedelta(days=14)

Result = TypeVar("Result")


class RequestReused(Invalid):
    """A request id came again with something else: a fault of the page, not a repeat."""

    code = "scan_reused"
    message = N_("This form was already sent with other data. Load the page again.")


class IdempotencyKey(Base):
    """A request that was done: what it asked for, and what it was answered."""

    __tablename__ = "idempotency_key"

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    #: SHA-256 of what was asked for.
    fingerprint: Mapped[str]
    result: Mapped[dict[str, Any]] = mapped_column(JSON)


# A statement of every scan, built once: building one costs more than running it.
_BEFORE = select(IdempotencyKey.fingerprint, IdempotencyKey.result).where(
    IdempotencyKey.request_id == bindparam("request_id")
)


_LOCK = text("SELECT pg_advisory_xact_lock(:number)")


def once(
    session: Session,
    request_id: UUID,
    asked: object,
    work: Callable[[], Result],
    *,
    dump: Callable[[Result], dict[str, Any] | None],
    load: Callable[[dict[str, Any]], Result],
) -> Result:
    """Do what a request asks for, or give the answer it got.

    What changed nothing (a refusal, a question) is not remembered: it may be asked again.

    Args:
        asked: what tells one request from another, as JSON can hold it.
        dump, load: the answer to JSON and back; ``None``: it is not to be remembered.

    Raises:
        RequestReused: the id came with something else before.
    """
    fingerprint = _fingerprint(asked)
    if session.get_bind().dialect.name == "postgresql":  # SQLite lets one write at a time anyway
        session.execute(_LOCK, {"number": request_id.int % 2**63})
    before = session.execute(_BEFORE, {"request_id": request_id}).one_or_none()
    if before is not None:
        if before.fingerprint != fingerprint:
            raise RequestReused
        return load(before.result)
    answer = work()
    if db.changed(session):
        result = dump(answer)
        if result is not None:
            key = {"request_id": request_id, "at": clock.now(), "fingerprint": fingerprint}
            bulk_insert(session, IdempotencyKey, [{**key, "result": result}])
    return answer


def purge(session: Session) -> None:
    """Drop what nobody asks for again.

    Of a restored database desks ask again for what they did around the moment it is of.
    """
    now, restored_to = clock.now(), changes.mark(session).restored_to
    if restored_to is not None and now - restored_to < OFFERED:
        now = min(now, restored_to)
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < now - RETENTION))


def _fingerprint(asked: object) -> str:
    written = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()
