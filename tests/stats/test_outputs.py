"""Every format has the same figures; ratios are formulas; what is sent is what was prepared."""

import csv
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from docx import Document
from openpyxl import load_workbook
from reports import YEAR_2020, asked, cells, history, line, report
from sqlalchemy import select

from ils import clock, db, files
from ils.clock import Period
from ils.documents.spreadsheets import CONTENTS
from ils.files import StoredFile
from ils.messages.outbox import OutgoingMessage
from ils.settings import Statistics
from ils.stats.definitions.loading import definitions
from ils.stats.documents.chart import charts
from ils.stats.documents.formats import FORMATS, write
from ils.stats.documents.hiding import hidden_in_all, hidden_places
from ils.stats.documents.payload import from_payload
from ils.stats.documents.wording import shown
from ils.stats.engine import reporting
from ils.stats.models import SELFCHECK, WORKER, ClosedMonth, Heartbeat, PreparedReport, Schedule
from ils.stats.plans import actions as planning
from ils.stats.plans.rules import Planned
from ils.stats.schedules import actions as schedules


@pytest.fixture
def year(library):
    history(
        library,
        line("opening", "2020-01-01", 4000, of="stock", division="society", language="ru"),
        line("accession", "2020-02-10", 1234, source="gift", division="arts", language="kk"),
        line("withdrawal", "2020-11-01", 20, reason="worn", division="society", language="ru"),
        line("loan", count=50123, division="arts", language="kk", material="book"),
        line("registration", count=1000, new=True, patron_category="builder"),
        line("visit", "2020-07-01", 4321),
    )
    with db.transaction(library.sessions) as session:
        planning.declare_value(
            session,
            definitions(library.config),
            staff_id=None,
            key="population",
            day=date(2020, 1, 1),
            value=Decimal(79062),
            source="акимат",
        )
    return report(library, "annual", YEAR_2020)


def file_of(payload, form, language):
    """A file of a report that was kept as JSON."""
    return write(from_payload(payload), form, language)


def texts_of(payload, language):
    """(row name, number) as people read them."""
    return [
        (row.label[language], shown(cell))
        for table in from_payload(payload).tables
        for row in table.rows
        for cell in row.cells
    ]


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_the_document_has_every_figure(year, language):
    document = Document(io.BytesIO(file_of(year, "docx", language)))
    found = [
        (row.cells[0].text.strip(), cell.text.removesuffix("*"))
        for table in document.tables
        for row in table.rows[1:]
        for cell in row.cells[1:]
    ]
    assert sorted(found) == sorted(texts_of(year, language))
    words = "\n".join(p.text for p in document.paragraphs)
    assert year["title"][language] in words
    assert "01.01.2020 – 31.12.2020" in words
    assert {"ru": "УТВЕРЖДАЮ\nДиректор", "kk": "БЕКІТЕМІН\nДиректор"}[language] in words
    names = document.tables[0].rows[1].cells
    assert names[0].width > 2 * names[1].width
    heading = document.styles["Heading 2"].font
    assert (heading.name, str(heading.color.rgb)) == ("Times New Roman", "000000")


def tables_of(book):
    """The sheets of a workbook but for its contents."""
    return [sheet for sheet in book.worksheets if sheet.title != CONTENTS]


def test_the_sheet_has_numbers_and_formulas(year, tmp_path):
    file = tmp_path / "year.xlsx"
    file.write_bytes(file_of(year, "xlsx", "ru"))
    book = load_workbook(file)
    assert len(book.sheetnames) == 1 + len(year["tables"])
    front, sheet = book.worksheets[:2]
    assert front["A3"].value == year["tables"][0]["title"]["ru"]
    assert front["A3"].hyperlink.location == f"'{sheet.title}'!A1"
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=5)}
    head = {cell.value: at for at, cell in enumerate(sheet[4])}
    fact = rows["Читаемость"][head["Выполнено"]]
    assert re.fullmatch(r"=D\d+/D\d+", fact.value)
    assert rows["Читатели"][head["Выполнено"]].value == 1000
    top, bottom = re.findall(r"D\d+", fact.value)
    assert sheet[top].value / sheet[bottom].value == pytest.approx(50.123)
    coverage = rows["Охват населения, %"][head["Выполнено"]]
    assert coverage.number_format == '0.0"*"'  # it rests on what was declared
    # What is divided by but not shown stands in a hidden row.
    stock = re.findall(r"D(\d+)", rows["Обращаемость"][head["Выполнено"]].value)[1]
    assert sheet[f"D{stock}"].value == 5214
    assert sheet.row_dimensions[int(stock)].hidden
    # On paper: across, as wide as a page, the head in sight and on each page.
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B5", "$4:$4")
    assert rows["Читатели"][head["Выполнено"]].number_format == "#,##0"


