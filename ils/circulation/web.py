"""The desk and the readers' pages."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import clock, web
from ils.circulation import queries
from ils.circulation.actions import desk as actions
from ils.circulation.actions.desk import Answer, Desk
from ils.circulation.actions.patrons import change_patron, register_patron, reregister_patron
from ils.circulation.actions.undo import undo as undo_act
from ils.circulation.models import Patron
from ils.circulation.rules.desk import Situation
from ils.circulation.rules.loans import LoanRefused
from ils.circulation.rules.patrons import PatronData
from ils.errors import N_, IlsError, Invalid
from ils.holdings import barcodes
from ils.holdings.web.records import printed
from ils.organisation.models import Role
from ils.organisation.queries import names_of

desk = Blueprint("desk", __name__, url_prefix="/desk")
patrons = Blueprint("patrons", __name__, url_prefix="/staff/patrons")

LAST_ACTS = 12
LOANS_SHOWN = 10


@desk.get("")
@web.page(Role.DESK)
def page(session: Session) -> ResponseReturnValue:
    """The desk; ``?patron=`` opens a reader."""
    return _page(session, None, web.argument_int("patron"))


@desk.get("/patron/<id:patron_id>")
@web.page(Role.DESK)
def panel(session: Session, patron_id: int) -> ResponseReturnValue:
    """The open reader, after the page was loaded again."""
    patron = queries.patron(session, patron_id)
    return render_template("circulation/_panel.html", **_panel(session, patron))


@desk.post("/scan")
@web.page(Role.DESK, write=True)
def scan(session: Session) -> ResponseReturnValue:
    """A code from the scanner or the keyboard."""
    code, patron_id = request.form.get("code", ""), web.form_int("patron")
    return _answered(session, actions.scan(_desk(session), code=code, patron_id=patron_id))


@desk.post("/renew")
@web.page(Role.DESK, write=True)
def renew(session: Session) -> ResponseReturnValue:
    """Yes, renew."""
    return _answered(session, actions.renew(_desk(session), loan_id=_required("loan")))


@desk.post("/in-house")
@web.page(Role.DESK, write=True)
def in_house(session: Session) -> ResponseReturnValue:
    """It was read here."""
    return _answered(session, actions.in_house(_desk(session), item_id=_required("item")))


@desk.post("/fast-add")
@web.page(Role.DESK, write=True)
def fast_add(session: Session) -> ResponseReturnValue:
    """Describe an unknown book and lend it."""
    form, lists = request.form, web.ils().config.lists
    division, language = form.get("division") or None, form.get("language") or None
    if division is not None and division not in lists.divisions:
        raise Invalid(N_("Division"), N_("Choose one from the list."))
    if language is not None and not (language.isalpha() and len(language) <= 3):
        raise Invalid(N_("Language"), N_("Choose one from the list."))
    answer = actions.fast_add(
        _desk(session),
        patron_id=_required("patron"),
        number=form.get("number", ""),
        title=form.get("title", ""),
        author=form.get("author", ""),
        division=division,
        language=language,
    )
    return _answered(session, answer)


@desk.post("/reregister")
@web.page(Role.DESK, write=True)
def reregister(session: Session) -> ResponseReturnValue:
    """Register the open reader for this year."""
    return _answered(session, actions.reregister(_desk(session), patron_id=_required("patron")))


@desk.post("/undo")
@web.page(Role.DESK, write=True)
def undo(session: Session) -> ResponseReturnValue:
    """Take the last act back."""
    return _answered(session, undo_act(_desk(session), act=web.form_uuid("act")))


@desk.errorhandler(IlsError)
def refused(error: IlsError) -> ResponseReturnValue:
    """A refusal is an answer too: a line in the list, in words."""
    if not _by_script() or getattr(g, "staff", None) is None:
        return web.show_error(error)
    problems = [
        gettext(p.message) % dict(p.facts)
        for p in (error.problems if isinstance(error, LoanRefused) else ())
    ]
    text = web.translated(error)
    line = render_template("circulation/_refused.html", error=error, text=text, problems=problems)
    return line, error.status


def _desk(session: Session) -> Desk:
    return Desk(session, web.origin(), web.ils().config.circulation)


def _required(name: str) -> int:
    value = web.form_int(name)
    if value is None:
        raise Invalid(name, N_("It must be a number."))
    return value


def _by_script() -> bool:
    return request.headers.get("X-Requested-With") == "desk"


def _answered(session: Session, answer: Answer) -> ResponseReturnValue:
    """The line of the answer, and the reader's panel where it changed; or the whole page."""
    if not _by_script():
        return _page(session, answer, answer.patron.id if answer.patron else web.form_int("patron"))
    opened = answer.patron if answer.situation is Situation.PATRON else None
    panel = _panel(session, opened) if opened else {}
    return render_template("circulation/_answer.html", **_shown(session, answer), **panel)


def _shown(session: Session, answer: Answer) -> dict[str, object]:
    foreign = answer.item is not None and answer.item.owner_branch_id != g.staff.branch.id
    return {
        "answer": answer,
        "by_script": _by_script(),
        "branches": names_of(session, web.language()) if foreign else {},
        "notes": [gettext(p.message) % dict(p.facts) for p in answer.notes],
    }


