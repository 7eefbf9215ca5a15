"""Pages of readers: the list, the form, one reader's card."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import files, web
from ils.circulation.context import Desk, Override
from ils.circulation.desk import answers
from ils.circulation.desk import queries as desk_queries
from ils.circulation.desk.panel import worded
from ils.circulation.desk.undo import NOT_OWN
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.rules import LoanRefused
from ils.circulation.pages import patrons, required, the_desk
from ils.circulation.readers import actions as privacy
from ils.circulation.readers.reader_page import (
    BlockData,
    NewCard,
    PhotoData,
    RenewalData,
    TakenBackData,
    reader_page,
    renewal_form,
    taken_back_form,
)
from ils.documents import labels
from ils.documents.labels import Label
from ils.errors import N_, IlsError, Invalid, NotFound
from ils.files import Purpose, ReceivedFile
from ils.ledger import Act, Channel
from ils.organisation.permissions import Permission
from ils.patrons import actions, photos, site_access
from ils.patrons import queries as patron_queries
from ils.patrons.fields import INFOS, PatronData
from ils.patrons.models import Patron, PatronBlock, PatronPhoto
from ils.patrons.rules import NoGuardian, PossibleDuplicate
from ils.patrons.site_access import SiteCode
from ils.web.downloads import printed, shown
from ils.web.filled import Form
from ils.web.lists import Column, Filter, ListDefinition, PageAction

MAX_PHOTO_BYTES = 12_000_000


@patrons.get("/loans/<id:loan_id>")
@web.page(Permission.VIEW_LOANS)
def loan(session: Session, loan_id: int) -> ResponseReturnValue:
    """One loan: its copy, its days, and its reader while the two are linked."""
    found = loan_queries.loan(session, loan_id)
    act = desk_queries.last_act_on(session, found.item_id, found.id if found.is_bulk else None)
    kept = act is not None and session.get(Act, act.request_id) is not None
    undoable = act if act is not None and kept and act.loan_id == found.id else None
    return render_template("circulation/loan.html", loan=found, act=undoable, not_own=NOT_OWN)


@patrons.post("/<id:patron_id>/card")
@web.page(Permission.MANAGE_PATRONS, write=True)
def replace_card(session: Session, patron_id: int) -> ResponseReturnValue:
    """The card is lost or worn: another one."""
    found = patron_queries.patron(session, patron_id, lock=True)

    def work(data: NewCard) -> ResponseReturnValue:
        actions.replace_card(session, web.origin(), found, card=data.card, reason=data.reason)
        flash(
            gettext(
                "The card number is now %(card)s; the former card is no longer valid.",
                card=found.card,
            )
        )
        return redirect(url_for("patrons.patron", patron_id=patron_id))

    form = Form(NewCard, name="card")
    return web.handled(session, form, work, lambda form: reader_page(session, found, form))


@patrons.post("/<id:patron_id>/block")
@web.page(Permission.BLOCK_PATRONS, write=True)
def block(session: Session, patron_id: int) -> ResponseReturnValue:
    """Lend nothing to the reader."""
    found = patron_queries.patron(session, patron_id, lock=True)

    def work(data: BlockData) -> ResponseReturnValue:
        actions.block_patron(session, web.origin(), found, reason=data.reason, until=data.until)
        return redirect(url_for("patrons.patron", patron_id=patron_id))

    form = Form(BlockData, name="block")
    return web.handled(session, form, work, lambda form: reader_page(session, found, form))


@patrons.post("/<id:patron_id>/unblock")
@web.page(Permission.BLOCK_PATRONS, write=True)
def unblock(session: Session, patron_id: int) -> ResponseReturnValue:
    """Lend to the reader again."""
    found = session.get(PatronBlock, required("block"), with_for_update=True)
    if found is None or found.patron_id != patron_id:
        raise NotFound
    actions.lift_block(session, web.origin(), found)
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.post("/<id:patron_id>/renew")
@web.page(Permission.OPERATE_DESK, write=True)
def renew_from_afar(session: Session, patron_id: int) -> ResponseReturnValue:
    """Renew one loan or all, as the reader asked by phone or e-mail."""
    found = patron_queries.patron(session, patron_id)

    def work(data: RenewalData) -> ResponseReturnValue:
        desk = the_desk(session)
        here = replace(desk, origin=replace(desk.origin, channel=Channel(data.channel)))
        if data.loan:
            _renew_one(here, int(data.loan))
        else:
            _renew_all(here, patron_id)
        return redirect(url_for("patrons.patron", patron_id=patron_id))

    form = renewal_form(session, patron_id, None)
    return web.handled(session, form, work, lambda form: reader_page(session, found, form))


def _renew_one(here: Desk, loan_id: int) -> None:
    try:
        with here.session.begin_nested():
            answers.renew(here, loan_id=loan_id)
    except LoanRefused as refused:
        flash(" ".join([web.translated(refused), *(worded(p) for p in refused.problems)]))


def _renew_all(here: Desk, patron_id: int) -> None:
    answer = answers.renew_all(here, patron_id=patron_id)
    done, left = len(answer.loans), len(answer.refused)
    flash(gettext("Renewed: %(done)s, not renewed: %(left)s.", done=done, left=left))
    for loan, error in answer.refused:
        flash(f"{loan.item.record.title}: {' '.join(worded(p) for p in error.problems)}")


def _portrait() -> ReceivedFile | None:
    """The picture that was sent, made small; ``None`` where it is to be taken away.

    Raises:
        Invalid, NoPicture: there is none.
    """
    if "remove" in request.form:
        return None
    file = request.files.get("photo")
    if file is None or not file.filename:
        raise Invalid(N_("Photo"), N_("Choose a file."))
    jpeg = photos.portrait(file.read(MAX_PHOTO_BYTES), web.current().config.limits.megapixels)
    return files.receive_bytes(web.current().config.folder, jpeg)


@patrons.post("/<id:patron_id>/photo")
@web.page(Permission.MANAGE_PATRONS, write=True, prepare=_portrait)
@web.uploads(MAX_PHOTO_BYTES)
def save_photo(session: Session, patron_id: int, prepared: object) -> ResponseReturnValue:
    """Keep a photo, or take it away."""
    found = patron_queries.patron(session, patron_id, lock=True)

    def work(_: PhotoData) -> ResponseReturnValue:
        if isinstance(prepared, IlsError):
            raise prepared
        received = prepared if isinstance(prepared, ReceivedFile) else None
        privacy.set_photo(session, g.staff.id, found, received)
        return redirect(url_for("patrons.patron", patron_id=patron_id))

    form = Form(PhotoData, name="photo")
    return web.handled(session, form, work, lambda form: reader_page(session, found, form))


@patrons.get("/<id:patron_id>/photo.jpg")
@web.page(Permission.MANAGE_PATRONS)
def photo(session: Session, patron_id: int) -> ResponseReturnValue:
    """The reader's photo."""
    found = session.get(PatronPhoto, patron_id)
    if found is None:
        raise NotFound
    file = files.stored_file(session, found.file_id, Purpose.PHOTO)
    return shown(files.path_of(web.current().config.folder, file), file.type)


