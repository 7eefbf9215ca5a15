"""Settings: who administered what."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_
from ils.organisation.audit.models import AuditEntry
from ils.organisation.permissions import Permission
from ils.organisation.staff import queries as staff_queries
from ils.organisation.staff.models import Staff
from ils.organisation.web.blueprints import settings
from ils.web.lists import Column, ListDefinition


@settings.get("/audit")
@web.page(Permission.ADMINISTER)
def audit(session: Session) -> ResponseReturnValue:
    """Who administered what."""
    definition = ListDefinition(
        staff_queries.audit_entries(),
        (
            Column("when", N_("When"), lambda row: row[0].at, AuditEntry.at),
            Column("who", N_("Who"), lambda row: row[1] or gettext("command line"), Staff.login),
            Column("action", N_("Action"), lambda row: web.code_name("audit", row[0].action),
                   AuditEntry.action),
            Column("object", N_("Object"), lambda row: row[0].subject, AuditEntry.subject),
            Column("changes", N_("Changes"), lambda row: _changes(row[0])),
        ),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Audit trail"))


def _changes(entry: AuditEntry) -> str:
    return "; ".join(
        f"{web.code_name('audit_field', key)}: {web.audit_value(key, value)}"
        for key, value in entry.changes.items()
    )
