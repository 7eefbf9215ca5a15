"""What the pages of services share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.errors import IlsError
from ils.web.filled import Form

Data = TypeVar("Data")
services = Blueprint("services", __name__, url_prefix="/staff/services")


def done(text: str, endpoint: str) -> ResponseReturnValue:
    """The desk gets a line for its list, everybody else the page of the list."""
    if web.by_script():
        return render_template("services/_line.html", text=text, level="success")
    flash(text)
    return redirect(url_for(endpoint))


def handled_at_desk(
    session: Session,
    form: Form[Data],
    work: Callable[[Data], ResponseReturnValue],
    page: Callable[[Form[Data]], ResponseReturnValue],
) -> ResponseReturnValue:
    """Do what a form asks; a desk that sent it gets a line, also of what was wrong."""
    if web.by_script():
        return work(form.value())
    return web.handled(session, form, work, page)


@services.errorhandler(IlsError)
def refused(error: IlsError) -> ResponseReturnValue:
    """A refusal is a line at the desk too."""
    if not web.by_script() or getattr(g, "staff", None) is None:
        return web.show_error(error)
    text = web.translated(error)
    return render_template("services/_line.html", text=text, level="error"), error.status
