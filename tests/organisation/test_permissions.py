"""Who gets where: every route asked for by every role, against one table."""

from pathlib import Path

import pytest
from sqlalchemy import select

from ils import db
from ils.errors import Forbidden
from ils.organisation.permissions import PERMISSIONS, Permission
from ils.organisation.staff.models import Role, Staff

MATRIX = Path(__file__).resolve().parents[1] / "golden" / "role_matrix.txt"
VALUES = {
    "id": "1", "int": "1", "name": "a", "code": "ЦБ", "login": "desk", "form": "pdf", "act": "send",
    "report": "month", "days": "2026-03-01..2026-03-31", "where": "all", "table": "readers",
    "row": "total", "column": "count", "filename": "icon.svg",
}  # fmt: skip


@pytest.fixture
def signed_in(app, library):
    """A browser of each role."""
    app.config["WTF_CSRF_ENABLED"] = False  # who may is asked, not whether the form is fresh
    browsers = {}
    for role in Role:
        library.account(role, role)
        with db.reading(library.sessions) as session:
            staff = session.scalars(select(Staff).where(Staff.login == role)).one()
            identity = {"staff": staff.id, "version": staff.sign_in_version}
        browsers[role] = app.test_client()
        with browsers[role].session_transaction() as cookie:
            cookie.update(identity)
    return browsers


def routes(app):
    """(endpoint, method, address) of every page, with values that exist nowhere."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        values = {name: VALUES.get(name, "1") for name in rule.arguments}
        for name, converter in rule._converters.items():  # noqa: SLF001 -- nothing else lists codes
            items = getattr(converter, "items", None)
            values[name] = min(items) if items else values[name]
        (method,) = rule.methods - {"HEAD", "OPTIONS"}
        yield rule.endpoint, method, adapter.build(rule.endpoint, values, method)


def test_every_route_lets_in_whom_the_table_says(app, signed_in, monkeypatch, request):
    """A new route without a line fails, and so does a route that lets others in."""
    refused = []
    begun = Forbidden.__init__

    def noted(error, **facts):
        refused.append(type(error) is Forbidden)  # not that of another branch, or the like
        begun(error, **facts)

    monkeypatch.setattr(Forbidden, "__init__", noted)
    lines = {}
    # Signing out comes last: the cookies are void then.
    for endpoint, method, address in sorted(
        routes(app), key=lambda one: ("sign_out" in one[0], one)
    ):
        let_in = []
        for role, browser in signed_in.items():
            with browser.session_transaction() as cookie:
                kept = dict(cookie)
            refused.clear()
            browser.open(address, method=method)
            if not any(refused):
                let_in.append(role.value)
            with browser.session_transaction() as cookie:
                cookie.clear()
                cookie.update(kept)  # signing out is a route too
        refused.clear()
        stranger = app.test_client().open(address, method=method)
        known = stranger.status_code == 302 and "/sign-in" in stranger.location
        open_ = not (known or stranger.status_code == 401)
        who = "everybody" if open_ else " ".join(let_in)
        if stranger.headers["X-Sandyq"] == "reader_not_signed_in":
            assert browser.open(address, method=method).headers["X-Sandyq"] == (
                "reader_not_signed_in"
            )  # staff are no readers
            who = "readers"
        lines[endpoint, method, address] = f"{method:<4} {endpoint}: {who}\n"
    text = "".join(line for _, line in sorted(lines.items()))
    if request.config.getoption("--golden-update"):
        MATRIX.write_text(text, encoding="utf-8")
    assert text == MATRIX.read_text(encoding="utf-8")


def test_each_permission_belongs_to_somebody():
    assert PERMISSIONS.keys() == set(Permission)
    assert all(PERMISSIONS.values())


def test_every_page_asks_for_a_permission_or_is_for_everybody(app):
    views = {name: view for name, view in app.view_functions.items() if name != "static"}
    asked = {view.permission for view in views.values()} - {None}
    assert asked <= set(Permission)
    in_code_only = {Permission.OVERRIDE_RULES, Permission.VIEW_EVENTS_OF_ALL}
    assert set(Permission) - asked - in_code_only == set()
