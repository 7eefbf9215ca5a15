"""One issue: another number or day, fewer copies than sets, one more, one that never appeared."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_
from ils.holdings.pages import holdings
from ils.holdings.periodicals import issues, queries
from ils.holdings.periodicals.issues import IssueData
from ils.holdings.periodicals.models import SerialIssue, Subscription
from ils.organisation.permissions import Permission
from ils.web.filled import Form


def _shown(value: object) -> str:
    return "" if value is None else f"{value:%d.%m.%Y}"


@holdings.get("/serials/issues/<id:issue_id>")
@web.page(Permission.CHECK_IN_SERIALS)
def serial_issue(session: Session, issue_id: int) -> ResponseReturnValue:
    """The form of an issue."""
    one = queries.issue_by_id(session, issue_id)
    values: Mapping[str, object] = {
        "number": one.number, "expected_on": _shown(one.expected_on),
        "arrived_on": _shown(one.arrived_on), "copies": one.copies or None,
    }  # fmt: skip
    return _page(session, one.subscription, one, Form(IssueData, values))


@holdings.post("/serials/issues/<id:issue_id>")
@web.page(Permission.CHECK_IN_SERIALS, write=True)
def change_issue(session: Session, issue_id: int) -> ResponseReturnValue:
    """Another number, day, number of copies."""
    one = queries.issue_by_id(session, issue_id)

    def work(data: IssueData) -> ResponseReturnValue:
        issues.change(session, one, data)
        return redirect(url_for("holdings.serial_issues", subscription_id=one.subscription_id))

    def page(form: Form[IssueData]) -> ResponseReturnValue:
        return _page(session, one.subscription, one, form)

    return web.handled(session, Form(IssueData), work, page)


@holdings.post("/serials/issues/<id:issue_id>/remove")
@web.page(Permission.CHECK_IN_SERIALS, write=True)
def remove_issue(session: Session, issue_id: int) -> ResponseReturnValue:
    """It never appeared, or came with another as one."""
    one = queries.issue_by_id(session, issue_id)
    of = one.subscription_id
    issues.remove(session, one)
    return redirect(url_for("holdings.serial_issues", subscription_id=of))


@holdings.get("/serials/<id:subscription_id>/issues/new")
@web.page(Permission.CHECK_IN_SERIALS)
def new_issue(session: Session, subscription_id: int) -> ResponseReturnValue:
    """The form of one more issue."""
    of = queries.subscription_by_id(session, subscription_id)
    return _page(session, of, None, Form(IssueData, {"expected_on": _shown(web.today())}))


@holdings.post("/serials/<id:subscription_id>/issues/new")
@web.page(Permission.CHECK_IN_SERIALS, write=True)
def add_issue(session: Session, subscription_id: int) -> ResponseReturnValue:
    """One more than was expected."""
    of = queries.subscription_by_id(session, subscription_id)

    def work(data: IssueData) -> ResponseReturnValue:
        issues.add(session, of, data)
        return redirect(url_for("holdings.serial_issues", subscription_id=of.id))

    return web.handled(session, Form(IssueData), work, lambda form: _page(session, of, None, form))


def _page(
    session: Session, of: Subscription, one: SerialIssue | None, form: Form[IssueData]
) -> ResponseReturnValue:
    title = f"{of.record.title}, {of.year}"
    return web.respond(
        session, "holdings/issue.html", {}, title=title, of=of, one=one, form=form,
        heading=N_("Issue") if one else N_("One more issue"),
    )  # fmt: skip
