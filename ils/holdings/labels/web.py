"""Labels chosen, looked at, printed as PDF or ZPL, or sent to a printer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.codes.keyboard import readings
from ils.documents import labels, zpl
from ils.documents.zpl import Printing
from ils.errors import N_, Invalid
from ils.holdings.items.models import Item
from ils.holdings.items.queries import UnknownItem, item_by_code, item_by_id
from ils.holdings.labels import queries
from ils.holdings.labels.jobs import PRINT_LABELS
from ils.holdings.labels.queries import KINDS, MOST_LABELS, LabelSelection
from ils.holdings.pages import branch_choices, branch_ids, holdings
from ils.jobs.actions import enqueue
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.downloads import download, printed
from ils.web.lists import Column, Filter, ListDefinition

#: Where this computer keeps how far its printer is off: [right, down] in millimetres.
COOKIE = "label_offset"
FARTHEST = 20.0


def _selection(session: Session) -> LabelSelection:
    """The copies the address asks for."""
    args = request.values
    texts = [text for text in args.get("ids", "").split(",") if text][:MOST_LABELS]
    return LabelSelection(
        branch_ids(session).get(args.get("branch", "")), _number_of(session, args.get("first", "")),
        _number_of(session, args.get("last", "")), args.get("location", "").strip(),
        web.whole("act", args.get("act", "")), args.get("printed") == "yes",
        [number for text in texts if (number := web.whole("ids", text)) is not None], _kind(),
    )  # fmt: skip


def _number_of(session: Session, text: str) -> str:
    """A number as its copy has it, whatever dash or layout it was typed with; else as typed."""
    found = item_by_code(session, readings(text, typed=True)) if text.strip() else None
    return found.inventory_number or text.strip() if found else text.strip()


def _run(session: Session) -> Sequence[Item]:
    """The copies of a run, from the label on it is to go on with.

    Raises:
        Invalid: there are none.
    """
    start = max(1, web.whole("start", request.values.get("start", "")) or 1)
    query = queries.chosen(_selection(session)).offset(start - 1).limit(MOST_LABELS)
    items = session.scalars(query).all()
    if not items:
        raise Invalid(N_("Labels"), N_("There are no copies to be labelled."))
    return items


def _kind() -> str:
    kind = request.values.get("kind", "item")
    return kind if kind in KINDS else "item"


@holdings.get("/labels")
@web.page(Permission.PRINT_LABELS)
def item_labels(session: Session) -> ResponseReturnValue:
    """Copies whose labels are to be printed."""
    names = names_of(session, web.language())
    definition = ListDefinition(
        queries.chosen(_selection(session)),
        [
            Column("number", N_("Inventory number"), lambda item: item.inventory_number,
                   Item.inventory_number, lambda item: url_for("holdings.copy", item_id=item.id)),
            Column("barcode", N_("Barcode"), lambda item: item.barcode),
            Column("title", N_("Title"), lambda item: item.record.title),
            Column("branch", N_("Branch"), lambda item: names[item.owner_branch_id][1]),
            Column("mark", N_("Shelf mark"), lambda item: item.shelf_mark),
            Column("printed", N_("Label printed"), lambda item: item.spine_labelled_at
                   if _kind() == "spine" else item.labelled_at),
        ],
        filters=[
            Filter("kind", N_("Kind of label"), [
                ("spine", gettext("for the spine")),
                ("separator", gettext("separator sheet for scans")),
            ]),
            Filter("first", N_("Inventory numbers from")),
            Filter("last", N_("to")),
            Filter("branch", N_("Branch"), branch_choices(session)),
            Filter("location", N_("Place")),
            Filter("printed", N_("Printed before"), [("yes", gettext("show too"))]),
        ],
        empty=N_("There are no copies to be labelled."),
    )  # fmt: skip
    kept = {key: value for key, value in request.args.items() if key not in {"page", "sort"}}
    lists = {"listing": definition}
    return web.respond(
        session, "holdings/labels.html", lists, title=N_("Labels"), kept=kept, kinds=KINDS,
        printers=list(web.current().config.labels.printers), offset=_offset(),
        most=MOST_LABELS,
    )  # fmt: skip


@holdings.get("/labels/progress")
@web.page(Permission.PRINT_LABELS)
def label_progress(session: Session) -> ResponseReturnValue:
    """How far the labelling is, by branch."""
    names = names_of(session, web.language())
    rows = queries.progress(session)
    return render_template(
        "holdings/label_progress.html", title=N_("How far the labelling is"), rows=rows, names=names
    )


@holdings.get("/labels.<any(pdf,zpl):form>")
@web.page(Permission.PRINT_LABELS)
def label_sheet(session: Session, form: str) -> ResponseReturnValue:
    """Labels of a run as sheets, or as commands of a printer."""
    config = web.current().config
    made = queries.made(session, config, _run(session), _kind(), web.language())
    if form == "pdf":
        return download(labels.sheet(config, made), "labels.pdf", "application/pdf")
    commands = "".join(zpl.written(made, _printing()))
    return download(commands.encode("ascii"), "labels.zpl", "application/octet-stream")


@holdings.get("/labels/test.zpl")
@web.page(Permission.PRINT_LABELS)
def test_label(session: Session) -> ResponseReturnValue:
    """A label with a ruler: it shows how far the printer is off."""
    del session
    layout = labels.layouts(web.current().config).item
    commands = zpl.ruler(layout.width, layout.height, _printing())
    return download(commands.encode("ascii"), "test.zpl", "application/octet-stream")


def _offset() -> tuple[float, float]:
    """How far this computer's printer is off, in millimetres."""
    try:
        right, down = json.loads(request.cookies.get(COOKIE, "[0, 0]"))
        return _near(float(right)), _near(float(down))
    except (ValueError, TypeError):
        return 0.0, 0.0


