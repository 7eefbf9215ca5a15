"""Readers brought in from tables and from ИРБИС: shown first, mended, never doubled."""

import io
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from openpyxl import Workbook
from readers import patron, post
from sqlalchemy import func, select

from ils import db, files
from ils.circulation.loans.models import Loan
from ils.circulation.patron_import import files as sheets
from ils.files import StoredFile
from ils.jobs import runner
from ils.jobs.models import Job
from ils.ledger import Entry
from ils.patrons.models import Patron

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
            changed.read_bytes().replace("Строители".encode("cp1251"), "Рабочие".encode("cp1251"))
        )
        assert run("import", changed, *said)["changed"] == 1
        assert patron(library, "T-2").category == "worker"


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


def send(page, data, source="old"):
    """Send a file; the address it leads to."""
    answer = page.client.post(
        "/staff/patrons/import",
        data={
            "file": (io.BytesIO(data), "readers.xlsx"), "source": source,
            "csrf_token": page.token, "request_id": str(uuid4()),
        },
    )  # fmt: skip
    return answer.headers.get("Location", answer.status_code)


def test_a_file_is_shown_before_it_changes_anything(page, library, tmp_path):
    address = send(page, table(tmp_path / "readers.xlsx").read_bytes())
    assert 'http-equiv="refresh"' in page.get(address).text  # it is being read
    library.work()
    assert "Сериков" in page.get(address).text
    assert patron(library, "T-2") is None

    done = post(page, address).headers["Location"]
    assert post(page, address).headers["Location"] == done  # asked for once
    library.work()
    assert patron(library, "T-2") is not None
    rejects = re.search(r"/import/rejects/[0-9]+", page.get(done).text)[0]
    assert "Петров" in page.get(f"/staff/patrons{rejects}").data.decode("utf-8-sig")
    assert page.get("/staff/patrons/import/rejects/12345").status_code == 404
    with db.reading(library.sessions) as session:  # what was sent is taken away
        kept = session.scalars(select(StoredFile)).all()
        assert files.missing(session, library.config.folder) == []
    assert [file.purpose for file in kept] == ["rejects"]
    assert len(list((library.config.folder / "files").glob("*/*"))) == 1


@pytest.mark.parametrize("data", [b"PK\x03\x04garbage", b"a;b\n1;2", b"\x00\xff" * 50])
def test_garbage_is_no_table(page, library, data):
    address = send(page, data)
    library.work()
    shown = page.get(address).text
    assert 'class="notice error"' in shown
    assert "Traceback" not in shown


def test_an_empty_file_is_refused_at_once(page):
    assert send(page, b"") == 422


def test_an_import_done_again_makes_nobody_twice(page, library):
    """Rows without a card or an id, and alike readers are taken: the worker died in the middle."""
    data = "\n".join(["Фамилия;Имя;Дата рождения;Категория", *(
        f"Сейтов{n};Ержан;{1 + n % 28:02}.01.1990;Студенты" for n in range(30)
    )]).encode()  # fmt: skip
    answer = page.client.post(
        "/staff/patrons/import",
        data={
            "file": (io.BytesIO(data), "readers.csv"), "source": "old", "allow_duplicate": "1",
            "csrf_token": page.token, "request_id": str(uuid4()),
        },
    )  # fmt: skip
    address = answer.headers["Location"]
    library.work()
    done = post(page, address).headers["Location"]
    monkey = pytest.MonkeyPatch()
    monkey.setattr(runner, "STEP_SECONDS", 0)
    monkey.setattr(runner.JobContext, "progress", stop_after(7))
    library.work()
    monkey.undo()
    with db.transaction(library.sessions) as session:
        for job in session.scalars(select(Job)):
            job.run_at -= timedelta(hours=2)
    library.work()
    assert "Новых: 23, изменено: 0, без изменений: 7" in page.get(done).text
    with db.reading(library.sessions) as session:
        assert session.scalar(select(func.count(Patron.id))) == 30


