"""Closed months that somebody changed by hand, past the guards: noticed."""

import pytest
from springtime import APRIL, MAY, close
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ils import db, selfcheck
from ils.stats.closing import verification

GUARDS = {
    "sqlite": ("ledger_no_update", "ledger_no_delete", "ledger_open_day"),
    "postgresql": ("ledger_append_only", "ledger_no_truncate", "ledger_open_day"),
}


def changed_by_hand(library, *statements):
    """What verification and the self-check say after statements nobody should make."""
    with library.sessions() as session:
        for statement in statements:
            session.execute(text(statement))
        found = [(d.what, d.kept) for d in verification.verify(session)[1]]
        checked = [finding.check for finding in selfcheck.findings(session)]
        session.rollback()
    return found, checked


@pytest.mark.parametrize("number", range(3))
def test_a_guard_taken_away_is_noticed(spring, prepared, number):
    close(spring, APRIL)
    name = GUARDS[prepared[0]][number]
    table = "" if prepared[0] == "sqlite" else " ON ledger"
    found, checked = changed_by_hand(spring, f"DROP TRIGGER {name}{table}")
    assert ("guard", name) in found
    assert checked == ["closing"]


FRONTIER = "INSERT INTO ledger_frontier (id, first_open_day) VALUES (1, '{day}')"
NO_FRONTIER = "DELETE FROM ledger_frontier"


def test_the_frontier_never_moves_back(spring):
    close(spring, APRIL)
    with pytest.raises(DBAPIError), db.transaction(spring.sessions) as session:
        session.execute(text("UPDATE ledger_frontier SET first_open_day = '2026-03-01'"))
    found, checked = changed_by_hand(spring, NO_FRONTIER, FRONTIER.format(day="2026-03-01"))
    assert ("frontier", "2026-05-01") in found
    assert checked == ["closing"]


@pytest.mark.parametrize(
    "statements",
    [
        ("DELETE FROM closed_month WHERE month = '2026-04-01'", NO_FRONTIER,
         FRONTIER.format(day="2026-04-01")),
        ("DELETE FROM closed_month WHERE month = '2026-03-01'",),
        ("DELETE FROM summary_total", "DELETE FROM summary_span", "DELETE FROM closed_month",
         NO_FRONTIER, FRONTIER.format(day="0001-01-01")),
    ],
    ids=["the last month", "one in the middle", "everything"],
)  # fmt: skip
def test_a_month_opened_again_by_hand_is_noticed(spring, statements):
    close(spring, APRIL)
    found, checked = changed_by_hand(spring, *statements)
    assert ("month", "closed") in found
    assert checked == ["closing"]


@pytest.mark.parametrize("column", ["occurred_at", "recorded_at"])
def test_a_time_changed_in_a_closed_month_is_noticed(spring, prepared, column):
    close(spring, APRIL)
    guard = {"sqlite": "ledger_no_update", "postgresql": "ledger_append_only ON ledger"}
    change = f"UPDATE ledger SET {column} = '2026-03-05 05:05:05' WHERE kind = 'accession'"  # noqa: S608 -- ours
    found, _ = changed_by_hand(spring, f"DROP TRIGGER {guard[prepared[0]]}", change)
    assert "digest" in {what for what, _ in found}


def test_an_entry_slipped_past_the_guards_is_found(spring, prepared):
    close(spring, MAY)
    guard = {"sqlite": "ledger_no_update", "postgresql": "ledger_append_only ON ledger"}
    found, _ = changed_by_hand(
        spring,
        f"DROP TRIGGER {guard[prepared[0]]}",
        "UPDATE ledger SET count = 9 WHERE kind = 'accession'",
    )
    assert {"digest", "accession"} <= {what.split(" ")[0] for what, _ in found}
