"""Readers: duplicates, cards, blocks, families, the year, bringing in, forgetting."""

import io
import json
import re
from datetime import date
from uuid import uuid4

import pytest
from click.testing import CliRunner
from openpyxl import Workbook
from PIL import Image
from sqlalchemy import func, select

from ils import db
from ils.circulation.models import Loan, Patron, PatronYear
from ils.circulation.rules.desk import CardReplaced
from ils.circulation.rules.loans import LoanRefused
from ils.cli import main
from ils.ledger import Entry
from ils.organisation.models import AuditEntry, Role

FORM = {
    "surname": "Ахметова", "given_name": "Айгуль", "birth_date": "31.01.2015",
    "category": "pupil", "language": "kk", "consent": "1", "grade": "4", "school": "№ 5",
}  # fmt: skip


@pytest.fixture
def page(browser, library):
    library.account("admin", *Role)
    browser.sign_in("admin")
    return browser


def patron(library, card):
    with db.reading(library.sessions) as session:
        return session.scalars(select(Patron).where(Patron.card == card)).one_or_none()


def number(answer):
    return int(answer.headers["Location"].rsplit("/", 1)[-1])


def post(page, path, **form):
    return page.post(path, **form, request_id=str(uuid4()))


def test_somebody_alike_is_shown_before_a_second_registration(page, library):
    first = number(post(page, "/staff/patrons/new", **FORM))
    again = post(page, "/staff/patrons/new", **FORM | {"given_name": "Айгул"})
    assert again.status_code == 409
    assert f"/staff/patrons/{first}" in again.text
    assert 'value="Айгул"' in again.text
    other = post(page, "/staff/patrons/new", **FORM, even_if_alike="1")
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
    assert desk.issue("R1", "B1").situation == "S1"


