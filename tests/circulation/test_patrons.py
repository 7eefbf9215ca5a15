"""Readers: duplicates, cards, blocks, families, the year, bringing in, forgetting."""

import io
import json
import re
from datetime import date
from uuid import uuid4

import pytest
from PIL import Image
from readers import FORM, number, patron, post
from sqlalchemy import select

from ils import db
from ils.circulation.desk.rules import CardReplaced
from ils.circulation.loans.models import Loan
from ils.circulation.loans.rules import LoanRefused
from ils.files import Purpose, keep, receive_bytes
from ils.messages.outbox import OutgoingMessage, enqueue
from ils.organisation.audit.actions import audit
from ils.organisation.audit.models import AuditEntry
from ils.patrons.models import PatronYear


def test_somebody_alike_is_shown_before_a_second_registration(page, library):
    first = number(post(page, "/staff/patrons/new", **FORM))
    again = post(page, "/staff/patrons/new", **FORM | {"given_name": "Айгул"})
    assert again.status_code == 409
    assert f"/staff/patrons/{first}" in again.text
    assert 'value="Айгул"' in again.text
    other = post(page, "/staff/patrons/new", **FORM, no_mistake="looks_registered")
    assert other.status_code == 302
    assert library.count("registration") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"grade": "13"}, {"grade": "x"}, {"channel": "pigeon"}, {"channel": "email"},
        {"disability": "x"}, {"guardian": "R99"}, {"notes": "x" * 3000}, {"phone": "позвоните"},
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_is_named(page, library, wrong):
    assert post(page, "/staff/patrons/new", **FORM | wrong).status_code == 422
    assert library.count("registration") == 0


def test_a_lost_card_opens_nobody_and_its_history_stays(page, library):
    library.reader("R1")
    library.copy("B1")
    found = patron(library, "R1")
    address = f"/staff/patrons/{found.id}"
    taken = post(page, f"{address}/card", card="B1", reason="")
    assert taken.status_code == 409
    post(page, f"{address}/card", card="", reason="утерян")
    new = re.search(r"R\d{7}", page.get(address).text)[0]
    assert "утерян" in page.get(address).text
    desk = library.desk()
    with pytest.raises(CardReplaced):
        desk.scan("R1")
    assert desk.scan(new).patron.id == found.id
    again = post(page, "/staff/patrons/new", **FORM | {"card": "R1"})
    assert again.status_code == 409  # a former card is never given to another


def test_a_block_stops_lending_until_its_day_or_until_it_is_lifted(page, library, desk):
    library.reader("R1")
    library.copy("B1")
    address = f"/staff/patrons/{patron(library, 'R1').id}"
    assert post(page, f"{address}/block", reason=" ").status_code == 422
    assert post(page, f"{address}/block", reason="x", until="2020-01-01").status_code == 422
    until = date(2027, 1, 1).isoformat()
    assert post(page, f"{address}/block", reason="Испорчена книга", until=until).status_code == 302
    with pytest.raises(LoanRefused) as refused:
        desk.issue("R1", "B1")
    assert dict(refused.value.problems[0].facts) == {"reason": "Испорчена книга"}
    block = re.search(r'name="block" value="(\d+)"', page.get(address).text)[1]
    post(page, f"{address}/unblock", block=block)
    assert desk.issue("R1", "B1").situation == "loan"


def test_a_family_is_shown_with_its_guardian(page, library):
    library.reader("R1")
    child = number(post(page, "/staff/patrons/new", **FORM, guardian="R1"))
    second = number(
        post(page, "/staff/patrons/new", **FORM | {"given_name": "Ерлан", "guardian": "R1"},
             no_mistake="looks_registered")
    )  # fmt: skip
    seen = page.get(f"/staff/patrons/{child}").text
    assert f"/staff/patrons/{second}" in seen
    assert f"/staff/patrons/{patron(library, 'R1').id}" in seen


