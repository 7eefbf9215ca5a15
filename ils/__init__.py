"""Sandyq: an integrated library system for the public library systems of Kazakhstan."""

from datetime import date

__version__ = "0.1.0"
#: Nobody used the program before this day. It never moves: what is recorded earlier was recorded by
#: a wrong clock, whichever version looks at it.
BEGAN = date(2026, 11, 1)
#: No clock that is right can say an earlier day; it moves with each version.
BUILT = date(2026, 11, 1)
