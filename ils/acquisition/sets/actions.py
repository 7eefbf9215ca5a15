"""The volumes of sets, noted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ils.acquisition.sets import queries, rules
from ils.acquisition.sets.models import SetVolume
from ils.catalog.models import BibliographicRecord
from ils.errors import N_
from ils.fields import described
from ils.ledger import Origin
from ils.organisation.audit.actions import audit


@dataclass(frozen=True)
class VolumesData:
    """The form of the volumes of a set."""

    volumes: str = described(N_("Volumes"), default="", longest=500,
                             hint=N_("all the set has: 1–4, 6; empty if it is no set"))  # fmt: skip


def note_volumes(
    session: Session, origin: Origin, record: BibliographicRecord, data: VolumesData
) -> None:
    """Note which volumes a set has; what was noted before is replaced.

    Raises:
        Invalid: it cannot be read as volumes.
    """
    numbers = rules.volumes(data.volumes)
    rows = session.scalars(queries.volumes_of(record.id)).all()
    before = rules.written([one.number for one in rows])
    for row in rows:
        session.delete(row)
    session.add_all(
        SetVolume(record_id=record.id, number=number, position=at, noted_at=origin.at,
                  noted_by=origin.staff_id)
        for at, number in enumerate(numbers, 1)
    )  # fmt: skip
    session.flush()
    if before != (after := rules.written(numbers)):
        audit(session, origin.staff_id, "set.volumes", str(record.id), volumes=[before, after])
