"""What is logged: enough to find a fault, and nothing about a person."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from library import PASSWORD
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ils import clock, logs
from ils.cli import main

SECRET = "Серикбаева"


def lines(config):
    return list(logs.lines(config.folder, clock.now() - timedelta(hours=1)))


@pytest.fixture
def built():
    """These tests add a page that breaks: each has an application of its own."""
    return []


@pytest.fixture
def failing(app):
    """A page that fails in a way nobody expected, about a reader."""
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken():
        raise KeyError(f"{SECRET} 870203400123")

    app.add_url_rule("/broken", "broken", broken)
    return app.test_client()


def test_a_request_is_one_line(app, library, config):
    library.account("desk", "desk")
    page = app.test_client()
    page.post("/sign-in", data={"login": SECRET, "password": PASSWORD})
    page.get(f"/staff/catalog/?q={SECRET}")
    found = [line for line in lines(config) if line["event"] == "request"]
    assert [(line["page"], line["status"]) for line in found] == [
        ("organisation.do_sign_in", 422), ("catalogue.records", 302),
    ]  # fmt: skip
    assert found[0]["error"] == "page_expired"
    assert all(line["ms"] >= 0 and len(line["request"]) == 9 for line in found)
    assert SECRET not in json.dumps(found, ensure_ascii=False)


def test_a_fault_has_a_number_the_page_shows_and_the_log_knows(failing, config):
    answer = failing.get("/broken")
    (line,) = [line for line in lines(config) if line["event"] == "fault"]
    assert answer.status_code == 500
    assert line["request"] in answer.get_data(as_text=True)
    assert (line["error"], line["level"]) == ("KeyError", "error")
    assert line["traceback"][-1].endswith(" broken")
    assert SECRET not in json.dumps(line, ensure_ascii=False)


def test_a_fault_of_the_error_page_itself_is_answered_too(failing, app, config, monkeypatch):
    monkeypatch.setattr("ils.web.pages._stopped", lambda **_: 1 / 0)
    answer = failing.get("/broken")
    assert answer.status_code == 500
    numbers = [line["request"] for line in lines(config) if line["event"] == "fault"]
    assert len(numbers) == 2
    assert numbers[0] in answer.get_data(as_text=True)


def test_a_fault_is_found_by_its_number(failing, config, environ, monkeypatch):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    failing.get("/broken")
    failing.get("/healthz")
    number = next(line["request"] for line in lines(config) if line["event"] == "fault")
    said = CliRunner().invoke(main, ["log", "--request", number])
    assert said.exit_code == 0, said.output
    assert "KeyError" in said.output
    assert "broken" in said.output
    assert "healthz" not in said.output
    only = CliRunner().invoke(main, ["log", "--errors", "--json"])
    assert [json.loads(line)["event"] for line in only.output.splitlines()] == ["fault"]


@pytest.mark.parametrize(
    ("message", "logged"),
    [
        ("invalid literal for int() with base 10: 'Иванов'",
         "invalid literal for int… with base 10: …"),
        ("Key (card)=(R0001) already exists.", "Key …=… already exists."),
        ("no reader Серикбаева 870203400123", "no reader … …"),
        ("first line\nDETAIL: everything", "first line"),
        ('unknown field "name"', "unknown field …"),
    ],
)  # fmt: skip
def test_messages_are_logged_without_values(message, logged):
    assert logs.without_values(message) == logged


def test_the_database_does_not_tell_values(sessions):
    with sessions() as session, pytest.raises(IntegrityError) as caught:
        session.execute(
            text("INSERT INTO staff (id, login) VALUES (1, :login)"),
            {"login": SECRET},
        )
    assert SECRET not in json.dumps(logs.described(caught.value), ensure_ascii=False)


def test_old_days_are_dropped_and_a_torn_line_is_passed_over(tmp_path):
    folder = tmp_path / logs.FOLDER
    folder.mkdir()
    (folder / "2020-01-01.jsonl").write_text("{}\n")
    today = folder / f"{clock.now().date()}.jsonl"
    today.write_text('{"at": "2026-')
    logs.install(tmp_path, "command")
    logs.event("began")
    logs.event("ended")
    assert not (folder / "2020-01-01.jsonl").exists()
    found = logs.lines(tmp_path, clock.now() - timedelta(hours=1))
    assert [line["event"] for line in found] == ["ended"]