@patrons.post("/<id:patron_id>/site-code")
@web.page(Permission.MANAGE_PATRONS, write=True, prepare=site_access.new_code)
def site_code(session: Session, prepared: SiteCode, patron_id: int) -> ResponseReturnValue:
    """A code for the site, told once; or no access any more."""
    found = patron_queries.patron(session, patron_id, lock=True)
    if "close" in request.form:
        site_access.close_access(session, g.staff.id, found)
        flash(gettext("Nobody signs in to the site with this card now."))
    else:
        site_access.give_code(session, g.staff.id, found, prepared)
        flash(
            gettext(
                "Code for the site, good for 7 days, until the reader sets a password: %(code)s",
                code=prepared.written,
            )
        )
    return redirect(url_for("patrons.patron", patron_id=found.id))


@patrons.get("/<id:patron_id>/everything.json")
@web.page(Permission.EXPORT_PERSONAL_DATA)
def everything(session: Session, patron_id: int) -> ResponseReturnValue:
    """All that is kept of the reader, for the reader."""
    told = privacy.export_personal_data(session, patron_queries.patron(session, patron_id))
    web.note("patron.export", str(patron_id))
    text = json.dumps(told, ensure_ascii=False, indent=1)
    return Response(text, mimetype="application/json")


@patrons.get("/<id:patron_id>/forget")
@web.page(Permission.ERASE_PATRONS)
def ask_forget(session: Session, patron_id: int) -> ResponseReturnValue:
    """What forgetting the reader would do."""
    found = patron_queries.patron(session, patron_id)
    held = loan_queries.patron_status(session, found.id, web.today()).held
    told = privacy.export_personal_data(session, found)
    return render_template("circulation/forget.html", patron=found, held=held, told=told)


