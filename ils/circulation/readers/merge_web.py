"""Pages on which two readers who are one person are made one, and taken apart again."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.loans import queries as loan_queries
from ils.circulation.pages import patrons, required
from ils.circulation.readers import merging
from ils.circulation.readers.reader_page import TwinData, in_words, reader_page
from ils.codes import queries as codes
from ils.codes.keyboard import readings
from ils.errors import N_, Invalid
from ils.organisation.permissions import Permission
from ils.patrons import queries
from ils.patrons.fields import INFOS
from ils.web.filled import Form


@patrons.post("/<id:patron_id>/twin")
@web.page(Permission.MERGE_PATRONS, write=True)
def find_twin(session: Session, patron_id: int) -> ResponseReturnValue:
    """The card of the other registration leads to both, side by side."""
    found = queries.patron(session, patron_id)

    def work(data: TwinData) -> ResponseReturnValue:
        cards = codes.fitting(session, readings(data.card))
        other = next((code.patron_id for code in cards if code.patron_id), None)
        if other in {None, patron_id}:
            raise Invalid(N_("The other card"), N_("No other reader has this card."))
        return redirect(url_for("patrons.compare", patron_id=patron_id, other=other))

    form = Form(TwinData, name="twin")
    return web.handled(
        session, form, work, lambda form: reader_page(session, found, form), silent=True
    )


@patrons.get("/<id:patron_id>/merge")
@web.page(Permission.MERGE_PATRONS)
def compare(session: Session, patron_id: int) -> ResponseReturnValue:
    """Two readers side by side: who stays, and what to take from the other."""
    kept = queries.patron(session, patron_id)
    dropped = queries.patron(session, web.argument_int("other") or 0)
    rows = [
        (info.name, gettext(info.label), in_words(kept, info), in_words(dropped, info))
        for info in INFOS
        if info.name in merging.FIELDS
    ]
    return render_template(
        "circulation/merge_readers.html",
        kept=kept,
        dropped=dropped,
        rows=[row for row in rows if row[2] or row[3]],
        moving=(loan_queries.number_of_loans(session, dropped.id),
                [year.year for year in session.scalars(queries.years_of(dropped.id))]),
    )  # fmt: skip


@patrons.post("/<id:patron_id>/merge")
@web.page(Permission.MERGE_PATRONS, write=True)
def merge(session: Session, patron_id: int) -> ResponseReturnValue:
    """Make them one."""
    made = merging.merge_patrons(
        session,
        web.origin(),
        kept_id=patron_id,
        dropped_id=required("dropped"),
        taken=request.form.getlist("take"),
    )
    flash(gettext("The two are one reader now."))
    return redirect(url_for("patrons.patron", patron_id=made.kept_id))


@patrons.post("/<id:patron_id>/separate")
@web.page(Permission.MERGE_PATRONS, write=True)
def separate(session: Session, patron_id: int) -> ResponseReturnValue:
    """Take them apart again."""
    found = merging.separate_patrons(session, web.origin(), patron_id, required("merge"))
    flash(gettext("They are two readers again."))
    return redirect(url_for("patrons.patron", patron_id=found.id))
