"""Pages of the organisation: sign-in, branches, accounts, the audit trail."""

from ils.organisation.web import accounts, audit, branches, own_password, sign_in
from ils.organisation.web.blueprints import pages, settings

__all__ = ["accounts", "audit", "branches", "own_password", "pages", "settings", "sign_in"]
