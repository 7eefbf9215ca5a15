"""The workbench of debtors: the list, a debtor, letters sorted by street."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ils import clock, web
from ils.circulation.debtors import actions, queries, rules
from ils.circulation.debtors.actions import DebtContactData
from ils.circulation.debtors.models import DebtContact
from ils.circulation.debtors.queries import DebtFilter, Owed
from ils.circulation.loans.queries import overdue_by_branch
from ils.documents import Block, Heading, PageBreak, Paragraph
from ils.errors import N_, Invalid
from ils.messages import sms
from ils.organisation.branches.models import Branch, ServicePoint
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.patrons import queries as patron_queries
from ils.patrons.models import Patron
from ils.web.downloads import download
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition, PageAction

debtors = Blueprint("debtors", __name__, url_prefix="/staff/debtors")
#: Letters printed at once.
MOST_LETTERS = 200
#: Titles a row names.
TITLES = 3


def _filter(session: Session) -> DebtFilter:
    """Which debtors the address asks for; those of the own branch unless others are."""
    args = request.args
    ids = {code: number for number, (code, _) in names_of(session, "ru").items()}
    code = args.get("branch", g.staff.branch.code)
    quiet = web.whole("quiet", args.get("quiet", ""))
    days = web.whole("days", args.get("days", "")) or 1
    grade = web.whole("grade", args.get("grade", ""))
    return DebtFilter(
        branch_id=ids.get(code), point_id=web.argument_int("point"),
        days=min(days, 10_000), category=args.get("category", ""),
        school=args.get("school", "").strip(), grade=None if grade is None else min(grade, 100),
        street=args.get("street", "").strip(), words=args.get("q", "").strip(),
        quiet=None if quiet is None else clock.day_start(
            web.today() - timedelta(days=min(quiet, 10_000)), g.staff.branch.timezone
        ),
        broken=args.get("broken") == "yes",
    )  # fmt: skip


@debtors.get("/")
@web.page(Permission.VIEW_LOANS)
def workbench(session: Session) -> ResponseReturnValue:
    """Readers with overdue copies, computed now; the totals are those of the report."""
    today, which = web.today(), _filter(session)
    lists = web.current().config.lists
    found: dict[int, Owed] = {}
    names = {number: name for number, (_, name) in names_of(session, web.language()).items()}
    found_points = session.scalars(select(ServicePoint).order_by(ServicePoint.code)).all()
    points = {one.id: one.name(web.language()) for one in found_points}
    chosen = {
        one.id: points[one.id] if which.branch_id else f"{names[one.branch_id]} · {points[one.id]}"
        for one in found_points
        if which.branch_id in {None, one.branch_id}
    }

    def with_titles(session: Session, rows: Sequence[Any]) -> Sequence[Any]:
        found.update(queries.owed_by(session, [row[0].id for row in rows], today))
        return rows

    definition = ListDefinition(
        queries.debtors(today, which),
        [
            Column("name", N_("Reader"), _reader, Patron.search_text,
                   lambda row: url_for("debtors.debtor", patron_id=row[0].id)),
            Column("owed", N_("Overdue copies"), lambda row: _owed(row, found)),
            Column("branch", N_("Branch"),
                   lambda row: _places(found.get(row[0].id, Owed()), names, points)),
            Column("days", N_("Days"), lambda row: (today - row[2]).days),
            Column("category", N_("Category"), lambda row: web.ListCell(
                web.listed(lists.categories, row[0].category),
                note=" ".join(filter(None, (row[0].school, str(row[0].grade or "")))))),
            Column("phone", N_("Phone"),
                   lambda row: row[0].phone_number or row[0].phone),
            Column("address", N_("Address"), lambda row: row[0].address, Patron.address),
            Column("contact", N_("Last contact"), _last),
            Column("promised", N_("Promised until"),
                   lambda row: row[3].promised_until if row[3] else None),
        ],
        filters=_filters(session, chosen),
        empty=N_("Nobody has anything overdue."),
        enrich=with_titles,
    )  # fmt: skip
    readers, copies = overdue_by_branch(session, today).get(which.branch_id, (0, 0))
    letters = PageAction(
        N_("Letters (PDF)"), url_for("debtors.letters", **dict[str, Any](request.args.items()))
    )
    return web.list_page(
        session, definition, title=N_("Debtors"), template="circulation/debtors.html",
        actions=[letters], readers=readers, copies=copies, opened=_opened(session),
    )  # fmt: skip


def _owed(row: Any, found: Mapping[int, Owed]) -> web.ListCell:
    own = found.get(row[0].id, Owed()).titles
    more = f" +{len(own) - TITLES}" if len(own) > TITLES else ""
    return web.ListCell(int(row[1]), note="; ".join(own[:TITLES]) + more)


def _places(owed: Owed, names: Mapping[int, str], points: Mapping[int, str]) -> str:
    """Where it was lent: branches, with their service points."""
    return "; ".join(
        " · ".join(filter(None, (names[branch], points.get(point or 0))))
        for branch, point in owed.places
    )


def _reader(row: Any) -> web.ListCell:
    patron: Patron = row[0]
    guardian = " ".join(filter(None, (patron.guardian_name, patron.guardian_phone)))
    return web.ListCell(patron.name, note=guardian)


def _last(row: Any) -> web.ListCell:
    contact: DebtContact | None = row[3]
    if contact is None:
        return web.ListCell("")
    said = web.code_name("debt_channel", contact.channel)
    return web.ListCell(contact.at, note=f"{said}: {web.code_name('debt_result', contact.result)}")


def _filters(session: Session, points: Mapping[int, str]) -> list[Filter]:
    lists, language = web.current().config.lists, web.language()
    categories = [(code, one[language]) for code, one in lists.categories.items()]
    branches = [("-", gettext("all")), *names_of(session, language).values()]
    return [
        Filter("q", N_("Reader")),
        Filter("branch", N_("Branch"), branches,
               value=request.args.get("branch", g.staff.branch.code), always=True),
        Filter("days", N_("At least days"), type="text"),
        Filter("point", N_("Service point"), [(str(n), name) for n, name in points.items()]),
        Filter("category", N_("Category"), categories),
        Filter("school", N_("School"), type="text"),
        Filter("grade", N_("Grade"), type="text"),
        Filter("street", N_("Street"), type="text"),
        Filter("quiet", N_("Not spoken to for days"), type="text"),
        Filter("broken", N_("Promise"), [("yes", gettext("over"))]),
    ]  # fmt: skip


@debtors.get("/<id:patron_id>")
@web.page(Permission.VIEW_LOANS)
def debtor(session: Session, patron_id: int) -> ResponseReturnValue:
    """A debtor: what is overdue, a text ready to be sent, what was done before."""
    web.note("patron.open", str(patron_id))
    patron = patron_queries.patron(session, patron_id)
    return _page(session, patron, _form({"channel": request.args.get("channel", "phone"),
                                         "result": "reached"}))  # fmt: skip


def _form(values: dict[str, object] | None) -> Form[DebtContactData]:
    choices = {
        "channel": web.code_names("debt_channel"),
        "result": [pair for pair in web.code_names("debt_result") if pair[0] != "opened"],
    }
    return Form(DebtContactData, values, choices=choices)


def _page(session: Session, patron: Patron, form: Form[DebtContactData]) -> ResponseReturnValue:
    today = web.today()
    loans = session.scalars(queries.overdue_of(patron.id, today)).all()
    asked = {loan.id for loan in session.scalars(queries.asked_back(patron.id, today))}
    text, links, phone = None, {}, patron.phone_number
    if asked:
        branch = session.get_one(Branch, g.staff.branch.id)
        text = actions.message(session, web.current().config, patron, today, branch)
        links = rules.links(phone, patron.email, text.subject, text.body)
    return web.respond(
        session, "circulation/debtor.html", {}, title=patron.name, patron=patron, loans=loans,
        asked=asked, form=form, text=text, links=links, phone=phone, today=today,
        parts=sms.parts(text.body) if text else 0,
        contacts=session.scalars(queries.contacts_of(patron.id)).all(),
        error=form.error, opened=_opened(session), no_receipt=rules.NO_RECEIPT,
    )  # fmt: skip


def _opened(session: Session) -> int:
    """Messages whoever is signed in opened and did not say yet whether they were sent."""
    own = queries.opened_by(g.staff.id).with_only_columns(func.count()).order_by(None)
    return session.scalar(own) or 0


@debtors.post("/<id:patron_id>/opened")
@web.page(Permission.VIEW_LOANS, write=True)
def note_opened(session: Session, patron_id: int) -> ResponseReturnValue:
    """A message was opened in a program that gives no receipt."""
    patron = patron_queries.patron(session, patron_id)
    actions.note_opened(session, web.origin(), patron, request.form.get("channel", ""))
    return redirect(url_for("debtors.debtor", patron_id=patron.id))


@debtors.post("/opened")
@web.page(Permission.VIEW_LOANS, write=True)
def settle_opened(session: Session) -> ResponseReturnValue:
    """Whether the messages that were opened were sent."""
    sent = request.form.get("sent") == "yes"
    number = actions.settle_opened(session, web.origin(), sent=sent)
    flash(gettext("Messages sent: %(number)s.", number=number if sent else 0))
    return redirect(url_for("debtors.workbench"))


@debtors.post("/<id:patron_id>")
@web.page(Permission.VIEW_LOANS, write=True)
def note_contact(session: Session, patron_id: int) -> ResponseReturnValue:
    """Write down what came of it."""
    patron = patron_queries.patron(session, patron_id)

    def work(data: DebtContactData) -> ResponseReturnValue:
        actions.note_contact(session, web.origin(), patron, data)
        flash(gettext("Saved."))
        return redirect(url_for("debtors.debtor", patron_id=patron.id))

    return web.handled(session, _form(None), work, lambda form: _page(session, patron, form))


@debtors.get("/letters.pdf")
@web.page(Permission.VIEW_LOANS)
def letters(session: Session) -> ResponseReturnValue:
    """A letter to each debtor of the list, a page each, in the order of their addresses."""
    from ils.documents import pdf  # noqa: PLC0415 -- each web process would keep it

    today, branch = web.today(), session.get_one(Branch, g.staff.branch.id)
    query = queries.debtors(today, _filter(session)).order_by(None)
    rows = session.execute(query.order_by(Patron.address, Patron.id).limit(MOST_LETTERS)).all()
    blocks: list[Block] = []
    for patron, *_ in rows:
        try:
            text = actions.message(session, web.current().config, patron, today, branch)
        except rules.NoDebtor:  # all of it is looked for in the library
            continue
        blocks += [PageBreak()] if blocks else []
        blocks += [Paragraph(patron.address), Heading(text.subject, 1)]
        blocks += [Paragraph(line) for line in text.body.splitlines()]
    if not blocks:
        raise Invalid(N_("Letters (PDF)"), N_("Nobody has anything overdue."))
    web.note("list.export", request.path)
    made: Response = download(pdf.document("letters", blocks), "letters.pdf", "application/pdf")
    return made
