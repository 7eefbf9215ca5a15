"""Sandyq: an integrated library system for the public library systems of Kazakhstan."""

from datetime import date

__version__ = "0.1.0"
#: No clock that is right can say an earlier day.
BUILT = date(2026, 11, 1)
