"""Shared by pages of the stock: the blueprint, branches as forms choose them."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint
from sqlalchemy.orm import Session

from ils import web
from ils.organisation.branches.queries import names_of

holdings = Blueprint("holdings", __name__, url_prefix="/staff/holdings")


def share(part: int, whole: int) -> str:
    """A share in per cent."""
    return f"{web.shown_value(round(Decimal(100 * part) / whole, 1))} %" if whole else "—"


def ratio(part: int, whole: int) -> str:
    """How often one goes into the other."""
    return web.shown_value(round(Decimal(part) / whole, 2)) if whole else "—"


def branch_choices(session: Session) -> list[tuple[str, str]]:
    """(code, name) of the branches."""
    return list(names_of(session, web.language()).values())


def branch_ids(session: Session) -> dict[str, int]:
    """Code → id of the branches."""
    return {code: number for number, (code, _) in names_of(session, web.language()).items()}
