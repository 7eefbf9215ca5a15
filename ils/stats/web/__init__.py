"""Statistics on screen."""

from flask import Blueprint

statistics = Blueprint("statistics", __name__, url_prefix="/staff/stats")
