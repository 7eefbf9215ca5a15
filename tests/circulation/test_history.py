"""One property instead of a hundred examples."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from ils import db, selfcheck
from ils.circulation.context import Override
from ils.circulation.desk import answers as choices
from ils.circulation.holds import actions as holds
from ils.circulation.loans.models import Loan
from ils.circulation.readers import actions as privacy
from ils.errors import IlsError
from ils.ledger import Entry
from ils.patrons import queries

ACTS = (
    *("issue", "issue", "take_back", "take_back", "renew", "renew_all", "undo", "undo_old"),
    *("hold", "hold", "cancel", "expire", "lose", "force", "drop", "forget"),
)
CARDS, COPIES, BRANCHES = ("R1", "R2"), ("B1", "B2"), ("ЦБ", "Ф1")
STEP = st.tuples(
    st.sampled_from(ACTS),
    st.sampled_from(CARDS),
    st.sampled_from(COPIES),
    st.sampled_from(BRANCHES),
    st.integers(1, 6),  # few request ids: repeats are frequent
    st.sampled_from([0, 1, 60, 90_000]),  # seconds until the next step; the last is a day
)


@given(st.lists(STEP, min_size=2, max_size=16))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=80,
    deadline=None,
    derandomize=True,
)
def test_any_sequence_of_scans_keeps_ledger_loans_and_shelves_equal(library, steps):
    number = prepare(library)
    answers = []
    for act, card, copy, branch, request, wait in steps:
        desk, key = library.desk(branch), UUID(int=(number << 32) + request)
        with suppress(IlsError):
            mine = f"{card}-{number}", f"{copy}-{number}"
            answers.append(play(desk, act, *mine, key, [a for a in answers if a and a.act]))
        library.wait(seconds=wait)

    with db.reading(library.sessions) as session:
        assert selfcheck.findings(session) == []
        repeated = select(Entry.request_id).group_by(Entry.request_id).having(func.count() > 1)
        assert session.scalars(repeated).all() == []
        open_ = select(Loan.item_id).where(Loan.ended_at.is_(None))
        on_hand = session.scalars(open_).all()
        assert len(on_hand) == len(set(on_hand))


def play(desk, act, card, copy, request, done):
    return PLAYS[act](desk, card, copy, request, done)


def lose(desk, card, copy, request, done):
    item = desk.take_back(copy).item
    return desk.do(choices.declare_lost, request, item_id=item.id)


def force(desk, card, copy, request, done):
    desk.override = Override(frozenset({"held_for_another", "in_transit"}), "нужно")
    return desk.issue(card, copy, request)


def drop(desk, card, copy, request, done):
    desk.returned_on = desk.library.origin(desk.branch).day - timedelta(days=1)
    return desk.take_back(copy, request)


def forget(desk, card, copy, request, done):
    desk.do(lambda d: privacy.erase_patron(d, reader(d, card)), request)


def cancel(desk, card, copy, request, done):
    desk.do(lambda d: holds.cancel_all(d, reader(d, card).id), request)


def renew(desk, key, done):
    return done and getattr(done[-1], "loan", None) and desk.renew(done[-1], key)


def renew_all(desk, card, copy, request, done):
    return desk.do(lambda d: choices.renew_all(d, patron_id=reader(d, card).id), request)


def reader(desk, card):
    found = queries.patron_by_card(desk.session, [card])
    if found is None:
        raise queries.UnknownPatron
    return found


PLAYS = {
    "issue": lambda desk, card, copy, key, _: desk.issue(card, copy, key),
    "take_back": lambda desk, _, copy, key, __: desk.take_back(copy, key),
    "renew": lambda desk, _, __, key, done: renew(desk, key, done),
    "undo": lambda desk, _, __, key, done: done and desk.undo(done[-1].act, key),
    "undo_old": lambda desk, _, __, key, done: done and desk.undo(done[0].act, key),
    "hold": lambda desk, card, copy, key, _: desk.wait_for(card, copy, request=key) and None,
    "expire": lambda desk, _, __, key, ___: desk.do(holds.expire_holds, key) and None,
    "renew_all": renew_all,
    "cancel": cancel,
    "lose": lose,
    "force": force,
    "drop": drop,
    "forget": forget,
}


def prepare(library) -> int:
    """Readers and copies of this example's own; the tables are shared by all of them."""
    number = getattr(library, "examples", 0) + 1
    library.examples = number
    for card in CARDS:
        library.reader(f"{card}-{number}")
    for copy in COPIES:
        library.copy(f"{copy}-{number}")
    return number