def test_counted_numbers_of_the_sheet_are_those_of_the_report(year):
    book = load_workbook(io.BytesIO(file_of(year, "xlsx", "kk")))
    for table, sheet in zip(year["tables"], tables_of(book), strict=True):
        for row, line_ in zip(table["rows"], sheet.iter_rows(min_row=5), strict=False):
            for cell, (key, value) in zip(line_[1:], row["cells"].items(), strict=False):
                if key not in row.get("formulas", {}):
                    number = float(value) if isinstance(value, str) else value
                    assert cell.value == ("—" if value is None else number)


def test_formulas_of_the_sheet_come_to_the_figures_of_the_report(library):
    """Also where what is computed with is no whole number: a plan of three days, half a post."""
    quarters = (50, 7, 7, 7)
    with db.transaction(library.sessions) as session:
        planning.set_plans(session, staff_id=None, reason="план", planned=[
            Planned("indicators", "readers", None, 2020, quarters),
            Planned("indicators", "loans", None, 2020, quarters),
        ])  # fmt: skip
        planning.declare_value(
            session,
            definitions(library.config),
            staff_id=None,
            key="own_staff",
            day=date(2020, 1, 1),
            value=Decimal("50.75"),
            source="штат",
        )
    history(
        library,
        line("loan", "2020-03-02", 2),
        line("registration", "2020-03-02", 43075),
        line("loan", "2019-05-05", 3),
        line("opening", "2019-01-01", 7, of="stock"),
    )
    period = Period.inclusive(date(2020, 3, 1), date(2020, 3, 3))
    compared = 0
    for name in ("plan", "annual"):
        said = report(library, name, period)
        book = load_workbook(io.BytesIO(file_of(said, "xlsx", "ru")))
        values = load_workbook(io.BytesIO(file_of(said, "xlsx", "ru")), data_only=True)
        kept = dict(zip((t["title"]["ru"] for t in said["tables"]), tables_of(values), strict=True))
        for table, sheet in zip(said["tables"], tables_of(book), strict=True):
            for row, line_ in zip(table["rows"], sheet.iter_rows(min_row=5), strict=False):
                for cell, (key, text) in zip(line_[1:], row["cells"].items(), strict=False):
                    if str(cell.value).startswith("="):
                        compared += 1
                        half = 0.5 if row.get("units", {}).get(key, "count") == "count" else 0.05
                        wanted = pytest.approx(float(text), abs=half + 1e-9)
                        assert computed(sheet, cell) == wanted, (table["id"], row["key"], key)
                        assert float(kept[table["title"]["ru"]][cell.coordinate].value) == wanted
    assert compared > 30


def computed(sheet, cell):
    """What a spreadsheet makes of a cell."""
    if not str(cell.value).startswith("="):
        return cell.value
    with_values = re.sub(
        r"[A-Z]+\d+", lambda ref: repr(float(computed(sheet, sheet[ref[0]]))), cell.value[1:]
    )
    return eval(with_values)  # noqa: S307 -- our own arithmetic


def test_the_list_has_every_cell(year):
    lines = io.StringIO(file_of(year, "csv", "ru").decode("utf-8-sig"))
    found = {
        (r["table"], r["row"], r["column"]): r["value"]
        for r in csv.DictReader(lines, delimiter=";")
    }
    assert found == {key: "" if v is None else str(v) for key, v in cells(year).items()}


