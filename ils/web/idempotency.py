"""A form sent twice is done once: its answer is kept and sent again."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid5

from flask import Response, g, request
from sqlalchemy.orm import Session

from ils.idempotency import once

#: What differs between two sendings of one form.
VOLATILE = {"csrf_token", "request_id"}


def idempotent(session: Session, who: int | str | None, work: Callable[[], Response]) -> Response:
    """Do what a form asks, unless this very form was done by the same person: then answer so."""
    request_id = _request_id()
    if request_id is None:
        return work()
    asked = [(name, request.form.getlist(name)) for name in sorted({*request.form} - VOLATILE)]
    files = [(name, file.filename) for name, file in request.files.items(multi=True)]
    asked_for = [who, asked, files, g.get("received", "")]
    return once(session, request_id, asked_for, work, dump=_dump, load=_load)


def _dump(answer: Response) -> dict[str, Any] | None:
    if answer.status_code >= HTTPStatus.BAD_REQUEST or answer.direct_passthrough:
        return None
    if answer.status_code == HTTPStatus.FOUND:
        return {"status": answer.status_code, "location": answer.headers["Location"]}
    body = answer.get_data(as_text=True)
    return {"status": answer.status_code, "body": body, "type": answer.content_type}


def _load(result: dict[str, Any]) -> Response:
    headers = {"Location": result["location"]} if "location" in result else {}
    return Response(
        result.get("body", ""), result["status"], headers, content_type=result.get("type")
    )


def _request_id() -> UUID | None:
    """The id of this form at this address."""
    try:
        return uuid5(UUID(request.form.get("request_id", "")), request.path)
    except ValueError:
        return None
