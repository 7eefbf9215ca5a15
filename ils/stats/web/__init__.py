"""Statistics on screen."""

from ils.stats.web import keeping, overview, reports
from ils.stats.web.shared import statistics

__all__ = ["keeping", "overview", "reports", "statistics"]
