"""Statistics on screen."""

from ils.stats.closing import web as closing
from ils.stats.overview import web as overview
from ils.stats.pages import statistics
from ils.stats.plans import web as plans
from ils.stats.reports import web as reports
from ils.stats.schedules import web as schedules

__all__ = ["statistics"]
#: Modules whose views are in the blueprint.
MODULES = (closing, overview, plans, reports, schedules)
