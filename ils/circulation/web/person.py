"""What is done to one reader: card, blocks, photo, renewals by phone, consent, forgetting."""

from __future__ import annotations

import json

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation import queries
from ils.circulation.actions import choices, privacy
from ils.circulation.actions import patrons as actions
from ils.circulation.models import PatronBlock, PatronPhoto
from ils.circulation.rules.loans import LoanRefused
from ils.circulation.web.patrons import DESKS
from ils.circulation.web.shared import by_channel, patrons, required, said, the_desk
from ils.errors import N_, Invalid, NotFound
from ils.organisation.models import Role
from ils.patrons import photos

MOST_PHOTO = 12_000_000


@patrons.get("/loans/<id:loan_id>")
@web.page(Role.DESK, Role.SENIOR, Role.ADMINISTRATOR)
def loan(session: Session, loan_id: int) -> ResponseReturnValue:
    """One loan: its copy, its days, and its reader while the two are linked."""
    found = queries.loan(session, loan_id)
    return render_template("circulation/loan.html", loan=found)


@patrons.post("/<id:patron_id>/card")
@web.page(*DESKS, write=True)
def replace_card(session: Session, patron_id: int) -> ResponseReturnValue:
    """The card is lost or worn: another one."""
    found = queries.patron(session, patron_id, lock=True)
    form = request.form
    actions.replace_card(
        session, web.origin(), found, card=form.get("card", ""), reason=form.get("reason", "")
    )
    flash(gettext("The card is now %(card)s; the former one opens nobody.", card=found.card))
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.post("/<id:patron_id>/block")
@web.page(Role.SENIOR, Role.ADMINISTRATOR, write=True)
def block(session: Session, patron_id: int) -> ResponseReturnValue:
    """Lend nothing to the reader."""
    found = queries.patron(session, patron_id, lock=True)
    until = web.form_day("until", N_("Until")) if request.form.get("until") else None
    reason = request.form.get("reason", "")
    actions.block_patron(session, web.origin(), found, reason=reason, until=until)
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.post("/<id:patron_id>/unblock")
@web.page(Role.SENIOR, Role.ADMINISTRATOR, write=True)
def unblock(session: Session, patron_id: int) -> ResponseReturnValue:
    """Lend to the reader again."""
    found = session.get(PatronBlock, required("block"), with_for_update=True)
    if found is None or found.patron_id != patron_id:
        raise NotFound
    actions.lift_block(session, web.origin(), found)
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.post("/<id:patron_id>/renew")
@web.page(Role.DESK, write=True)
def renew_from_afar(session: Session, patron_id: int) -> ResponseReturnValue:
    """Renew one loan or all, as the reader asked by phone or e-mail."""
    here = by_channel(the_desk(session), request.form.get("channel", ""))
    if loan_id := web.form_int("loan"):
        loan = queries.loan(session, loan_id)
        if loan.patron_id != patron_id:
            raise queries.UnknownLoan
        try:
            with session.begin_nested():
                choices.renew(here, loan_id=loan_id)
        except LoanRefused as refused:
            flash(" ".join([web.translated(refused), *(said(p) for p in refused.problems)]))
    else:
        answer = choices.renew_all(here, patron_id=patron_id)
        done, left = len(answer.loans), len(answer.refused)
        flash(gettext("Renewed: %(done)s, not renewed: %(left)s.", done=done, left=left))
        for loan, error in answer.refused:
            flash(f"{loan.item.record.title}: {' '.join(said(p) for p in error.problems)}")
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.post("/<id:patron_id>/photo")
@web.page(*DESKS, write=True)
@web.uploads(MOST_PHOTO)
def save_photo(session: Session, patron_id: int) -> ResponseReturnValue:
    """Keep a photo, or take it away."""
    found = queries.patron(session, patron_id, lock=True)
    photo = session.get(PatronPhoto, found.id)
    if "remove" in request.form:
        if photo is not None:
            session.delete(photo)
        return redirect(url_for("patrons.patron", patron_id=patron_id))
    file = request.files.get("photo")
    if file is None or not file.filename:
        raise Invalid(N_("Photo"), N_("Choose a file."))
    jpeg = photos.portrait(file.read(MOST_PHOTO))
    if photo is None:
        session.add(PatronPhoto(patron_id=found.id, jpeg=jpeg))
    else:
        photo.jpeg = jpeg
    return redirect(url_for("patrons.patron", patron_id=patron_id))


@patrons.get("/<id:patron_id>/photo.jpg")
@web.page(*DESKS)
def photo(session: Session, patron_id: int) -> ResponseReturnValue:
    """The reader's photo."""
    found = session.get(PatronPhoto, patron_id)
    if found is None:
        raise NotFound
    return Response(found.jpeg, mimetype="image/jpeg")


@patrons.get("/<id:patron_id>/everything.json")
@web.page(Role.SENIOR, Role.ADMINISTRATOR)
def everything(session: Session, patron_id: int) -> ResponseReturnValue:
    """All that is kept of the reader, for the reader."""
    told = privacy.everything_about(session, queries.patron(session, patron_id))
    text = json.dumps(told, ensure_ascii=False, indent=1)
    return Response(text, mimetype="application/json")


@patrons.get("/<id:patron_id>/forget")
@web.page(Role.ADMINISTRATOR)
def ask_forget(session: Session, patron_id: int) -> ResponseReturnValue:
    """What forgetting the reader would do."""
    found = queries.patron(session, patron_id)
    held = queries.borrower(session, found.id, web.today()).held
    told = privacy.everything_about(session, found)
    return render_template("circulation/forget.html", patron=found, held=held, told=told)


@patrons.post("/<id:patron_id>/forget")
@web.page(Role.ADMINISTRATOR, write=True)
def forget(session: Session, patron_id: int) -> ResponseReturnValue:
    """Erase the person; figures stay."""
    found = queries.patron(session, patron_id, lock=True)
    privacy.forget_patron(the_desk(session), found)
    flash(gettext("The reader was erased; figures stay as they were."))
    return redirect(url_for("patrons.patron_list"))


@patrons.post("/<id:patron_id>/consent")
@web.page(*DESKS, write=True)
def consent(session: Session, patron_id: int) -> ResponseReturnValue:
    """The reader agrees to the processing of personal data, or takes it back."""
    found = queries.patron(session, patron_id, lock=True)
    given = request.form.get("given") == "1"
    actions.give_consent(session, web.origin(), found, given=given)
    return redirect(url_for("patrons.patron", patron_id=patron_id))
