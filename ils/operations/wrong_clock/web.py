"""The page that sets right what a wrong clock wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.errors import N_
from ils.fields import FieldKind, described
from ils.operations.pages import operations
from ils.operations.wrong_clock import actions, queries
from ils.organisation.permissions import Permission
from ils.web.filled import Form


@dataclass(frozen=True)
class SetRightData:
    """The form: what day it really was, and why the entries are moved."""

    real_day: date | None = described(
        N_("What day it really was"), FieldKind.DAY, default=None, width="date",
        hint=N_("on the first of the wrong days; the others follow it"),
    )  # fmt: skip
    reason: str = described(N_("Reason"), longest=300)


@operations.get("/clock")
@web.page(Permission.ADMINISTER)
def wrong_clock(session: Session) -> ResponseReturnValue:
    """Entries ahead of their time, and months closed before they are over."""
    return _page(session, Form(SetRightData, {}))


def _page(session: Session, form: Form[SetRightData]) -> ResponseReturnValue:
    today = web.today()
    return web.respond(
        session, "operations/wrong_clock.html", {}, title=gettext("Entries of a wrong clock"),
        form=form, error=form.error, days=queries.wrong_entries(session, today),
        months=", ".join(f"{one:%m.%Y}" for one in queries.months_not_over(session, today)),
        apart=queries.undone_apart(session, today), today=today,
    )  # fmt: skip


@operations.post("/clock")
@web.page(Permission.ADMINISTER, write=True)
def set_right(session: Session) -> ResponseReturnValue:
    """Date them anew."""

    def work(data: SetRightData) -> ResponseReturnValue:
        done = actions.set_right(session, web.origin(), real_day=data.real_day, reason=data.reason)
        said = gettext("Entries set right: %(number)s.", number=done.entries)
        months = ", ".join(f"{month:%m.%Y}" for month in done.months)
        opened = gettext("Months opened again: %(months)s.", months=months) if months else ""
        flash(f"{said} {opened}".strip())
        return redirect(url_for("operations.wrong_clock"))

    return web.handled(session, Form(SetRightData), work, lambda form: _page(session, form))
