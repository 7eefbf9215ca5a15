"""Pages of the organisation: sign-in, branches, accounts, the audit trail."""

from ils.organisation.web import accounts, audit, branches, own_password, saved_views, sign_in
from ils.organisation.web.blueprints import pages, settings

__all__ = [
    "accounts",
    "audit",
    "branches",
    "own_password",
    "pages",
    "saved_views",
    "settings",
    "sign_in",
]
