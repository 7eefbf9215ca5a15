"""All pages of acquisition."""

from ils.acquisition.budgets import web as budgets_web
from ils.acquisition.orders import record_web
from ils.acquisition.orders import web as orders_web
from ils.acquisition.pages import acquisition
from ils.acquisition.sets import web as sets_web

__all__ = ["acquisition"]
#: Imported for their routes.
ROOMS = (budgets_web, orders_web, record_web, sets_web)
