"""Bringing readers in from another system: send a file, look at it, bring them in."""

from __future__ import annotations

from itertools import islice

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import files, web
from ils.circulation.pages import patrons
from ils.circulation.patron_import import files as sheets
from ils.circulation.patron_import.jobs import IMPORT, READ
from ils.circulation.patron_import.rules import ImportedPatron
from ils.errors import N_, IlsError, Invalid
from ils.files import Purpose, ReceivedFile
from ils.jobs import queries as job_queries
from ils.jobs.actions import UnknownJob, enqueue
from ils.jobs.models import Job, JobState
from ils.organisation.permissions import Permission
from ils.web.downloads import download

MAX_FILE_BYTES = 30_000_000
PREVIEW_ROWS = 20


@patrons.get("/import")
@web.page(Permission.IMPORT_PATRONS)
def import_form(session: Session) -> ResponseReturnValue:
    """The form of an import."""
    del session
    return _form(None)


def _received() -> ReceivedFile:
    """The file that was sent, on disk.

    Raises:
        Invalid: there is none, or it is too large.
    """
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid(N_("File"), N_("Choose a file."))
    return files.receive(web.current().config.folder, sent.stream, MAX_FILE_BYTES)


@patrons.post("/import")
@web.page(Permission.IMPORT_PATRONS, write=True, prepare=_received)
@web.uploads(MAX_FILE_BYTES)
def upload(session: Session, prepared: object) -> ResponseReturnValue:
    """Keep a file and have it read; nothing of it is brought in yet."""
    form = request.form
    source = form.get("source", "").strip()
    if not source:
        return _form(Invalid(N_("Source"), N_("This must be filled in.")))
    if not isinstance(prepared, ReceivedFile):
        return _form(prepared if isinstance(prepared, IlsError) else None)
    sent = request.files["file"]
    file = files.keep(
        session,
        prepared,
        Purpose.UPLOAD,
        name=(sent.filename or "")[-100:],
        type=sent.mimetype,
        created_by=g.staff.id,
    )
    args = {
        "file_id": file.id,
        "sha256": file.sha256,
        "source": source,
        "consent": "consent" in form,
        "allow_duplicate": "allow_duplicate" in form,
        "branch_id": g.staff.branch.id,
        "staff_id": g.staff.id,
    }
    return _led_to(enqueue(session, READ, args, created_by=g.staff.id))


@patrons.get("/import/<id:job_id>")
@web.page(Permission.IMPORT_PATRONS)
def import_page(session: Session, job_id: int) -> ResponseReturnValue:
    """What a file holds, how far it is brought in, or what came of it."""
    job = _job(session, job_id)
    shown: list[ImportedPatron] = []
    if job.kind == READ and job.state == JobState.DONE:
        file = files.stored_file(session, job.args["file_id"], Purpose.UPLOAD)
        system = web.current().config
        path = files.path_of(system.folder, file)
        shown = list(islice(sheets.readers_of(path, system.lists), PREVIEW_ROWS))
    return render_template("circulation/import_job.html", job=job, shown=shown, reads=READ)


@patrons.post("/import/<id:job_id>")
@web.page(Permission.IMPORT_PATRONS, write=True)
def run_import(session: Session, job_id: int) -> ResponseReturnValue:
    """Bring in what was looked at."""
    job = _job(session, job_id)
    file = files.stored_file(session, job.args["file_id"], Purpose.UPLOAD)
    args = {name: value for name, value in job.args.items() if name != "page"}
    return _led_to(enqueue(session, IMPORT, args, key=f"{IMPORT}:{file.id}", created_by=g.staff.id))


@patrons.get("/import/rejects/<id:file_id>")
@web.page(Permission.IMPORT_PATRONS)
def rejects(session: Session, file_id: int) -> ResponseReturnValue:
    """The readers an import could not use, to be mended and brought in again."""
    file = files.stored_file(session, file_id, Purpose.REJECTS)
    return download(files.path_of(web.current().config.folder, file), file.name, file.type)


def _job(session: Session, job_id: int) -> Job:
    job = job_queries.job(session, job_id)
    if job.kind not in {READ, IMPORT}:
        raise UnknownJob
    return job


def _led_to(job: Job) -> ResponseReturnValue:
    page = url_for("patrons.import_page", job_id=job.id)
    job.args = {**job.args, "page": page}
    return redirect(page)


def _form(error: IlsError | None) -> ResponseReturnValue:
    text = web.translated(error) if error else ""
    page = render_template("circulation/import.html", error=text)
    return page, error.status if error else 200
