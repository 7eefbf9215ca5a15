"""Readers brought in from tables and from ИРБИС: shown first, mended, never doubled."""

import io
import re
from datetime import date
from uuid import uuid4

import pytest
from openpyxl import Workbook
from readers import patron, post
from sqlalchemy import func, select

from ils import db
from ils.circulation.loans.models import Loan
from ils.ledger import Entry

HEAD = ["Фамилия", "Имя", "Дата рождения", "Категория", "Номер билета", "Дата записи", "Пол"]
ROWS = [
    ["Ахметова", "Айгуль", "31.01.1990", "Студенты", "T-1", "10.01.2026", "ж"],
    ["Сериков", "Болат", "1985", "Строители", "T-2", "", "м"],
    ["Иванов", "", "01.01.1980", "Рабочие", "T-3", "", ""],
    ["Петров", "Пётр", "когда-то", "Рабочие", "T-4", "", ""],
]


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
        opening = session.scalars(select(Entry).where(Entry.opening_of == "loans")).one()
        assert (loan.due, opening.loan_id) == (date(2026, 3, 10), loan.id)
        registered = select(func.count()).where(Entry.kind == "registration")
        assert session.scalar(registered) == 1
    assert library.count("loan") == 0  # it was lent there, not here
    assert run("import", path, *said)["unchanged"] == 1
    library.check()
    assert desk.take_back("B1").situation == "return"


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


def test_what_a_file_does_not_say_stays_as_it_is(run, library, tmp_path):
    library.reader("T-1", category="student", language="kk", birth_date=date(1990, 5, 6))
    path = tmp_path / "readers.csv"
    path.write_text("Фамилия;Имя;Год рождения;Номер билета;Телефон\n"
                    "Оқырман;T-1;1990;T-1;+7 701 1112233\n", "utf-8")  # fmt: skip
    assert run("import", path, "--source", "x", "--branch", "ЦБ", "--json")["changed"] == 1
    found = patron(library, "T-1")
    assert (found.category, found.language, found.birth_date, found.phone) == (
        "student", "kk", date(1990, 5, 6), "+7 701 1112233",
    )  # fmt: skip


def test_a_copy_brought_in_and_returned_is_not_lent_again(run, library, tmp_path, desk):
    library.copy("B1")
    path = tmp_path / "RDR.TXT"
    path.write_text(RDR, "utf-8")
    said = ("--source", "irbis", "--branch", "ЦБ", "--json")
    run("import", path, *said)
    desk.take_back("B1")
    run("import", path, *said)
    assert library.state("B1")[0] == "available"
    library.check()
