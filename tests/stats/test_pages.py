"""Statistics on screen: what is shown, who may see and do what."""

import io
import re
from urllib.parse import quote, unquote

import pytest
from library import Browser
from reports import history, line

from ils import clock, db
from ils.organisation.staff.models import Role
from ils.stats.models import ClosedMonth

MARCH = "2026-03-01..2026-03-31"


@pytest.fixture
def month(library):
    history(
        library,
        line("loan", "2026-03-05", 4, division="arts", language="kk", material="book"),
        line("loan", "2026-03-06", 3, branch="Ф1", division="arts", language="ru"),
        line("registration", "2026-03-05", 2, new=True, patron_category="pupil"),
    )
    return library


def signed_in(app, library, *roles, branch="ЦБ"):
    library.account("somebody", *roles, branch=branch)
    browser = Browser(app.test_client())
    browser.sign_in("somebody")
    return browser


@pytest.mark.parametrize("role", [Role.STATISTICIAN, Role.DIRECTOR, Role.ADMINISTRATOR])
def test_figures_open_their_entries(app, month, role):
    browser = signed_in(app, month, role)
    base = f"/staff/stats/month/{MARCH}/all/activity_by_branch/"
    page = browser.get(base).text
    assert '<a href="../activity_by_branch/total/loans">7</a>' in page
    entries = browser.get(f"{base}total/loans").text
    assert re.search(r"<h1>.*: 7</h1>", entries)
    assert entries.count("<tr>") == 3  # the head and two entries


def test_the_form_leads_to_the_address(app, month):
    browser = signed_in(app, month, Role.STATISTICIAN)
    answer = browser.get(
        "/staff/stats/report?report=quarter&from=2026-01-01&to=31.03.2026&branch=ЦБ&branch=Ф1"
    )
    assert answer.status_code == 302
    page = browser.get(answer.location).text
    assert "Филиал ЦБ, Филиал Ф1" in page


def test_a_branchs_own_staff_see_their_branch_only(app, month):
    browser = signed_in(app, month, Role.DESK, branch="Ф1")
    page = browser.get(f"/staff/stats/month/{MARCH}/Ф1/activity_by_branch/").text
    assert ">3</a>" in page
    assert ">7</a>" not in page
    assert ">4</a>" not in page
    assert browser.get(f"/staff/stats/month/{MARCH}/Ф1/report.json").json["branch"] == "Ф1"
    entries = browser.get(f"/staff/stats/month/{MARCH}/Ф1/activity_by_branch/total/loans").text
    assert re.search(r"<h1>.*: 3</h1>", entries)
    for where in ("all", "ЦБ", "Ф1+ЦБ"):
        for what in ("activity_by_branch/", "report.json", "activity_by_branch/total/loans"):
            answer = browser.get(f"/staff/stats/month/{MARCH}/{where}/{what}")
            assert (answer.status_code, "Ф1" in answer.text) == (403, True)


@pytest.mark.parametrize(
    "path",
    ["declared", "plans", "closing", "schedules", "verify"],
)
def test_desks_plan_and_close_nothing(app, month, path):
    assert signed_in(app, month, Role.DESK).get(f"/staff/stats/{path}").status_code == 403


@pytest.mark.parametrize("path", ["declared", "plans", "closing", "schedules"])
def test_a_director_looks_and_changes_nothing(app, month, path):
    browser = signed_in(app, month, Role.DIRECTOR)
    page = browser.get(f"/staff/stats/{path}")
    assert page.status_code == 200
    assert f'action="/staff/stats/{path}"' not in page.text
    assert browser.post(f"/staff/stats/{path}").status_code == 403


def test_no_personal_data_in_any_output(app, library, desk):
    library.reader("R1", surname="Қалиева")
    library.copy("B1")
    desk.issue("R1", "B1")
    browser = signed_in(app, library, Role.STATISTICIAN)
    for path in ("report.csv", "report.json", "activity_by_branch/total/loans", "everything/"):
        assert "Қалиева" not in browser.get(f"/staff/stats/month/{MARCH}/all/{path}").text


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "docx", "pdf"])
def test_a_report_can_be_taken_along(app, month, form):
    browser = signed_in(app, month, Role.STATISTICIAN)
    answer = browser.get(f"/staff/stats/month/{MARCH}/all/report.{form}?language=kk")
    assert answer.status_code == 200
    said = answer.headers["Content-Disposition"]
    assert said.startswith(f"attachment; filename=month-2026-03-01-2026-03-31-kk.{form}")
    one = browser.get(f"/staff/stats/month/{MARCH}/Ф1/report.{form}?public=1")
    name = f"month-2026-03-01-2026-03-31-Ф1-ru-public.{form}"
    assert one.headers["Content-Disposition"].endswith(f"filename*=UTF-8''{quote(name)}")


