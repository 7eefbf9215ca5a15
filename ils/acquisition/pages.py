"""Shared by pages of acquisition: the blueprint."""

from __future__ import annotations

from flask import Blueprint

acquisition = Blueprint("acquisition", __name__, url_prefix="/staff/acquisition")