@patrons.post("/<id:patron_id>/forget")
@web.page(Permission.ERASE_PATRONS, write=True)
def forget(session: Session, patron_id: int) -> ResponseReturnValue:
    """Erase the person; figures stay."""
    found = patron_queries.patron(session, patron_id, lock=True)
    privacy.erase_patron(the_desk(session), found)
    flash(gettext("The reader was erased; figures stay as they were."))
    return redirect(url_for("patrons.patron_list"))


@patrons.post("/<id:patron_id>/consent")
@web.page(Permission.MANAGE_PATRONS, write=True)
def consent(session: Session, patron_id: int) -> ResponseReturnValue:
    """The reader agrees to the processing of personal data, or takes it back."""
    found = patron_queries.patron(session, patron_id, lock=True)
    given = request.form.get("given") == "1"
    actions.give_consent(session, web.origin(), found, given=given)
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.get("/")
@web.page(Permission.LIST_PATRONS)
def patron_list(session: Session) -> ResponseReturnValue:
    """Find a reader by name or card."""
    text, lists = request.args.get("q", ""), web.current().config.lists
    keeps = web.may(Permission.MANAGE_PATRONS)
    names = (Patron.surname, Patron.given_name)
    definition = ListDefinition(
        patron_queries.patrons(text),
        (
            Column("name", N_("Full name"), lambda p: p.name, names,
                   lambda p: url_for("patrons.patron", patron_id=p.id) if keeps else None),
            Column("card", N_("Card"), lambda p: p.card, Patron.card),
            Column("born", N_("Birth date"), lambda p: p.birth_date, Patron.birth_date),
            Column("category", N_("Category"),
                   lambda p: web.listed(lists.categories, p.category), Patron.category),
        ),
        filters=(Filter("q", N_("Name, card or phone")),),
        empty=N_("Nothing was found."),
    )  # fmt: skip
    actions_ = (
        PageAction(N_("Cards of these readers, A4"), url_for("patrons.cards", q=text)),
        PageAction(N_("Register a reader"), url_for("patrons.new_patron"), main=True),
    )
    shown = actions_ if keeps else ()
    return web.list_page(session, definition, title=N_("Readers"), actions=shown)


@patrons.get("/new")
@web.page(Permission.MANAGE_PATRONS)
def new_patron(session: Session) -> ResponseReturnValue:
    """The form of a registration."""
    del session
    asked = {name: request.args.get(name, "") for name in ("guardian", "card")}
    values = {"language": web.language(), **asked}
    return _form_page(None, Form(PatronData, values))


@patrons.post("/new")
@web.page(Permission.MANAGE_PATRONS, write=True)
def register(session: Session) -> ResponseReturnValue:
    """Register a reader."""

    def work(data: PatronData) -> ResponseReturnValue:
        found = actions.register_patron(
            session,
            web.origin(),
            data,
            web.current().config.lists.categories,
            allow_duplicate=web.no_mistake(PossibleDuplicate),
            allow_alone=web.no_mistake(NoGuardian),
        )
        return redirect(url_for("patrons.patron", patron_id=found.id))

    return web.handled(session, Form(PatronData), work, lambda form: _form_page(None, form))