def stop_after(steps):
    """Progress that fails once, after some steps."""
    progress, seen = runner.JobContext.progress, []

    def told(self, done, total=None):
        progress(self, done, total)
        seen.append(done)
        if len(seen) == steps:
            raise OSError

    return told


def test_a_file_is_read_outside_of_any_transaction(page, library, tmp_path, monkeypatch):
    """A desk that scans meanwhile does not wait for somebody's upload."""
    receive, scanned = files.receive, []

    def slowly(*given):
        library.copy("B-meanwhile")  # a transaction of another desk, while the file comes in
        scanned.append(True)
        return receive(*given)

    monkeypatch.setattr(files, "receive", slowly)
    address = send(page, table(tmp_path / "readers.xlsx").read_bytes())
    assert address.startswith("/staff/patrons/import/")
    read, parsed = sheets.read_file, []

    def slowly_read(*given):
        library.reader("R-meanwhile")
        parsed.append(True)
        return read(*given)

    monkeypatch.setattr(sheets, "read_file", slowly_read)
    library.work()
    assert (scanned, parsed) == ([True], [True])


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


def test_a_form_without_its_file_keeps_what_was_typed(page):
    """The file is asked for at its field; the source and the tick stay."""
    answer = post(page, "/staff/patrons/import", source="Excel 2019", allow_duplicate="1")
    assert answer.status_code == 422
    assert re.findall(r'class="wrong"[^>]*>([^<]+)', answer.text) == ["Выберите файл."]
    assert re.findall(r'name="source"[^>]*value="([^"]+)"', answer.text) == ["Excel 2019"]
    assert re.findall(r'name="(\w+)"[^>]* checked', answer.text) == ["allow_duplicate"]


def sheet(path, *rows, head=("Фамилия", "Имя", "Дата рождения", "Категория", "Билет", "ID")):
    """A table of readers."""
    names = {"Билет": "Номер билета"}
    lines = [[names.get(name, name) for name in head], *rows]
    path.write_text("\n".join(";".join(row) for row in lines), "utf-8-sig")
    return path


BEKOVA = ["Бекова", "Сауле", "04.04.1991", "Студенты", "5001", ""]
OTHERS = {
    "another man": ["Дюсенов", "Марат", "09.09.1969", "Рабочие", "5001", ""],
    "a sister": ["Бекова", "Дана", "04.04.1991", "Студенты", "5001", ""],
    "a namesake": ["Бекова", "Сауле", "05.05.1961", "Студенты", "5001", ""],
    "her father's name differs": [
        "Бекова",
        "Сауле Ержанқызы",
        "04.04.1991",
        "Студенты",
        "5001",
        "",
    ],
}


def wide(row):
    """The row with a column of patronymics."""
    given, _, patronymic = row[1].partition(" ")
    return [row[0], given, *row[2:], patronymic]


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("together", [True, False], ids=["one file", "two files"])
def test_a_number_of_another_reader_is_a_conflict(run, library, tmp_path, who, together):
    """One card, two persons: the first stays as it is, the second is told and can be mended."""
    head = ("Фамилия", "Имя", "Дата рождения", "Категория", "Билет", "ID", "Отчество")
    first, second = wide(BEKOVA), wide(OTHERS[who])
    first[-1] = "Болатқызы" if second[-1] else ""
    said = ("--source", "old", "--branch", "ЦБ", "--json")
    if together:
        files_ = [sheet(tmp_path / "one.csv", first, second, head=head)]
    else:
        files_ = [
            sheet(tmp_path / f"{n}.csv", row, head=head) for n, row in enumerate((first, second))
        ]
        run("import", files_[0], *said)
    foreseen = run("import", files_[-1], *said, "--dry-run")
    told = run("import", files_[-1], *said)
    assert (foreseen["rejected"], told["rejected"]) == (1, 1)
    assert [p["why"] for p in told["problems"]] == [p["why"] for p in foreseen["problems"]]
    assert told["problems"][0]["why"] == "Номер «5001» принадлежит другому читателю."
    found = patron(library, "5001")
    assert (found.surname, found.given_name, found.birth_date) == (
        "Бекова",
        "Сауле",
        date(1991, 4, 4),
    )
    assert library.count("registration") == 0


