"""Commands of statistics: `ils stats` and `ils ledger`."""

from ils.stats.closing import cli as closing
from ils.stats.history.cli import ledger
from ils.stats.plans import cli as plans
from ils.stats.reports.cli import stats
from ils.stats.schedules import cli as schedules

__all__ = ["ledger", "stats"]
#: Modules whose commands are in the group `stats`.
MODULES = (closing, plans, schedules)
