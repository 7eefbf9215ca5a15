"""The desk: scans and what follows them."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import changes, clock, web
from ils.circulation.desk import actions, answers
from ils.circulation.desk import queries as entry_queries
from ils.circulation.desk.command_barcodes import Command
from ils.circulation.desk.panel import here, worded
from ils.circulation.desk.panel import panel as panel_of
from ils.circulation.desk.results import Answer, Opened
from ils.circulation.desk.undo import undo as undo_act
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.rules import LoanRefused
from ils.circulation.pages import desk, required, the_desk
from ils.documents import labels
from ils.errors import N_, IlsError, Invalid
from ils.messages import outbox
from ils.messages.templates import compose
from ils.organisation.branches.queries import names_of, service_points_of
from ils.organisation.permissions import Permission
from ils.patrons import queries as patron_queries
from ils.patrons.rules import may_be_card
from ils.web.i18n import shown_day

LAST_ACTS = 12
MAX_LOANS = 500


@desk.get("")
@web.page(Permission.OPERATE_DESK)
def page(session: Session) -> ResponseReturnValue:
    """The desk; ``?patron=`` opens a reader."""
    return _page(session, None, web.argument_int("patron"))


@desk.get("/patron/<id:patron_id>")
@web.page(Permission.OPERATE_DESK)
def panel(session: Session, patron_id: int) -> ResponseReturnValue:
    """The open reader, after the page was loaded again."""
    return render_template("circulation/_panel.html", **panel_of(session, here(session, patron_id)))


@desk.post("/scan")
@web.page(Permission.OPERATE_DESK, write=True)
def scan(session: Session) -> ResponseReturnValue:
    """A code from the scanner or the keyboard."""
    code, patron_id = request.form.get("code", ""), web.form_int("patron")
    return _answered(session, actions.scan(the_desk(session), code=code, patron_id=patron_id))


@desk.post("/choose")
@web.page(Permission.OPERATE_DESK, write=True)
def choose(session: Session) -> ResponseReturnValue:
    """Which reader or copy was meant."""
    here, patron_id = the_desk(session), web.form_int("patron")
    if reader_id := web.form_int("reader"):
        return _answered(session, answers.choose_reader(here, reader_id=reader_id))
    item_id = required("item")
    return _answered(session, answers.choose_item(here, item_id=item_id, patron_id=patron_id))


@desk.post("/renew")
@web.page(Permission.OPERATE_DESK, write=True)
def renew(session: Session) -> ResponseReturnValue:
    """Yes, renew; a page that asked for it is shown again."""
    answer = answers.renew(the_desk(session), loan_id=required("loan"))
    if (back := web.next_path()) and not web.by_script():
        flash(gettext("Renewed until %(day)s", day=shown_day(answer.loan.due)))
        return redirect(back)
    return _answered(session, answer)


@desk.post("/in-house")
@web.page(Permission.OPERATE_DESK, write=True)
def in_house(session: Session) -> ResponseReturnValue:
    """It was read here."""
    return _answered(session, answers.in_house(the_desk(session), item_id=required("item")))


@desk.post("/fast-add")
@web.page(Permission.OPERATE_DESK, write=True)
def fast_add(session: Session) -> ResponseReturnValue:
    """Describe an unknown book and lend it."""
    form, lists = request.form, web.current().config.lists
    subject_area, language = form.get("subject_area") or None, form.get("language") or None
    if subject_area is not None and subject_area not in lists.subject_areas:
        raise Invalid(N_("Subject area"), N_("Choose one from the list."))
    if language is not None and not (language.isalpha() and len(language) <= 3):
        raise Invalid(N_("Language"), N_("Choose one from the list."))
    answer = answers.fast_add(
        the_desk(session),
        patron_id=required("patron"),
        number=form.get("number", ""),
        title=form.get("title", ""),
        author=form.get("author", ""),
        subject_area=subject_area,
        language=language,
    )
    return _answered(session, answer)


@desk.post("/renew-all")
@web.page(Permission.OPERATE_DESK, write=True)
def renew_all(session: Session) -> ResponseReturnValue:
    """Renew all that the open reader has."""
    return _answered(session, answers.renew_all(the_desk(session), patron_id=required("patron")))


@desk.post("/lost")
@web.page(Permission.OVERRIDE_RULES, write=True)
def lost(session: Session) -> ResponseReturnValue:
    """The copy is lost, or not on its shelf."""
    return _answered(session, answers.declare_lost(the_desk(session), item_id=required("item")))


@desk.post("/group-lend")
@web.page(Permission.OPERATE_DESK, write=True)
def lend_group(session: Session) -> ResponseReturnValue:
    """Lend copies of a group by count."""
    patron_id, item_id, copies = required("patron"), required("item"), required("copies")
    here = the_desk(session)
    answer = answers.lend_group(here, patron_id=patron_id, item_id=item_id, copies=copies)
    return _answered(session, answer)


@desk.post("/group-return")
@web.page(Permission.OPERATE_DESK, write=True)
def return_group(session: Session) -> ResponseReturnValue:
    """Take copies of a group back by count."""
    loan_id, copies = required("loan"), required("copies")
    answer = answers.return_group(the_desk(session), loan_id=loan_id, copies=copies)
    return _answered(session, answer)


@desk.post("/group-lost")
@web.page(Permission.OVERRIDE_RULES, write=True)
def lose_group(session: Session) -> ResponseReturnValue:
    """The reader lost the copies of a group."""
    return _answered(session, answers.lose_group(the_desk(session), loan_id=required("loan")))


@desk.post("/reregister")
@web.page(Permission.OPERATE_DESK, write=True)
def reregister(session: Session) -> ResponseReturnValue:
    """Register the open reader for this year."""
    return _answered(session, answers.reregister(the_desk(session), patron_id=required("patron")))


@desk.post("/undo")
@web.page(Permission.OPERATE_DESK, write=True)
def undo(session: Session) -> ResponseReturnValue:
    """Take the last act back."""
    return _answered(session, undo_act(the_desk(session), act=web.form_uuid("act")))


@desk.get("/receipt/<id:patron_id>")
@web.page(Permission.OPERATE_DESK)
def receipt(session: Session, patron_id: int) -> ResponseReturnValue:
    """What the reader was lent today and has, for a printer of 80 mm or A4."""
    patron, now = patron_queries.patron(session, patron_id), clock.now()
    today = clock.local_day(now, g.staff.branch.timezone)
    since = clock.day_start(today, g.staff.branch.timezone)
    loans = session.scalars(loan_queries.lent_today(patron_id, since)).all()
    others = session.scalars(loan_queries.open_loans(patron_id).limit(MAX_LOANS)).all()
    g.language = patron.language if patron.language in web.LANGUAGES else web.language()
    return render_template(
        "circulation/receipt.html",
        patron=patron,
        loans=loans,
        others=[loan for loan in others if loan not in loans],
        now=now,
        wide=request.args.get("paper") == "a4",
    )


@desk.post("/receipt/<id:patron_id>/mail")
@web.page(Permission.OPERATE_DESK, write=True)
def mail_receipt(session: Session, patron_id: int) -> ResponseReturnValue:
    """Send the receipt to the reader's address, in the reader's language."""
    config, patron = web.current().config, patron_queries.patron(session, patron_id)
    if not (config.mail.host and patron.email):
        raise Invalid(N_("E-mail"), N_("This must be filled in."))
    loans = session.scalars(loan_queries.open_loans(patron_id).limit(MAX_LOANS)).all()
    lines = [
        f"{loan.due:%d.%m.%Y}  {loan.item.record.title} ({loan.item.number})" for loan in loans
    ]
    values = {
        "reader": patron.name,
        "card": patron.card,
        "library": config.library.name(patron.language),
        "loans": "\n".join(lines) or "—",
    }
    letter = compose(config, "receipt", patron.language, values)
    outbox.enqueue(
        session,
        to=patron.email,
        subject=letter.subject,
        body=letter.body,
        patron_id=patron.id,
    )
    flash(gettext("The receipt was sent to the reader’s address."))
    return redirect(url_for("desk.receipt", patron_id=patron_id))


@desk.get("/commands.pdf")
@web.page(Permission.OPERATE_DESK)
def commands(session: Session) -> ResponseReturnValue:
    """The sheet of command barcodes, to hang beside the desk."""
    del session
    names = dict(web.code_names("command"))
    config, library = web.current().config, web.library_name()
    sheets = [labels.label(config, "card", code, library, names[code]) for code in Command]
    return Response(labels.sheet(config, sheets), mimetype="application/pdf")


@desk.errorhandler(IlsError)
def refused(error: IlsError) -> ResponseReturnValue:
    """A refusal is an answer too: a line in the list, in words."""
    if not web.by_script() or getattr(g, "staff", None) is None:
        if not (isinstance(error, LoanRefused) and (back := web.next_path())):
            return web.show_error(error)
        flash(" ".join([web.translated(error), *map(worded, error.problems)]))
        return redirect(back)
    g.error_code = error.code
    return render_template("circulation/_refused.html", **_refusal(error)), error.status


def _refusal(error: IlsError) -> dict[str, object]:
    """What is shown of a refusal: all its problems, and whether they may be let pass."""
    refused = error if isinstance(error, LoanRefused) else None
    may = refused is not None and refused.overridable and web.may(Permission.OVERRIDE_RULES)
    return {
        "error": error,
        "text": web.translated(error),
        "problems": [worded(p) for p in refused.problems] if refused else [],
        "allow": " ".join(p.code for p in refused.problems) if refused and may else "",
        "about": refused.about if refused else request.form.get("code", "")[:80],
        "sent": request.form,
        "to": request.path.removeprefix("/desk/"),
        "may_be_card": may_be_card,
        "by_script": web.by_script(),
    }


def _answered(session: Session, answer: Answer) -> ResponseReturnValue:
    """The line of the answer, and the reader's panel where it changed; or the whole page."""
    if not web.by_script():
        return _page(session, answer, answer.opens.id if answer.opens else web.form_int("patron"))
    panel = panel_of(session, answer) if isinstance(answer, Opened) else {}
    return render_template("circulation/_answer.html", **_shown(session, answer), **panel)


