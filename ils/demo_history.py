"""Two years of the demonstration library before its desk opened: what its paper diaries said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from math import cos, pi

from sqlalchemy.orm import Session

from ils.config import Config
from ils.organisation.branches.models import Branch
from ils.stats.history.actions import check_history, import_history

#: Months told of, before the weeks the desk tells itself.
YEARS = 2
#: Loans of a day by branch, in their order.
LOANS_A_DAY = (46, 31, 18, 14)
#: Of a hundred loans: division, language, category of the reader, age.
SHARES = (
    (38, "literature", "kk", "pupil", 12), (27, "literature", "ru", "employee", 41),
    (9, "society", "kk", "student", 19), (8, "science", "ru", "student", 20),
    (7, "arts", "ru", "pensioner", 66), (6, "technology", "ru", "worker", 35),
    (5, "society", "kk", "worker", 37),
)  # fmt: skip
#: Of a year's registrations half come in its first quarter.
REGISTERED = (22, 16, 12, 8, 6, 4, 3, 4, 10, 8, 4, 3)


def build_history(session: Session, config: Config, branches: list[Branch], until: date) -> int:
    """Bring the years in, up to the day before ``until``; how many entries."""
    lines = (json.dumps(line) for line in _lines(config, branches, until))
    checked = check_history(session, config, lines)
    return import_history(session, config, checked).imported


def _lines(config: Config, branches: list[Branch], until: date) -> Iterator[dict[str, object]]:
    day = date(until.year - YEARS, 1, 1)
    divisions = list(config.lists.subject_areas)
    while day < until:
        for place, branch in enumerate(branches):
            if str(day.isoweekday()) not in branch.closed_weekdays:
                for kind, number, facts in _day(day, place, divisions):
                    if number:
                        yield {
                            "request_id": f"{branch.code}-{day}-{kind}-{facts}", "kind": kind,
                            "day": str(day), "branch": branch.code, "count": number, **facts,
                        }  # fmt: skip
        day += timedelta(days=1)


def _day(
    day: date, place: int, divisions: list[str]
) -> Iterator[tuple[str, int, dict[str, object]]]:
    """(Kind, how many, facts) of a branch on a day: more in winter than in summer."""
    season = 1 + 0.28 * cos(2 * pi * (day.timetuple().tm_yday - 20) / 365)
    grown = 1 + 0.04 * (day.year % 10)
    uneven = (day.toordinal() * (place + 3) * 7919) % 13
    loans = round(LOANS_A_DAY[place % len(LOANS_A_DAY)] * season * grown) + uneven - 6
    for share, division, language, category, age in SHARES:
        facts = {
            "division": division if division in divisions else divisions[0],
            "language": language, "patron_category": category, "age": age, "material": "book",
        }  # fmt: skip
        yield "loan", round(loans * share / 100), facts
    yield "visit", round(loans * 0.55) + uneven % 4, {}
    yield "registration", _registered(day, place), {"new": day.day % 3 == 0, "age": 12 + uneven * 4}
    yield "reference", uneven % 4, {}
    yield "event", int((day.day * (place + 2)) % 17 == 0), {}


def _registered(day: date, place: int) -> int:
    return REGISTERED[day.month - 1] * (4 - place) // 24 + (day.day + place) % 2
