"""Measures stock accounting: batches, acts, books, checks of the shelves, labels, lists.

Makes a library in a temporary folder, with as many copies as are asked for; the actions are
called in process, each with its transaction, as pages and the worker call them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import cast

from bench_folder import new_library
from bench_server import PASSWORD, Desk, Server
from sqlalchemy import select

from ils import clock, db
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.actions import add_provisional
from ils.clock import Period
from ils.codes import actions as codes
from ils.codes.actions import ItemCode
from ils.codes.models import CodeKind
from ils.config import Config
from ils.db import bulk_insert, new_id
from ils.documents import zpl
from ils.documents.zpl import Printing
from ils.holdings.acts import actions, execution
from ils.holdings.acts.acceptance import add_lines
from ils.holdings.acts.fields import ActData, LineData
from ils.holdings.acts.models import ActKind
from ils.holdings.books import papers, queries
from ils.holdings.items.models import Item
from ils.holdings.labels import queries as labels
from ils.holdings.labels.queries import LabelSelection
from ils.holdings.printing import written
from ils.holdings.stocktaking import actions as checks
from ils.holdings.stocktaking import queries as check_queries
from ils.holdings.stocktaking.actions import Scan
from ils.holdings.stocktaking.models import Stocktake
from ils.jobs.runner import Runner
from ils.ledger import Channel, Origin
from ils.operations.worker import JOBS
from ils.organisation.branches.actions import add_branch
from ils.organisation.branches.models import Branch
from ils.organisation.staff.actions import add_staff
from ils.organisation.staff.models import Role
from ils.patrons.actions import register_patron
from ils.patrons.fields import PatronData

AT_ONCE = 2000
SCANS = 300


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=60_000)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    with new_library(asked.database) as new:
        sessions, config = new.sessions, new.config
        with db.transaction(sessions) as session:
            branch = add_branch(session, None, code="C", name_ru="Ц", name_kk="Ц",
                                timezone="Asia/Almaty", type="central")  # fmt: skip
        fill(sessions, branch, asked.items)
        print(f"{asked.items} copies, {new.dialect}")
        batch_and_books(sessions, config, branch)
        shelves(sessions, config, branch)
        print_labels(sessions, config)
        pages(sessions, config, branch, new.folder, asked.database)


def pages(
    sessions: db.Sessions, config: Config, branch: Branch, folder: Path, database: str
) -> None:
    """The page of a copy, and scans at a desk, over HTTP."""
    with db.transaction(sessions) as session:
        add_staff(session, None, config, login="desk", name="desk", password=PASSWORD,
                  roles=(Role.DESK, Role.STOCK), branch=branch, language="ru")  # fmt: skip
        data = PatronData(surname="A", given_name="B", birth_date=date(1990, 1, 1),
                          category="student", card="R1", consent=True)  # fmt: skip
        categories = config.lists.categories
        patron = register_patron(session, _origin(branch), data, categories).id
        free = select(Item.id, Item.inventory_number).where(Item.status == "available")
        found = session.execute(free.order_by(Item.inventory_number.desc()).limit(SCANS)).all()
    server = Server("stock", folder, database)
    server.start()
    try:
        desk = Desk(server.port, "desk")
        times: dict[str, list[float]] = {"page of a copy": [], "loan": [], "return": []}
        for item_id, number in found:
            page = partial(desk.request, "GET", f"/staff/holdings/{item_id}", None)
            times["page of a copy"].append(_took(page))
            times["loan"].append(_took(partial(desk.scan, str(number), str(patron))))
            times["return"].append(_took(partial(desk.scan, str(number), "")))
        for what, took in times.items():
            print(f"{what} over HTTP: p50 {statistics.median(took):.1f}, p95 "
                  f"{sorted(took)[int(len(took) * 0.95)]:.1f} ms")  # fmt: skip
    finally:
        server.stop()


def _took(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


@contextmanager
def taking(what: str, goal: str = "") -> Iterator[None]:
    """Print how long the block takes."""
    began = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - began:.2f} s{f' (goal {goal})' if goal else ''}")


def _origin(branch: Branch) -> Origin:
    now = clock.now()
    day = clock.local_day(now, "Asia/Almaty")
    return Origin(now, day, branch.id, None, Channel.SYSTEM)


def fill(sessions: db.Sessions, branch: Branch, number: int) -> None:
    """Copies that stood there before: four of each record."""
    with db.transaction(sessions) as session:
        origin = _origin(branch)
        records = [
            add_provisional(session, origin.derive(str(n)), title=f"Книга {n}", author="Автор",
                            subject_area="literature", language="kk").id
            for n in range(min(2000, number // 4))
        ]  # fmt: skip
    long_ago = clock.day_start(date(2024, 1, 1), "Asia/Almaty")
    for start in range(0, number, AT_ONCE):
        rows = [
            {"id": new_id(), "record_id": records[n % len(records)], "inventory_number": f"{n:07}",
             "barcode": None, "copies": 1, "status": "available", "owner_branch_id": branch.id,
             "branch_id": branch.id, "location": "", "shelf_mark": "84", "price": 150_000,
             "ksu": "", "withdrawal_act": "", "disputed_numbers": "", "condition": "",
             "created_at": long_ago}
            for n in range(start, min(start + AT_ONCE, number))
        ]  # fmt: skip
        with db.transaction(sessions) as session:
            bulk_insert(session, Item, rows)
            number_kind = CodeKind.INVENTORY_NUMBER
            codes.bring_in(
                session,
                [
                    ItemCode(number_kind, str(row["inventory_number"]), cast("int", row["id"]))
                    for row in rows
                ],
            )


def batch_and_books(sessions: db.Sessions, config: Config, branch: Branch) -> None:
    """A thousand copies in one batch, a year's worth of them, the books of the year."""
    ids = {"C": branch.id}
    for turn in range(5):
        with db.transaction(sessions) as session:
            origin = _origin(branch)
            data = ActData(source="budget", document=f"Накладная {turn}")
            act = actions.draw_up(session, origin, ActKind.ACCEPTANCE, data, branch.id)
            records = session.scalars(select(BibliographicRecord).limit(100)).all()
            for record in records:
                line = LineData(record="", shares="C 10", price="1500")
                add_lines(session, act, record, line, ids)
            number = act.id
        with (
            taking("1000 copies accepted in one act", "3 s"),
            db.transaction(sessions) as session,
        ):
            act = session.get_one(type(act), number)
            execution.execute(session, _origin(branch), act)
    with db.transaction(sessions) as session:
        origin = _origin(branch)
        act = actions.draw_up(
            session, origin, ActKind.WITHDRAWAL, ActData(reason="worn"), branch.id
        )
        for item in session.scalars(select(Item).limit(1000)):
            actions.put_item(session, act, item)
        session.flush()
        actions.fix(session, origin, act)
        actions.approve(session, origin, act, "Приказ")
        number = act.id
    with taking("1000 copies withdrawn by one act"), db.transaction(sessions) as session:
        execution.execute(session, _origin(branch), session.get_one(type(act), number))
    year = clock.now().year
    days = Period(date(year, 1, 1), date(year + 1, 1, 1))
    with db.reading(sessions) as session:
        with taking("КСУ of the year on screen", "0.3 s"):
            queries.ksu(session, days)
        for form, goal in (("pdf", "10 s"), ("docx", "10 s")):
            with taking(f"inventory book of the year, 5000 copies, {form}", goal):
                paper = papers.inventory_book(session, config, days, None, "ru")
                written(paper, form, "ru", wide=True)