def test_a_photo_is_made_small_and_tells_nothing_of_the_camera(page, library):
    library.reader("R1")
    found = patron(library, "R1").id
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    Image.new("RGB", (1200, 1600), "red").save(picture, "JPEG", exif=exif)
    for data, code in ((picture.getvalue(), 302), (b"%PDF-1.4 not a picture", 422)):
        answer = page.client.post(
            f"/staff/patrons/{found}/photo",
            data={
                "photo": (io.BytesIO(data), "face.jpg"),
                "csrf_token": page.token,
                "request_id": str(uuid4()),
            },
        )
        assert answer.status_code == code
    shown = page.get(f"/staff/patrons/{found}/photo.jpg")
    with Image.open(io.BytesIO(shown.data)) as kept:
        assert (kept.size, len(kept.getexif())) == ((240, 320), 0)
    assert post(page, f"/staff/patrons/{found}/photo", remove="1").status_code == 302
    assert page.get(f"/staff/patrons/{found}/photo.jpg").status_code == 404
    assert len(contents(library)) == 1  # until the worker comes by
    library.work()
    assert contents(library) == []


def contents(library):
    """What is on disk."""
    return list((library.config.folder / "files").glob("*/*"))


def test_the_photo_of_an_erased_reader_is_gone(page, library):
    library.reader("R1")
    picture = io.BytesIO()
    Image.new("RGB", (10, 10)).save(picture, "PNG")
    found = patron(library, "R1").id
    page.client.post(
        f"/staff/patrons/{found}/photo",
        data={
            "photo": (io.BytesIO(picture.getvalue()), "x.png"),
            "csrf_token": page.token,
            "request_id": str(uuid4()),
        },
    )
    assert len(contents(library)) == 1
    assert post(page, f"/staff/patrons/{found}/forget", sure="1").status_code == 302
    library.work()
    assert contents(library) == []


def test_what_is_kept_is_told_and_then_forgotten_without_changing_a_figure(page, library, desk):
    library.reader("R1", phone="+7 701 0000000")
    library.copy("B1")
    library.copy("B2", title="Степь")
    desk.issue("R1", "B1")
    library.wait(minutes=1)
    found = patron(library, "R1")
    address = f"/staff/patrons/{found.id}"
    assert post(page, f"{address}/forget").status_code == 409
    desk.take_back("B1")
    desk.wait_for("R1", "B2")
    desk.take_back("B2")
    told = json.loads(page.get(f"{address}/everything.json").text)
    assert (told["phone"], [loan["number"] for loan in told["loans"]]) == ("+7 701 0000000", ["B1"])
    assert [hold["state"] for hold in told["holds"]] == ["on_shelf"]
    before = {k: library.count(k) for k in ("loan", "return", "visit", "registration")}

    assert post(page, f"{address}/forget").status_code == 302
    assert patron(library, "R1") is None
    assert {k: library.count(k) for k in before} == before
    assert library.state("B2")[0] == "available"
    with db.reading(library.sessions) as session:
        assert session.scalars(select(Loan.patron_id)).all() == [None]
        assert session.scalars(select(PatronYear.patron_id)).all() == [None]
        trail = session.scalars(select(AuditEntry).where(AuditEntry.action == "patron.forget"))
        assert "Оқырман" not in json.dumps([a.subject for a in trail])


def test_nothing_that_was_written_or_sent_names_who_was_forgotten(page, library, desk):
    library.reader("R1", surname="Забываева", email="home@example.kz")
    library.reader("R2", surname="Ребёнкова", email="home@example.kz", guardian="R1")
    library.copy("B1")
    mother, child = (patron(library, card).id for card in ("R1", "R2"))
    with db.transaction(library.sessions) as session:
        for one in (mother, child, None):
            enqueue(session, to="home@example.kz", subject="s", body="b", patron_id=one)
        audit(session, None, "loan.override", "B1", reason="Забываева просила")
        audit(session, None, "loan.override", "B2", reason="Другая просила")
        content = receive_bytes(library.config.folder, "Забываева;+77010000000".encode())
        keep(session, content, Purpose.REJECTS, name="r.csv", type="text/csv", created_by=None)
    assert post(page, f"/staff/patrons/{mother}/forget").status_code == 302
    library.work()
    with db.reading(library.sessions) as session:
        assert session.scalars(select(OutgoingMessage.patron_id)).all() == [child]
        overrides = select(AuditEntry.changes).where(AuditEntry.action == "loan.override")
        assert [one["reason"] for one in session.scalars(overrides.order_by(AuditEntry.id))] == [
            "", "Другая просила",
        ]  # fmt: skip
    left = [path for path in (library.config.folder / "files").rglob("*") if path.is_file()]
    assert left == []
    if "sqlite" in library.config.database_url:
        written = library.config.folder.glob("sandyq.sqlite*")
        assert [path.name for path in written if "Забываева".encode() in path.read_bytes()] == []