def _near(number: float) -> float:
    return min(FARTHEST, max(-FARTHEST, number)) if number == number else 0.0  # noqa: PLR0124 -- not a number


def _printing() -> Printing:
    return Printing(web.current().config.labels.dpi, *_offset())


@holdings.post("/labels/offset")
@web.page(Permission.PRINT_LABELS, write=True)
def keep_offset(session: Session) -> ResponseReturnValue:
    """Keep on this computer how far its printer is off."""
    del session
    values = [_number(request.form.get(name, "")) for name in ("right", "down")]
    answer: Response = make_response(redirect(url_for("holdings.item_labels")))
    answer.set_cookie(
        COOKIE, json.dumps(values), max_age=10 * 365 * 86400, httponly=True, samesite="Lax",
        secure=web.current().config.server.https,
    )  # fmt: skip
    flash(gettext("Saved."))
    return answer


def _number(text: str) -> float:
    """Millimetres as people write them.

    Raises:
        Invalid: it is no number.
    """
    try:
        return _near(float(text.replace(",", ".") or 0))
    except ValueError as error:
        raise Invalid(N_("Offset"), N_("Write millimetres, such as -1,5.")) from error


@holdings.post("/labels/done")
@web.page(Permission.PRINT_LABELS, write=True)
def labels_done(session: Session) -> ResponseReturnValue:
    """The labels of a run are printed: the next one skips them."""
    items = _run(session)
    queries.mark_labelled(session, [item.id for item in items], _kind())
    flash(gettext("Copies with labels: %(number)s.", number=len(items)))
    return redirect(url_for("holdings.item_labels"))


@holdings.post("/labels/print")
@web.page(Permission.PRINT_LABELS, write=True)
def print_labels(session: Session) -> ResponseReturnValue:
    """Have the labels of a run sent to a printer."""
    right, down = _offset()
    args: dict[str, Any] = {
        "ids": [item.id for item in _run(session)], "kind": _kind(), "right": right, "down": down,
        "language": web.language(), "printer": request.form.get("printer", ""),
        "page": url_for("holdings.item_labels"),
    }  # fmt: skip
    job = enqueue(session, PRINT_LABELS, args, created_by=g.staff.id)
    return redirect(url_for("operations.job", job_id=job.id))


@holdings.get("/<id:item_id>/label.<any(png,pdf):form>")
@web.page(Permission.PRINT_LABELS)
def item_label(session: Session, item_id: int, form: str) -> ResponseReturnValue:
    """The label of one copy."""
    item = item_by_id(session, item_id)
    if not item.number:
        raise UnknownItem
    (made,) = queries.made(session, web.current().config, [item], _kind(), web.language())
    return printed(made, form)
