"""A form sent twice (a double click, a line that broke) is done once.

Acts of the desk find their own first answer in the ledger. Everything else that ends in
another page is remembered here for a day, in the transaction of what it did.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID, uuid5

from flask import Response, redirect, request
from sqlalchemy import delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from ils import clock
from ils.db import Base

RETENTION = timedelta(days=1)


class IdempotencyKey(Base):
    """A form that was done, and the page it led to."""

    __tablename__ = "idempotency_key"

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    location: Mapped[str]


def idempotent(session: Session, work: Callable[[], Response]) -> Response:
    """Do what a form asks, unless this very form was done: then lead to the same page."""
    request_id = _request_id()
    if request_id is None:
        return work()
    before = session.get(IdempotencyKey, request_id)
    if before is not None:
        return redirect(before.location)  # type: ignore[return-value]  # werkzeug's own class
    answer = work()
    if answer.status_code == HTTPStatus.FOUND:
        now = clock.now()
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < now - RETENTION))
        location = answer.headers["Location"]
        session.add(IdempotencyKey(request_id=request_id, at=now, location=location))
        session.flush()
    return answer


def _request_id() -> UUID | None:
    """The id of this form at this address."""
    try:
        return uuid5(UUID(request.form.get("request_id", "")), request.path)
    except ValueError:
        return None
