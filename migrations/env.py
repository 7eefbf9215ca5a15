"""How Alembic reaches the database: always by a connection that the program gives it."""

from __future__ import annotations

from alembic import context

# Imported for their tables.
from ils import db, ledger, messages
from ils.catalog import models as _catalog
from ils.circulation import models as _circulation
from ils.holdings import models as _holdings
from ils.organisation import models as _organisation
from ils.services import models as _services
from ils.stats import models as _stats
from ils.web import once

TABLES = (
    ledger,
    messages,
    _catalog,
    _circulation,
    _holdings,
    _organisation,
    _services,
    _stats,
    once,
)
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=db.Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