def test_many_are_registered_anew_without_a_visit(page, library):
    library.now = library.now.replace(year=2025)
    ids = [library.reader(f"R{n}") for n in range(3)]
    seen = page.get("/staff/patrons/reregister").text
    assert [str(n) in seen for n in ids] == [True] * 3
    before = library.count("visit")
    for _ in range(2):
        page.post("/staff/patrons/reregister", patron=ids[:2], request_id=str(uuid4()))
    assert (library.count("registration"), library.count("visit")) == (5, before)
    seen = page.get("/staff/patrons/reregister").text
    assert [f'value="{n}"' in seen for n in ids] == [False, False, True]


def test_pupils_go_up_once_a_school_year(page, library):
    library.reader("R1", category="pupil", grade="4")
    library.reader("R2", category="pupil", grade="11")
    for _ in range(2):
        post(page, "/staff/patrons/school-year", last_grade="11", category="student")
    assert (patron(library, "R1").grade, patron(library, "R2").grade) == (5, None)
    assert patron(library, "R2").category == "student"
    assert post(
        page, "/staff/patrons/school-year", last_grade="11", category="king"
    ).status_code == 422  # fmt: skip


def test_cards_of_many_readers_print_on_a4(page, library):
    for n in range(12):
        library.reader(f"R{n}")
    assert page.get("/staff/patrons/cards.pdf?q=R").data.startswith(b"%PDF")
    assert page.get("/desk/commands.pdf").data.startswith(b"%PDF")


def test_a_form_sent_twice_is_done_once(page, library):
    library.reader("R1")
    address = f"/staff/patrons/{patron(library, 'R1').id}"
    for path, form in (("block", {"reason": "x"}), ("card", {"card": "", "reason": "y"})):
        request = str(uuid4())
        answers = [page.post(f"{address}/{path}", **form, request_id=request) for _ in range(2)]
        assert [a.status_code for a in answers] == [302, 302]
    shown = page.get(address).text
    assert shown.count('name="block"') == 1
    assert shown.count("· y<") == 1


def test_a_card_of_another_series_does_not_stop_the_numbering(page, library):
    library.reader("R2024-01")
    library.reader("R0000041")
    done = post(page, "/staff/patrons/new", **FORM)
    assert "R0000042" in page.get(done.headers["Location"]).text


@pytest.mark.parametrize(
    "path",
    [
        "/desk/hold/new?record=99999999999999999999999", "/desk/hold/new?record=²",
        "/staff/services/events?to=9999-12-31", "/staff/services/wanted?from=0001-01-01",
        "/staff/patrons/reregister?grade=²", "/staff/services/tally?day=9999-12-31",
        "/desk/holds?list=%00", "/staff/patrons/?q=%00", "/desk/holds?page=99999999999999999999",
    ],
)  # fmt: skip
def test_odd_addresses_are_answered_in_words(page, path):
    assert page.get(path).status_code in {200, 422}


def test_an_unknown_address_is_not_a_fault_whatever_is_asked(page):
    assert page.get("/nowhere?x=%00").status_code in {404, 422}
    assert page.get("/nowhere").status_code == 404


def test_odd_forms_are_answered_in_words(page, library):
    library.reader("R1")
    address = f"/staff/patrons/{patron(library, 'R1').id}"
    for path, form in (
        ("/staff/patrons/reregister", {"patron": "²"}),
        ("/staff/patrons/reregister", {"patron": "9" * 25}),
        (f"{address}/block", {"reason": "a\0b"}),
        ("/staff/settings/lending/", {"loan_days": "000000014999999999999"}),
        ("/staff/settings/lending/", {"loan_days": "²"}),
        ("/desk/hold/new", {"record": "9" * 25, "card": "R1", "branch": "ЦБ"}),
    ):
        assert post(page, path, **form).status_code == 422


def test_a_picture_made_to_burst_is_refused(page, library):
    library.reader("R1")
    data = io.BytesIO()
    Image.new("1", (7_000, 7_000)).save(data, "PNG")
    data.seek(0)
    answer = page.client.post(
        f"/staff/patrons/{patron(library, 'R1').id}/photo",
        data={"photo": (data, "x.png"), "csrf_token": page.token, "request_id": str(uuid4())},
    )
    assert answer.status_code == 422