def test_a_known_reader_is_known_by_any_spelling(run, library, tmp_path):
    said = ("--source", "old", "--branch", "ЦБ", "--json")
    run(
        "import",
        sheet(tmp_path / "a.csv", ["Жүнісов", "Қанат", "14.06.1983", "Рабочие", "7", ""]),
        *said,
    )
    for n, row in enumerate([
        ["Жунисов", "Канат", "14.06.1983", "Рабочие", "7", ""],
        ["ЖҮНІСОВ", "ҚАНАТ", "1983", "Рабочие", "7", ""],
    ]):  # fmt: skip
        told = run("import", sheet(tmp_path / f"{n}.csv", row), *said)
        assert told.get("rejected", 0) == 0
    assert patron(library, "7").birth_date == date(1983, 6, 14)


def test_a_running_number_is_nobodys_id(run, library, tmp_path):
    """The file of a second branch counts its rows from 1 too."""
    said = ("--source", "branches", "--branch", "ЦБ", "--json")
    here = [["Ахметов", "Али", "01.02.1980", "Рабочие", "", "1"],
            ["Жанова", "Дина", "02.03.1981", "Рабочие", "", "2"]]  # fmt: skip
    there = [["Петров", "Олег", "03.04.1982", "Рабочие", "", "1"],
             ["Ким", "Анна", "04.05.1983", "Рабочие", "", "2"]]  # fmt: skip
    for n, rows in enumerate((here, there)):
        assert run("import", sheet(tmp_path / f"{n}.csv", *rows), *said)["new"] == 2
    with db.reading(library.sessions) as session:
        names = session.scalars(select(Patron.surname).order_by(Patron.surname)).all()
    assert names == ["Ахметов", "Жанова", "Ким", "Петров"]


@pytest.mark.parametrize("field", ["Дата записи", "Дата рождения"])
def test_a_day_in_the_future_is_a_wrong_row(run, library, tmp_path, field):
    """It is told by name; the rows beside it come in, and the same file again breaks nothing."""
    head = ("Фамилия", "Имя", "Дата рождения", "Категория", "Билет", "Дата записи")
    good = ["Ахметов", "Али", "01.02.1980", "Рабочие", "1", "10.01.2026"]
    bad = ["Ким", "Анна", "04.05.1983", "Рабочие", "2", "10.01.2026"]
    bad[head.index(field)] = "15.01.2027"
    path = sheet(tmp_path / "a.csv", bad, good, head=head)
    said = ("--source", "old", "--branch", "ЦБ", "--json")
    for expected in ("new", "unchanged"):
        told = run("import", path, *said)
        assert (told[expected], told["rejected"]) == (1, 1)
        assert [p["id"] for p in told["problems"]] == [2]
    assert library.count("registration") == 1


def test_a_birth_date_is_taken_from_the_column_that_says_more(run, library, tmp_path):
    head = ("Фамилия", "Имя", "Дата рождения", "Год рождения", "Категория", "Билет")
    rows = [["Ким", "Анна", "23.08.1977", "1977", "Рабочие", "1"],
            ["Цой", "Вера", "24.09.1978", "", "Рабочие", "2"],
            ["Пак", "Инна", "", "1979", "Рабочие", "3"]]  # fmt: skip
    path = sheet(tmp_path / "a.csv", *rows, head=head)
    assert run("import", path, "--source", "x", "--branch", "ЦБ", "--json")["new"] == 3
    found = [patron(library, card).birth_date for card in "123"]
    assert found == [date(1977, 8, 23), date(1978, 9, 24), date(1979, 1, 1)]


def test_the_page_says_what_would_become_of_each_row(page, library, tmp_path):
    rows = [BEKOVA, OTHERS["another man"]]
    address = send(page, sheet(tmp_path / "a.csv", *rows).read_bytes())
    library.work()
    text = page.get(address).text
    assert "Новых: 1, уже известны: 0, использовать нельзя: 1." in text
    assert "3: Номер «5001» принадлежит другому читателю." in text
    assert patron(library, "5001") is None
