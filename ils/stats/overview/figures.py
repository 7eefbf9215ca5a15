"""The few figures of the running month that stand on the start page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from ils.config import Config
from ils.stats.definitions.loading import definitions
from ils.stats.documents.content import content
from ils.stats.engine import reporting
from ils.stats.engine.reporting import ReportRequest
from ils.stats.names import Names
from ils.stats.overview.queries import month_so_far

REPORT = TABLE = "overview"
#: Rows of the table that are shown.
SHOWN = ("readers", "loans", "visits", "events")

Value = int | Decimal | None


@dataclass(frozen=True)
class MonthFigure:
    """A figure of the month so far.

    Attributes:
        previous: of the same days a year before.
        plan: of the whole month.
        percent: of the plan.
    """

    label: Names
    fact: Value
    previous: Value
    plan: Value
    percent: Value


def month_figures(session: Session, config: Config, today: date) -> list[MonthFigure]:
    """The figures of all branches."""
    done = definitions(config)
    asked = ReportRequest(done.report(REPORT), month_so_far(today), table=TABLE)
    document = content(reporting.filled(session, config.lists, done, asked), config)
    (table,) = document.tables
    keys = [column.key for column in table.columns]
    found = []
    for row in table.rows:
        if row.key in SHOWN:
            value: Mapping[str, Value] = {
                key: cell.value for key, cell in zip(keys, row.cells, strict=True)
            }
            told = (value[key] for key in ("fact", "previous", "plan", "percent"))
            found.append(MonthFigure(row.label, *told))
    return found
