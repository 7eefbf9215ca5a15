"""Folders and what is in them."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import files, web
from ils.digitization.documents import queries as documents
from ils.digitization.documents.models import DigitalDocument
from ils.digitization.folders import actions, queries
from ils.digitization.folders.export import WRITE_FOLDER
from ils.digitization.folders.models import Folder
from ils.digitization.folders.rules import FolderData
from ils.digitization.pages import digitisation
from ils.errors import N_
from ils.files import Purpose
from ils.jobs import queries as job_queries
from ils.jobs.actions import UnknownJob, enqueue
from ils.organisation.permissions import Permission
from ils.web.downloads import download
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, RowAction


@digitisation.get("/folders/")
@web.page(Permission.VIEW_DIGITISATION)
def folders(session: Session) -> ResponseReturnValue:
    """All folders with their numbers of documents and megabytes."""
    return _list(session, Form(FolderData, {}, name="folder"))


def _list(session: Session, form: Form[FolderData]) -> ResponseReturnValue:
    sizes = queries.sizes(session)
    definition = ListDefinition(
        queries.folders(),
        [
            Column("name", N_("Name"), lambda one: one.named(web.language()), Folder.name_ru,
                   lambda one: url_for("digitisation.folder", folder_id=one.id)),
            Column("documents", N_("Documents"), lambda one: sizes.get(one.id, (0, 0))[0]),
            Column("size", N_("MB"), lambda one: round(sizes.get(one.id, (0, 0))[1] / 1e6)),
            Column("public", N_("Readers see it"),
                   lambda one: gettext("yes") if one.public else gettext("no")),
        ],
        empty=N_("There are no folders yet."),
    )  # fmt: skip
    return web.respond(
        session, "digitization/folders.html", {"listing": definition}, title=N_("Folders"),
        form=form,
    )  # fmt: skip


@digitisation.post("/folders/")
@web.page(Permission.DIGITISE, write=True)
def add_folder(session: Session) -> ResponseReturnValue:
    """A new folder."""

    def work(data: FolderData) -> ResponseReturnValue:
        made = actions.add_folder(session, web.origin(), data)
        return redirect(url_for("digitisation.folder", folder_id=made.id))

    form = Form(FolderData, name="folder")
    return web.handled(session, form, work, lambda form: _list(session, form))


@digitisation.get("/folders/<id:folder_id>")
@web.page(Permission.VIEW_DIGITISATION)
def folder(session: Session, folder_id: int) -> ResponseReturnValue:
    """A folder and its documents."""
    one = queries.folder(session, folder_id)
    values = {"name_ru": one.name_ru, "name_kk": one.name_kk, "public": one.public}
    return _page(session, one, Form(FolderData, values, name="folder"))


def _page(session: Session, one: Folder, form: Form[FolderData]) -> ResponseReturnValue:
    definition = ListDefinition(
        queries.documents_in(one.id),
        [
            Column("title", N_("Title"), lambda row: row.title, DigitalDocument.title,
                   lambda row: url_for("digitisation.document", document_id=row.id)),
            Column("kind", N_("Kind"), lambda row: web.code_name("document_kind", row.kind)),
            Column("state", N_("State"), lambda row: web.code_name("document_state", row.state)),
        ],
        row_actions=[
            RowAction(
                N_("Take out"),
                lambda _: url_for("digitisation.take_out_of_folder", folder_id=one.id),
                lambda row: row.title, lambda row: {"document": row.id},
            )
        ],
        empty=N_("The folder is empty."),
    )  # fmt: skip
    return web.respond(
        session, "digitization/folder.html", {"listing": definition},
        title=one.named(web.language()), one=one,
        form=form,
    )  # fmt: skip


@digitisation.post("/folders/<id:folder_id>")
@web.page(Permission.DIGITISE, write=True)
def change_folder(session: Session, folder_id: int) -> ResponseReturnValue:
    """Another name."""
    one = queries.folder(session, folder_id)

    def work(data: FolderData) -> ResponseReturnValue:
        actions.change_folder(session, one, data)
        flash(gettext("Saved."))
        return redirect(url_for("digitisation.folder", folder_id=one.id))

    form = Form(FolderData, name="folder")
    return web.handled(session, form, work, lambda form: _page(session, one, form))


@digitisation.post("/folders/<id:folder_id>/write")
@web.page(Permission.DIGITISE, write=True)
def write_folder(session: Session, folder_id: int) -> ResponseReturnValue:
    """Have the folder written for the national library; the worker does it."""
    one = queries.folder(session, folder_id)
    args = {"folder": one.id, "staff_id": g.staff.id}
    job = enqueue(session, WRITE_FOLDER, args, created_by=g.staff.id)
    job.args = {**args, "page": url_for("digitisation.written_folder", job_id=job.id)}
    return redirect(url_for("operations.job", job_id=job.id))


@digitisation.get("/folders/written/<id:job_id>")
@web.page(Permission.DIGITISE)
def written_folder(session: Session, job_id: int) -> ResponseReturnValue:
    """A folder that was written."""
    job = job_queries.job(session, job_id, kinds={WRITE_FOLDER})
    if not job.result:
        raise UnknownJob
    file = files.stored_file(session, job.result["file"], Purpose.ATTACHMENT)
    return download(files.path_of(web.current().config.folder, file), file.name, file.type)


@digitisation.get("/<id:document_id>/folders")
@web.page(Permission.VIEW_DIGITISATION)
def folders_of_document(session: Session, document_id: int) -> ResponseReturnValue:
    """Which folders a document is in."""
    one = documents.document(session, document_id)
    return web.respond(
        session, "digitization/document_folders.html", {}, title=N_("Folders"), one=one,
        folders=session.scalars(queries.folders()).all(),
        chosen={folder.id for folder in session.scalars(queries.folders_of(one.id))},
    )  # fmt: skip


@digitisation.post("/<id:document_id>/folders")
@web.page(Permission.DIGITISE, write=True)
def choose_folders(session: Session, document_id: int) -> ResponseReturnValue:
    """Put it into the ticked folders, and out of the others."""
    one = documents.document(session, document_id, lock=True)
    wanted = set(request.form.getlist("folder"))
    for folder in session.scalars(queries.folders()).all():
        act = actions.put_in if str(folder.id) in wanted else actions.take_out
        act(session, folder, one.id)
    flash(gettext("Saved."))
    return redirect(url_for("digitisation.document", document_id=one.id))


@digitisation.post("/folders/<id:folder_id>/take-out")
@web.page(Permission.DIGITISE, write=True)
def take_out_of_folder(session: Session, folder_id: int) -> ResponseReturnValue:
    """Take a document out."""
    one = queries.folder(session, folder_id)
    actions.take_out(session, one, web.form_int("document") or 0)
    return redirect(url_for("digitisation.folder", folder_id=one.id))
