"""Whole days of a library: what was done by hand, counted by hand, must be what the books say."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from library import NOON
from reports import MARCH, cells
from reports import report as counted
from sqlalchemy import func, select

from ils import db
from ils.circulation.boxes import actions as boxes
from ils.circulation.boxes.models import Box
from ils.circulation.context import Override
from ils.circulation.desk import answers
from ils.circulation.holds import actions as holds
from ils.circulation.loans.rules import RenewalRefused
from ils.ledger import Channel, Entry, ServicePlace
from ils.organisation.branches.actions import add_service_point
from ils.organisation.branches.models import Branch, PointType
from ils.services.counts.actions import Tally, write_tally

BRANCHES = ("ЦБ", "Ф1", "Ф2", "Ф3", "Ф4")


def diary(library, *facts, branch=None, day=None, point=None):
    """The sums of a day's entries by kind and facts, without zeros."""
    columns = [getattr(Entry, fact) for fact in ("kind", *facts)]
    query = select(*columns, func.sum(Entry.count)).group_by(*columns)
    if branch:
        query = query.where(Entry.branch_id == library.branches[branch].id)
    if day:
        query = query.where(Entry.day == day)
    if point:
        query = query.where(Entry.service_point_id == point)
    with db.reading(library.sessions) as session:
        rows = session.execute(query)
        return {row[0] if not facts else tuple(row[:-1]): int(row[-1]) for row in rows if row[-1]}


def report(library, branch=None):
    """The month's table by branch: what statistics make of the same entries."""
    done = cells(counted(library, "month", MARCH, *([branch] if branch else [])))
    place = ("activity_by_branch", "total")
    return {column: number for (*row, column), number in done.items() if tuple(row) == place}


@pytest.fixture
def five(library):
    for code in BRANCHES[2:]:
        library.open_branch(code)
    for n, code in enumerate(BRANCHES):
        for copy in range(4):
            library.copy(f"{code}-{copy}", branch=code, language="kk" if copy % 2 else "ru")
        for reader in range(3):
            library.reader(f"{n}{reader}", sex="f" if reader else "m")
    library.registered = library.count("visit")  # readers of this library register at ЦБ
    return library


def test_a_busy_monday_at_five_branches(five):
    library, expected = five, Counter()
    library.rule(renewal_days=20)
    library.rule(branch="Ф4", renewal_days=25, category="student")
    for n, code in enumerate(BRANCHES):  # morning: two readers take two copies each
        desk = library.desk(code)
        for reader in range(2):
            for copy in range(2):
                desk.issue(f"{n}{reader}", f"{code}-{2 * reader + copy}")
        expected["loan"] += 4
        expected["visit"] += 2 if code != "ЦБ" else 0  # at ЦБ they registered that day
    library.wait(hours=1)
    main, branch = library.desk("ЦБ"), library.desk("Ф1")
    main.wait_for("12", "Ф1-0")  # a reader of Ф1 waits at ЦБ for what Ф1 has lent
    expected["hold_placed"] += 1
    sent = branch.take_back("Ф1-0")
    assert (sent.situation, sent.to_branch_id) == ("into_transit", library.branches["ЦБ"].id)
    expected["return"] += 1
    library.wait(hours=1)
    assert main.take_back("Ф1-0").situation == "to_hold_shelf"
    assert main.issue("12", "Ф1-0").situation == "hold_and_loan"
    expected += Counter(loan=1, hold_filled=1)
    library.wait(hours=1)
    passed_on = library.desk("Ф2").issue("22", "Ф2-1")  # the next reader brings it to the desk
    assert passed_on.situation == "return_and_loan"
    expected += Counter({"return": 1, "loan": 1, "visit": 1})
    mistake = library.desk("Ф3").take_back("Ф3-0")
    library.desk("Ф3").undo(mistake.act)  # the wrong book was scanned
    expected += renewals_of_monday(library)
    desk = library.desk("Ф1")
    lost = desk.scan("11") and desk.scan("Ф1-2")
    desk.do(answers.declare_lost, item_id=lost.item.id)  # the reader has lost it
    expected["lost"] += 1

    told = diary(library)
    assert {kind: told.get(kind, 0) for kind in expected} == {
        **expected, "visit": expected["visit"] + library.registered
    }  # fmt: skip
    assert report(library)["loans"] == expected["loan"] == 22
    assert report(library)["returns"] == 2
    assert [report(library, code)["loans"] for code in BRANCHES] == [5, 4, 5, 4, 4]
    states = Counter(library.state(f"{c}-{n}")[0] for c in BRANCHES for n in range(4))
    assert states == {"on_loan": 19, "lost": 1}


def renewals_of_monday(library):
    """Everything of one reader at the desk, one book of another by phone."""
    library.wait(minutes=1)
    renewed = library.desk("Ф4")
    patron = renewed.scan("40").patron.id
    answer = renewed.do(answers.renew_all, patron_id=patron)
    assert len(answer.loans) == 2
    by_phone = library.desk("Ф4")
    by_phone.channel = Channel.PHONE
    with pytest.raises(RenewalRefused):  # it was renewed today: nothing to gain
        by_phone.do(answers.renew, loan_id=answer.loans[0].id)
    loan = by_phone.scan("41") and by_phone.scan("Ф4-2").loan
    by_phone.do(answers.renew, loan_id=loan.id)
    return Counter(renewal=3, remote_visit=1)


