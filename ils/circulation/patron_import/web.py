"""Bringing readers in from another system."""

from __future__ import annotations

from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.pages import patrons
from ils.circulation.patron_import import files
from ils.circulation.patron_import.actions import ImportOptions
from ils.errors import N_, IlsError, Invalid
from ils.organisation.permissions import Permission

MAX_FILE_BYTES = 30_000_000
#: In the one transaction of a page; the command goes by steps.
MAX_ROWS = 3_000


@patrons.get("/import")
@web.page(Permission.IMPORT_PATRONS)
def bring_in(session: Session) -> ResponseReturnValue:
    """The form of an import."""
    del session
    return render_template("circulation/import.html", seen=None, error="")


@patrons.post("/import")
@web.page(Permission.IMPORT_PATRONS, write=True)
@web.uploads(MAX_FILE_BYTES)
def bring(session: Session) -> ResponseReturnValue:
    """Show what a file holds; or bring it in, when it was shown."""
    form, system = request.form, web.current()
    folder = system.config.folder / "uploads"
    source = form.get("source", "").strip()
    if not source:
        return _bring_page(Invalid(N_("Source"), N_("This must be filled in.")), None)
    how = ImportOptions(
        source,
        g.staff.branch.timezone,
        consent="consent" in form,
        even_if_alike="even_if_alike" in form,
    )
    try:
        if form.get("kept"):
            file = files.kept_file(folder, form["kept"])
        else:
            sent = request.files.get("file")
            if sent is None or not sent.filename:
                raise Invalid(N_("File"), N_("Choose a file."))
            file = files.keep_file(folder, sent.read(MAX_FILE_BYTES))
        read = files.read_file(file, system.config.lists)
        if len(read.raw) > MAX_ROWS:
            raise Invalid(N_("File"), N_("It is too long for a page: use “ils patrons import”."))
        if not form.get("kept"):
            return _bring_page(None, {"kept": file.name, "read": read, "how": how})
        outcome = files.import_file(session, web.origin(), read, how, system.config)
    except IlsError as error:
        return _bring_page(error, None)
    file.unlink(missing_ok=True)
    return render_template("circulation/imported.html", outcome=outcome)


@patrons.get("/import/rejects/<name>")
@web.page(Permission.IMPORT_PATRONS)
def rejects(session: Session, name: str) -> ResponseReturnValue:
    """The readers an import could not use, to be mended and brought in again."""
    del session
    file = files.kept_file(web.current().config.folder / "rejects", name)
    return Response(
        file.read_bytes(),
        mimetype="text/plain",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def _bring_page(error: IlsError | None, seen: dict[str, object] | None) -> ResponseReturnValue:
    text = web.translated(error) if error else ""
    page = render_template("circulation/import.html", seen=seen, error=text)
    return page, error.status if error else 200
