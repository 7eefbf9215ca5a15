"""Where the pages of the organisation stand."""

from __future__ import annotations

from flask import Blueprint

from ils.errors import N_

pages = Blueprint("organisation", __name__)
settings = Blueprint("settings", __name__, url_prefix="/staff/settings")
#: Of a branch and of an account.
OPEN_CATALOGUES = N_("Catalogues that may be filled (none ticked: all)")
