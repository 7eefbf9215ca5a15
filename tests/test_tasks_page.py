"""The page of tasks: one's own, how far they are, stopped and tried again."""

from uuid import uuid4

import pytest
from library import Browser
from sqlalchemy import update

from ils import db
from ils.jobs import actions
from ils.jobs.models import Job
from ils.organisation.staff.models import Role

#: Login → account.
STAFF = {}


@pytest.fixture
def people(app, library):
    def browser(login, *roles):
        STAFF[login] = library.account(login, *roles)
        found = Browser(app.test_client())
        found.sign_in(login)
        return found

    return browser("desk", Role.DESK), browser("boss", Role.ADMINISTRATOR)


def asked(library, login, **values):
    """A task somebody asked for."""
    with db.transaction(library.sessions) as session:
        staff_id = STAFF.get(login)
        job = actions.enqueue(session, "prepare_report", created_by=staff_id)
        if values:
            session.execute(update(Job).where(Job.id == job.id).values(**values))
        return job.id


def test_each_sees_the_own_tasks_and_the_administrator_all(people, library):
    desk, boss = people
    own, others = asked(library, "desk"), asked(library, None)
    assert f"/staff/tasks/{own}" in desk.get("/staff/tasks/").text
    assert f"/staff/tasks/{others}" not in desk.get("/staff/tasks/").text
    assert desk.get(f"/staff/tasks/{others}").status_code == 404
    shown = boss.get("/staff/tasks/").text
    assert all(f"/staff/tasks/{job}" in shown for job in (own, others))


def test_a_task_says_how_far_it_is(people, library):
    _, boss = people
    page = boss.get(f"/staff/tasks/{asked(library, None, state='running', done=3, total=4)}").text
    assert "Выполнено: 3 из 4" in page
    assert 'http-equiv="refresh"' in page


def test_a_failed_task_says_why_and_is_tried_again(people, library):
    _, boss = people
    error = {"code": "unknown_report", "message": "There is no report “%(report)s”.",
             "facts": {"report": "old"}}  # fmt: skip
    job = asked(library, None, state="failed", error=error)
    page = boss.get(f"/staff/tasks/{job}").text
    assert "Отчёта «old» нет" in page
    assert 'http-equiv="refresh"' not in page
    boss.post(f"/staff/tasks/{job}/retry", request_id=str(uuid4()))
    assert "ожидает" in boss.get(f"/staff/tasks/{job}").text


def test_a_waiting_task_is_stopped(people, library):
    desk, _ = people
    job = asked(library, "desk")
    desk.post(f"/staff/tasks/{job}/cancel", request_id=str(uuid4()))
    assert 'role="status" class="notice warning"' in desk.get(f"/staff/tasks/{job}").text
    again = desk.post(f"/staff/tasks/{job}/cancel", request_id=str(uuid4()))
    assert again.status_code == 409
