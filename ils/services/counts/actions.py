"""Counting acts that nobody scanned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from ils import clock, ledger
from ils.config import Lists
from ils.errors import N_, Invalid
from ils.ledger import Channel, Entry, Facts, Material, Origin, ServicePlace
from ils.services import rules
from ils.services.counts import queries as count_queries
from ils.services.counts import rules as count_rules


@dataclass(frozen=True)
class Tally:
    """Counts of one kind for a day.

    Attributes:
        cells: (subject_area, language) → count; (``None``, ``None``) where neither is told.
        category: of readers; ``None`` where it is not told.
    """

    what: str
    day: date
    cells: Mapping[tuple[str | None, str | None], int]
    category: str | None = None
    place: ServicePlace | None = None
    material: str | None = None


def write_tally(session: Session, origin: Origin, tally: Tally, lists: Lists, timezone: str) -> int:
    """Count acts that nobody scanned: an entry for each cell that is not empty.

    Returns:
        How many acts were counted; a repeated request counts nothing more.

    Raises:
        Invalid: an unknown code, one that counts itself, an impossible day, or nothing to count.
    """
    if tally.what not in count_queries.offered(session, tally.day):
        raise Invalid(N_("What"), N_("Choose one from the list."))
    if tally.category is not None and tally.category not in lists.categories:
        raise Invalid(N_("Category"), N_("Choose one from the list."))
    if tally.material is not None and tally.material not in set(Material):
        raise Invalid(N_("Material"), N_("Choose one from the list."))
    counted = count_rules.TALLIES[tally.what]
    when = dated(origin, tally.day, timezone, Channel.TALLY)
    total = 0
    for (subject_area, language), count in tally.cells.items():
        if subject_area is not None and subject_area not in lists.subject_areas:
            raise Invalid(N_("Subject area"), N_("Choose one from the list."))
        if not count:
            continue
        total += count
        part = when.derive(f"{subject_area}:{language}")
        facts: Facts = {
            "subject_area": subject_area,
            "language": language,
            "patron_category": tally.category,
            "material": tally.material,
            "owner_branch_id": origin.branch_id if subject_area else None,
        }
        place = tally.place if tally.what in count_rules.PLACED else counted.place
        ledger.record(
            session, counted.kind, part, facts, place=place, detail=counted.detail, count=count
        )
    if not total:
        raise Invalid(N_("Counts"), N_("Write at least one number."))
    return total


def dated(origin: Origin, day: date, timezone: str, channel: Channel | None = None) -> Origin:
    """The origin of something that happened on a day, today or before.

    Raises:
        Invalid: the day is to come, or long past.
    """
    channel = channel or origin.channel
    if rules.checked_day(day, origin.day) == origin.day:
        return replace(origin, channel=channel)
    return replace(origin, at=clock.noon(day, timezone), day=day, channel=channel)


def take_tally_back(session: Session, origin: Origin, entry_id: int) -> Entry:
    """Cancel a count by its opposite.

    Raises:
        UnknownService: it is no count of this branch.
        AlreadyReversed: it was taken back before.
    """
    entry = session.get(Entry, entry_id)
    if entry is None or (entry.channel, entry.branch_id) != (Channel.TALLY, origin.branch_id):
        raise rules.UnknownService
    ledger.reverse(session, entry, origin)
    return entry
