"""Digital documents: the list, one of them, what is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.digitization.documents import actions, arranging, queries
from ils.digitization.documents.linking import link
from ils.digitization.documents.models import RUNNING, DigitalDocument, PdfState
from ils.digitization.documents.rules import DocumentData
from ils.digitization.pages import digitisation, languages
from ils.digitization.rights.models import Rights
from ils.digitization.rights.queries import contract as contract_by_id
from ils.digitization.rights.queries import ending, valid
from ils.digitization.rights.rules import DeathUnknown, RightsData, terms
from ils.digitization.scans import queries as scans
from ils.digitization.scans.models import PageState
from ils.digitization.scans.rules import checks
from ils.errors import N_
from ils.holdings.items.queries import record_named
from ils.organisation.audit.actions import audit
from ils.organisation.permissions import Permission
from ils.web.filled import Form, no_mistake
from ils.web.lists import Column, Filter, ListDefinition, PageAction

#: Pages shown at once on the page of a document.
SHOWN = 60


@digitisation.get("/")
@web.page(Permission.VIEW_DIGITISATION)
def documents(session: Session) -> ResponseReturnValue:
    """All documents with how far they are."""
    counts: dict[int, dict[str, int]] = {}

    def with_counts(session: Session, rows: Sequence[Any]) -> Sequence[Any]:
        counts.update(queries.progress(session, [row.id for row in rows]))
        return rows

    def ready(one: DigitalDocument) -> str:
        own = counts.get(one.id, {})
        done = sum(own.values()) - own.get(PageState.WAITING, 0)
        return f"{done} / {sum(own.values())}"

    args = request.args
    definition = ListDefinition(
        queries.documents(args.get("state", ""), args.get("kind", ""), args.get("q", "")),
        [
            Column("title", N_("Title"), lambda one: one.title or gettext("without a title"),
                   DigitalDocument.title,
                   lambda one: url_for("digitisation.document", document_id=one.id)),
            Column("kind", N_("Kind"), lambda one: web.code_name("document_kind", one.kind),
                   DigitalDocument.kind),
            Column("state", N_("State"), lambda one: web.code_name("document_state", one.state),
                   DigitalDocument.state),
            Column("pages", N_("Pages ready"), ready),
            Column("record", N_("Record"), lambda one: one.record.title if one.record else "", None,
                   lambda one: url_for("catalogue.record", record_id=one.record_id)
                   if one.record_id else None),
            Column("rights", N_("Rights"), lambda one: web.code_name("rights", one.rights),
                   DigitalDocument.rights),
            Column("added", N_("Taken in on"), lambda one: one.created_at,
                   DigitalDocument.created_at),
        ],
        filters=[
            Filter("q", N_("Title")),
            Filter("state", N_("State"), web.code_names("document_state")),
            Filter("kind", N_("Kind"), web.code_names("document_kind")),
        ],
        empty=N_("There are no digital documents yet: add scans."),
        enrich=with_counts,
    )  # fmt: skip
    add = PageAction(N_("Add scans"), url_for("digitisation.add_form"), main=True)
    shown = [add] if web.may(Permission.DIGITISE) else []
    near = ending(web.today(), web.current().config.digitization.reminder_days)
    reminders = session.scalars(near).all() if web.may(Permission.MANAGE_RIGHTS) else []
    return web.list_page(
        session, definition, title=N_("Digital documents"), actions=shown, ending=reminders,
        template="digitization/documents.html",
    )  # fmt: skip


@digitisation.get("/<id:document_id>")
@web.page(Permission.VIEW_DIGITISATION)
def document(session: Session, document_id: int) -> ResponseReturnValue:
    """A document: its pages, record, rights, and what can be done now."""
    one = queries.document(session, document_id)
    return _page(session, one)


def _page(
    session: Session,
    one: DigitalDocument,
    details: Form[DocumentData] | None = None,
    rights: Form[RightsData] | None = None,
) -> ResponseReturnValue:
    start = max(0, web.argument_int("from") or 0)
    pages = session.scalars(queries.pages(one.id, removed=True).offset(start).limit(SHOWN + 1))
    shown, counts = list(pages), queries.progress(session, [one.id]).get(one.id, {})
    return web.respond(
        session, "digitization/document.html", {}, title=one.title or gettext("Digital document"),
        one=one, pages=shown[:SHOWN], start=start, more=len(shown) > SHOWN, most=SHOWN,
        counts=counts, total=sum(counts.values()), waiting=counts.get(PageState.WAITING, 0),
        minutes=scans.minutes(session, counts.get(PageState.WAITING, 0),
                              web.current().config.digitization.workers),
        checks=web.current().config.holding(checks), running=one.state in RUNNING,
        details=details or _details_form(one), rights=rights or _rights_form(session, one),
        source=queries.source_of(session, one) if one.record is None else None,
        authors=actions.authors(one.record) if one.record else [],
        barcodes={page.id: scans.meant(session, page.scan.barcodes) for page in shown},
        has_pdf=one.pdf_state not in {PdfState.NONE, PdfState.FAILED},
        language_names=web.language_name, kinds=web.code_names("document_kind"),
    )  # fmt: skip


def _details_form(one: DigitalDocument | None) -> Form[DocumentData]:
    values = None
    if one is not None:
        values = {"title": one.title, "kind": one.kind, "language": one.language,
                  "record": str(one.record_id or "")}  # fmt: skip
    return Form(DocumentData, values, choices={"language": languages()}, name="details")


def _rights_form(session: Session, one: DigitalDocument | None) -> Form[RightsData]:
    listed = [(str(c.id), f"{c.number} · {c.holder}") for c in session.scalars(valid(web.today()))]
    values = None
    if one is not None:
        values = {"rights": one.rights, "contract": str(one.contract_id or "")}
        if one.contract and str(one.contract_id) not in dict(listed):
            listed.append((str(one.contract_id), f"{one.contract.number} · {one.contract.holder}"))
    return Form(RightsData, values, choices={"contract": listed}, name="rights")


def _back(document_id: int) -> ResponseReturnValue:
    return redirect(url_for("digitisation.document", document_id=document_id))


@digitisation.post("/<id:document_id>/details")
@web.page(Permission.DIGITISE, write=True)
def save_details(session: Session, document_id: int) -> ResponseReturnValue:
    """What it is, and which record describes it."""
    one = queries.document(session, document_id, lock=True)

    def work(data: DocumentData) -> ResponseReturnValue:
        actions.describe(session, web.origin(), one, data)
        if data.record and data.record != str(one.record_id):
            before = one.record
            actions.attach(session, web.origin(), one, record_named(session, data.record))
            for record in filter(None, (before, one.record)):
                link(session, web.origin(), web.current().config, record)
        flash(gettext("Saved."))
        return _back(document_id)

    return web.handled(session, _details_form(None), work, lambda form: _page(session, one, form))


@digitisation.post("/<id:document_id>/rights")
@web.page(Permission.MANAGE_RIGHTS, write=True)
def save_rights(session: Session, document_id: int) -> ResponseReturnValue:
    """What it may be shown by."""
    one = queries.document(session, document_id, lock=True)

    def work(data: RightsData) -> ResponseReturnValue:
        before = (one.rights, one.contract_id)
        chosen = contract_by_id(session, int(data.contract)) if data.contract else None
        actions.set_rights(
            session, one, Rights(data.rights), chosen, allow_doubt=no_mistake(DeathUnknown),
            known=terms(web.current().config), this_year=web.today().year,
        )  # fmt: skip
        audit(session, g.staff.id, "document.rights", str(one.id), rights=[before[0], one.rights],
              contract=[before[1], one.contract_id])  # fmt: skip
        flash(gettext("Saved."))
        return _back(document_id)

    form = _rights_form(session, None)
    return web.handled(session, form, work, lambda form: _page(session, one, rights=form))


@digitisation.post("/<id:document_id>/<any(recognise, first, stop, checked):act>")
@web.page(Permission.DIGITISE, write=True)
def work_on(session: Session, document_id: int, act: str) -> ResponseReturnValue:
    """Recognise it, before others if wanted; stop that; say that it was read through."""
    one = queries.document(session, document_id, lock=True)
    if act == "stop":
        actions.stop_recognising(session, one)
    elif act == "checked":
        actions.mark_checked(session, one)
        actions.want_pdf(session, one)
    else:
        at_once = web.current().config.digitization.pages_at_once
        actions.recognise(session, one, at_once=at_once, priority=1 if act == "first" else 0)
    return _back(document_id)


@digitisation.post("/<id:document_id>/<any(publish, withhold):act>")
@web.page(Permission.MANAGE_RIGHTS, write=True)
def show_or_hide(session: Session, document_id: int, act: str) -> ResponseReturnValue:
    """Give it to readers, or take it from them at once."""
    one = queries.document(session, document_id, lock=True)
    if act == "publish":
        known = web.current().config.holding(checks)
        actions.publish(session, web.origin(), one, known)
    else:
        actions.withhold(session, one)
    if one.record is not None:
        link(session, web.origin(), web.current().config, one.record)
    audit(session, g.staff.id, f"document.{act}", str(one.id))
    flash(gettext("Published.") if act == "publish" else gettext("Readers no longer see it."))
    return _back(document_id)


_TURNS = {"left": 270, "right": 90, "over": 180}
_ARRANGING = "remove, back, left, right, over, earlier, later, accept"


@digitisation.post(f"/<id:document_id>/pages/<id:page_id>/<any({_ARRANGING}):act>")
@web.page(Permission.DIGITISE, write=True)
def arrange(session: Session, document_id: int, page_id: int, act: str) -> ResponseReturnValue:
    """A page taken out, put back, turned, moved."""
    one = queries.document(session, document_id, lock=True)
    if act in _TURNS:
        arranging.turn_page(session, one, page_id, _TURNS[act])
    elif act == "accept":
        arranging.accept_page(session, one, page_id)
    elif act in {"remove", "back"}:
        arranging.remove_page(session, web.origin(), one, page_id, back=act == "back")
    else:
        step = -1 if act == "earlier" else 1
        arranging.move_page(session, one, page_id, step)
    return redirect(f"{url_for('digitisation.document', document_id=document_id)}#p{page_id}")


@digitisation.post("/<id:document_id>/split")
@web.page(Permission.DIGITISE, write=True)
def split(session: Session, document_id: int) -> ResponseReturnValue:
    """Cut it into documents where there are cuts; a separator sheet names its record."""
    one = queries.document(session, document_id, lock=True)
    cuts = web.form_ints("cut")
    made = arranging.split(session, web.origin(), one, cuts)
    for part in [one, *made]:
        arranging.follow_code(session, web.origin(), part)
    flash(gettext("New documents: %(count)s.", count=len(made)))
    return redirect(url_for("digitisation.documents"))
