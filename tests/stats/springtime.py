"""March, April and May of a library, and their closing."""

from datetime import date

import pytest
from reports import cells, history, line, report

from ils import db
from ils.clock import Period
from ils.stats.closing import actions as closing
from ils.stats.closing import queries
from ils.stats.closing.automatic import seal_closed
from ils.stats.definitions.loading import definitions

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def close(library, month=MARCH, today=date(2026, 6, 1), *, accepted=True):
    with db.transaction(library.sessions) as session:
        seen = queries.checklist(session, month)
        months = closing.close_month(
            session, month, seen, today=today, staff_id=None, accepted=accepted
        )
    assert seal_closed(library.sessions, definitions(library.config)) == months
    return months


def month(library, first):
    return cells(report(library, "month", Period(first, closing.periods.next_month(first))))


@pytest.fixture
def spring(library):
    """Entries of March, April and May 2026 with a stock behind them."""
    history(
        library,
        line("opening", "2026-01-01", 100, of="stock", division="arts", language="kk"),
        *(line("loan", f"2026-0{m}-{d:02}", m, division="arts", language="kk", material="book")
          for m in (3, 4, 5) for d in range(1, 29)),
        line("accession", "2026-03-05", 10, division="arts", language="ru", source="gift"),
        line("withdrawal", "2026-04-05", 4, division="arts", language="kk", reason="worn"),
    )  # fmt: skip
    return library
