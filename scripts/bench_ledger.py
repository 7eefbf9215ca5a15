"""Measures statistics on a ledger of ten years: reports of open and closed time, closing, verify.

Makes a library of its own in a temporary folder (or the database named) and fills its ledger
by SQL with entries as a system of 21 branches writes them: by default ten million.

Usage: scripts/bench_ledger.py [--entries N] [--database URL] [--keep FOLDER] [--skip-verify]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, text

from ils import config as configuration
from ils import db
from ils.clock import Period
from ils.stats.closing import actions as closing
from ils.stats.closing import queries as closing_queries
from ils.stats.closing import verification
from ils.stats.closing.automatic import seal_closed
from ils.stats.definitions.loading import definitions
from ils.stats.documents.content import content
from ils.stats.engine import reporting
from ils.stats.engine.reporting import ReportRequest

YEARS, FIRST = 10, 2016
STEP = 500_000
#: Of a hundred entries, how many are of a kind.
KINDS = (
    ("loan", 40), ("return", 36), ("visit", 13), ("renewal", 3), ("registration", 2),
    ("accession", 1), ("withdrawal", 1), ("record_added", 1), ("reference", 1), ("il_lent", 1),
    ("in_house_use", 1),
)  # fmt: skip
ITEM = "('loan','return','renewal','accession','withdrawal','in_house_use','il_lent')"
READER = "('loan','return','visit','renewal','registration','in_house_use')"


STATEMENT = """
    INSERT INTO ledger (id, request_id, occurred_at, day, posted, recorded_at, branch_id,
      channel, kind, count, patron_year_id, item_id, record_id, loan_id, catalogue, material,
      language, subject_area, owner_branch_id, patron_category, age, sex, source, reason, place,
      detail)
    {series},
    r AS MATERIALIZED (SELECT i, {number} r0, {number} r1, {number} r2, {number} r3,
      {number} r4, {number} r5, {number} r6, {number} r7 FROM n),
    k AS MATERIALIZED (SELECT r.*, {day} dd, {kind} kind FROM r)
    SELECT {first}+i, {uuid}, {at}, dd, dd, {at},
      CASE WHEN r1 % 4 = 0 THEN {central} ELSE {branch} + r1 % 20 END, 'desk', kind, 1,
      CASE WHEN kind IN {reader} THEN r5 % 38000 END, CASE WHEN kind IN {item} THEN r5 % 500000 END,
      CASE WHEN kind IN {item} THEN r5 % 200000 END, CASE WHEN kind IN ('loan','return') THEN i END,
      CASE WHEN kind IN {item} OR kind = 'record_added' THEN
        CASE r7 % 4 WHEN 0 THEN 'local_history' WHEN 1 THEN 'articles' ELSE 'books' END END,
      CASE WHEN kind IN {item} THEN CASE r4 % 20 WHEN 0 THEN 'journal' WHEN 1 THEN 'newspaper'
        WHEN 2 THEN 'cd' WHEN 3 THEN 'ebook' ELSE 'book' END END,
      CASE WHEN kind IN {item} OR kind = 'record_added' THEN
        CASE r3 % 20 WHEN 0 THEN 'en' WHEN 1 THEN 'de' WHEN 2 THEN 'uz' ELSE
        CASE WHEN r3 % 20 < 9 THEN 'kk' ELSE 'ru' END END END,
      CASE WHEN kind IN {item} THEN CASE r2 % 12 WHEN 0 THEN 'society' WHEN 1 THEN 'society'
        WHEN 2 THEN 'science' WHEN 3 THEN 'technology' WHEN 4 THEN 'arts' ELSE 'literature' END END,
      CASE WHEN kind IN {item} THEN {branch} + r6 % 20 END,
      CASE WHEN kind IN {reader} THEN CASE r5 % 7 WHEN 0 THEN 'pupil' WHEN 1 THEN 'student'
        WHEN 2 THEN 'builder' WHEN 3 THEN 'teacher' WHEN 4 THEN 'pensioner' WHEN 5 THEN 'worker'
        ELSE 'other' END END,
      CASE WHEN kind IN {reader} THEN 6 + r5 % 70 END, CASE WHEN kind IN {reader} THEN
        CASE WHEN r5 % 3 = 0 THEN 'm' ELSE 'f' END END,
      CASE WHEN kind = 'accession' THEN CASE r6 % 3 WHEN 0 THEN 'gift' WHEN 1 THEN 'state_order'
        ELSE 'budget' END END,
      CASE WHEN kind = 'withdrawal' THEN CASE r6 % 3 WHEN 0 THEN 'obsolete' ELSE 'worn' END END,
      CASE WHEN kind = 'loan' THEN CASE r6 % 10 WHEN 0 THEN 'reading_room' WHEN 1 THEN
        'service_point' ELSE 'home' END END,
      CASE WHEN kind = 'registration' THEN CASE WHEN r6 % 5 = 0 THEN 'new' ELSE 're' END
        WHEN kind = 'reference' THEN CASE r6 % 2 WHEN 0 THEN 'thematic' ELSE 'address' END
        WHEN kind = 'renewal' THEN 'reader' END
    FROM k
    """


def fill(engine: Engine, entries: int) -> None:
    """Entries spread evenly over ten years, in the order of their days."""
    sqlite = engine.dialect.name == "sqlite"
    number = "abs(random())" if sqlite else "floor(random()*1000000000)::bigint"
    series = (
        "WITH RECURSIVE n(i) AS (SELECT {start} UNION ALL SELECT i+1 FROM n WHERE i+1 < {end})"
        if sqlite
        else "WITH n AS (SELECT i FROM generate_series({start}, {end}-1) i)"
    )
    day = (
        f"date('{FIRST}-01-01', (i*{YEARS * 3652.5 / 10}/{entries})||' days')"
        if sqlite
        else f"date '{FIRST}-01-01' + (i*{YEARS * 3652.5 / 10}/{entries})::int"
    )
    uuid = "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()"
    at = "dd || ' 06:00:00.000000'" if sqlite else "dd + time '06:00'"
    kind, above = "CASE", 0
    for name, share in KINDS:
        above += share
        kind += f" WHEN r0 % 100 < {above} THEN '{name}'"
    kind += " END"
    with engine.connect() as connection:
        branches = [b for (b,) in connection.execute(text("SELECT id FROM branch ORDER BY id"))]
        connection.rollback()
    for start in range(0, entries, STEP):
        values = {
            "start": start,
            "series": series.format(start=start, end=min(start + STEP, entries)),
        }
        statement = STATEMENT.format(
            **values, number=number, day=day, kind=kind, uuid=uuid, at=at, item=ITEM, reader=READER,
            central=branches[0], branch=branches[1], first=1 << 50,
        )  # fmt: skip
        with engine.begin() as connection:
            connection.execute(text(statement))
        print(f"\r{min(start + STEP, entries):,} entries", end="", file=sys.stderr)
    print(file=sys.stderr)


def unguarded(engine: Engine, *, again: bool) -> None:
    """PostgreSQL fills faster without its triggers; afterwards its planner learns the table."""
    if engine.dialect.name == "sqlite":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text(f"ALTER TABLE ledger {'ENABLE' if again else 'DISABLE'} TRIGGER ALL")
        )
        if again:
            connection.execute(text("VACUUM ANALYZE ledger"))


def took(name: str, work: Callable[[], object], times: int = 3) -> None:
    """Print how long something takes, the first time and the best of some more."""
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    print(f"{name}: {seconds[0]:.2f} s first, {min(seconds):.2f} s best of {times}", flush=True)


def begin(engine: Engine, entries: int) -> None:
    """Twenty branches beside the central library, and the entries."""
    with db.transaction(db.sessions_of(engine)) as session:
        first = session.execute(text("SELECT max(id) FROM branch")).scalar_one()
        for number in range(1, 21):
            session.execute(text(
                "INSERT INTO branch (id, code, name_ru, name_kk, type, timezone,"
                " closed_weekdays, active, catalogues) SELECT :id, :code, :code, :code, 'city',"
                " timezone, closed_weekdays, active, catalogues FROM branch WHERE id = :first"
            ), {"id": first + number, "code": f"F{number}", "first": first})  # fmt: skip
    began = time.perf_counter()
    unguarded(engine, again=False)
    fill(engine, entries)
    unguarded(engine, again=True)
    print(f"{entries:,} entries made in {time.perf_counter() - began:.0f} s", flush=True)


def pace() -> None:
    """How fast this machine is at the moment: seconds for a fixed piece of work."""
    began = time.perf_counter()
    sum(n * n % 7 for n in range(2_000_000))
    print(f"pace {time.perf_counter() - began:.2f} s", flush=True)


def close(sessions: db.Sessions, last: int, config: configuration.Config) -> None:
    """Close all years but the last, and seal their months."""
    with db.reading(sessions) as session:
        seen = closing_queries.checklist(session, date(last - 1, 12, 1))
    if seen.months:
        began = time.perf_counter()
        with db.transaction(sessions) as session:
            closing.close_month(
                session,
                date(last - 1, 12, 1),
                seen,
                today=date(2030, 1, 1),
                staff_id=None,
                accepted=True,
            )
        print(f"{YEARS - 1} years closed in {time.perf_counter() - began:.1f} s", flush=True)
    began = time.perf_counter()
    months = seal_closed(sessions, definitions(config))
    print(f"{len(months)} months sealed in {time.perf_counter() - began:.0f} s", flush=True)


def main() -> None:
    """Fill, measure, close, measure again."""
    options = argparse.ArgumentParser()
    options.add_argument("--entries", type=int, default=10_000_000)
    options.add_argument("--database", default="")
    options.add_argument("--keep")
    options.add_argument("--skip-verify", action="store_true")
    said = options.parse_args()
    folder = said.keep or tempfile.mkdtemp()
    os.environ |= {"ILS_DATA": folder} | ({"ILS_DATABASE": said.database} if said.database else {})
    fresh = not (Path(folder) / "filled").exists()
    if fresh:
        subprocess.run([".venv/bin/ils", "init"], check=True, stdout=subprocess.DEVNULL)
    config = configuration.load()
    engine = db.connect(config)
    sessions, done, last = db.sessions_of(engine), definitions(config), FIRST + YEARS - 1
    if fresh:
        begin(engine, said.entries)
        (Path(folder) / "filled").touch()

    def measure(name: str, report: str, first: date, end: date) -> None:
        def work() -> None:
            with db.reading(sessions) as session:
                asked = ReportRequest(done.report(report), Period(first, end))
                content(reporting.filled(session, config.lists, done, asked), config)

        took(name, work)

    pace()
    this, before = date(last, 1, 1), date(last - 1, 1, 1)
    if fresh:
        measure("month, nothing closed", "month", date(last, 5, 1), date(last, 6, 1))
        measure("annual, nothing closed", "annual", this, date(last + 1, 1, 1))
    close(sessions, last, config)
    measure("month, open", "month", date(last, 5, 1), date(last, 6, 1))
    measure("annual, open year", "annual", this, date(last + 1, 1, 1))
    measure("month, closed", "month", date(last - 1, 5, 1), date(last - 1, 6, 1))
    measure("annual, closed year", "annual", before, this)
    measure("quarter, closed", "quarter", date(last - 1, 4, 1), date(last - 1, 7, 1))
    if not said.skip_verify:
        began = time.perf_counter()
        with db.reading(sessions) as session:
            number, found = verification.verify(session)
        print(
            f"{number} months verified in {time.perf_counter() - began:.0f} s, {len(found)} differ"
        )


if __name__ == "__main__":
    main()