def _shown(session: Session, answer: Answer) -> dict[str, object]:
    item = answer.item
    sent = getattr(answer, "to_branch_id", None)
    foreign = sent or (item and item.owner_branch_id != g.staff.branch.id)
    return {
        "answer": answer,
        "by_script": web.by_script(),
        "branches": names_of(session, web.language()) if foreign else {},
        "worded": worded,
        "may_lose": web.may(Permission.OVERRIDE_RULES),
    }


def _page(session: Session, answer: Answer | None, patron_id: int | None) -> ResponseReturnValue:
    opened = answer if isinstance(answer, Opened) else None
    if opened is None and patron_id:
        opened = here(session, patron_id)
    today = clock.local_day(clock.now(), g.staff.branch.timezone)
    acts = entry_queries.last_acts(g.staff.id, g.staff.branch.id, today).limit(LAST_ACTS)
    return render_template(
        "circulation/desk.html",
        acts=session.execute(acts).all(),
        sitting=web.sitting(),
        now=clock.now(),
        database=changes.mark(session),
        place=request.form.get("point", ""),
        returned_on=request.form.get("returned_on", ""),
        earliest=today - timedelta(days=web.current().config.circulation.backdate_days),
        latest=today,
        points=session.scalars(service_points_of(g.staff.branch.id)).all(),
        **(_shown(session, answer) if answer else {"answer": None}),
        **(panel_of(session, opened) if opened else {"patron": None}),
    )
