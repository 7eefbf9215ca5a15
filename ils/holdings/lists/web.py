"""Lists of copies: sent, looked at column by column, brought in or compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import files, web
from ils.errors import N_
from ils.fields import FieldKind, described
from ils.files import Purpose
from ils.holdings.items.rules import shown_sum
from ils.holdings.lists import comparison, rules
from ils.holdings.lists.files import named
from ils.holdings.lists.jobs import COMPARE, IMPORT, READ
from ils.holdings.pages import branch_choices, branch_ids, holdings
from ils.jobs import queries as job_queries
from ils.jobs.actions import enqueue
from ils.jobs.models import Job
from ils.organisation.permissions import Permission
from ils.web.downloads import download
from ils.web.filled import Form

MAX_FILE_BYTES = 30_000_000


@dataclass(frozen=True)
class ListData:
    """The form of a list that is sent."""

    file: None = described(N_("File"), FieldKind.FILE, default=None, accept=".xlsx,.csv")
    source: str = described(
        N_("Source of the file"), longest=100,
        hint=N_("what its columns are is remembered under this name"),
    )  # fmt: skip
    branch: str = described(
        N_("Branch"), FieldKind.CHOICE, hint=N_("of copies whose row names none")
    )


@holdings.get("/lists")
@web.page(Permission.EDIT_HOLDINGS)
def copy_list(session: Session) -> ResponseReturnValue:
    """The form of a list."""
    return _form_page(_form(session, {"branch": g.staff.branch.code}))


def _form(session: Session, values: dict[str, object] | None) -> Form[ListData]:
    return Form(ListData, values, choices={"branch": branch_choices(session)})


def _form_page(form: Form[ListData]) -> str:
    return render_template("holdings/list_form.html", form=form, title=N_("Lists of copies"))


@holdings.post("/lists")
@web.page(Permission.EDIT_HOLDINGS, write=True, prepare=web.sent_file(MAX_FILE_BYTES))
@web.uploads(MAX_FILE_BYTES)
def send_list(session: Session, prepared: object) -> ResponseReturnValue:
    """Keep a list and have it read; nothing of it is brought in yet."""

    def work(data: ListData) -> ResponseReturnValue:
        file = web.kept_file(session, prepared)
        args = {
            "file_id": file.id, "source": data.source, "staff_id": g.staff.id,
            "branch_id": branch_ids(session)[data.branch], "columns": {},
        }  # fmt: skip
        return _led_to(enqueue(session, READ, args, created_by=g.staff.id))

    return web.handled(session, _form(session, None), work, _form_page, silent=True)


@holdings.get("/lists/<id:job_id>")
@web.page(Permission.EDIT_HOLDINGS)
def copy_list_page(session: Session, job_id: int) -> ResponseReturnValue:
    """What a list holds, how far it is, what came of it."""
    job = _job(session, job_id)
    meanings = [(name, gettext(label)) for name, label in rules.LABELS.items()]
    return render_template(
        "holdings/list_job.html", job=job, meanings=meanings, reads=READ, compares=COMPARE,
        head=comparison.HEAD, differences=comparison.DIFFERENCES, shown_sum=shown_sum,
        title=N_("Lists of copies"),
    )  # fmt: skip


@holdings.post("/lists/<id:job_id>")
@web.page(Permission.EDIT_HOLDINGS, write=True)
def run_list(session: Session, job_id: int) -> ResponseReturnValue:
    """Read it again with other columns, bring it in, or compare it."""
    job = _job(session, job_id)
    head = (job.result or {}).get("head", [])
    columns = {
        name: request.form.get(f"column-{at}", "") for at, name in enumerate(named(head)) if name
    }
    args: dict[str, Any] = {k: v for k, v in job.args.items() if k != "page"}
    args |= {"columns": columns, "language": web.language()}
    args |= {"opening": request.form.get("opening") == "1"}
    args |= {"all_branches": request.form.get("all_branches") == "1"}
    kind = {"import": IMPORT, "compare": COMPARE}.get(request.form.get("do", ""), READ)
    key = f"{IMPORT}:{args['file_id']}" if kind == IMPORT else None
    return _led_to(enqueue(session, kind, args, key=key, created_by=g.staff.id))


@holdings.get("/lists/<id:job_id>/file")
@web.page(Permission.EDIT_HOLDINGS)
def list_file(session: Session, job_id: int) -> ResponseReturnValue:
    """The rows that could not be used, or the differences."""
    job = _job(session, job_id)
    file = files.stored_file(session, (job.result or {}).get("file") or 0, Purpose.REJECTS)
    return download(files.path_of(web.current().config.folder, file), file.name, file.type)


def _job(session: Session, job_id: int) -> Job:
    return job_queries.job(session, job_id, kinds={READ, IMPORT, COMPARE})


def _led_to(job: Job) -> ResponseReturnValue:
    page = url_for("holdings.copy_list_page", job_id=job.id)
    job.args = {**job.args, "page": page}
    return redirect(page)
