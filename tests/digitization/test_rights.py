"""Who reads what, where, until when: asked for anew each time."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ils import db
from ils.digitization.documents import actions, queries
from ils.digitization.rights import actions as contracts
from ils.digitization.rights.models import Contract, Rights, Scope
from ils.digitization.rights.rules import (
    Access,
    ContractData,
    DeathUnknown,
    NoContract,
    ProtectionTerm,
    RightsData,
    StillProtected,
    Terms,
    Why,
    access,
    is_inside,
    terms,
)
from ils.errors import Invalid
from ils.ledger import Kind
from ils.marc.record import Field, MarcRecord
from ils.organisation.audit.models import AuditEntry
from ils.organisation.staff.models import Role

TODAY = date(2026, 3, 4)
READER = {"User-Agent": "Mozilla/5.0 Firefox/140", "Accept-Language": "kk"}
OUTSIDE = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}, "headers": READER}
INSIDE = {"environ_overrides": {"REMOTE_ADDR": "127.0.0.1"}, "headers": READER}


def contract(scope=Scope.INTERNET, since=TODAY, until=None, download=False, ended=False) -> Terms:
    return Terms(scope, download, since, until, ended)


@pytest.mark.parametrize(
    ("rights", "terms_", "inside", "expected"),
    [
        (Rights.PUBLIC_DOMAIN, None, False, (True, True, Why.OPEN)),
        (Rights.OWN, None, False, (True, True, Why.OPEN)),
        (Rights.UNKNOWN, None, True, (False, False, Why.UNKNOWN)),
        (Rights.CONTRACT, None, True, (False, False, Why.UNKNOWN)),
        (Rights.CONTRACT, contract(), False, (True, False, Why.OPEN)),
        (Rights.CONTRACT, contract(download=True), False, (True, True, Why.OPEN)),
        (Rights.CONTRACT, contract(Scope.IN_LIBRARY), True, (True, False, Why.IN_LIBRARY)),
        (Rights.CONTRACT, contract(Scope.IN_LIBRARY), False, (False, False, Why.ONLY_INSIDE)),
        (Rights.CONTRACT, contract(until=TODAY), False, (True, False, Why.OPEN)),
        (
            Rights.CONTRACT,
            contract(until=TODAY - timedelta(1), since=date(2020, 1, 1)),
            True,
            (False, False, Why.ENDED),
        ),
        (Rights.CONTRACT, contract(since=TODAY + timedelta(1)), True, (False, False, Why.NOT_YET)),
        (Rights.CONTRACT, contract(ended=True), True, (False, False, Why.ENDED)),
    ],
)
def test_rights_place_and_day_decide(rights, terms_, inside, expected):
    got = access(rights, terms_, published=True, inside=inside, today=TODAY)
    assert got == Access(*expected)
    hidden = access(rights, terms_, published=False, inside=inside, today=TODAY)
    assert hidden == Access(read=False, download=False, why=Why.NOT_PUBLISHED)


def test_networks_of_the_library_are_asked_in_both_versions():
    networks = ["10.1.0.0/16", "2001:db8::/32"]
    assert is_inside("10.1.255.1", networks)
    assert is_inside("::ffff:10.1.2.3", networks)
    assert is_inside("2001:db8::1", networks)
    assert [is_inside(one, networks) for one in ("10.2.0.1", "", None, "x", "::1")] == [False] * 5


def test_the_terms_of_the_settings_are_read(library):
    assert terms(library.config) == [
        ProtectionTerm(since=2005, years=70),
        ProtectionTerm(since=1996, years=50),
    ]


def by(library, copy: str, *authors: tuple[str, str]) -> None:
    """The record of a copy has these authors, each with dates."""
    with db.transaction(library.sessions) as session:
        record = library.record(session, copy)
        old = record.marc_record()
        fields = [
            Field("700" if not at else "701", " 1", [("a", name), *([("f", when)] if when else [])])
            for at, (name, when) in enumerate(authors)
        ]
        record.marc = MarcRecord(old.leader, [*old.fields, *fields]).dump()


@pytest.mark.parametrize(
    ("authors", "doubt", "error"),
    [
        ([("Сейфуллин", "1894-1938")], False, None),
        ([("Сейфуллин", "1894-1938"), ("Олжас", "1936-2020")], False, StillProtected),
        ([("Мұқанов", "")], False, DeathUnknown),
        ([("Мұқанов", "")], True, None),
        ([], False, DeathUnknown),
        ([], True, None),
    ],
)
def test_the_public_domain_follows_from_the_death_of_all_authors(
    digitising, library, described, authors, doubt, error
):
    by(library, described, *authors)
    number = digitising.recognised("бір", record=described)
    known = terms(library.config)

    def act():
        digitising.do(
            actions.set_rights, number, Rights.PUBLIC_DOMAIN, None, allow_doubt=doubt,
            known=known, this_year=2026,
        )  # fmt: skip

    if error is None:
        act()
        assert digitising.document(number).rights == "public_domain"
    else:
        with pytest.raises(error):
            act()
        assert digitising.document(number).rights == "unknown"


def written(library, **values) -> int:
    data = {"number": "17", "holder": "Ж. Ақынов", "signed_on": date(2026, 1, 1), "until": None,
            "scope": "internet", "download": False, "note": "", **values}  # fmt: skip
    with db.transaction(library.sessions) as session:
        return contracts.add_contract(session, library.origin(), ContractData(**data)).id


def published(digitising, copy: str, rights: Rights, contract_id: int | None = None) -> int:
    number = digitising.recognised("қоғам жері\nекінші жол", record=copy)
    with db.transaction(digitising.library.sessions) as session:
        one = queries.document(session, number)
        chosen = session.get(Contract, contract_id) if contract_id else None
        actions.set_rights(session, one, rights, chosen, allow_doubt=True, known=[], this_year=2026)
        actions.publish(session, digitising.library.origin(), one)
    return number


def test_a_contract_that_ends_before_it_begins_is_refused(library):
    with pytest.raises(Invalid):
        written(library, until=date(2025, 12, 31))


def test_a_contract_is_needed_for_a_contract(digitising, described):
    with pytest.raises(NoContract):
        published(digitising, described, Rights.CONTRACT)


def test_access_by_contract_ends_by_itself_at_midnight(digitising, library, browser, described):
    number = published(
        digitising, described, Rights.CONTRACT, written(library, until=date(2026, 3, 4))
    )
    assert browser.get(f"/read/{number}", **OUTSIDE).status_code == 200
    library.wait(hours=11, minutes=59)  # a minute before midnight in Almaty
    assert browser.get(f"/read/{number}", **OUTSIDE).status_code == 200
    library.wait(minutes=1)
    answer = browser.get(f"/read/{number}", **OUTSIDE)
    assert answer.status_code == 409
    assert "Шарт" in answer.text or "шарт" in answer.text


def test_what_may_be_read_inside_is_closed_outside_with_its_pictures(
    digitising, library, browser, described
):
    number = published(digitising, described, Rights.CONTRACT, written(library, scope="in_library"))
    with db.reading(library.sessions) as session:
        page = queries.page(session, number, 1)
    picture = f"/read/{number}/picture/{page.id}/800.jpg"
    for address in (f"/read/{number}", picture):
        assert browser.get(address, **INSIDE).status_code == 200, address
        assert browser.get(address, **OUTSIDE).status_code == 409, address
    assert browser.get(picture, **INSIDE).headers["Cache-Control"] == "no-store"
    with db.reading(library.sessions) as session:
        noted = select(AuditEntry).where(AuditEntry.action == "document.read")
        assert [one.staff_id for one in session.scalars(noted)] == [None]
    assert browser.get(f"/read/{number}/document.pdf", **INSIDE).status_code == 404


def test_taking_it_down_is_one_step_and_holds_at_once(digitising, library, browser, described):
    number = published(digitising, described, Rights.OWN)
    assert browser.get(f"/read/{number}", **OUTSIDE).status_code == 200
    digitising.do(actions.withhold, number)
    assert browser.get(f"/read/{number}", **OUTSIDE).status_code == 404
    assert browser.get(f"/read/{number}/search?q=қоғам", **OUTSIDE).status_code == 404


def test_staff_who_read_what_is_not_open_are_noted(digitising, library, browser, described):
    number = published(digitising, described, Rights.UNKNOWN)
    assert browser.get(f"/read/{number}", **OUTSIDE).status_code == 409
    account = library.account("сканер", Role.DIGITISER)
    browser.sign_in("сканер")
    assert browser.get(f"/read/{number}").status_code == 200
    with db.reading(library.sessions) as session:
        noted = select(AuditEntry).where(AuditEntry.action == "document.read")
        assert [(one.staff_id, one.subject) for one in session.scalars(noted)] == [
            (account, str(number))
        ]
    assert library.count(Kind.VIEWED) == 0


def test_a_form_of_rights_asks_when_nobody_knows_the_death(digitising, library, digitiser):
    library.copy("B7", title="Кітап")
    by(library, "B7", ("Мұқанов", ""))
    number = digitising.recognised("бір", record="B7")
    to = f"/staff/digitisation/{number}/rights"
    answer = digitiser.post(to, rights="public_domain", contract="")
    assert answer.status_code == 409
    assert "Произведение в общественном достоянии?" in answer.text
    assert digitising.document(number).rights == "unknown"
    digitiser.post(to, rights="public_domain", contract="", no_mistake="death_unknown")
    assert digitising.document(number).rights == "public_domain"


def test_rights_data_has_the_unknown_as_its_beginning():
    assert RightsData().rights == "unknown"


def test_another_record_asks_for_the_rights_anew(digitising, library, described):
    number = published(digitising, described, Rights.PUBLIC_DOMAIN)
    library.copy("B9", title="Тірі автор")
    digitising.act(lambda s, o, one: actions.attach(s, o, one, library.record(s, "B9")), number)
    assert digitising.document(number).rights == "unknown"


@pytest.mark.parametrize("page", ["page/1", "text.txt"])
def test_staff_who_read_a_closed_text_are_noted_once(digitising, library, digitiser, page):
    library.copy("B5", title="Жабық")
    number = digitising.recognised("бір", record="B5")
    for _ in range(2):
        assert digitiser.get(f"/staff/digitisation/{number}/{page}").status_code == 200
    with db.reading(library.sessions) as session:
        noted = select(AuditEntry).where(AuditEntry.action == "document.read")
        assert [one.subject for one in session.scalars(noted)] == [str(number)]
