"""Shared by pages of the stock: the blueprint, branches as forms choose them."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.orm import Session

from ils import web
from ils.organisation.branches.queries import names_of

holdings = Blueprint("holdings", __name__, url_prefix="/staff/holdings")


def branch_choices(session: Session) -> list[tuple[str, str]]:
    """(code, name) of the branches."""
    return list(names_of(session, web.language()).values())


def branch_ids(session: Session) -> dict[str, int]:
    """Code → id of the branches."""
    return {code: number for number, (code, _) in names_of(session, web.language()).items()}
