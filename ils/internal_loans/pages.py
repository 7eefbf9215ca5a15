"""The blueprint of internal loans."""

from flask import Blueprint

internal_loans = Blueprint("internal_loans", __name__, url_prefix="/staff/internal-loans")