def test_entries_say_the_days_they_are_of(app, month):
    browser = signed_in(app, month, Role.STATISTICIAN)
    history(month, line("loan", "2025-03-07", 2), line("opening", "2025-01-01", 9, of="stock"))
    base = f"/staff/stats/month/{MARCH}/all"
    for cell, days in (
        ("indicators/loans/fact", "01.03.2026 – 31.03.2026"),
        ("indicators/loans/previous", "01.03.2025 – 31.03.2025"),
        ("indicators/loans/growth", "01.03.2026 – 31.03.2026"),
        ("fund_movement/opening/total", "01.03.2026 – 31.03.2026"),
    ):
        assert days in browser.get(f"{base}/{cell}").text, cell
    plan = browser.get(f"/staff/stats/plan/{MARCH}/all/plan_fact/loans/last").text
    assert "01.01.2025 – 31.12.2025" in plan


def test_loans_are_cut_by_two_facets(app, month):
    browser = signed_in(app, month, Role.STATISTICIAN)
    path = f"/staff/stats/loans/{MARCH}/all/loans_by"
    page = browser.get(f"{path}/?by=branch,language").text
    assert '<a href="../loans_by/%D0%A41/ru?by=branch,language">3</a>' in page
    assert re.search(r"<h1>.*: 3</h1>", browser.get(f"{path}/Ф1/ru?by=branch,language").text)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("month/x/all/indicators/", 422),
        ("month/2026-03-02..2026-03-01/all/indicators/", 422),
        ("month/1990-01-01..2026-03-01/all/indicators/", 422),
        ("annual/0001-01-01..0001-12-31/all/indicators/", 422),
        ("month/9999-12-31..9999-12-31/all/indicators/", 422),
        (f"decade/{MARCH}/all/indicators/", 404),
        (f"month/{MARCH}/all/nonsense/", 404),
        (f"month/{MARCH}/Ф9/indicators/", 404),
        (f"month/{MARCH}/all/indicators/turnover/fact", 404),
        (f"month/{MARCH}/all/report.exe/", 404),
    ],
)
def test_what_is_not_there_is_said(app, library, path, status):
    browser = signed_in(app, library, Role.STATISTICIAN)
    assert browser.get(f"/staff/stats/{path}").status_code == status


def test_the_overview_compares_and_warns(app, month):
    page = signed_in(app, month, Role.STATISTICIAN).get("/staff/stats/").text
    assert "Требует внимания" in page
    assert "Не введено: Население зоны обслуживания" in page
    assert "Фоновая служба не работает" in page


def test_a_wrong_plan_keeps_what_was_typed(app, month):
    browser = signed_in(app, month, Role.STATISTICIAN)
    form = {"year": 2026, "branch": "", "reason": "уточнение", "indicators.readers.1": "700",
            "indicators.visits.4": "-5",
            "request_id": "7f9d4a34-5c0e-4f5b-9a53-6a1a55f0b011"}  # fmt: skip
    answer = browser.post("/staff/stats/plans", **form)
    assert answer.status_code == 422
    assert "«Посещения, IV»" in answer.text
    assert 'name="indicators.readers.1" value="700"' in answer.text
    assert 'name="indicators.visits.4" value="-5"' in answer.text
    page = browser.get("/staff/stats/plans?year=2026").text
    assert 'name="indicators.readers.1" value=""' in page


