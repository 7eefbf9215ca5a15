"""Bringing readers in from another system: send a file, look at it, bring them in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import files, web
from ils.circulation.pages import patrons
from ils.circulation.patron_import import files as sheets
from ils.circulation.patron_import.jobs import IMPORT, READ
from ils.circulation.patron_import.rules import ImportedPatron
from ils.errors import N_, Invalid
from ils.fields import FieldKind, described
from ils.files import Purpose
from ils.jobs import queries as job_queries
from ils.jobs.actions import enqueue
from ils.jobs.models import Job, JobState
from ils.organisation.permissions import Permission
from ils.web.downloads import download
from ils.web.filled import Form

MAX_FILE_BYTES = 30_000_000
PREVIEW_ROWS = 20


@dataclass(frozen=True)
class PatronImportData:
    """The form of an import."""

    file: None = described(N_("File"), FieldKind.FILE, default=None, accept=".xlsx,.csv,.txt")
    source: str = described(
        N_("Source of the file"),
        hint=N_("use the same name next time, so that patrons are updated and not duplicated"),
    )
    consent: bool = described(
        N_("The readers’ consent to the processing of personal data is kept on paper"),
        FieldKind.FLAG,
        default=False,
    )
    allow_duplicate: bool = described(
        N_("Also import rows that resemble a registered patron"), FieldKind.FLAG, default=False
    )


@patrons.get("/import")
@web.page(Permission.IMPORT_PATRONS)
def import_form(session: Session) -> ResponseReturnValue:
    """The form of an import."""
    del session
    return _form_page(Form(PatronImportData, {}))


@patrons.post("/import")
@web.page(Permission.IMPORT_PATRONS, write=True, prepare=web.sent_file(MAX_FILE_BYTES))
@web.uploads(MAX_FILE_BYTES)
def upload(session: Session, prepared: object) -> ResponseReturnValue:
    """Keep a file and have it read; nothing of it is brought in yet."""

    def work(data: PatronImportData) -> ResponseReturnValue:
        file = web.kept_file(session, prepared)
        args = {
            "file_id": file.id,
            "sha256": file.sha256,
            "source": data.source,
            "consent": data.consent,
            "allow_duplicate": data.allow_duplicate,
            "branch_id": g.staff.branch.id,
            "staff_id": g.staff.id,
        }
        return _led_to(enqueue(session, READ, args, created_by=g.staff.id))

    return web.handled(session, Form(PatronImportData), work, _form_page, silent=True)


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
        meant = job.args.get("categories", {})
        read = sheets.readers_of(path, system.lists, system.limits, meant)
        shown = list(islice(read, PREVIEW_ROWS))
    return render_template("circulation/import_job.html", job=job, shown=shown, reads=READ)


@patrons.post("/import/<id:job_id>")
@web.page(Permission.IMPORT_PATRONS, write=True)
def run_import(session: Session, job_id: int) -> ResponseReturnValue:
    """Bring in what was looked at."""
    job = _job(session, job_id)
    args = {name: value for name, value in job.args.items() if name != "page"}
    foreseen = {one["row"] for one in (job.result or {}).get("alike", ())}
    ticked = {int(row) for row in request.form.getlist("other") if row.isdigit()}
    args["others"] = sorted(foreseen & ticked)
    return _led_to(
        enqueue(session, IMPORT, args, key=f"{IMPORT}:{args['file_id']}", created_by=g.staff.id)
    )


@patrons.post("/import/<id:job_id>/categories")
@web.page(Permission.IMPORT_PATRONS, write=True)
def name_categories(session: Session, job_id: int) -> ResponseReturnValue:
    """Say which category each unknown text of a file means, and look at the file anew."""
    job, known = _job(session, job_id), web.current().config.lists.categories
    pairs = zip(request.form.getlist("text"), request.form.getlist("code"), strict=False)
    meant = {text: code for text, code in pairs if code}
    if not set(meant.values()) <= set(known):
        raise Invalid(N_("Category"), N_("Choose one from the list."))
    categories = {**job.args.get("categories", {}), **meant}
    args = {name: value for name, value in job.args.items() if name != "page"}
    args["categories"] = categories
    return _led_to(enqueue(session, READ, args, created_by=g.staff.id))


@patrons.get("/import/rejects/<id:file_id>")
@web.page(Permission.IMPORT_PATRONS)
def rejects(session: Session, file_id: int) -> ResponseReturnValue:
    """The readers an import could not use, to be mended and brought in again."""
    file = files.stored_file(session, file_id, Purpose.REJECTS)
    return download(files.path_of(web.current().config.folder, file), file.name, file.type)


def _job(session: Session, job_id: int) -> Job:
    return job_queries.job(session, job_id, kinds={READ, IMPORT})


def _led_to(job: Job) -> ResponseReturnValue:
    page = url_for("patrons.import_page", job_id=job.id)
    job.args = {**job.args, "page": page}
    return redirect(page)


def _form_page(form: Form[PatronImportData]) -> str:
    return render_template("circulation/import.html", form=form)
