"""Where the pages of what the system itself does stand."""

from __future__ import annotations

from flask import Blueprint

operations = Blueprint("operations", __name__, url_prefix="/staff/tasks")
