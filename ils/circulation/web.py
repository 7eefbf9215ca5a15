"""Pages of circulation, in blueprints."""

from ils.circulation.boxes import web as boxes
from ils.circulation.debtors import web as debtors_web
from ils.circulation.desk import exceptions_web
from ils.circulation.desk import web as desk_pages
from ils.circulation.due_dates import web as due_dates_web
from ils.circulation.holds import web as holds
from ils.circulation.home_delivery import web as home_delivery
from ils.circulation.loans import web as loans_web
from ils.circulation.losses import web as losses_web
from ils.circulation.notices import campaigns_web
from ils.circulation.notices import web as notices_web
from ils.circulation.pages import desk, patrons
from ils.circulation.patron_import import web as patron_import
from ils.circulation.policy import web as policy
from ils.circulation.policy.web import lending
from ils.circulation.rankings import web as rankings
from ils.circulation.readers import bulk_web, hold_web, merge_web, phones_web
from ils.circulation.readers import web as readers

#: Modules whose views are in the blueprints.
MODULES = (
    boxes, bulk_web, campaigns_web, debtors_web, desk_pages, due_dates_web, exceptions_web,
    hold_web, holds, home_delivery, loans_web, losses_web, merge_web, notices_web, patron_import,
    phones_web, policy, rankings, readers,
)  # fmt: skip
BLUEPRINTS = (patrons, desk, lending, rankings.rankings, debtors_web.debtors, losses_web.losses)
