"""What the pages of internal loans share."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_, Invalid
from ils.organisation.branches.queries import names_of

internal_loans = Blueprint("internal_loans", __name__, url_prefix="/staff/internal-loans")


def branch_choices(session: Session) -> list[tuple[str, str]]:
    """Codes and names of branches."""
    return [(code, name) for code, name in names_of(session, web.language()).values()]


def branch_of(session: Session, code: str) -> int:
    """The id of a branch.

    Raises:
        Invalid: there is none with this code.
    """
    ids: Mapping[str, int] = {own: number for number, (own, _) in names_of(session, "ru").items()}
    if code not in ids:
        raise Invalid(N_("Branch"), N_("Choose one from the list."))
    return ids[code]
