"""`ils holdings` from scripts: lists, acts, books, checks, labels; words, JSON, exit codes."""

import json

import pytest
from click.testing import CliRunner

from ils import clock
from ils.cli import main

YEAR = ("--from", "2026-01-01", "--to", "2026-12-31")
LIST = "Инв. №;Заглавие;Цена\n1;Первая;100\n2;Вторая;дорого\n3;Третья;300\n"


@pytest.fixture
def run(environ, library, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: library.now)
    for key, value in environ.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")

    def run(*arguments, code=0):
        done = CliRunner().invoke(main, ["holdings", *map(str, arguments)])
        assert done.exit_code == code, (done.output, done.exception)
        return done.stdout

    return run


@pytest.fixture
def listed(run, tmp_path):
    """Two copies of a list; one row was refused."""
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="cp1251")
    rejects = tmp_path / "rejects.csv"
    told = run(
        "import", file, "--source", "книга", "--branch", "ЦБ", "--rejects", rejects, "--json"
    )
    said = json.loads(told)
    assert (said["new"], said["rejected"], said["problems"][0]["id"]) == (2, 1, 3)
    assert "дорого" in rejects.read_text(encoding="utf-8-sig")
    return run


def test_a_list_is_looked_at_first_and_repeated_without_harm(run, library, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(LIST.replace("дорого", "200").replace("Инв. №", "Ключ"), encoding="utf-8")
    about = ("import", file, "--source", "с", "--branch", "ЦБ", "--column", "Ключ=number", "--json")
    assert json.loads(run(*about, "--dry-run"))["copies"] == 3
    assert json.loads(run(*about))["new"] == 3
    library.wait(minutes=1)
    assert json.loads(run(*about))["known"] == 3
    run(*about[:-2], "Ключ=чудо", code=1)


def test_an_act_goes_through_its_steps(listed, library, tmp_path):
    act = json.loads(listed("act", "new", "withdrawal", "--branch", "ЦБ", "--reason", "obsolete",
                            "--commission", "Председатель; Член", "--json"))  # fmt: skip
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("1\n", encoding="utf-8")
    told = listed("act", "add", act["id"], "99", "--file", numbers, "--json", code=1)
    assert (json.loads(told)["added"], json.loads(told)["refused"][0]["id"]) == (1, "99")
    listed("act", "execute", act["id"], "--branch", "ЦБ", code=1)
    listed("act", "fix", act["id"], "--branch", "ЦБ")
    listed("act", "approve", "withdrawal:1/2026", "--branch", "ЦБ", "--by", "Приказ")
    done = json.loads(listed("act", "execute", "withdrawal:1/2026", "--branch", "ЦБ", "--json"))
    assert (done["state"], done["number"], done["copies"], done["sum"]) == (
        "executed", "1/2026", 1, "100.00",
    )  # fmt: skip
    assert library.status("1") == "withdrawn"
    for paper in ("акт.pdf", "акт.docx"):
        listed("act", "print", act["id"], "-o", tmp_path / paper, "--language", "kk")
        assert (tmp_path / paper).stat().st_size > 1000
    listed("act", "print", act["id"], "-o", tmp_path / "акт.txt", code=1)
    back = json.loads(listed("act", "reverse", act["id"], "--branch", "ЦБ", "--json"))
    assert (back["number"], library.status("1")) == ("2/2026", "available")
    assert len(json.loads(listed("act", "list", "--json"))["acts"]) == 2
    listed("act", "fix", "withdrawal:9/2026", "--branch", "ЦБ", code=1)
    cancelled = json.loads(listed("act", "new", "redistribution", "--branch", "Ф1", "--json"))
    assert "отменён" not in listed("act", "cancel", cancelled["id"], "--branch", "ЦБ")


def test_the_books_are_printed_and_told(listed, tmp_path):
    said = json.loads(listed("ksu", *YEAR, "--json"))
    assert (said["end"]["copies"], said["end"]["sum"]) == (2, "400.00")
    assert "end: 2, 400,00" in listed("ksu", *YEAR)
    book = json.loads(listed("inventory-book", *YEAR, "--json"))
    assert [row["number"] for row in book["copies"]] == ["1", "3"]
    for name in ("ksu", "inventory-book"):
        listed(name, *YEAR, "-o", tmp_path / f"{name}.docx")
        assert (tmp_path / f"{name}.docx").read_bytes()[:2] == b"PK"
    listed("ksu", "--from", "2026-02-01", "--to", "2026-01-01", code=1)
    listed("ksu", *YEAR, "--branch", "нет", code=1)


def test_a_check_is_counted_from_files(listed, library, tmp_path):
    check = json.loads(listed("stocktake", "new", "Проверка", "--branch", "ЦБ", "--json"))
    assert (check["state"], check["expected"]) == ("open", 2)
    scans = tmp_path / "scans.txt"
    scans.write_text("1\r\n77\r\n", encoding="utf-16")
    counted = json.loads(listed("stocktake", "count", check["id"], scans, "--json"))
    assert counted == {"id": check["id"], "here": 1, "unknown": 1}
    act = tmp_path / "act.pdf"
    said = json.loads(listed("stocktake", "result", check["id"], "--missing", "--json", "-o", act))
    assert [one["number"] for one in said["missing_copies"]] == ["3"]
    assert json.loads(listed("stocktake", "close", check["id"], "--json"))["state"] == "closed"
    listed("stocktake", "count", check["id"], scans, code=1)
    listed("stocktake", "result", "5", code=1)
    library.check()


def test_labels_and_movements_are_files(listed, tmp_path):
    for form in ("pdf", "zpl", "png"):
        listed("labels", "1-3", "--format", form, "-o", tmp_path / f"labels.{form}")
    assert (tmp_path / "labels.zpl").read_text().count("^XA") == 2
    marked = listed("labels", "branch:ЦБ", "--mark", "-o", tmp_path / "l.pdf", "--json")
    assert json.loads(marked)["labels"] == 2
    listed("labels", "all", "-o", tmp_path / "l.pdf", code=1)
    listed("labels", "all", "--again", "-o", tmp_path / "l.pdf")
    listed("labels", "act:1/2026", "-o", tmp_path / "l.pdf", code=1)
    told = json.loads(listed("movements", *YEAR, "--json", "-o", tmp_path / "m.xml",
                             "--format", "xml"))  # fmt: skip
    assert told == {"movements": []}  # what a library begins with is no movement
    assert (tmp_path / "m.xml").read_bytes().startswith(b"<?xml")


def test_the_accountants_list_is_compared(listed, tmp_path):
    theirs = tmp_path / "1c.csv"
    theirs.write_text("Инв. №;Наименование;Стоимость\n1;Первая;100\n3;Третья;1\n", encoding="utf-8")
    said = json.loads(listed("compare", theirs, "--source", "1С", "--json"))
    assert (said["equal"], said["theirs"], said["ours"]) == (1, 101.0, 400.0)
    assert [(one["id"], one["what"]) for one in said["differences"]] == [("3", "price")]
    assert "другая цена" in listed("compare", theirs, "--source", "1С")
