"""What comes twice is done once and answered as the first time, wherever it comes in."""

from uuid import uuid4

import pytest
from library import Browser
from sqlalchemy import select

from ils import db, idempotency
from ils.circulation.loans.models import Loan
from ils.holdings.items.models import Item
from ils.idempotency import IdempotencyKey
from ils.jobs.runner import Runner
from ils.operations.worker import JOBS
from ils.organisation.staff.models import Role
from ils.patrons.models import Patron


@pytest.fixture
def page(app, library):
    library.account("desk", Role.DESK, Role.SENIOR, Role.ADMINISTRATOR)
    browser = Browser(app.test_client())
    browser.sign_in("desk")
    return browser


def keys(library):
    with db.reading(library.sessions) as session:
        return session.scalars(select(IdempotencyKey)).all()


def acts(library):
    """(path, form) of every act of the desk, each in a state where it can be done."""
    reader = library.reader("R1")
    for number in ("B1", "B2", "B3", "B4"):
        library.copy(number, title=f"Кітап {number}")
    library.rule(renewal_days=20)
    library.desk().issue("R1", "B2")
    with db.reading(library.sessions) as session:
        item_ids = {i.number: i.id for i in session.scalars(select(Item))}
        loan = session.scalars(select(Loan)).one().id
    return {
        "loan": ("scan", {"code": "B1", "patron": reader}),
        "return": ("scan", {"code": "B2", "patron": ""}),
        "renew": ("renew", {"loan": loan, "patron": reader}),
        "renew-all": ("renew-all", {"patron": reader}),
        "in-house": ("in-house", {"item": item_ids["B3"], "patron": ""}),
        "lost": ("lost", {"item": item_ids["B4"], "patron": ""}),
        "fast-add": ("fast-add", {"patron": reader, "number": "NEW", "title": "Жаңа"}),
    }


@pytest.mark.parametrize(
    "act", ["loan", "return", "renew", "renew-all", "in-house", "lost", "fast-add"]
)
def test_an_act_of_the_desk_sent_twice_is_one_and_answered_alike(library, page, act):
    path, form = acts(library)[act]
    library.wait(days=1)
    before, request = library.kinds(), uuid4()
    first = page.by_script(path, request, **form)
    kinds = library.kinds()
    again = page.by_script(path, request, **form)
    assert first.status_code == again.status_code == 200
    assert again.text == first.text
    assert len(kinds) == len(before) + 1
    assert library.kinds() == kinds


def test_an_undo_sent_twice_is_one(library, page):
    path, form = acts(library)["loan"]
    act, request = uuid4(), uuid4()
    page.by_script(path, act, **form)
    answers = [page.by_script("undo", request, act=str(act), patron="") for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    assert library.kinds()[-2:] == ["loan", "-loan"]


def test_a_request_that_comes_with_something_else_is_refused(library, page):
    path, form = acts(library)["loan"]
    request = uuid4()
    page.by_script(path, request, **form)
    other = page.by_script(path, request, **{**form, "code": "B3"})
    assert (other.status_code, 'data-code="scan_reused"' in other.text) == (422, True)
    assert library.kinds().count("loan") == 2


def test_what_was_refused_or_asked_may_be_asked_again(library, page):
    """The copy is found meanwhile: the same request is done now."""
    reader, request = library.reader("R1"), uuid4()
    form = {"code": "B9", "patron": reader}
    first = page.by_script("scan", request, **form)
    assert keys(library) == []
    library.copy("B9")
    again = page.by_script("scan", request, **form)
    assert (first.status_code, again.status_code) == (200, 200)
    assert "B9" in again.text
    assert library.kinds() == ["loan"]


def test_opening_a_card_writes_nothing(library, page):
    library.reader("R1")
    page.by_script("scan", uuid4(), code="R1", patron="")
    assert keys(library) == []


def test_a_reader_registered_twice_by_one_form_is_one(library, page):
    form = {
        "surname": "Сейтова", "given_name": "Айгүл", "birth_date": "1990-01-01", "sex": "f",
        "category": "student", "language": "kk", "consent": "1", "request_id": str(uuid4()),
    }  # fmt: skip
    answers = [page.post("/staff/patrons/new", **form) for _ in range(2)]
    assert [a.status_code for a in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    with db.reading(library.sessions) as session:
        assert len(session.scalars(select(Patron)).all()) == 1


def test_answers_are_kept_for_a_day(library, page):
    path, form = acts(library)["loan"]
    page.by_script(path, uuid4(), **form)
    assert keys(library) != []
    with db.transaction(library.sessions) as session:
        for key in session.scalars(select(IdempotencyKey)):
            key.at -= idempotency.RETENTION * 1.1
    run = Runner(library.sessions, library.config, JOBS)
    run.plan()
    run.run_all()
    assert keys(library) == []


def test_a_repeat_is_answered_only_to_whom_the_first_was(app, library, page):
    """Not to another account, not to one without the right, not to a stranger."""
    path, form = acts(library)["loan"]
    request = uuid4()
    first = page.by_script(path, request, **form)
    library.account("cataloguer", Role.CATALOGUER)
    library.account("other", Role.DESK)
    seen = []
    for login in ("cataloguer", "other", None):
        browser = Browser(app.test_client())
        if login:
            browser.sign_in(login)
        else:
            browser.token = browser.token_of("/sign-in")
        answer = browser.by_script(path, request, **form)
        seen.append(answer.status_code)
        assert "Кітап B1" not in answer.text
    assert (first.status_code, seen) == (200, [403, 422, 401])


def test_nothing_of_an_erased_reader_is_kept_to_be_answered_again(library, page):
    reader = library.reader("R1")
    library.copy("B1")
    with db.reading(library.sessions) as session:
        name = session.get_one(Patron, reader).name
    page.by_script("scan", uuid4(), code="B1", patron=reader)
    page.by_script("scan", uuid4(), code="B1", patron="")
    assert any(name in str(key.result) for key in keys(library))
    answer = page.post(f"/staff/patrons/{reader}/forget", sure="1", request_id=str(uuid4()))
    assert answer.status_code == 302
    assert [key for key in keys(library) if name in str(key.result)] == []
