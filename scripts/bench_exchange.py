"""Measures the workbench of debtors, boxes between branches, notices.

Makes a library in a temporary folder: two branches, debtors with five overdue copies each.
"""

from __future__ import annotations

import argparse
import re
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import uuid4

from bench_folder import NewLibrary, new_library
from bench_server import PASSWORD, Desk, Server
from sqlalchemy import func, select, update

from ils import clock, db
from ils.catalog.records.actions import add_provisional
from ils.circulation.loans.models import Loan
from ils.circulation.notices import jobs as notice_jobs
from ils.circulation.notices.models import Notice
from ils.codes import actions as codes
from ils.codes.actions import ItemCode
from ils.codes.models import CodeKind
from ils.config import Config
from ils.db import bulk_insert, new_id
from ils.holdings.items.models import Item
from ils.jobs.actions import enqueue
from ils.jobs.runner import Runner
from ils.ledger import Channel, Origin
from ils.organisation.branches.actions import add_branch
from ils.organisation.branches.models import Branch
from ils.organisation.staff.actions import add_staff
from ils.organisation.staff.models import Role
from ils.patrons.actions import register_patron
from ils.patrons.fields import PatronData
from ils.patrons.models import PatronYear

EACH, BOX, PAGES = 5, 60, 100


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--debtors", type=int, default=2000)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    with new_library(asked.database) as new:
        fill(new.sessions, new.config, asked.debtors)
        print(f"{asked.debtors} debtors, {asked.debtors * EACH} overdue copies, {new.dialect}")
        server = Server("exchange", new.folder, asked.database)
        server.settle()
        server.start()
        try:
            workbench(server)
            box(server, asked.debtors * EACH)
            notices(new, server)
        finally:
            server.stop()


