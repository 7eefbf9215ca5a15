"""Giving codes to readers and copies; the only writer of the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ils.codes.models import Code, CodeKind
from ils.codes.rules import CodeTaken, folded
from ils.db import bulk_insert, new_id

AT_ONCE = 500


@dataclass(frozen=True)
class ItemCode:
    """A code a copy comes with."""

    kind: CodeKind
    written: str
    item_id: int


def claim(
    session: Session,
    kind: CodeKind,
    code: str,
    *,
    patron_id: int | None = None,
    item_id: int | None = None,
) -> None:
    """Give a reader or a copy a code.

    Raises:
        CodeTaken: another has it, or had it.
    """
    same = session.scalars(select(Code).where(Code.folded == folded(code))).all()
    if any((other.patron_id, other.item_id) != (patron_id, item_id) for other in same):
        raise CodeTaken(taken=code)
    if not same:
        session.add(
            Code(folded=folded(code), written=code, kind=kind, patron_id=patron_id, item_id=item_id)
        )
        session.flush()


def check_free(session: Session, code: str) -> None:
    """Look whether a code is nobody's.

    Raises:
        CodeTaken: a reader or a copy has it, or had it.
    """
    if session.scalar(select(Code.id).where(Code.folded == folded(code)).limit(1)):
        raise CodeTaken(taken=code)


def replace_card(
    session: Session, patron_id: int, card: str, *, at: datetime, reason: str, staff_id: int | None
) -> None:
    """Give a reader another card; the former one is remembered.

    Raises:
        CodeTaken: another has it, or had it; or it was this reader's before.
    """
    check_free(session, card)
    own = select(Code).where(Code.patron_id == patron_id, Code.kind == CodeKind.CARD)
    for code in session.scalars(own):
        code.kind, code.replaced_at = CodeKind.FORMER_CARD, at
        code.reason, code.staff_id = reason, staff_id
    claim(session, CodeKind.CARD, card, patron_id=patron_id)


def replace_barcode(
    session: Session, item_id: int, barcode: str | None, *, at: datetime, staff_id: int | None
) -> None:
    """Give a copy another barcode, or none; the former one still finds it.

    Raises:
        CodeTaken: another has it, or had it.
    """
    mine = (
        []
        if barcode is None
        else session.scalars(
            select(Code).where(Code.folded == folded(barcode), Code.item_id == item_id)
        ).all()
    )
    if barcode is not None and not mine:
        check_free(session, barcode)
    own = select(Code).where(Code.item_id == item_id, Code.kind == CodeKind.BARCODE)
    for code in session.scalars(own):
        code.kind, code.replaced_at, code.staff_id = CodeKind.FORMER_BARCODE, at, staff_id
    session.flush()
    for code in mine:  # it had this one before
        code.kind, code.written, code.replaced_at = CodeKind.BARCODE, str(barcode), None
    if barcode is not None and not mine:
        claim(session, CodeKind.BARCODE, barcode, item_id=item_id)


def bring_in(session: Session, codes: Iterable[ItemCode]) -> None:
    """Keep the codes imported copies come with; one that another has is kept as disputed."""
    rows: list[dict[str, Any]] = []
    for part in _parts(list(codes)):
        keys = sorted({folded(code.written) for code in part})
        known = select(Code.folded, Code.item_id).where(Code.folded.in_(keys))
        owners: dict[str, set[int | None]] = {}
        for key, item_id in session.execute(known):
            owners.setdefault(key, set()).add(item_id)
        for row in rows:
            owners.setdefault(row["folded"], set()).add(row["item_id"])
        for code in part:
            key = folded(code.written)
            before = owners.setdefault(key, set())
            if code.item_id in before:
                continue
            rows.append(_row(code, key, disputed=bool(before)))
            before.add(code.item_id)
    bulk_insert(session, Code, rows)


def _parts(codes: Sequence[ItemCode]) -> Iterable[Sequence[ItemCode]]:
    return (codes[start : start + AT_ONCE] for start in range(0, len(codes), AT_ONCE))


def _row(code: ItemCode, key: str, *, disputed: bool) -> dict[str, Any]:
    return {
        "id": new_id(),
        "folded": key,
        "written": code.written,
        "kind": code.kind.value,
        "patron_id": None,
        "item_id": code.item_id,
        "disputed": disputed,
        "replaced_at": None,
        "reason": "",
        "staff_id": None,
    }


def drop_of_item(session: Session, item_id: int) -> None:
    """Forget the codes of a copy that is none."""
    session.execute(delete(Code).where(Code.item_id == item_id))


def drop_of_patron(session: Session, patron_id: int) -> None:
    """Forget the codes of a reader; a code somebody else came with too is that one's now."""
    own = select(Code.folded).where(Code.patron_id == patron_id)
    keys = session.scalars(own).all()
    session.execute(delete(Code).where(Code.patron_id == patron_id))
    for key in keys:
        rest = session.scalars(select(Code).where(Code.folded == key)).all()
        if len(rest) == 1:
            rest[0].disputed = False
    session.flush()