def test_the_print_has_every_figure(year, tmp_path):
    file = tmp_path / "year.pdf"
    file.write_bytes(file_of(year, "pdf", "kk"))
    assert file.read_bytes().startswith(b"%PDF")
    command = [shutil.which("pdftotext"), "-layout", file, "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for figure in ("50 123", "1 234", "5 214", "1,3*"):
        assert figure in text.replace("\u00a0", " ")
    assert "Негізгі сандық көрсеткіштер" in text


def test_the_contract_is_json(year):
    assert json.loads(file_of(year, "json", "ru")) == json.loads(json.dumps(year))
    assert (year["report"], year["from"], year["to"]) == ("annual", "2020-01-01", "2020-12-31")
    assert set(FORMATS) == {"json", "text", "csv", "xlsx", "docx", "pdf"}


def test_a_chart_says_its_numbers(year):
    drawn = charts(from_payload(year), "ru")
    assert "май 2020 — 50\u00a0123" in drawn["activity_by_month"]
    assert (
        drawn["activity_by_month"].count("<rect") == 11
    )  # before February nobody wrote anything down
    assert "fund_movement" not in drawn


# --- what the worker prepares ---------------------------------------------------------------


@pytest.fixture
def at(monkeypatch):
    def set_(*moment):
        monkeypatch.setattr(clock, "now", lambda: datetime(*moment, tzinfo=UTC))

    return set_


def schedule(library, **said):
    with db.transaction(library.sessions) as session:
        schedules.add_schedule(
            session, definitions(library.config), today=date(2026, 3, 4),
            **{"report": "month", "every": "month", "language": "kk", "days_after": 1,
               "addresses": "a@example.kz, b@example.kz", "branch": None} | said,
        )  # fmt: skip


def rows(library, model):
    with db.reading(library.sessions) as session:
        return session.scalars(select(model).order_by(model.id)).all()


def test_a_report_is_prepared_once_kept_and_sent(library, at):
    schedule(library)
    at(2026, 4, 1, 6)
    for _ in range(2):
        assert library.work() == []
    prepared = rows(library, PreparedReport)
    assert [(p.start, p.end) for p in prepared] == [
        (date(2026, 2, 1), date(2026, 3, 1)), (date(2026, 3, 1), date(2026, 4, 1)),
    ]  # fmt: skip
    letters = rows(library, OutgoingMessage)
    assert [one.to for one in letters] == ["a@example.kz", "b@example.kz"] * 2
    with db.reading(library.sessions) as session:
        file = session.get_one(StoredFile, letters[-1].file_id)
    document = Document(str(files.path_of(library.config.folder, file)))
    assert "Айлық жұмыс" in [one.text for one in document.paragraphs]
    assert file.name == "2026-03-01-2026-03-31.docx"


def test_a_missed_report_is_caught_up_and_stays_as_it_was(library, at):
    schedule(library, addresses="", every="week")
    at(2026, 3, 30, 6)  # the worker was away for weeks
    library.work()
    prepared = rows(library, PreparedReport)
    assert len(prepared) == 5
    before = prepared[-1].content
    library.reader("R1")
    library.work()
    assert rows(library, PreparedReport)[-1].content == before
    assert rows(library, OutgoingMessage) == []


def test_a_report_that_is_no_more_stops_no_other(library, at):
    schedule(library, addresses="")
    schedule(library, addresses="")
    with db.transaction(library.sessions) as session:
        session.scalars(select(Schedule).order_by(Schedule.id)).first().report = "removed"
    at(2026, 4, 1, 6)
    said = library.work()
    assert said == ["unknown_report"]
    assert len(rows(library, PreparedReport)) == 2


def test_a_resting_schedule_prepares_nothing(library, at):
    schedule(library)
    with db.transaction(library.sessions) as session:
        schedules.stop_schedule(session, session.scalars(select(Schedule)).one(), active=False)
    at(2026, 4, 1, 6)
    library.work()
    assert rows(library, PreparedReport) == []


def test_the_worker_closes_on_its_day_if_nothing_is_missing(library, at):
    object.__setattr__(library.config, "statistics", Statistics("half_up", 3))
    every = [f"2026-03-{day:02}" for day in range(1, 32)]
    history(library, *(line("visit", day, branch=b) for day in every for b in ("ЦБ", "Ф1")))
    at(2026, 4, 2, 6)
    with db.transaction(library.sessions) as session:
        schedules.heartbeat(session, name=SELFCHECK)
    library.work()
    with db.reading(library.sessions) as session:
        assert session.scalars(select(ClosedMonth)).all() == []
    at(2026, 4, 3, 6)
    library.work()
    with db.reading(library.sessions) as session:
        (closed,) = session.scalars(select(ClosedMonth)).all()
        assert (closed.month, closed.automatic) == (date(2026, 3, 1), True)
        assert closed.digest
    object.__setattr__(library.config, "statistics", Statistics("half_up", 0))


def test_the_worker_says_what_it_could_not_do(library, at):
    object.__setattr__(library.config, "statistics", Statistics("half_up", 3))
    history(library, line("visit", "2026-03-05"))  # the other days are missing
    at(2026, 4, 3, 6)
    said = library.work()
    with db.reading(library.sessions) as session:
        beat = session.get_one(Heartbeat, WORKER)
    assert (said, beat.problem) == (["not_accepted"], "not_accepted")
    object.__setattr__(library.config, "statistics", Statistics("half_up", 0))


def test_a_difference_that_counts_people_is_hidden_and_a_growth_is_not(library):
    """28 of 30 readers came from afar: that two came in person is a small number too."""
    history(
        library,
        line("registration", count=28, patron_category="pupil", channel="site"),
        line("registration", count=2, patron_category="pupil"),
        line("loan", count=33),
        line("loan", "2019-05-12", count=30),
    )
    done = cells(report(library, "6-НК", YEAR_2020, public=True))
    assert done["form_6_users", "total", "readers.onsite"] == "…"
    open_ = cells(report(library, "6-НК", YEAR_2020))
    assert open_["form_6_users", "total", "readers.onsite"] == 2
    grown = cells(report(library, "annual", YEAR_2020, public=True))
    assert grown["indicators", "loans", "growth"] == 3


def test_what_is_hidden_under_one_heading_is_not_told_under_another(library):
    history(
        library,
        line("reference", "2020-03-05", 2, detail="thematic"),
        line("reference", "2020-03-06", 40, detail="address"),
        line("accession", "2020-03-05", 3, source="state_order", language="kk", division="arts"),
        line("accession", "2020-03-05", 60, source="state_order", language="ru", division="arts"),
    )
    march = Period.inclusive(date(2020, 3, 1), date(2020, 3, 31))
    diary = cells(report(library, "diary", march, public=True))
    history(library, line("refusal", "2020-03-07", 3))
    diary = cells(report(library, "diary", march, public=True))
    rows = [diary["diary_references", row, "refusals"] for row in ("total", "month", "year")]
    assert rows == ["…", "…", "…"]
    annual = cells(report(library, "annual", YEAR_2020, public=True))
    assert annual["state_order", "total", "copies.kk"] == "…"
    assert annual["arrivals_by_source", "state_order", "kk"] == "…"


def test_a_number_that_is_hidden_only_beside_a_small_one_is_hidden_everywhere(library):
    """40 would tell the 2 beside it in one table; another table has the 40 alone."""
    for count, division in ((2, "arts"), (40, "science")):
        history(library, line("accession", count=count, source="state_order", division=division))
    with db.reading(library.sessions) as session:
        known = definitions(library.config)
        what = asked(library, "annual", YEAR_2020)
        done = reporting.filled(session, library.config.lists, known, what)
    tables = {table.table.id: table for table in done.tables}
    whole, other = tables["state_order"], tables["arrivals_by_source_and_division"]
    alone = replace(
        other,
        rows=tuple(row for row in other.rows if row.key == "state_order"),
        columns=tuple(column for column in other.columns if column.key == "science"),
        figures={("state_order", "science"): other.figures["state_order", "science"]},
    )
    assert hidden_places(alone) == frozenset()
    assert hidden_in_all([whole, alone])[1] == {("state_order", "science")}
