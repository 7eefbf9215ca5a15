"""Work on many records: the work list, and one change made in all that a search finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, cast

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from ils import db, web
from ils.catalog import queries
from ils.catalog.batches import actions
from ils.catalog.batches.rules import Change, Operation
from ils.catalog.models import BatchEdit, BibliographicRecord, RecordProblem
from ils.cataloguing.pages import cataloguing, classes, may_fill, sheets
from ils.errors import N_, IlsError, Invalid
from ils.organisation.permissions import Permission
from ils.search import queries as search
from ils.search.asking import Asked
from ils.web.cells import ListCell
from ils.web.lists import Column, Filter, ListDefinition, RowAction

#: What a change is said with.
SAID = ("q", "catalogue", "operation", "tag", "code", "text", "value")


class Where(TypedDict):
    """Which records: those a search finds, and the catalogue."""

    catalogue: str | None
    found: ColumnElement[bool] | None


@cataloguing.get("/to-mend")
@web.page(Permission.EDIT_CATALOGUE)
def work_list(session: Session) -> ResponseReturnValue:
    """Records with problems, by kind of problem."""
    code = request.args.get("problem", "")
    fields = sheets().fields
    kinds = [
        (kind, f"{web.code_name('problem', kind)} ({number})")
        for kind, number in queries.problem_counts(session)
    ]
    definition = ListDefinition(
        queries.problems(code or None),
        (
            Column("record", N_("Record"), lambda row: row[1].title or gettext("without a title"),
                   BibliographicRecord.title,
                   lambda row: url_for("cataloguing.edit", record_id=row[1].id)),
            Column("place", N_("Place"), lambda row: web.place_name(fields, row[0].place),
                   RecordProblem.place),
            Column("problem", N_("Problem"), lambda row: ListCell(
                web.code_name("problem", row[0].code), note=row[0].detail), RecordProblem.code),
        ),
        filters=(Filter("problem", N_("Problem"), kinds),),
        empty=N_("No errors found. “ils catalog lint” checks the whole catalogue."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Records with errors"))


@cataloguing.get("/batch")
@web.page(Permission.EDIT_CATALOGUE)
def batch(session: Session) -> ResponseReturnValue:
    """The form of a change; once filled, what it would do; and the changes made before."""
    found, error = None, None
    change = _change(request.args)
    if request.args.get("tag"):
        try:
            where = _where(session, _found(request.args), request.args)
            found = actions.preview(session, change=change, allowed=may_fill(session), **where)
        except Invalid as invalid:
            error = invalid
    return _page(session, change, found, error)


@cataloguing.post("/batch")
@web.page(Permission.EDIT_CATALOGUE, write=True, prepare=lambda: _found(request.form))
def make(session: Session, prepared: object) -> ResponseReturnValue:
    """Make the change that was shown."""
    if isinstance(prepared, IlsError):
        raise prepared
    edit = actions.make_change(
        session,
        web.origin(),
        text=request.form.get("q", ""),
        change=_change(request.form),
        allowed=may_fill(session),
        classes=classes(),
        sheets=sheets(),
        **_where(session, cast("Sequence[int] | None", prepared), request.form),
    )
    flash(gettext("Changed: %(count)s records.", count=len(edit.revisions)))
    again = request.form if len(edit.revisions) == actions.BATCH_SIZE else {}
    said: dict[str, Any] = {name: again[name] for name in SAID if again.get(name)}
    return redirect(url_for("cataloguing.batch", **said))


@cataloguing.post("/batch/<id:batch_id>/take-back")
@web.page(Permission.EDIT_CATALOGUE, write=True)
def reverse_batch(session: Session, batch_id: int) -> ResponseReturnValue:
    """Undo a change, except in records edited since."""
    restored, left = actions.reverse_batch(
        session,
        web.origin(),
        batch_id,
        allowed=may_fill(session),
        classes=classes(),
        sheets=sheets(),
    )
    flash(
        gettext(
            "Restored: %(restored)s records; left as they are, because edited since: %(left)s.",
            restored=restored,
            left=left,
        )
    )
    return redirect(url_for("cataloguing.batch"))


def _page(
    session: Session, change: Change, found: actions.Preview | None, error: IlsError | None
) -> ResponseReturnValue:
    made = ListDefinition(
        queries.batch_edits(),
        (
            Column("what", N_("What"), _what_changed),
            Column("when", N_("When"), lambda edit: edit.at, BatchEdit.at),
            Column("records", N_("Records"), lambda edit: len(edit.revisions)),
            Column("undone", N_("Taken back"), lambda edit: edit.undone_at, BatchEdit.undone_at),
        ),
        row_actions=(
            RowAction(N_("Take back"),
                      lambda edit: url_for("cataloguing.reverse_batch", batch_id=edit.id),
                      lambda edit: f"{edit.at:%d.%m.%Y}", sends=lambda _: {"undo": 1},
                      shown=lambda edit: edit.undone_at is None),
        ),
        name="made",
    )  # fmt: skip
    return web.respond(
        session,
        "catalog/batch.html",
        {"made": made},
        error=error,
        title=N_("Changes made"),
        change=change,
        found=found,
        at_once=actions.BATCH_SIZE,
        where={"text": request.args.get("q", ""), "catalogue": request.args.get("catalogue")},
        error_text=web.translated(error) if error else "",
    )


def _what_changed(edit: BatchEdit) -> ListCell:
    done = edit.operation
    text = f"{web.code_name('batch_operation', done['operation'])} {done['tag']}${done['code']}"
    return ListCell(f"{text} «{done['text']}» → «{done['value']}»", note=edit.query)


def _change(said: Mapping[str, str]) -> Change:
    operation = said.get("operation", "")
    known = Operation(operation) if operation in set(Operation) else Operation.REPLACE
    values = (said.get(name, "").strip() for name in ("tag", "code"))
    tag, code = values
    return Change(known, tag, code.lstrip("$"), said.get("text", ""), said.get("value", ""))


def _found(said: Mapping[str, str]) -> Sequence[int] | None:
    """The records of the search; ``None``: all. Outside of any transaction: it may wait."""
    if not (text := said.get("q", "").strip()):
        return None
    system = web.current()
    with db.reading(system.sessions) as session:
        return search.every_id(session, system.config.folder, Asked(text))


def _where(session: Session, ids: Sequence[int] | None, said: Mapping[str, str]) -> Where:
    found = None if ids is None else search.among(session, ids)
    return {"found": found, "catalogue": said.get("catalogue") or None}