def test_a_family_is_shown_with_its_guardian(page, library):
    library.reader("R1")
    child = number(post(page, "/staff/patrons/new", **FORM, guardian="R1"))
    second = number(
        post(page, "/staff/patrons/new", **FORM | {"given_name": "Ерлан", "guardian": "R1"},
             even_if_alike="1")
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


HEAD = ["Фамилия", "Имя", "Дата рождения", "Категория", "Номер билета", "Дата записи", "Пол"]
ROWS = [
    ["Ахметова", "Айгуль", "31.01.1990", "Студенты", "T-1", "10.01.2026", "ж"],
    ["Сериков", "Болат", "1985", "Строители", "T-2", "", "м"],
    ["Иванов", "", "01.01.1980", "Рабочие", "T-3", "", ""],
    ["Петров", "Пётр", "когда-то", "Рабочие", "T-4", "", ""],
]


@pytest.fixture
def run(environ, library, monkeypatch):
    for key, value in environ.items():
        monkeypatch.setenv(key, value)

    def run(*arguments):
        done = CliRunner().invoke(main, ["patrons", *map(str, arguments)])
        assert done.exit_code == 0, (done.output, done.exception)
        return json.loads(done.stdout)

    return run


def table(path):
    if path.suffix == ".csv":
        text = "\n".join(";".join(row) for row in [HEAD, *ROWS])
        path.write_bytes(text.encode("cp1251"))
    else:
        book = Workbook()
        for row in [HEAD, *ROWS]:
            book.active.append(row)
        book.save(path)
    return path


@pytest.mark.parametrize("name", ["readers.csv", "readers.xlsx"])
def test_readers_come_in_from_a_table_and_the_bad_rows_can_be_mended(run, library, tmp_path, name):
    path = table(tmp_path / name)
    said = ("--source", "old", "--branch", "Ф1", "--json")
    told = run("import", path, *said)
    assert (told["new"], told["rejected"]) == (2, 2)
    assert [p["id"] for p in told["problems"]] == [4, 5]
    found = patron(library, "T-2")
    assert (found.surname, found.category, found.birth_date) == (
        "Сериков",
        "builder",
        date(1985, 1, 1),
    )
    assert library.count("registration") == 1  # only one has been registered, this year
    assert run("import", path, *said)["unchanged"] == 2

    rejects = tmp_path / "rejects" / told["rejects"]
    text = rejects.read_text("utf-8-sig").replace("Иванов;;", "Иванов;Иван;")
    rejects.write_text(text.replace("когда-то", "01.02.1980"), "utf-8-sig")
    assert run("import", rejects, *said)["new"] == 2
    changed = table(path)
    if name.endswith("csv"):
        changed.write_bytes(
            changed.read_bytes().replace("Болат".encode("cp1251"), "Берик".encode("cp1251"))
        )
        assert run("import", changed, *said)["changed"] == 1
        assert patron(library, "T-2").given_name == "Берик"


RDR = """#10: Ахметова
#11: Айгуль
#21: 19900131
#23: ж
#30: K-77
#50: Студенты
#51: ^D20250110
#52: ^D20260112
#40: ^GIBIS^BB1^D20260220^E20260310^F******^CАбай жолы
#40: ^GIBIS^BB2^D20260101^E20260110^F20260105^CСтепь
#40: ^D20260220^C(Посещение)
#40: ^GIBIS^BX9^D20260220^E20260310^F******^CНет такой
*****
#10: Безотчества
*****
"""


def test_readers_of_irbis_come_in_with_the_copies_they_have(run, library, tmp_path, desk):
    library.copy("B1")
    library.copy("B2")
    path = tmp_path / "RDR.TXT"
    path.write_text(RDR, "utf-8")
    said = ("--source", "irbis", "--branch", "ЦБ", "--json")
    assert run("import", path, *said, "--dry-run")["loans"] == 2
    told = run("import", path, *said)
    assert [told[k] for k in ("new", "rejected", "loans", "loans_left")] == [1, 1, 1, 1]
    assert library.state("B1")[0] == "on_loan"
    with db.reading(library.sessions) as session:
        loan = session.scalars(select(Loan)).one()
        opening = session.scalars(select(Entry).where(Entry.detail == "loans")).one()
        assert (loan.due, opening.loan_id) == (date(2026, 3, 10), loan.id)
        registered = select(func.count()).where(Entry.kind == "registration")
        assert session.scalar(registered) == 1
    assert library.count("loan") == 0  # it was lent there, not here
    assert run("import", path, *said)["unchanged"] == 1
    library.check()
    assert desk.take_back("B1").situation == "S6"


def test_a_file_is_shown_before_it_changes_anything(page, library, tmp_path):
    data = table(tmp_path / "readers.xlsx").read_bytes()
    shown = page.client.post(
        "/staff/patrons/import",
        data={
            "file": (io.BytesIO(data), "readers.xlsx"), "source": "old",
            "csrf_token": page.token, "request_id": str(uuid4()),
        },
    )  # fmt: skip
    assert (shown.status_code, "Сериков" in shown.text) == (200, True)
    assert patron(library, "T-2") is None
    kept = re.search(r'name="kept" value="([^"]+)"', shown.text)[1]
    done = post(page, "/staff/patrons/import", kept=kept, source="old")
    assert patron(library, "T-2") is not None
    rejects = re.search(r"/import/rejects/[\w.-]+", done.text)[0]
    assert "Петров" in page.get(f"/staff/patrons{rejects}").data.decode("utf-8-sig")
    for name in ("../secret.key", "secret.key", kept):
        assert page.get(f"/staff/patrons/import/rejects/{name}").status_code == 404


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04garbage", b"a;b\n1;2", b"\x00\xff" * 50])
def test_garbage_is_no_table(page, library, data):
    answer = page.client.post(
        "/staff/patrons/import",
        data={
            "file": (io.BytesIO(data), "x.xlsx"), "source": "old",
            "csrf_token": page.token, "request_id": str(uuid4()),
        },
    )  # fmt: skip
    assert answer.status_code == 422


def test_cards_of_many_readers_print_on_a4(page, library):
    for n in range(12):
        library.reader(f"R{n}")
    assert page.get("/staff/patrons/cards.pdf?q=R").data.startswith(b"%PDF")
    assert page.get("/desk/commands.pdf").data.startswith(b"%PDF")
