"""What is done to many readers: re-registration, the next grade, cards, bringing in."""

from __future__ import annotations

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation import queries
from ils.circulation.actions import bringing, yearly
from ils.circulation.actions.importing import Bringing
from ils.circulation.rules import patrons as rules
from ils.circulation.web.patrons import card_sheet
from ils.circulation.web.shared import patrons
from ils.documents import barcodes
from ils.errors import N_, IlsError, Invalid
from ils.organisation.models import Role

AT_ONCE = 200
MOST_FILE = 30_000_000
#: In the one transaction of a page; the command goes by steps.
MOST_ROWS = 3_000
KEEPERS = (Role.SENIOR, Role.ADMINISTRATOR)


@patrons.get("/reregister")
@web.page(*KEEPERS)
def reregister_list(session: Session) -> ResponseReturnValue:
    """Readers of last year who are not registered this year."""
    return render_template("circulation/reregister.html", **_not_yet(session))


def _not_yet(session: Session) -> dict[str, object]:
    args, year = request.values, web.today().year
    grade = args.get("grade", "")
    query = queries.not_yet_registered(
        g.staff.branch.id,
        year,
        category=args.get("category", ""),
        school=args.get("school", ""),
        grade=grade if grade in rules.GRADES else "",
    )
    return {"page": web.paged(session, query, size=AT_ONCE), "year": year, "v": args}


@patrons.post("/reregister")
@web.page(*KEEPERS, write=True)
def reregister_many(session: Session) -> ResponseReturnValue:
    """Register those who are ticked."""
    texts = request.form.getlist("patron")[:AT_ONCE]
    ids = [number for text in texts if (number := web.whole("patron", text)) is not None]
    done = yearly.reregister_many(session, web.origin(), ids)
    flash(gettext("Registered for this year: %(count)s.", count=done))
    return redirect(url_for("patrons.reregister_list"))


@patrons.get("/school-year")
@web.page(Role.ADMINISTRATOR)
def school_year(session: Session) -> ResponseReturnValue:
    """What the next school year would do."""
    year = rules.school_year(web.today())
    return render_template(
        "circulation/school_year.html", grades=queries.grades(session, year), year=year
    )


@patrons.post("/school-year")
@web.page(Role.ADMINISTRATOR, write=True)
def advance(session: Session) -> ResponseReturnValue:
    """Everybody at school goes to the next grade."""
    rising, leaving = yearly.advance_school_year(
        session,
        web.origin(),
        last_grade=web.form_int("last_grade") or 0,
        category=request.form.get("category", ""),
        categories=web.ils().config.lists.categories,
    )
    flash(gettext("Gone up: %(rising)s, left school: %(leaving)s.", rising=rising, leaving=leaving))
    return redirect(url_for("patrons.school_year"))


@patrons.get("/cards.pdf")
@web.page(Role.DESK, Role.ADMINISTRATOR)
def cards(session: Session) -> ResponseReturnValue:
    """Cards of the readers a search finds, on A4 sheets."""
    query = queries.patrons(request.args.get("q", ""))
    found = session.scalars(query.limit(AT_ONCE)).all()
    if not found:
        raise queries.UnknownPatron
    pdf = barcodes.a4([card_sheet(patron) for patron in found])
    return Response(pdf, mimetype="application/pdf")


@patrons.get("/import")
@web.page(Role.ADMINISTRATOR)
def bring_in(session: Session) -> ResponseReturnValue:
    """The form of an import."""
    del session
    return render_template("circulation/import.html", seen=None, error="")


@patrons.post("/import")
@web.page(Role.ADMINISTRATOR, write=True)
@web.uploads(MOST_FILE)
def bring(session: Session) -> ResponseReturnValue:
    """Show what a file holds; or bring it in, when it was shown."""
    form, system = request.form, web.ils()
    folder = system.config.folder / "uploads"
    source = form.get("source", "").strip()
    if not source:
        return _bring_page(Invalid(N_("Source"), N_("This must be filled in.")), None)
    how = Bringing(
        source,
        g.staff.branch.timezone,
        consent="consent" in form,
        even_if_alike="even_if_alike" in form,
    )
    try:
        if form.get("kept"):
            file = bringing.kept_file(folder, form["kept"])
        else:
            sent = request.files.get("file")
            if sent is None or not sent.filename:
                raise Invalid(N_("File"), N_("Choose a file."))
            file = bringing.keep_file(folder, sent.read(MOST_FILE))
        read = bringing.read_file(file, system.config.lists)
        if len(read.raw) > MOST_ROWS:
            raise Invalid(N_("File"), N_("It is too long for a page: use “ils patrons import”."))
        if not form.get("kept"):
            return _bring_page(None, {"kept": file.name, "read": read, "how": how})
        outcome = bringing.bring(session, web.origin(), read, how, system.config)
    except IlsError as error:
        return _bring_page(error, None)
    file.unlink(missing_ok=True)
    return render_template("circulation/imported.html", outcome=outcome)


@patrons.get("/import/rejects/<name>")
@web.page(Role.ADMINISTRATOR)
def rejects(session: Session, name: str) -> ResponseReturnValue:
    """The readers an import could not use, to be mended and brought in again."""
    del session
    file = bringing.kept_file(web.ils().config.folder / "rejects", name)
    return Response(
        file.read_bytes(),
        mimetype="text/plain",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def _bring_page(error: IlsError | None, seen: dict[str, object] | None) -> ResponseReturnValue:
    text = web.translated(error) if error else ""
    page = render_template("circulation/import.html", seen=seen, error=text)
    return page, error.status if error else 200