def _panel(session: Session, patron: Patron) -> dict[str, object]:
    today = clock.local_day(clock.now(), g.staff.branch.timezone)
    year, held, overdue = queries.borrower(session, patron.id, today)
    return {
        "patron": patron,
        "today": today,
        "registered": year is not None,
        "held": held,
        "overdue": overdue,
        "loans": session.scalars(queries.open_loans(patron.id).limit(LOANS_SHOWN)).all(),
    }


def _page(session: Session, answer: Answer | None, patron_id: int | None) -> ResponseReturnValue:
    patron = queries.patron(session, patron_id) if patron_id else None
    today = clock.local_day(clock.now(), g.staff.branch.timezone)
    acts = queries.last_acts(g.staff.id, g.staff.branch.id, today).limit(LAST_ACTS)
    return render_template(
        "circulation/desk.html",
        acts=session.execute(acts).all(),
        **(_shown(session, answer) if answer else {"answer": None}),
        **(_panel(session, patron) if patron else {"patron": None}),
    )


@patrons.get("/")
@web.page(Role.DESK, Role.STATISTICIAN, Role.ADMINISTRATOR)
def patron_list(session: Session) -> ResponseReturnValue:
    """Find a reader by name or card."""
    text = request.args.get("q", "")
    found = web.paged(session, queries.patrons(text))
    return render_template("circulation/patrons.html", page=found, text=text)


@patrons.get("/new")
@web.page(Role.DESK, Role.ADMINISTRATOR)
def new_patron(session: Session) -> ResponseReturnValue:
    """The form of a registration."""
    del session
    return _form(None, {"language": web.language()}, None)


@patrons.post("/new")
@web.page(Role.DESK, Role.ADMINISTRATOR, write=True)
def register(session: Session) -> ResponseReturnValue:
    """Register a reader."""
    try:
        categories = web.ils().config.lists.categories
        with session.begin_nested():
            patron = register_patron(session, web.origin(), _data(), categories)
    except IlsError as error:
        return _form(None, request.form, error)
    return redirect(url_for("patrons.patron", patron_id=patron.id))


@patrons.get("/<id:patron_id>")
@web.page(Role.DESK, Role.ADMINISTRATOR)
def patron(session: Session, patron_id: int) -> ResponseReturnValue:
    """One reader: registrations and loans."""
    found = queries.patron(session, patron_id)
    return render_template(
        "circulation/patron.html",
        years=session.scalars(queries.years_of(found.id)).all(),
        open_loans=web.paged(session, queries.open_loans(found.id)),
        **_panel(session, found),
    )


@patrons.post("/<id:patron_id>/reregister")
@web.page(Role.DESK, Role.ADMINISTRATOR, write=True)
def reregister_here(session: Session, patron_id: int) -> ResponseReturnValue:
    """Register the reader for this year."""
    reregister_patron(session, web.origin(), queries.patron(session, patron_id))
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.get("/<id:patron_id>/edit")
@web.page(Role.DESK, Role.ADMINISTRATOR)
def edit_patron(session: Session, patron_id: int) -> ResponseReturnValue:
    """The form with a reader's data."""
    found = queries.patron(session, patron_id)
    values = {name: getattr(found, name) or "" for name in _TEXTS}
    values |= {"birth_date": found.birth_date.strftime("%d.%m.%Y"), "consent": "1"}
    return _form(found, values, None)


@patrons.post("/<id:patron_id>/edit")
@web.page(Role.DESK, Role.ADMINISTRATOR, write=True)
def save_patron(session: Session, patron_id: int) -> ResponseReturnValue:
    """Save a reader's data."""
    found = queries.patron(session, patron_id, lock=True)
    try:
        categories = web.ils().config.lists.categories
        with session.begin_nested():
            change_patron(session, web.origin(), found, _data(), categories)
    except IlsError as error:
        return _form(found, request.form, error)
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.get("/<id:patron_id>/card.<any(png, pdf):form>")
@web.page(Role.DESK, Role.ADMINISTRATOR)
def card(session: Session, patron_id: int, form: str) -> ResponseReturnValue:
    """The reader's card."""
    found = queries.patron(session, patron_id)
    library = getattr(web.ils().config.library, f"name_{found.language}")
    return printed(barcodes.card(found.card, library, found.name, ""), form)


_TEXTS = (
    "surname", "given_name", "patronymic", "card", "sex", "category",
    "language", "phone", "email", "address",
)  # fmt: skip


def _data() -> PatronData:
    values = {name: request.form.get(name, "") for name in _TEXTS}
    birth_date = web.form_day("birth_date", N_("Birth date"))
    return PatronData(**values, birth_date=birth_date, consent="consent" in request.form)


def _form(patron: Patron | None, values: object, error: IlsError | None) -> ResponseReturnValue:
    text = web.translated(error) if error else None
    page = render_template("circulation/patron_form.html", patron=patron, v=values, error=text)
    return page, error.status if error else 200
