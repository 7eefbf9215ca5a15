"""Two headings of one name made one: its other forms, and the records that name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased, undefer

from ils.catalog import queries
from ils.catalog.authorities import queries as headings
from ils.catalog.authorities.actions import HeadingGone, set_forms
from ils.catalog.authorities.rules import KINDS, spoken, with_heading
from ils.catalog.models import (
    AuthorityRecord,
    BibliographicRecord,
    RecordState,
    RevisionCause,
)
from ils.catalog.records import links
from ils.catalog.records.actions import keep_revision, rewrite_fields, stamp
from ils.catalog.subjects import Classes
from ils.errors import N_, Invalid
from ils.ledger import Origin
from ils.marc.record import Field, MarcRecord


class CannotMerge(Invalid):
    """The two headings name different things, or are one."""

    code = "headings_not_alike"
    message = N_("Choose two different authority records of one kind.")


@dataclass(frozen=True)
class Successor:
    """What stands for a heading that was merged into another."""

    before: MarcRecord
    now: MarcRecord
    link_key: str


def merge_headings(
    session: Session,
    origin: Origin,
    kept: AuthorityRecord,
    dropped: AuthorityRecord,
    *,
    classes: Classes,
) -> int:
    """Let one heading stand for another; its names become other forms of the one that stays.

    Args:
        kept, dropped: both locked.

    Returns:
        How many records name the one that stays instead.

    Raises:
        CannotMerge: they are one, or of two kinds.
        HeadingGone: one of them is not in use.
    """
    if kept.id == dropped.id or kept.kind != dropped.kind:
        raise CannotMerge
    for one in (kept, dropped):
        if not one.active:
            raise HeadingGone(heading=one.heading)
    before, cause = dropped.marc_record(), RevisionCause.MERGED
    marc = merged(kept.marc_record(), before)
    if marc.fields != kept.marc_record().fields:
        keep_revision(session, kept)
        kept.marc = marc.dump()
        stamp(kept, origin, cause)
        set_forms(session, kept, marc)
    users = session.scalars(queries.locked(headings.records_using(dropped))).all()
    successor = {dropped.link_key: Successor(before, marc, kept.link_key)}

    def renamed(record: BibliographicRecord, f: Field) -> Field:
        return followed(f, record.agency, successor)

    part = origin.derive(f"heading:{dropped.id}")
    changed = rewrite_fields(session, part, users, renamed, classes=classes, cause=cause)
    for record in changed:  # it is still as it came, for the next import
        if record.imported_revision == record.revision - 1:
            record.imported_revision = record.revision
    keep_revision(session, dropped)
    dropped.state, dropped.merged_into_id = RecordState.MERGED, kept.id
    stamp(dropped, origin, cause)
    into = AuthorityRecord.merged_into_id
    earlier = update(AuthorityRecord).where(into == dropped.id).values(merged_into_id=kept.id)
    session.execute(earlier)
    return len(changed)


def merged(kept: MarcRecord, dropped: MarcRecord) -> MarcRecord:
    """A heading with the name and the other forms of another as forms of its own."""
    known = {spoken(f) for f in kept.fields if _is_form(f)}
    fields = list(kept.fields)
    for f in dropped.fields:
        if _is_form(f) and (text := spoken(f)) not in known:
            known.add(text)
            tag = f"4{f.tag[1:]}" if f.tag[0] == "2" else f.tag
            fields.append(Field(tag, f.indicators, list(f.subfields)))
    return MarcRecord(kept.leader, sorted(fields, key=lambda f: f.tag))


def _is_form(f: Field) -> bool:
    return len(f.tag) == 3 and f.tag[0] in "2457" and f.tag[1:] in KINDS


def followed(f: Field, agency: str, successors: Mapping[str, Successor]) -> Field:
    """A field that names what stands for its heading now.

    Args:
        agency: whose numbers ``$3`` has where it does not say.
        successors: by the key of a heading that was merged.
    """
    if f.tag not in links.HEADING_FIELDS:
        return f
    for target in f.all("3"):
        if (one := successors.get(links.link_key(target, agency))) is not None:
            return with_heading(f, one.before, one.now, links.reference(one.link_key, agency))
    return f


def successors(session: Session) -> dict[str, Successor]:
    """Of all headings that were merged, by their keys: records that come later may name them."""
    kept = aliased(AuthorityRecord)
    query = (
        select(AuthorityRecord, kept)
        .join(kept, kept.id == AuthorityRecord.merged_into_id)
        .where(AuthorityRecord.state == RecordState.MERGED, kept.state == RecordState.ACTIVE)
        .options(undefer(AuthorityRecord.marc), undefer(kept.marc))
    )
    return {
        one.link_key: Successor(one.marc_record(), other.marc_record(), other.link_key)
        for one, other in session.execute(query)
    }
