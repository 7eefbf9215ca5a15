"""`ils stats` from scripts: words, JSON, exit codes."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from reports import history, line

from ils import clock, db
from ils.cli import main
from ils.stats.schedules.actions import heartbeat

YEAR = ("--from", "2020-01-01", "--to", "2020-12-31")


@pytest.fixture
def run(environ, library, monkeypatch):
    for key, value in environ.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")

    def run(*arguments, code=0):
        done = CliRunner().invoke(main, ["stats", *arguments])
        assert done.exit_code == code, (done.output, done.exception)
        return done.output

    return run


@pytest.fixture
def year(library):
    history(
        library,
        line("opening", "2020-01-01", 100, of="stock", division="society", language="ru"),
        line("withdrawal", "2020-10-03", 16, division="society", language="ru", reason="worn"),
        line("withdrawal", "2020-11-03", 4, division="society", language="kk", reason="obsolete"),
        line("registration", "2020-02-02", 9, new=True),
    )


def test_a_report_and_the_entries_behind_a_cell(run, year):
    said = json.loads(run("report", "annual", *YEAR, "--format", "json"))
    table = next(t for t in said["tables"] if t["id"] == "withdrawals_by_reason")
    assert [c["key"] for c in table["columns"]] == [
        "society", "science", "technology", "arts", "literature", "total", "kk",
    ]  # fmt: skip
    assert table["rows"][0]["cells"] == {
        "society": 20, "science": 0, "technology": 0, "arts": 0, "literature": 0, "total": 20,
        "kk": 4,
    }  # fmt: skip
    cell = ("withdrawals_by_reason", "total", "society")
    behind = json.loads(run("entries", "annual", *cell, *YEAR, "--json"))
    assert (behind["count"], [e["count"] for e in behind["entries"]]) == (20, [16, 4])
    assert "patron_year_id" not in behind["entries"][0]
    run("entries", "annual", "withdrawals_by_reason", "total", "nonsense", *YEAR, code=1)
    run("report", "decade", *YEAR, code=1)
    run("report", "annual", "--from", "2020-02-01", "--to", "2020-01-01", code=1)


def test_a_report_is_written_into_a_file(run, year, tmp_path):
    for form, begins in (
        ("xlsx", b"PK"),
        ("docx", b"PK"),
        ("pdf", b"%PDF"),
        ("csv", b"\xef\xbb\xbf"),
    ):
        file = tmp_path / f"year.{form}"
        run("report", "annual", *YEAR, "--format", form, "--language", "kk", "-o", str(file))
        assert file.read_bytes().startswith(begins)


def test_plans_and_declared_values(run, year, tmp_path):
    template = tmp_path / "plan.csv"
    run("plan", "template", str(template))
    assert "indicators.readers" in template.read_text("utf-8-sig")
    file = tmp_path / "mine.csv"
    file.write_text("indicator;branch;year;I;II;III;IV\nindicators.readers;;2020;1;2;3;4\n")
    assert "строк — 1" in run("plan", "import", str(file), "--reason", "план")
    assert json.loads(run("plan", "show", "2020", "--json")) == [
        {"id": "indicators.readers", "year": 2020, "quarters": [1, 2, 3, 4]}
    ]
    run("declare", "population", "90", "--day", "2020-05-05", "--source", "акимат")
    run("declare", "loans", "90", "--day", "2020-05-05", "--source", "акимат", code=1)
    said = json.loads(run("report", "annual", *YEAR, "--format", "json"))
    rows = {row["key"]: row["cells"] for row in said["tables"][0]["rows"]}
    assert (rows["readers"]["plan"], rows["coverage"]["fact"]) == (10, "10.0")
    file.write_text("indicator\nindicators.luck;;2020\n")
    said = run("plan", "import", str(file), "--reason", "x", code=1)
    assert "строка 2: неизвестный показатель: «indicators.luck»" in said.lower()


def test_months_are_closed_and_verified(run, year):
    assert "ЦБ: нет записей за" in run("close", "2020-10", code=1)
    closed = run("close", "2020-10", "--accept").splitlines()[-1]
    closed = closed.removeprefix("Закрыто: ").split(", ")
    assert closed == [f"2020-{month:02}" for month in range(1, 11)]
    assert "Закрытых месяцев: 10, расхождений нет." in run("verify")
    assert json.loads(run("verify", "--json")) == {"months": 10, "differences": []}
    run("close", "2020-10", "--accept", code=1)
    run("close", "2999-01", "--accept", code=1)
    run("close", "октябрь", code=1)
    said = json.loads(run("report", "annual", *YEAR, "--format", "json"))
    assert said["frozen"] == closed


def test_schedules(run, library):
    run("schedule", "add", "month", "--every", "week", "--to", "a@example.kz", "--language", "kk")
    run("schedule", "add", "month", "--to", "nobody", code=1)
    (one,) = json.loads(run("schedule", "list", "--json"))
    assert (one["report"], one["every"], one["to"]) == ("month", "week", "a@example.kz")
    assert "Подготовлено: 1" in run("schedule", "run")
    assert "Подготовлено: 0" in run("schedule", "run")


def test_the_reports_are_listed(run):
    listed = {one["id"]: one["tables"] for one in json.loads(run("reports", "--json"))}
    assert {
        "annual",
        "half-year",
        "quarter",
        "month",
        "diary",
        "ksu",
        "6-НК",
        "1-библиотека",
    } <= set(listed)
    assert "fund_movement" in listed["annual"]


def test_a_table_says_what_its_cells_count(run):
    said = run("explain", "arrivals_by_source")
    assert "gift.cd · kk\n    + count of accession (source gift;" in said
    state = json.loads(run("explain", "catalogue_growth", "--json"))
    cells = {one["id"]: one["counts"] for one in state}
    assert cells["<catalogue> closing"] == ["computed: opening + added - deleted + moved"]
    assert cells["<catalogue> closing.kk"] == [
        "computed: opening.kk + added.kk - deleted.kk + moved.kk"
    ]
    assert cells["total plan"] == ["plan of catalogue_growth.total"]
    assert "Нет таблицы «weather»" in run("explain", "weather", code=1)
    late = run("explain", "corrections")
    assert "+ entries of loan, of days of closed months only" in late
    assert "share of loans.kk" in run("explain", "internal_loans_by_division")
    assert "plan of indicators.loans" in run("explain", "plan_by_branch")
    assert "<category>.<below> · readers" in run("explain", "reader_groups")


def test_the_check_says_when_the_worker_went_silent(run, library, monkeypatch):
    def problems():
        done = CliRunner().invoke(main, ["check", "--json"])
        return [one["id"] for one in json.loads(done.output)["problems"] if one["id"] == "worker"]

    assert problems() == []  # it never was here
    with db.transaction(library.sessions) as session:
        heartbeat(session)
    assert problems() == []
    monkeypatch.setattr(clock, "now", lambda: datetime(2126, 1, 1, tzinfo=UTC))
    assert problems() == ["worker"]
