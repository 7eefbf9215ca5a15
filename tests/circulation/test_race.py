"""Two desks, one copy, the same instant: one success, one clear refusal."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest

from ils.errors import IlsError

ROUNDS = 8


def at_once(*acts):
    """Start all at the same moment; what each answered or refused with."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            return act().situation.value
        except IlsError as error:
            return error.code

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


@pytest.fixture
def two(library):
    library.reader("R1")
    library.reader("R2")
    for number in range(ROUNDS):
        library.copy(f"B{number}")
    return library.desk("ЦБ"), library.desk("Ф1")


def opened(desk, card):
    desk.close()
    desk.scan(card)


def test_two_readers_at_two_desks_get_one_loan(two, library):
    one, other = two
    opened(one, "R1")
    opened(other, "R2")
    for number in range(ROUNDS):
        code = f"B{number}"
        outcomes = at_once(lambda code=code: one.scan(code), lambda code=code: other.scan(code))
        assert outcomes == ["just_lent", "loan"]
    assert library.kinds() == ["loan"] * ROUNDS


def test_one_copy_returned_at_two_desks_is_returned_once(two, library):
    one, other = two
    for number in range(ROUNDS):
        one.issue("R1", f"B{number}")
    library.wait(minutes=1)
    one.close()
    for number in range(ROUNDS):
        code = f"B{number}"
        outcomes = at_once(lambda code=code: one.scan(code), lambda code=code: other.scan(code))
        assert outcomes in (
            ["already_done", "return"],
            ["into_transit", "received"],
        )  # the branch may send it home first
    assert library.kinds() == ["loan"] * ROUNDS + ["return"] * ROUNDS


def test_one_request_sent_twice_at_once_counts_once(two, library):
    one, _ = two
    opened(one, "R1")
    for number in range(ROUNDS):
        code, request = f"B{number}", uuid4()
        act = lambda code=code, request=request: one.scan(code, request)  # noqa: E731 -- twice
        assert at_once(act, act) == ["loan", "loan"]
    assert library.kinds() == ["loan"] * ROUNDS


def test_the_first_service_of_a_day_at_two_desks_of_a_branch_is_one_visit(two, library):
    one, other = two[0], library.desk("ЦБ")
    for day in range(3):
        library.wait(days=1)
        before = library.count("visit")
        opened(one, "R1")
        opened(other, "R1")
        codes = f"B{day * 2}", f"B{day * 2 + 1}"
        acts = [lambda d=d, c=c: d.scan(c) for d, c in zip((one, other), codes, strict=True)]
        assert at_once(*acts) == ["loan", "loan"]
        assert library.count("visit") == before + 1
