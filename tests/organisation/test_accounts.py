"""Signing in, roles, languages, and what administration leaves behind."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from library import PASSWORD, Browser
from sqlalchemy import select

from ils import db
from ils.organisation.audit.models import AuditEntry
from ils.organisation.branches import queries as branch_queries
from ils.organisation.calendar import actions as calendar_actions
from ils.organisation.staff import actions as staff_actions
from ils.organisation.staff import queries as staff_queries
from ils.organisation.staff.models import Role
from ils.web import rates


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    rates.forget()


@pytest.fixture
def admin(library, browser):
    library.account("admin", *Role)
    browser.sign_in("admin")
    return browser


def audit(library):
    with db.reading(library.sessions) as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.action, entry.subject) for entry in entries]


def test_a_wrong_name_and_a_wrong_password_look_alike(library, browser):
    library.account("desk")
    nobody = browser.sign_in("nobody")
    wrong = browser.sign_in("desk", "не тот пароль")
    assert nobody.status_code == wrong.status_code == 422
    assert nobody.text.count("Неверное имя для входа или пароль") == 1
    assert wrong.text.count("Неверное имя для входа или пароль") == 1


def test_failures_are_slowed_down_and_success_is_not_counted(library, browser):
    library.account("desk")
    for _ in range(7):
        assert browser.sign_in("desk").status_code == 302
        browser.post("/sign-out")
    for _ in range(5):
        assert browser.sign_in("desk", "нет").status_code == 422
    assert browser.sign_in("desk").status_code == 429


def test_pages_need_a_sign_in_and_then_a_role(library, browser):
    assert browser.get("/desk").headers["Location"].startswith("/sign-in?next=")
    assert browser.scan("x").status_code in {400, 401, 422}
    library.account("stats", Role.STATISTICIAN)
    browser.sign_in("stats")
    assert browser.get("/staff/stats/").status_code == 200
    assert browser.get("/desk").status_code == 403
    assert browser.get("/staff/settings/").status_code == 403
    assert browser.scan("x").status_code == 403


def test_a_form_without_its_token_is_refused(library, browser):
    library.account("desk")
    browser.sign_in("desk")
    browser.token = ""
    assert browser.scan("x").status_code == 422
    assert browser.post("/sign-out").status_code == 422


def test_a_new_password_ends_older_sign_ins(library, app, browser, config):
    library.account("desk")
    other = Browser(app.test_client())
    browser.sign_in("desk")
    other.sign_in("desk")
    with db.transaction(library.sessions) as session:
        member = staff_queries.staff_by_login(session, "desk")
        staff_actions.set_password(session, None, config, member, password="новый пароль")
    assert browser.get("/desk").status_code == 302
    assert other.sign_in("desk").status_code == 422
    assert other.sign_in("desk", "новый пароль").status_code == 302


def test_an_account_that_is_closed_is_out_at_once(library, browser):
    library.account("desk")
    browser.sign_in("desk")
    with db.transaction(library.sessions) as session:
        staff_queries.staff_by_login(session, "desk").active = False
    assert browser.get("/desk").status_code == 302


def test_a_copied_cookie_is_void_after_the_sign_out_and_no_other(library, app, browser):
    library.account("desk")
    elsewhere, thief = Browser(app.test_client()), Browser(app.test_client())
    elsewhere.sign_in("desk")
    browser.sign_in("desk")
    thief.client.set_cookie("sandyq", browser.client.get_cookie("sandyq").value)
    assert thief.get("/desk").status_code == 200
    browser.post("/sign-out")
    assert thief.get("/desk").status_code == 302
    assert elsewhere.get("/desk").status_code == 200


def test_a_sign_in_nobody_works_with_ends(library_clock, library, app, browser, config):
    library.account("desk")
    system = app.extensions["ils"]
    settings = replace(config, sign_in=config.sign_in.changed(idle_minutes=120))
    app.extensions["ils"] = replace(system, config=settings)
    browser.sign_in("desk")
    for _ in range(5):  # whoever works stays
        library.wait(minutes=110)
        assert browser.get("/desk").status_code == 200
    library.wait(minutes=121)
    assert browser.get("/desk").status_code == 302
    browser.sign_in("desk")
    library.now -= timedelta(minutes=30)  # a clock set right is nobody's fault
    assert browser.get("/desk").status_code == 200


def test_an_account_that_works_again_needs_a_new_sign_in(library, browser):
    library.account("desk")
    library.account("admin", Role.ADMINISTRATOR)
    browser.sign_in("desk")
    for active in (False, True):
        with db.transaction(library.sessions) as session:
            one = staff_queries.staff_by_login(session, "desk")
            staff_actions.change_staff(
                session, None, one, name=one.name, roles=one.roles, branch=one.branch, active=active
            )
    assert browser.get("/desk").status_code == 302


def test_attempts_that_come_together_are_counted_one_by_one(library, app):
    library.account("desk")
    clients = [Browser(app.test_client()) for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda one: one.sign_in("desk", "нет").status_code, clients))
    assert sorted(answers) == [422] * 5 + [429] * 7


def test_sign_ins_and_work_on_personal_data_leave_a_trail(library, browser):
    library.account("senior", Role.SENIOR, Role.ADMINISTRATOR)
    reader = library.reader("R1")
    before = len(audit(library))
    browser.sign_in("ничего")
    browser.sign_in("senior", "нет")
    browser.sign_in("senior")
    page = f"/staff/patrons/{reader}"
    browser.get(page)
    browser.get(f"{page}/everything.json")
    browser.get("/staff/patrons/?export=csv")
    browser.post(f"{page}/card", card="R77", reason="утерян", request_id=str(uuid4()))
    browser.post("/sign-out")
    assert audit(library)[before:] == [
        ("staff.sign_in_failed", "senior"),
        ("staff.sign_in", "senior"),
        ("patron.open", str(reader)),
        ("patron.export", str(reader)),
        ("list.export", "/staff/patrons/"),
        ("patron.card", str(reader)),
        ("staff.sign_out", "senior"),
    ]


def test_the_language_is_kept_with_the_account(library, browser):
    library.account("desk", language="ru")
    browser.sign_in("desk")
    assert '<html lang="ru">' in browser.get("/staff/").text

    browser.post("/language", language="kk", next="/desk")

    assert '<html lang="kk">' in browser.get("/staff/").text
    browser.post("/sign-out")
    browser.sign_in("desk")
    assert '<html lang="kk">' in browser.get("/staff/").text


@pytest.mark.parametrize(
    ("asked", "given"), [("kk-KZ,kk", "kk"), ("ru", "ru"), ("en-GB", "en"), ("de", "ru")]
)
def test_a_visitor_is_met_in_the_browsers_language(browser, asked, given):
    page = browser.get("/sign-in", headers={"Accept-Language": asked})
    assert f'<html lang="{given}">' in page.text


@pytest.mark.parametrize("target", [
    "//evil.example", "https://evil.example/", "/\\evil.example", "/\t\t//evil.example",
    "/\r\nLocation: evil", "/ /evil.example", "evil",
])  # fmt: skip
def test_signing_in_leads_nowhere_else(library, browser, target):
    library.account("desk")
    browser.token = browser.token_of("/sign-in")
    answer = browser.post("/sign-in", login="desk", password=PASSWORD, next=target)
    assert answer.headers["Location"] == "/staff/"


def test_every_answer_carries_its_guards(browser):
    headers = browser.get("/sign-in").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.get("/nothing/here").status_code == 404


def test_administration_leaves_a_trail(admin, library):
    admin.post("/staff/settings/", code="Ф2", name_ru="Филиал 2", name_kk="2 филиал", type="rural")
    there = "/staff/settings/branch/Ф2"
    admin.post(
        there,
        name_ru="Филиал № 2",
        name_kk="№ 2 филиал",
        type="rural",
        timezone="Asia/Almaty",
        closed_weekdays="7",
        active="on",
    )
    admin.post(there, form="close", day="2026-12-16", reason="праздник")
    admin.post(there, form="point", code="П1", name_ru="Пункт", name_kk="Пункт", type="outreach")
    admin.post(there, form="department", code="АБ", name_ru="Абонемент", name_kk="Абонемент")
    admin.post(
        "/staff/settings/staff",
        login="new",
        name="Новый",
        password="длинный пароль",
        roles=["desk", "stock"],
        branch="Ф2",
        language="kk",
    )
    admin.post("/staff/settings/staff/new", name="Новый", roles="desk", branch="Ф1", active="on")

    assert audit(library)[3:] == [
        ("staff.sign_in", "admin"),
        ("branch.add", "Ф2"),
        ("branch.close_on", "Ф2"),  # the holidays of this year and the next
        ("branch.change", "Ф2"),
        ("branch.close_on", "Ф2"),
        ("service_point.add", "Ф2 П1"),
        ("department.add", "Ф2 АБ"),
        ("staff.add", "new"),
        ("staff.change", "new"),
    ]
    trail = admin.get("/staff/settings/audit").text
    assert "учётная запись изменена" in trail
    assert admin.get(there).text.count("16.12.2026") >= 1


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/staff/settings/", {"code": "ЦБ", "name_ru": "x", "name_kk": "x", "type": "city"}, 409),
        ("/staff/settings/", {"code": "a b", "name_ru": "x", "name_kk": "x", "type": "city"}, 422),
        ("/staff/settings/", {"code": "a/b", "name_ru": "x", "name_kk": "x", "type": "city"}, 422),
        ("/staff/settings/", {"code": "..", "name_ru": "x", "name_kk": "x", "type": "city"}, 422),
        ("/staff/settings/", {"code": "ab", "name_ru": "", "name_kk": "x", "type": "city"}, 422),
        ("/staff/settings/", {"code": "ab", "name_ru": "x", "name_kk": "x", "type": "no"}, 422),
        ("/staff/settings/staff", {"login": "new", "name": "x", "password": "короткий"}, 422),
        (
            "/staff/settings/staff",
            {"login": "n", "name": "x", "password": "кор", "roles": "desk", "branch": "ЦБ"},
            422,
        ),
        ("/staff/settings/staff/admin", {"name": "x", "roles": "desk", "branch": "ЦБ"}, 409),
        ("/staff/settings/staff/admin", {"name": "x", "roles": "king", "branch": "ЦБ"}, 422),
        ("/staff/settings/branch/ЦБ", {"form": "close", "day": "31.02.2026"}, 422),
        ("/staff/settings/branch/ЦБ", {"name_ru": "x", "name_kk": "x", "timezone": "Mars"}, 422),
        ("/staff/settings/branch/nowhere", {}, 404),
    ],
)
def test_wrong_input_is_refused_in_words_and_changes_nothing(admin, library, path, form, status):
    before = audit(library)
    answer = admin.post(path, **form)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert audit(library) == before


def test_a_closed_day_moves_what_is_due(library, desk):
    library.reader("R1")
    library.copy("B1")
    with db.transaction(library.sessions) as session:
        branch = branch_queries.branch_by_code(session, "ЦБ")
        calendar_actions.close_on(session, None, branch, day=date(2026, 3, 19), reason="")

    assert desk.issue("R1", "B1").loan.due == date(2026, 3, 20)


def test_staff_change_their_own_password_and_other_sign_ins_end(library, browser, app):
    library.account("desk")
    browser.sign_in("desk")
    elsewhere = type(browser)(app.test_client())
    elsewhere.sign_in("desk")
    new = {"password": "совсем другой пароль", "again": "совсем другой пароль"}
    for wrong in (
        {**new, "present": "не тот"},
        {**new, "present": PASSWORD, "again": "иначе"},
        {"present": PASSWORD, "password": "мал", "again": "мал"},
    ):
        assert browser.post("/staff/password", request_id=str(uuid4()), **wrong).status_code == 422
    right = {**new, "present": PASSWORD, "request_id": str(uuid4())}
    assert browser.post("/staff/password", **right).status_code == 302
    assert browser.get("/staff/password").status_code == 200
    assert elsewhere.get("/staff/password").status_code == 302
    assert elsewhere.sign_in("desk").status_code == 422
    assert elsewhere.sign_in("desk", "совсем другой пароль").status_code == 302


def test_a_present_password_is_not_guessed_without_measure(library, browser):
    library.account("desk")
    browser.sign_in("desk")
    form = {
        "present": "не тот",
        "password": "совсем другой пароль",
        "again": "совсем другой пароль",
    }
    told = [
        browser.post("/staff/password", request_id=str(uuid4()), **form).status_code
        for _ in range(6)
    ]
    assert told == [422] * 5 + [429]


def test_a_form_that_is_saved_says_so_once(browser, library):
    library.account("админ", Role.ADMINISTRATOR)
    browser.sign_in("админ")
    answer = browser.post(
        "/staff/settings/staff", login="жаңа", name="Жаңа", password="ұзын-құпиясөз-1",
        roles=["desk"], branch="ЦБ", language="kk", request_id=str(uuid4()),
    )  # fmt: skip
    assert browser.get(answer.location).text.count("Сохранено.") == 1
    assert "Сохранено." not in browser.get(answer.location).text
