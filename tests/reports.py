"""What tests of statistics say: a report of a library, its cells, lines of history."""

import json
from datetime import date
from itertools import count

from ils import db
from ils.clock import Period
from ils.stats.definitions.loading import definitions
from ils.stats.documents.content import content
from ils.stats.documents.payload import to_payload
from ils.stats.engine import entries as entry_queries
from ils.stats.engine import reporting
from ils.stats.engine.reporting import ReportRequest
from ils.stats.history.actions import check_history, import_history

MARCH = Period.inclusive(date(2026, 3, 1), date(2026, 3, 31))
APRIL = Period.inclusive(date(2026, 4, 1), date(2026, 4, 30))
YEAR_2020 = Period.inclusive(date(2020, 1, 1), date(2020, 12, 31))
numbers = count(1)


def asked(library, name="month", period=MARCH, *branches, by=None, table=None):
    where = tuple(library.branches[b] for b in branches)
    return ReportRequest(definitions(library.config).report(name), period, where, by, table)


def report(library, *what, **options):
    """A report as JSON."""
    return to_payload(document(library, *what, **options))


def document(library, name="month", period=MARCH, *branches, public=False, **what):
    """A report, as every format is made of it."""
    with db.reading(library.sessions) as session:
        done = reporting.filled(
            session,
            library.config.lists,
            definitions(library.config),
            asked(library, name, period, *branches, **what),
        )
        return content(done, library.config, public=public)


def cells(said):
    return {
        (table["id"], row["key"], column): value
        for table in said["tables"]
        for row in table["rows"]
        for column, value in row["cells"].items()
    }


def behind(library, name, period, table, row, column, *branches):
    """The shares of the entries behind a cell."""
    with db.reading(library.sessions) as session:
        what = asked(library, name, period, *branches)
        filling, context = reporting.filling(
            session, library.config.lists, definitions(library.config), what, table
        )
        query = entry_queries.entries(reporting.terms(filling, row, column), context)
        shares = [share for _, share in session.execute(query)]
        assert sum(shares) == entry_queries.sum_of(session, query)
        return shares


def history(library, *lines, **options):
    """Bring lines in; each needs only what is of interest."""
    texts = [
        json.dumps({"request_id": f"line-{next(numbers)}", "branch": "ЦБ", **line})
        for line in lines
    ]
    with db.reading(library.sessions) as session:
        checked = check_history(session, library.config, texts, **options)
    with db.transaction(library.sessions) as session:
        return import_history(session, library.config, checked)


def line(kind, day="2020-05-12", count=1, **facts):
    return {"kind": kind, "day": day, "count": count, **facts}