def test_a_summer_reading_room(library):
    """Copies are read in the garden: lent for the day, tallied, or taken from the shelf."""
    library.now = datetime(2026, 7, 6, 4, 0, tzinfo=UTC)
    room = library.desk("Ф1")
    room.place = ServicePlace.READING_ROOM
    for n in range(5):
        library.reader(f"R{n}", category="pupil", birth_date=date(2015, 1, 1))
        library.copy(f"J{n}", branch="Ф1", title="Балдырған", language="kk")
    library.rule(branch="Ф1", lending="reading_room")
    for n in range(5):
        lent = room.issue(f"R{n}", f"J{n}")
        assert lent.loan.due == date(2026, 7, 6)
    library.wait(hours=3)
    for n in range(5):
        room.take_back(f"J{n}")
    for n in range(3):
        library.wait(minutes=1)
        room.do(answers.in_house, item_id=room.take_back(f"J{n}").item.id)
    with db.transaction(library.sessions) as session:
        counted = Tally(
            "in_house_use", date(2026, 7, 6), {("literature", "kk"): 40, ("arts", "ru"): 5},
            "pupil", ServicePlace.READING_ROOM,
        )  # fmt: skip
        origin = library.origin("Ф1")
        write_tally(session, origin, counted, library.config.lists, "Asia/Almaty")
    assert diary(library, "place", branch="Ф1") == {
        ("loan", "reading_room"): 5,
        ("return", None): 5,
        ("visit", None): 5,
        ("in_house_use", "reading_room"): 48,
        ("record_added", None): 5,
    }
    home = library.desk("Ф1")
    with pytest.raises(answers.LoanRefused):
        home.issue("R0", "J0")
    home.override = Override(frozenset({"not_for_loan"}), "на дом по просьбе заведующей")
    assert home.scan("J0").situation == "loan"


def test_a_monthly_trip_to_a_settlement(library):
    """A box goes out, some of it stays with readers, one copy is gone; three come back."""
    with db.transaction(library.sessions) as session:
        branch = session.get(Branch, library.branches["Ф1"].id)
        point = add_service_point(
            session, None, branch, code="П1", name_ru="Посёлок", name_kk="Кент",
            type=PointType.OUTREACH,
        ).id  # fmt: skip
    for n in range(6):
        library.copy(f"S{n}", branch="Ф1")
    library.reader("R1")
    library.reader("R2")
    desk = library.desk("Ф1")

    def at_box(act, *values):
        def work(d):
            box = d.session.scalars(select(Box)).one()
            return act(d, box, *values)

        return desk.do(work)

    desk.do(lambda d: boxes.make_box(d, d.session.get(boxes.ServicePoint, point)))
    for n in range(6):
        assert at_box(boxes.scan_at_box, f"S{n}").did == "put_in"
    assert at_box(boxes.scan_at_box, "S0").did == "already"
    at_box(boxes.take_out, desk.take_back("S5").item.id)
    at_box(boxes.send_box)

    library.wait(days=1)
    there = library.desk("Ф1")
    there.place, there.point = ServicePlace.SERVICE_POINT, point
    for card, number in (("R1", "S0"), ("R1", "S1"), ("R2", "S2")):
        assert there.issue(card, number).situation == "loan"
    library.wait(hours=5)
    there.take_back("S2")
    assert diary(library, "place", point=point) == {
        ("loan", "service_point"): 3, ("visit", None): 2, ("return", None): 1
    }  # fmt: skip

    library.wait(days=1)
    assert [at_box(boxes.scan_at_box, c).did for c in ("S2", "S3", "S0")] == [
        "back", "back", "still_lent"
    ]  # fmt: skip
    with pytest.raises(boxes.NotInBox):
        at_box(boxes.scan_at_box, "S5")
    missing = at_box(boxes.close_box)
    assert [item.number for item in missing] == ["S4"]
    assert library.count("loan") == 3


def test_a_hold_crosses_the_week_and_a_closed_day(library, desk):
    """A copy waits on the hold shelf over a holiday; nobody comes; the next reader gets it."""
    for card in ("R1", "R2", "R3"):
        library.reader(card)
    library.copy("B1")
    desk.issue("R1", "B1")
    desk.wait_for("R2", "B1")
    desk.wait_for("R3", "B1")
    library.wait(days=20)
    returned = desk.take_back("B1")
    assert (returned.late, returned.hold.patron.card) == (True, "R2")
    assert returned.hold.shelf_until == date(2026, 3, 29)
    library.wait(days=6)
    (freed,) = desk.do(holds.expire_holds)
    assert desk.take_back(freed.number).hold.patron.card == "R3"
    assert desk.issue("R3", "B1").situation == "hold_and_loan"
    assert library.now > NOON
    assert diary(library) == {
        "registration": 3, "visit": 5, "record_added": 1, "loan": 2, "return": 1,
        "hold_placed": 2, "hold_expired": 1, "hold_filled": 1,
    }  # fmt: skip