def test_a_file_of_plans_says_which_lines_are_wrong(app, month):
    browser = signed_in(app, month, Role.STATISTICIAN)
    data = b"indicator\nindicators.readers;F99;2026;1\nindicators.luck;;2026;1\n"
    answer = browser.post(
        "/staff/stats/plans/file", reason="x", file=(io.BytesIO(data), "plan.csv"),
        request_id="7f9d4a34-5c0e-4f5b-9a53-6a1a55f0b012",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Строка 2: неизвестный филиал: «F99»" in answer.text
    assert "Строка 3: неизвестный показатель: «indicators.luck»" in answer.text
    filled = browser.get("/staff/stats/plans/2026.csv").data.decode("utf-8-sig")
    assert "indicators.readers;;2026;;;;" in filled


def test_a_plan_is_set_on_the_page(app, month):
    browser = signed_in(app, month, Role.STATISTICIAN)
    form = {"year": 2026, "branch": "", "reason": "начало года", "indicators.readers.1": "8",
            "request_id": "7f9d4a34-5c0e-4f5b-9a53-6a1a55f0b001"}  # fmt: skip
    assert browser.post("/staff/stats/plans", **form).status_code == 302
    page = browser.get("/staff/stats/plans?year=2026").text
    assert 'name="indicators.readers.1" value="8"' in page
    assert "начало года" in page
    quarter = browser.get("/staff/stats/quarter/2026-01-01..2026-03-31/all/report.json").json
    readers = quarter["tables"][0]["rows"][0]["cells"]
    assert (readers["plan"], readers["fact"], readers["percent"]) == (8, 2, "25.0")


def test_a_month_is_closed_on_the_page(app, month, monkeypatch):
    browser = signed_in(app, month, Role.STATISTICIAN)
    form = {"month": "2026-03", "request_id": "7f9d4a34-5c0e-4f5b-9a53-6a1a55f0b002"}
    assert browser.post("/staff/stats/closing", **form).status_code == 409
    form |= {"accepted": "1", "request_id": "7f9d4a34-5c0e-4f5b-9a53-6a1a55f0b003"}
    assert browser.post("/staff/stats/closing", **form).status_code == 302
    assert "март 2026" in browser.get("/staff/stats/closing").text
    with db.reading(month.sessions) as session:
        assert [m.month.isoformat() for m in session.query(ClosedMonth)] == ["2026-03-01"]


def test_a_value_is_declared_on_the_page(app, month):
    browser = signed_in(app, month, Role.STATISTICIAN)
    form = {"key": "population", "day": "2026-01-01", "value": "1 000", "source": "акимат",
            "branch": "", "request_id": "7f9d4a34-5c0e-4f5b-9a53-6a1a55f0b004"}  # fmt: skip
    assert browser.post("/staff/stats/declared", **form).status_code == 302
    assert "акимат" in browser.get("/staff/stats/declared").text
    wrong = form | {"key": "readers", "request_id": "7f9d4a34-5c0e-4f5b-9a53-6a1a55f0b005"}
    assert browser.post("/staff/stats/declared", **wrong).status_code == 422


def test_a_report_is_asked_for_by_groups_of_branches(app, month):
    browser = signed_in(app, month, Role.STATISTICIAN)
    days = {"report": "month", "from": "2026-03-01", "to": "2026-03-31"}
    answer = browser.client.get(
        "/staff/stats/report", query_string={**days, "group": "city", "branch": ["Ф1", "ЦБ"]}
    )
    where = unquote(answer.location).split("/")[-3]
    assert where.split("+") == ["Ф1", "ЦБ"]
    page = browser.get("/staff/stats/month/2026-03-01..2026-03-31/all/indicators/").text
    assert re.findall(r'name="group" value="(\w+)"', page) == []  # one branch of each type
    assert re.findall(r'name="branch" value="([^"]+)"', page) == ["ЦБ", "Ф1"]


def test_a_click_asks_for_the_usual_periods(app, month):
    browser = signed_in(app, month, Role.STATISTICIAN)
    today = clock.local_day(clock.now(), month.config.library.timezone)
    page = browser.get(f"/staff/stats/month/{today:%Y-%m}-01..{today}/all/indicators/").text
    chips = re.findall(r'<a class="chip" href="([^"]*)"( aria-current="true")?>([^<]*)</a>', page)
    assert [(words, bool(here)) for _, here, words in chips] == [
        ("Этот месяц", True), ("Прошлый месяц", False), ("Этот квартал", False),
        ("С начала года", False), ("Прошлый год", False),
    ]  # fmt: skip
    for address, _, _ in chips:
        assert browser.get(address).status_code == 200
