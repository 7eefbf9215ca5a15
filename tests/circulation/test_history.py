"""One property instead of a hundred examples."""

from contextlib import suppress
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from ils import db, selfcheck
from ils.circulation.models import Loan
from ils.errors import IlsError
from ils.ledger import Entry

CARDS, COPIES, BRANCHES = ("R1", "R2"), ("B1", "B2"), ("ЦБ", "Ф1")
STEP = st.tuples(
    st.sampled_from(["issue", "issue", "take_back", "take_back", "renew", "undo", "undo_old"]),
    st.sampled_from(CARDS),
    st.sampled_from(COPIES),
    st.sampled_from(BRANCHES),
    st.integers(1, 6),  # few request ids: repeats are frequent
    st.sampled_from([0, 1, 60, 90_000]),  # seconds until the next step; the last is a day
)


@given(st.lists(STEP, min_size=2, max_size=14))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=60,
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


def play(desk, act, card, copy, request, done):  # noqa: PLR0917 -- one step, as it is drawn
    match act:
        case "issue":
            return desk.issue(card, copy, request)
        case "take_back":
            return desk.take_back(copy, request)
        case "renew" if done and done[-1].loan:
            return desk.renew(done[-1], request)
        case "undo" if done:
            return desk.undo(done[-1].act, request)
        case "undo_old" if done:
            return desk.undo(done[0].act, request)
    return None


def prepare(library) -> int:
    """Readers and copies of this example's own; the tables are shared by all of them."""
    number = getattr(library, "examples", 0) + 1
    library.examples = number
    for card in CARDS:
        library.reader(f"{card}-{number}")
    for copy in COPIES:
        library.copy(f"{copy}-{number}")
    return number
