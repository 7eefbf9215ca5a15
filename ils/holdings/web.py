"""All pages of the stock."""

from ils.holdings.accounting import web as accounting_web
from ils.holdings.acts import documents_web, lines_web
from ils.holdings.acts import web as acts_web
from ils.holdings.books import web as books_web
from ils.holdings.copies import adding_web
from ils.holdings.copies import web as copies_web
from ils.holdings.labels import web as labels_web
from ils.holdings.lists import web as lists_web
from ils.holdings.opening import web as opening_web
from ils.holdings.pages import holdings
from ils.holdings.partners import web as partners_web
from ils.holdings.periodicals import issue_web
from ils.holdings.periodicals import web as periodicals_web
from ils.holdings.repair import web as repair_web
from ils.holdings.stocktaking import findings_web
from ils.holdings.stocktaking import web as stocktaking_web
from ils.holdings.study import web as study_web

__all__ = ["holdings"]
#: Imported for their routes.
ROOMS = (
    accounting_web,
    opening_web,
    partners_web,
    periodicals_web,
    repair_web,
    acts_web,
    adding_web,
    books_web,
    copies_web,
    documents_web,
    findings_web,
    issue_web,
    labels_web,
    lines_web,
    lists_web,
    stocktaking_web,
    study_web,
)
