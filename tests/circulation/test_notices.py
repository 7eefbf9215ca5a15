"""Readers told of their loans by themselves: each once, at decent hours, never of what is back."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select
from telling import at, come_by, due_like, loan_of, plan, states, until_due

from ils import db
from ils.circulation.debtors.models import DebtContact
from ils.circulation.desk import answers
from ils.circulation.notices import rules
from ils.circulation.notices.rules import NoticeLevel, Reach, channel, reached
from ils.circulation.readers.actions import erase_patron
from ils.jobs.models import Job
from ils.ledger import Entry, Kind
from ils.messages import sms
from ils.messages.outbox import OutgoingMessage
from ils.operations.cli import problems_of_notices
from ils.organisation.staff.models import Role
from ils.patrons.actions import note_search_keys
from ils.patrons.models import Patron


@pytest.fixture
def late(told):
    """A reader with e-mail whose copy is six days late, after a feast and a Sunday."""
    told.reader("R1", surname="Абаева", email="a@example.kz", language="kk")
    told.copy("B1", title="Абай жолы")
    until_due(told, "R1", "B1", days=6)
    return told


def test_the_latest_level_that_is_reached_counts_and_not_for_ever():
    known = {
        "before": NoticeLevel(days=-2, channels=("email",), template="t"),
        "late": NoticeLevel(days=3, channels=("email",), template="t"),
        "last": NoticeLevel(days=30, channels=("sms",), template="t"),
    }
    due = date(2026, 3, 10)

    def code(day: int, month: int = 3) -> str | None:
        found = reached(known, due, date(2026, month, day), 7)
        return found[0] if found else None

    assert [code(7), code(8), code(10), code(11), code(13), code(19), code(20)] == [
        None, "before", "before", None, "late", "late", None
    ]  # fmt: skip
    assert (code(9, 4), code(16, 4), code(15, 4)) == ("last", None, "last")


def test_a_level_is_of_branches_and_categories_and_goes_by_its_first_way():
    level = NoticeLevel(
        days=3, channels=("sms", "email"), template="t", branches=("Ф1",), categories=("child",)
    )
    assert level.fits("Ф1", ("pupil", "child"))
    assert not level.fits("ЦБ", ("child",))
    assert not level.fits("Ф1", ("student",))
    both = Reach("a@b.kz", "+77010000000")
    assert channel(level, both, ["email", "sms"]) == "sms"
    assert channel(level, both, ["email"]) == "email"
    assert channel(level, Reach(school="№ 2"), ["email", "sms"]) == "school"
    assert channel(level, Reach(), ["email", "sms"]) == "visit"


def test_the_levels_of_the_library_are_read(config):
    assert list(rules.levels(config)) == ["before", "late", "later", "last"]


def test_a_late_reader_is_told_once_and_counted_once(late, mail):
    come_by(late)
    come_by(late)
    assert states(late) == [("late", "email", "sent", None)]
    (letter,) = mail.taken
    assert "To: a@example.kz" in letter
    assert late.count(Kind.REMINDER) == 1
    with db.reading(late.sessions) as session:
        entry = session.scalar(select(Entry).where(Entry.kind == Kind.REMINDER))
        contact = session.scalar(select(DebtContact))
        message = session.scalar(select(OutgoingMessage))
    assert (entry.channel, entry.patron_year_id is not None) == ("system", True)
    assert (contact.channel, contact.result, contact.staff_id) == ("email", "sent", None)
    assert "Абай жолы" in message.body
    assert "қайтару мерзімі өтті" in message.body


def test_a_reader_is_told_before_the_day_without_being_counted(told, mail):
    told.reader("R1", email="a@example.kz")
    told.copy("B1")
    until_due(told, "R1", "B1")
    told.wait(days=-2)
    come_by(told)
    assert states(told) == [("before", "email", "sent", None)]
    assert told.count(Kind.REMINDER) == 0
    told.wait(days=8)
    come_by(told)
    assert [state[0] for state in states(told)] == ["before", "late"]
    assert len(mail.taken) == 2


def test_nobody_is_told_that_a_day_is_near_once_it_is_over(told, mail):
    told.reader("R1", email="a@example.kz")
    told.copy("B1")
    until_due(told, "R1", "B1", days=-2)
    plan(told)
    told.wait(days=3)
    come_by(told)
    assert states(told) == [("before", "email", "cancelled", "too_late")]
    assert mail.taken == []


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda desk, _: desk.take_back("B1"), "returned"),
        (lambda desk, loan: desk.do(answers.renew, loan_id=loan.id), "renewed"),
        (lambda desk, loan: desk.do(answers.declare_lost, item_id=loan.item_id), "lost"),
    ],
)
def test_what_changed_since_it_was_planned_is_not_told(late, mail, act, reason):
    plan(late)
    assert states(late) == [("late", "email", "planned", None)]
    act(late.desk(), loan_of(late, "B1"))
    come_by(late)
    assert states(late)[0] == ("late", "email", "cancelled", reason)
    assert mail.taken == []


def test_nothing_leaves_at_night_or_on_a_closed_day(late, mail):
    at(late, 3, 22)
    come_by(late)
    assert (states(late), mail.taken) == ([("late", "email", "planned", None)], [])
    at(late, 7, 11)
    come_by(late)
    assert mail.taken == []
    at(late, 1, 11)
    come_by(late)
    assert len(mail.taken) == 1


def test_a_reader_gets_one_message_a_day_of_all_that_is_late(late, mail):
    late.copy("B2", title="Қан мен тер", branch="Ф1")
    late.desk("Ф1").issue("R1", "B2")
    due_like(late, "B2", "B1")
    come_by(late)
    assert len(mail.taken) == 1
    with db.reading(late.sessions) as session:
        body = session.scalar(select(OutgoingMessage.body))
    assert "Абай жолы" in body
    assert "Қан мен тер" in body
    assert [state[2] for state in states(late)] == ["sent", "sent"]
    late.copy("B3", title="Көшпенділер")
    late.desk().issue("R1", "B3")
    due_like(late, "B3", "B1")
    come_by(late)
    assert len(mail.taken) == 1  # tomorrow
    late.wait(days=1)
    come_by(late)
    assert len(mail.taken) == 2


def test_after_a_standstill_only_the_latest_level_is_told(late, mail):
    late.wait(days=12)  # a fortnight late: the first level was missed
    come_by(late)
    assert states(late) == [("later", "email", "sent", None)]
    late.wait(days=200)
    come_by(late)
    assert len(mail.taken) == 1


def test_a_level_that_waits_is_overtaken_by_the_next(late, mail):
    plan(late)
    late.wait(days=10)
    come_by(late)
    assert states(late) == [
        ("late", "email", "cancelled", "superseded"), ("later", "email", "sent", None)
    ]  # fmt: skip
    assert len(mail.taken) == 1


def test_who_has_no_address_waits_for_a_visit_and_who_wants_none_gets_none(told, mail):
    for card, about in (
        ("R1", {"school": "Гимназия № 2"}), ("R2", {}), ("R3", {"phone": "8 7213 45-67-89"}),
        ("R4", {"email": "a@b.kz", "notices_off": True}),
    ):  # fmt: skip
        told.reader(card, **about)
        told.copy(f"B{card}")
        told.desk().issue(card, f"B{card}")
    told.wait(days=(loan_of(told, "BR1").due - told.origin().day).days + 6)
    come_by(told)
    assert states(told) == [
        ("late", "school", "by_hand", None), ("late", "visit", "by_hand", None),
        ("late", "visit", "by_hand", None),
    ]  # fmt: skip
    assert mail.taken == []


def test_a_short_message_goes_to_a_mobile_and_costs_by_its_parts(told, gateway, browser):
    told.reader("R1", phone="8 (701) 123-45-67", surname="Абаева", language="kk")
    told.copy("B1", title="Абай «жолы»")
    until_due(told, "R1", "B1", days=6)
    plan(told)
    told.account("кафедра", Role.DESK)
    browser.sign_in("кафедра")
    page = browser.get("/staff/debtors/notices").text
    assert "SMS запланировано: 1, частей: 1" in page
    come_by(told)
    ((body, authorization),) = gateway.taken
    assert authorization == "Bearer kilt"
    assert '"to": "+77011234567"' in body
    assert "Мерзімі өтті: 19.03 Абай «жолы». ЦБ филиалы" in body
    assert states(told) == [("late", "sms", "sent", None)]


def test_a_gateway_that_refuses_is_asked_again_and_then_somebody_calls(told, gateway):
    told.reader("R1", phone="87011234567")
    told.copy("B1")
    until_due(told, "R1", "B1", days=6)
    gateway.answers += [500]
    come_by(told)
    assert states(told) == [("late", "sms", "sent", None)]  # the second time
    assert len(gateway.taken) == 2
    told.wait(days=11)
    gateway.answers += [503] * 50
    for _ in range(30):
        come_by(told)
        told.wait(hours=3)
    assert states(told)[1] == ("later", "sms", "failed", "not_taken")
    assert told.count(Kind.REMINDER) == 1


def test_a_message_that_was_being_handed_over_is_not_sent_twice(told, gateway, monkeypatch):
    told.reader("R1", phone="87011234567")
    told.copy("B1")
    until_due(told, "R1", "B1", days=6)
    send = sms.send

    def dying(*given):
        send(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(sms, "send", dying)
    with pytest.raises(KeyboardInterrupt):
        come_by(told)
    monkeypatch.setattr(sms, "send", send)
    told.wait(minutes=5)
    come_by(told)
    assert len(gateway.taken) == 1
    assert states(told) == [("late", "sms", "failed", "unknown")]


def test_a_test_goes_to_whoever_tests_and_counts_for_nothing(late, mail):
    come_by(late, mode="test", test_to="sys@example.kz")
    (letter,) = mail.taken
    assert "To: sys@example.kz" in letter
    assert states(late) == [("late", "email", "tested", None)]
    assert late.count(Kind.REMINDER) == 0
    come_by(late)  # in earnest, on the same day
    assert states(late) == [("late", "email", "sent", None)]
    assert len(mail.taken) == 2


def test_a_test_of_an_address_sends_no_short_message_there(told, gateway):
    told.reader("R1", phone="87011234567")
    told.copy("B1")
    until_due(told, "R1", "B1", days=6)
    come_by(told, mode="test", test_to="sys@example.kz")
    assert (gateway.taken, states(told)) == ([], [("late", "sms", "tested", None)])


def test_an_address_that_went_meanwhile_is_looked_for_anew(late, mail, gateway):
    plan(late)
    with db.transaction(late.sessions) as session:
        patron = session.scalar(select(Patron))
        patron.email, patron.phone = "", "87011234567"
        note_search_keys(patron)
    come_by(late)
    assert (len(mail.taken), len(gateway.taken)) == (0, 1)
    assert states(late) == [("late", "sms", "sent", None)]


def test_who_has_no_address_any_more_waits_for_a_visit_uncounted(late, mail):
    plan(late)
    with db.transaction(late.sessions) as session:
        session.scalar(select(Patron)).email = ""
    come_by(late)
    assert states(late) == [("late", "visit", "by_hand", None)]
    assert (mail.taken, late.count(Kind.REMINDER)) == ([], 0)


def test_a_return_that_is_undone_begins_the_notice_anew(late, mail):
    plan(late)
    act = uuid4()
    late.desk().take_back("B1", act)
    come_by(late)
    assert states(late) == [("late", "email", "cancelled", "returned")]
    late.desk().undo(act)
    late.wait(days=1)
    come_by(late)
    assert states(late) == [("late", "email", "sent", None)]
    assert len(mail.taken) == 1


def test_a_gateway_that_does_not_answer_is_not_sent_the_same_again(told, gateway, monkeypatch):
    told.reader("R1", phone="87011234567")
    told.copy("B1")
    until_due(told, "R1", "B1", days=6)
    monkeypatch.setattr(sms, "TIMEOUT", 0.3)
    gateway.answers.append(None)
    for _ in range(3):
        come_by(told)
    assert len(gateway.taken) == 1
    assert states(told) == [("late", "sms", "failed", "unknown")]


def test_switched_off_nothing_is_even_planned(late, mail):
    come_by(late, mode="off")
    assert (states(late), mail.taken) == ([], [])


def test_an_erased_reader_is_not_written_to(late, mail):
    plan(late)
    late.desk().take_back("B1")
    late.desk().do(lambda desk: erase_patron(desk, desk.session.scalars(select(Patron)).one()))
    come_by(late)
    assert (states(late), mail.taken) == ([], [])
    with db.reading(late.sessions) as session:
        assert session.scalar(select(Patron)) is None
        assert session.scalar(select(Job).where(Job.state == "failed")) is None


def test_parts_are_counted_as_they_are_paid():
    assert [sms.parts(text) for text in ("a" * 160, "a" * 161, "[" * 80, "[" * 81)] == [1, 2, 1, 2]
    assert [sms.parts("ә" * n) for n in (70, 71, 134, 135)] == [1, 2, 2, 3]
    assert sms.parts("😀" * 35) == 1
    assert sms.parts("😀" * 36) == 2


def test_the_check_tells_of_notices_that_cannot_leave(told):
    with db.reading(told.sessions) as session:
        assert problems_of_notices(session, told.config) == []
        mute = replace(told.config, mail=told.config.mail.changed(host=""),
                       sms=told.config.sms.changed(url=""))  # fmt: skip
        (problem,) = problems_of_notices(session, mute)
    assert "neither [mail] host nor [sms] url" in problem["message"]
