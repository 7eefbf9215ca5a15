"""Bringing records in from a file: send it, look what would become of it, bring them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import files, web
from ils.catalog.imports.matching import matching
from ils.cataloguing.imports.jobs import IMPORT, READ
from ils.cataloguing.pages import cataloguing, check_catalogue, may_fill
from ils.errors import N_, Refused
from ils.fields import FieldKind, described
from ils.files import Purpose
from ils.jobs import queries as job_queries
from ils.jobs.actions import enqueue
from ils.jobs.models import Job, JobState
from ils.marc import encodings
from ils.organisation.permissions import Permission
from ils.web.downloads import download
from ils.web.filled import Choices, Form

MAX_FILE_BYTES = 100_000_000


class NotLookedAt(Refused):
    """What becomes of the file was not told yet."""

    code = "not_looked_at"
    message = N_("The file is not read yet: wait until it is shown what becomes of its records.")


@dataclass(frozen=True)
class RecordImportData:
    """The form of an import."""

    file: None = described(
        N_("File"), FieldKind.FILE, default=None, accept=".iso,.mrc,.marc,.xml,.txt,.mrk,.csv"
    )
    catalogue: str = described(
        N_("Catalogue"), FieldKind.CHOICE, default="", empty=N_("by the kind of each record")
    )
    encoding: str = described(
        N_("Encoding"), FieldKind.CHOICE, default="", empty=N_("found out from the file")
    )
    source: str = described(
        N_("Source of the file"),
        default="",
        hint=N_("whose numbers the records have, where they do not say it"),
    )
    with_copies: bool = described(
        N_("Import the copies too (fields 910 and 899)"), FieldKind.FLAG, default=False
    )
    rules: tuple[str, ...] = described(
        N_("Treat as the same document when these agree"), FieldKind.MANY, default=()
    )


@cataloguing.get("/import")
@web.page(Permission.EDIT_CATALOGUE)
def import_form(session: Session) -> ResponseReturnValue:
    """The form of an import."""
    every = [str(at) for at in range(len(matching(web.current().config)))]
    return _form_page(_form(session, {"rules": every}))


@cataloguing.post("/import")
@web.page(Permission.EDIT_CATALOGUE, write=True, prepare=web.sent_file(MAX_FILE_BYTES))
@web.uploads(MAX_FILE_BYTES)
def upload(session: Session, prepared: object) -> ResponseReturnValue:
    """Keep a file and have it read; nothing of it is brought in yet."""

    def work(data: RecordImportData) -> ResponseReturnValue:
        if data.catalogue:
            check_catalogue(session, data.catalogue)
        args = {
            "file_id": web.kept_file(session, prepared).id,
            "catalogue": data.catalogue,
            "encoding": data.encoding,
            "source": data.source,
            "with_copies": data.with_copies,
            "rules": [int(at) for at in data.rules],
            "may_fill": _only(session),
            "branch_id": g.staff.branch.id,
            "staff_id": g.staff.id,
        }
        return _led_to(enqueue(session, READ, args, created_by=g.staff.id))

    return web.handled(session, _form(session), work, _form_page, silent=True)


@cataloguing.get("/import/<id:job_id>")
@web.page(Permission.EDIT_CATALOGUE)
def import_page(session: Session, job_id: int) -> ResponseReturnValue:
    """What would become of a file, how far it is brought in, or what came of it."""
    job = _job(session, job_id)
    return render_template("catalog/import_job.html", job=job, reads=READ)


@cataloguing.post("/import/<id:job_id>")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def run_import(session: Session, job_id: int) -> ResponseReturnValue:
    """Bring in what was looked at."""
    job = _job(session, job_id)
    if job.kind != READ or job.state != JobState.DONE:
        raise NotLookedAt
    args = {name: value for name, value in job.args.items() if name != "page"}
    args["may_fill"] = _only(session)
    key = f"{IMPORT}:{args['file_id']}"  # pressed again, it leads to the same import
    return _led_to(enqueue(session, IMPORT, args, key=key, created_by=g.staff.id))


@cataloguing.get("/import/<id:job_id>/<any(rejects, reasons):which>")
@web.page(Permission.EDIT_CATALOGUE)
def import_rejects(session: Session, job_id: int, which: str) -> ResponseReturnValue:
    """The records an import could not use, to be mended and brought in again; or the reasons."""
    kept = (_job(session, job_id).result or {}).get(which) or 0
    file = files.stored_file(session, kept, Purpose.REJECTS)
    return download(files.path_of(web.current().config.folder, file), file.name, file.type)


def _job(session: Session, job_id: int) -> Job:
    """An import of whoever is signed in; administrators see all."""
    own = None if web.may(Permission.ADMINISTER) else g.staff.id
    return job_queries.job(session, job_id, kinds={READ, IMPORT}, created_by=own)


def _only(session: Session) -> list[str] | None:
    """The catalogues whoever is signed in may fill; ``None``: all."""
    own = may_fill(session)
    return None if set(own) == set(web.current().config.lists.catalogues) else own


def _led_to(job: Job) -> ResponseReturnValue:
    page = url_for("cataloguing.import_page", job_id=job.id)
    job.args = {**job.args, "page": page}
    return redirect(page)


def _form(session: Session, values: dict[str, Any] | None = None) -> Form[RecordImportData]:
    config = web.current().config
    every, own = config.lists.catalogues, may_fill(session)
    choices: dict[str, Choices] = {
        "catalogue": [(code, web.listed(every, code)) for code in own],
        "encoding": [(name, name) for name in encodings.NAMES],
        "rules": [(str(at), one.name(web.language())) for at, one in enumerate(matching(config))],
    }
    return Form(RecordImportData, values, choices=choices)


def _form_page(form: Form[RecordImportData]) -> str:
    return render_template("catalog/import.html", form=form)