@patrons.get("/<id:patron_id>")
@web.page(Permission.MANAGE_PATRONS)
def patron(session: Session, patron_id: int) -> ResponseReturnValue:
    """One reader: registrations, loans, holds, blocks, family."""
    found = patron_queries.patron(session, patron_id)
    web.note("patron.open", str(found.id))
    return reader_page(session, found)


@patrons.post("/<id:patron_id>/reregister")
@web.page(Permission.MANAGE_PATRONS, write=True)
def reregister_here(session: Session, patron_id: int) -> ResponseReturnValue:
    """Register the reader for this year."""
    actions.reregister_patron(session, web.origin(), patron_queries.patron(session, patron_id))
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.post("/<id:patron_id>/registrations/take-back")
@web.page(Permission.MANAGE_PATRONS, write=True)
def take_back_registration(session: Session, patron_id: int) -> ResponseReturnValue:
    """A registration was a mistake."""
    found = patron_queries.patron(session, patron_id, lock=True)

    def work(data: TakenBackData) -> ResponseReturnValue:
        here = the_desk(session)
        if data.reason and web.may(Permission.OVERRIDE_RULES):
            here = replace(here, override=Override(frozenset({NOT_OWN}), data.reason))
        privacy.take_back_registration(here, found, int(data.year))
        flash(gettext("The registration of %(year)s was taken back.", year=data.year))
        return redirect(url_for("patrons.patron", patron_id=patron_id))

    form = taken_back_form(session, patron_id, None)
    return web.handled(session, form, work, lambda form: reader_page(session, found, form))


@patrons.get("/<id:patron_id>/edit")
@web.page(Permission.MANAGE_PATRONS)
def edit_patron(session: Session, patron_id: int) -> ResponseReturnValue:
    """The form with a reader's data."""
    found = patron_queries.patron(session, patron_id)
    values: dict[str, Any] = {info.name: getattr(found, info.name, None) for info in INFOS}
    guardian = patron_queries.patron(session, found.guardian_id) if found.guardian_id else None
    values |= {"consent": found.consent_at, "guardian": guardian.card if guardian else ""}
    values["grade"] = "" if found.grade is None else str(found.grade)
    return _form_page(found, Form(PatronData, values, without=("card",)))


@patrons.post("/<id:patron_id>/edit")
@web.page(Permission.MANAGE_PATRONS, write=True)
def save_patron(session: Session, patron_id: int) -> ResponseReturnValue:
    """Save a reader's data."""
    found = patron_queries.patron(session, patron_id, lock=True)

    def work(data: PatronData) -> ResponseReturnValue:
        categories = web.current().config.lists.categories
        alone = web.no_mistake(NoGuardian)
        actions.change_patron(session, web.origin(), found, data, categories, allow_alone=alone)
        return redirect(url_for("patrons.patron", patron_id=patron_id))

    form = Form(PatronData, without=("card",))
    return web.handled(session, form, work, lambda form: _form_page(found, form))


@patrons.get("/<id:patron_id>/card.<any(png, pdf):form>")
@web.page(Permission.MANAGE_PATRONS)
def card(session: Session, patron_id: int, form: str) -> ResponseReturnValue:
    """The reader's card."""
    return printed(card_sheet(patron_queries.patron(session, patron_id)), form)


def card_sheet(patron: Patron) -> Label:
    """What a reader's card says, in the reader's language."""
    library = web.current().config.library.name(patron.language)
    return labels.label(web.current().config, "card", patron.card, library, patron.name)


def _form_page(patron: Patron | None, form: Form[PatronData]) -> str:
    alike = form.error.found if isinstance(form.error, PossibleDuplicate) else []
    return render_template("circulation/patron_form.html", patron=patron, form=form, alike=alike)
