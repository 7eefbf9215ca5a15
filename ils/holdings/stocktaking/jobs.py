"""Work of checks that takes longer: the list of what is expected, files of scanners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import db, files
from ils.db import bulk_insert, new_id
from ils.documents import barcodes
from ils.documents.pictures import is_picture
from ils.errors import N_, Invalid
from ils.files import Purpose
from ils.holdings.stocktaking import actions, queries, rules
from ils.holdings.stocktaking.actions import PREPARE, Scan
from ils.holdings.stocktaking.models import Stocktake, StocktakeItem, StocktakeState
from ils.jobs.runner import JobContext, JobKind
from ils.ledger import Channel
from ils.marc import encodings
from ils.organisation.branches.queries import origin_now

COUNT_FILE = "count_file"
#: Rows of the list written at once.
PART = 500


def _parts(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + PART] for start in range(0, len(items), PART)]


def _prepare(context: JobContext) -> dict[str, Any]:
    """Freeze the list of what a check expects; done again it goes on where it stopped."""
    number = context.args["stocktake_id"]
    with db.reading(context.sessions) as session:
        stocktake = queries.stocktake_by_id(session, number)
        there = select(StocktakeItem.item_id).where(StocktakeItem.stocktake_id == number)
        listed = set(session.scalars(there))
        rows = session.execute(queries.expected_ids(stocktake)).all()
        new = [row for row in rows if row[0] not in listed]
    for session, parts in context.steps(_parts(new)):
        for part in parts:
            bulk_insert(session, StocktakeItem, [
                {"id": new_id(), "stocktake_id": number, "item_id": item_id, "status": status,
                 "counted_at": None}
                for item_id, status in part
            ])  # fmt: skip
    with context.transaction() as session:
        stocktake = queries.stocktake_by_id(session, number, lock=True)
        if stocktake.state == StocktakeState.PREPARING:
            stocktake.state = StocktakeState.OPEN
    return {"expected": len(listed) + len(new)}


def _count_file(context: JobContext) -> dict[str, Any]:
    """Count the codes of a scanner's file, some hundreds at a time."""
    args, before = context.args, context.result or {"done": 0, "counts": {}}
    done, counts = before["done"], dict(before["counts"])
    with db.reading(context.sessions) as session:
        file = files.stored_file(session, args["file_id"], Purpose.UPLOAD)
        data = files.path_of(context.config.folder, file).read_bytes()
        stocktake = queries.stocktake_by_id(session, args["stocktake_id"])
        codes = codes_of(session, data, context.config.limits.megapixels)
        scans = scans_of(session, stocktake, codes)
    for session, parts in context.steps(_parts(scans[done:])):
        origin = origin_now(session, args["branch_id"], Channel.DESK, args["staff_id"])
        stocktake = queries.stocktake_by_id(session, args["stocktake_id"])
        for part in parts:
            for one in actions.count(session, origin, stocktake, part):
                counts[one.outcome] = counts.get(one.outcome, 0) + 1
            done += len(part)
        context.keep_result(session, {"done": done, "counts": counts})
    return {"done": done, "counts": counts}


def scans_of(session: Session, stocktake: Stocktake, codes: Sequence[str]) -> list[Scan]:
    """Copies with the place of the branch that was scanned before them."""
    place, scans = None, []
    for code in codes:
        if rules.place_code(code):
            place = actions.place_of(session, code)
            if place is not None and place.branch_id != stocktake.branch_id:
                place = None
        else:
            scans.append(Scan(code, place))
    return scans


def codes_of(session: Session, data: bytes, megapixels: int) -> list[str]:
    """The codes of a scanner's file, or of a photo of labels.

    Raises:
        Invalid: none can be read in the photo.
    """
    if not is_picture(data):
        return rules.codes_in(decoded(data), lambda codes: _known(session, codes))
    if found := barcodes.in_photo(data, megapixels):
        return found
    raise Invalid(
        N_("File"), N_("No barcode can be read in the photo: go nearer, with more light.")
    )


def _known(session: Session, codes: Sequence[str]) -> int:
    """How many of some codes are those of copies or places."""
    places = sum(rules.place_code(code) != "" for code in codes)
    return len(actions.ids_of(session, set(codes))) + places


def decoded(data: bytes) -> str:
    """The text of a scanner's file in whatever encoding it is."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    name, _ = encodings.detect([data])
    return encodings.decoder(name)(data)


JOBS = (JobKind(PREPARE, _prepare), JobKind(COUNT_FILE, _count_file))
