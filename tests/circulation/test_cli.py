"""The desk and the readers from scripts: words and exit codes."""

import pytest
from click.testing import CliRunner

from ils.cli import main


@pytest.fixture
def run(environ, library, monkeypatch):
    for key, value in environ.items():
        monkeypatch.setenv(key, value)

    def run(*arguments, code=0):
        done = CliRunner().invoke(main, [*arguments])
        assert done.exit_code == code, (done.output, done.exception)
        return done.output

    return run


def test_copies_are_lent_renewed_and_taken_back(run, library):
    library.rule(renewal_days=20)
    library.reader("R1")
    library.copy("B1")
    here = ("--branch", "ЦБ")

    assert "B1: loan" in run("desk", "issue", "R1", "B1", *here)
    assert "B1: renewal" in run("desk", "renew", "B1", *here)
    assert "B1: return" in run("desk", "return", "B1", *here)
    assert library.kinds() == ["loan", "renewal", "return"]


@pytest.mark.parametrize(
    "command",
    [
        ("issue", "R1", "NOSUCH"),  # the page would offer to describe it
        ("issue", "NOBODY", "B1"),
        ("return", "B1"),  # on the shelf
        ("return", "R1"),  # a card
        ("renew", "B1"),
    ],
)
def test_what_was_not_done_ends_with_one(run, library, command):
    library.reader("R1")
    library.copy("B1")
    run("desk", *command, "--branch", "ЦБ", code=1)
    assert library.kinds() == []


def test_a_refusal_does_not_stop_the_others(run, library):
    library.reader("R1")
    library.copy("B1")
    run("desk", "issue", "R1", "NOSUCH", "B1", "--branch", "ЦБ", code=1)
    assert library.kinds() == ["loan"]


def test_a_reader_is_registered_found_and_printed(run, library, tmp_path):
    person = ("--surname", "Оқырман", "--given-name", "№ 1", "--birth-date", "1990-01-31")
    rest = ("--category", "student", "--branch", "ЦБ")
    run("patrons", "register", *person, *rest, code=1)  # without consent
    assert "R0000001" in run("patrons", "register", *person, *rest, "--consent")
    assert "Оқырман" in run("patrons", "find", "оқыр")
    run("patrons", "card", "R0000001", "-o", str(tmp_path / "card.pdf"))
    assert (tmp_path / "card.pdf").read_bytes().startswith(b"%PDF")


def test_the_system_is_made_checked_and_administered(run, library):
    assert "База данных обновлена." in run("init")
    assert "Ошибок нет." in run("check")
    assert "Состояние сходится" in run("ledger", "verify")
    account = ("staff", "add", "new", "--name", "x", "--role", "desk", "--branch", "ЦБ")
    assert "пароль" in run(*account)
    run(*account, code=1)
    run("staff", "set-role", "new", "administrator")
    assert "пароль" in run("staff", "reset-password", "new")
    assert "administrator" in run("staff", "list")
    run("demo", code=1)  # the library has data
    run("demo", "--if-empty")


def test_history_in_and_a_report_out(run, library, tmp_path):
    file = tmp_path / "history.jsonl"
    line = '{"request_id": "1", "kind": "loan", "day": "2020-05-05", "branch": "ЦБ", "count": 7}'
    file.write_text(line + "\n", encoding="utf-8")
    days = ("--from", "2020-05-01", "--to", "2020-05-31")

    assert "Загружено: 1" in run("ledger", "import", str(file))
    assert "без изменений: 1" in run("ledger", "import", str(file))
    assert '"loans": 7' in run("stats", "report", "month", *days, "--format", "json")
    entries = ("stats", "entries", "month", "activity_by_branch", "ЦБ", "loans", *days)
    assert '"count": 7' in run(*entries, "--json")
    assert '"count": 7' in run("ledger", "export")
    file.write_text(line.replace("loan", "magic") + "\n?\n", encoding="utf-8")
    said = run("ledger", "import", str(file), code=1)
    assert "Строка 1:" in said
    assert "Строка 2:" in said
