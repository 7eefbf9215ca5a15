"""`ils stats` and `ils ledger`."""

from importlib import import_module

from ils.stats.cli.ledger import ledger
from ils.stats.cli.reports import stats

for name in ("planning", "closing", "schedules"):  # add their commands to `stats`
    import_module(f"ils.stats.cli.{name}")

__all__ = ["ledger", "stats"]
