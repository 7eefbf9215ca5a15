"""Reading codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from ils.codes.models import Code
from ils.codes.rules import folded, look_alikes

#: Codes asked for in one statement.
AT_ONCE = 500
_FITTING = Code.folded.in_(bindparam("folded", expanding=True))
#: Statements of every scan add to it what they want of the owners.
FITTING = select(Code).where(_FITTING)


def asked(readings: Iterable[str]) -> dict[str, list[str]]:
    """What `FITTING` is asked with for the readings of a scan."""
    return {"folded": list(dict.fromkeys(folded(reading) for reading in readings))}


def fitting(session: Session, readings: Sequence[str]) -> Sequence[Code]:
    """The codes that fit one of the readings of a scan."""
    return session.scalars(FITTING, asked(readings)).all()


def disputed() -> Select[Code]:
    """Codes that came by an import although another has them, and those others."""
    wanted = select(Code.folded).where(Code.disputed)
    # Not in the order of the index: all codes would be read in it.
    return select(Code).where(Code.folded.in_(wanted)).order_by(Code.folded.concat(""), Code.id)


def codes_of_patron(patron_id: int) -> Select[Code]:
    """The cards a reader has or had."""
    return select(Code).where(Code.patron_id == patron_id)


def former_cards(patron_id: int) -> Select[Code]:
    """The cards a reader had before, latest first."""
    own = select(Code).where(Code.patron_id == patron_id, Code.replaced_at.is_not(None))
    return own.order_by(Code.replaced_at.desc(), Code.id.desc())


def alike(session: Session, numbers: Iterable[str]) -> tuple[str, Code] | None:
    """The first of some new codes that the eye takes for another's, and that other."""
    wanted = {spelled: number for number in numbers for spelled in look_alikes(number)}
    spelled = iter(wanted)
    while some := list(islice(spelled, AT_ONCE)):
        found = session.scalars(FITTING.order_by(Code.id).limit(1), {"folded": some}).first()
        if found is not None:
            return wanted[found.folded], found
    return None
