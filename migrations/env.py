"""How Alembic reaches the database: always by a connection that the program gives it."""

from __future__ import annotations

from alembic import context

# Imported for their tables.
from ils import changes, db, idempotency, ledger
from ils.acquisition.budgets import models as _budgets
from ils.acquisition.orders import models as _orders
from ils.acquisition.sets import models as _sets
from ils.catalog import models as _catalog
from ils.circulation.boxes import models as _boxes
from ils.circulation.debtors import models as _debtors
from ils.circulation.holds import models as _holds
from ils.circulation.loans import models as _loans
from ils.circulation.policy import models as _policy
from ils.circulation.transit import models as _transit
from ils.codes import models as _codes
from ils.holdings.acts import models as _stock_acts
from ils.holdings.items import models as _holdings
from ils.holdings.lists import models as _copy_lists
from ils.holdings.periodicals import models as _periodicals
from ils.holdings.stocktaking import models as _stocktaking
from ils.jobs import models as _jobs
from ils.messages import outbox
from ils.opac.account import models as _readers_lists
from ils.organisation.audit import models as _audit
from ils.organisation.branches import models as _branches
from ils.organisation.calendar import models as _calendar
from ils.organisation.staff import models as _staff
from ils.patrons import models as _patrons
from ils.search import models as _search
from ils.services.enquiries import models as _enquiries
from ils.services.events import models as _events
from ils.services.topics import models as _topics
from ils.stats import models as _stats

TABLES = (
    changes,
    ledger,
    outbox,
    _catalog,
    _boxes,
    _debtors,
    _holds,
    _loans,
    _policy,
    _transit,
    _codes,
    _patrons,
    _stock_acts,
    _copy_lists,
    _budgets,
    _orders,
    _sets,
    _periodicals,
    _stocktaking,
    _holdings,
    _readers_lists,
    _jobs,
    _search,
    _audit,
    _branches,
    _calendar,
    _staff,
    _enquiries,
    _events,
    _stats,
    _topics,
    idempotency,
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