def fill(sessions: db.Sessions, config: Config, number: int) -> None:
    """Branches, accounts, readers, copies long overdue, and some on the shelf."""
    with db.transaction(sessions) as session:
        branches = [
            add_branch(session, None, code=code, name_ru=code, name_kk=code,
                       timezone="Asia/Almaty", type=kind)
            for code, kind in (("C", "central"), ("F", "city"))
        ]  # fmt: skip
        for login, branch in zip(("centre", "branch"), branches, strict=True):
            add_staff(session, None, config, login=login, name=login, password=PASSWORD,
                      roles=(Role.DESK,), branch=branch, language="ru")  # fmt: skip
        now = clock.now()
        origin = Origin(now, clock.local_day(now, "Asia/Almaty"), branches[0].id, None,
                        Channel.SYSTEM)  # fmt: skip
        record = add_provisional(session, origin, title="Абай жолы", author="Әуезов",
                                 subject_area="literature", language="kk")  # fmt: skip
        readers = []
        for n in range(number):
            data = PatronData(surname=f"Оқырман{n}", given_name="А", birth_date=date(1990, 1, 1),
                              category="student", card=f"R{n:06}", consent=True,
                              phone=f"8701{n:07}", address=f"Абай, {n}")  # fmt: skip
            part = origin.derive(f"reader:{n}")
            readers.append(register_patron(session, part, data, config.lists.categories).id)
        years = dict(session.execute(select(PatronYear.patron_id, PatronYear.id)).all())
        branch, record_id = branches[0], record.id
        rows = [_item(branch, record_id, n) for n in range(number * EACH + BOX)]
        bulk_insert(session, Item, rows)
        codes.bring_in(session, [
            ItemCode(CodeKind.INVENTORY_NUMBER, str(row["inventory_number"]), int(str(row["id"])))
            for row in rows
        ])  # fmt: skip
        lent = now - timedelta(days=60)
        bulk_insert(session, Loan, [
            {
                "id": new_id(), "item_id": row["id"], "patron_id": readers[at // EACH],
                "patron_year_id": years[readers[at // EACH]], "branch_id": branch.id,
                "place": "home", "material": "book", "is_bulk": False, "copies": 1,
                "quantity_returned": 0, "renewals": 0, "issued_at": lent,
                "due": origin.day - timedelta(days=1 + at % 40),
            }
            for at, row in enumerate(rows[: number * EACH])
        ])  # fmt: skip


def _item(branch: Branch, record_id: int, n: int) -> dict[str, object]:
    return {
        "id": new_id(), "record_id": record_id, "inventory_number": f"{n:07}", "barcode": None,
        "copies": 1, "status": "available", "owner_branch_id": branch.id, "branch_id": branch.id,
        "location": "", "shelf_mark": "84", "price": 150_000, "ksu": "", "withdrawal_act": "",
        "disputed_numbers": "", "condition": "", "created_at": clock.now(),
    }  # fmt: skip


def workbench(server: Server) -> None:
    """The first page of the debtors, as it is opened every morning."""
    desk, size, times = Desk(server.port, "centre"), 0, []
    for _ in range(PAGES):
        began = time.perf_counter()
        _, text = desk.request("GET", "/staff/debtors/?branch=-", None)
        times.append((time.perf_counter() - began) * 1000)
        size = len(text.encode())
    print(f"workbench: {_said(times)} (goal 300), {size / 1000:.1f} kB (goal 60)")


def box(server: Server, first: int) -> None:
    """A box of sixty packed at one end and received at the other, each copy by a scan."""
    centre, branch = Desk(server.port, "centre"), Desk(server.port, "branch")
    place = "/staff/internal-loans"
    asked = {"branch": "F", "purpose": "selection", "record": "", "topic": "Абай", "copies": "60",
             "audience": "", "language": "", "until": "", "note": ""}  # fmt: skip
    centre.request("POST", f"{place}/new", asked | {"request_id": str(uuid4())})
    _, page = centre.request("GET", f"{place}/", None)
    request = re.findall(rf"{place}/(\d+)", page)[0]
    begun = {"branch": "F", "asked": request, "request_id": str(uuid4())}
    centre.request("POST", f"{place}/boxes", begun)
    _, page = centre.request("GET", f"{place}/boxes", None)
    number = re.findall(rf"{place}/boxes/(\d+)", page)[0]
    for desk, what in ((centre, "packed"), (branch, "received")):
        times = []
        for n in range(BOX):
            form = {"code": f"{first + n:07}", "asked": request, "request_id": str(uuid4())}
            times.append(_took(partial(desk.request, "POST", f"{place}/boxes/{number}", form)))
        print(f"a scan of a box {what}: {_said(times)} (goal 20)")
        if desk is centre:
            left = {"request_id": str(uuid4())}
            centre.request("POST", f"{place}/boxes/{number}/send", left)
    _, page = branch.request("GET", f"{place}/boxes/{number}", None)
    arrived = re.search(r"прибыло: (\d+)", page)
    print(f"arrived: {arrived[1] if arrived else page[:300]} of {BOX}")


def notices(new: NewLibrary, server: Server) -> None:
    """What all debtors are to be told planned and made, while a desk reads a card every 50 ms."""
    with db.transaction(new.sessions) as session:  # all of them reached a level today
        day = clock.local_day(clock.now(), "Asia/Almaty") - timedelta(days=5)
        session.execute(update(Loan).values(due=day))
        session.execute(update(Branch).values(closed_weekdays=""))
    # Nothing is handed over: what a server takes is its own time. All hours are fit to send in.
    settings = new.config.notices.changed(mode="test", from_hour=0, until_hour=24)
    runner = Runner(new.sessions, replace(new.config, notices=settings), notice_jobs.JOBS)
    desk, times, over = Desk(server.port, "centre"), list[float](), threading.Event()

    def scan() -> None:
        at = 0
        while not over.wait(0.05):
            card = {"code": f"R{at % 1000:06}", "request_id": str(uuid4())}
            times.append(_took(partial(desk.request, "POST", "/desk/scan", card)))
            at += 1

    scanning = threading.Thread(target=scan)
    scanning.start()
    for what, kind in (
        ("planned (goal 10)", "plan_notices"),
        ("made, one message a reader", "send_notices"),
    ):
        with db.transaction(new.sessions) as session:
            enqueue(session, kind)
        began = time.perf_counter()
        runner.run_all()
        took = time.perf_counter() - began
        with db.reading(new.sessions) as session:
            states = dict(session.execute(
                select(Notice.state, func.count()).group_by(Notice.state)).all())  # fmt: skip
        print(f"notices {what}: {took:.1f} s, {states}")
    over.set()
    scanning.join()
    print(f"a card at the desk meanwhile: {_said(times)}, at most {max(times):.0f} ms")


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _said(times: list[float]) -> str:
    late = sorted(times)[int(len(times) * 0.95)]
    return f"p50 {statistics.median(times):.1f}, p95 {late:.1f} ms"


if __name__ == "__main__":
    main()