def shelves(sessions: db.Sessions, config: Config, branch: Branch) -> None:
    """A check: its list, single scans, a hundred thousand codes of files."""
    with db.transaction(sessions) as session:
        one = Stocktake(name="Проверка", branch_id=branch.id)
        check = checks.begin(session, _origin(branch), one).id
    runner = Runner(sessions, config, [kind for kind in JOBS if kind.name == checks.PREPARE])
    with taking("list of a check frozen"):
        runner.run_all()
    with db.reading(sessions) as session:
        numbers = list(session.scalars(
            select(Item.inventory_number).where(Item.status == "available").limit(100_000)
        ))  # fmt: skip
    times = []
    for number in numbers[:SCANS]:
        began = time.perf_counter()
        with db.transaction(sessions) as session:
            one = check_queries.stocktake_by_id(session, check)
            checks.count(session, _origin(branch), one, [Scan(number or "")])
        times.append((time.perf_counter() - began) * 1000)
    print(f"a scan of a check: p50 {statistics.median(times):.1f}, p95 "
          f"{sorted(times)[int(len(times) * 0.95)]:.1f} ms (goal 15)")  # fmt: skip
    with taking(f"{len(numbers)} codes compared", "5 s per 100 000"):
        for start in range(0, len(numbers), 500):
            part = [Scan(number or "") for number in numbers[start : start + 500]]
            with db.transaction(sessions) as session:
                one = check_queries.stocktake_by_id(session, check)
                checks.count(session, _origin(branch), one, part)
    with db.reading(sessions) as session, taking("how the check stands"):
        check_queries.counts(session, check_queries.stocktake_by_id(session, check))


def print_labels(sessions: db.Sessions, config: Config) -> None:
    """A thousand labels for a Zebra."""
    with db.reading(sessions) as session:
        items = session.scalars(labels.chosen(LabelSelection()).limit(1000)).all()
        made = labels.made(session, config, items, "item", "ru")
    with taking("1000 labels as ZPL", "5 s"):
        size = sum(len(one) for one in zpl.written(made, Printing()))
    print(f"a label as ZPL: {size / len(made) / 1000:.1f} kB")


if __name__ == "__main__":
    main()
