"""Headings, their forms, and the records that carry them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ils.catalog import identifiers, queries
from ils.catalog.authorities import queries as headings
from ils.catalog.authorities import rules as authority_rules
from ils.catalog.models import (
    AuthorityForm,
    AuthorityKind,
    AuthorityRecord,
    BibliographicRecord,
    FormRelation,
    RecordState,
    RevisionCause,
)
from ils.catalog.records import links
from ils.catalog.records.actions import keep_revision, numbered, rewrite_fields, stamp
from ils.catalog.subjects import Classes
from ils.catalog.worksheets import rules
from ils.db import bulk_insert, new_id
from ils.errors import N_, Invalid, Refused, Stale
from ils.ledger import Origin
from ils.marc.record import Field, MarcRecord


def form_rows(authority_id: int, marc: MarcRecord) -> list[dict[str, Any]]:
    """The forms of a heading as rows."""
    return [
        {
            "id": new_id(),
            "authority_id": authority_id,
            "relation": form.relation.value,
            "form": form.text,
            "language": form.language,
            "search_key": identifiers.heading_key(form.text),
        }
        for form in authority_rules.forms(marc)
    ]


def set_forms(session: Session, authority: AuthorityRecord, marc: MarcRecord) -> None:
    """Write the forms of a heading anew."""
    session.execute(delete(AuthorityForm).where(AuthorityForm.authority_id == authority.id))
    bulk_insert(session, AuthorityForm, form_rows(authority.id, marc))


class HeadingInUse(Refused):
    """Records name this heading."""

    code = "heading_in_use"
    message = N_("This authority record is used in %(count)s records and cannot be deleted.")


class StandsForOthers(Refused):
    """Other headings were merged into this one."""

    code = "heading_stands_for_others"
    message = N_("Other authority records were merged into this one; it cannot be deleted.")


class HeadingGone(Refused):
    """A heading that is deleted or merged."""

    code = "heading_gone"
    message = N_("The authority record “%(heading)s” is no longer in use.")


class HeadingExists(Refused):
    """The same heading is there already."""

    code = "heading_exists"
    message = N_("The heading “%(heading)s” is there already.")


@dataclass(frozen=True)
class OtherForm:
    """A form of a name besides the heading."""

    relation: FormRelation
    text: str
    language: str = ""


@dataclass(frozen=True)
class HeadingData:
    """A heading as its form says: subfields of the name, the other forms, a note."""

    kind: AuthorityKind
    name: tuple[tuple[str, str], ...]
    others: tuple[OtherForm, ...] = ()
    note: str = ""


TAGS = {FormRelation.SEE: "4", FormRelation.SEE_ALSO: "5", FormRelation.PARALLEL: "7"}
INVERTED = {AuthorityKind.PERSON}


def as_marc(data: HeadingData, base: MarcRecord | None = None) -> MarcRecord:
    """The record of a heading; fields its form does not show stay.

    Raises:
        Invalid: the name is empty.
    """
    name = [(code, " ".join(value.split())) for code, value in data.name if value.strip()]
    if not name or name[0][0] != "a":
        raise Invalid(N_("Heading"), N_("This must be filled in."))
    digits = authority_rules.DIGITS[data.kind]
    indicators = " 1" if data.kind in INVERTED else "  "
    known = list(base.fields) if base is not None else []
    was = next((f for f in known if f.tag == f"2{digits}"), None)
    if was is not None:  # what its form does not show stays
        said = {code: [value for c, value in name if c == code] for code, _ in data.name}
        said = {code: value + was.all(code)[1:] for code, value in said.items()}
        name = rules.in_place(was.subfields, list(said), said)
    own = [Field(f"2{digits}", indicators, name)]
    for other in data.others:
        text = " ".join(other.text.split())
        tag = f"{TAGS[other.relation]}{digits}"
        if not text:
            continue
        same = [f for f in known if f.tag == tag and shown_form(f) == text]
        pairs = list(same[0].subfields) if same else _parts(data.kind, text)
        pairs = [pair for pair in pairs if pair[0] != "8"]
        if other.language:
            pairs.append(("8", other.language))
        own.append(Field(tag, indicators, pairs))
    if data.note.strip():
        own.append(Field("330", "1 ", [("a", data.note.strip())]))
    shown = {f"{block}{digits}" for block in "2457"} | {"330"}
    kept = [f for f in base.fields if f.tag not in shown] if base is not None else []
    leader = f"00000nx  {authority_rules.ENTITIES[digits]}2200000   45  "
    return MarcRecord(leader, sorted([*own, *kept], key=lambda f: f.tag))


def shown_form(f: Field) -> str:
    """Another form of a name as the form shows it."""
    return ", ".join(v for c, v in f.subfields if c in "abgc" and c)


def _parts(kind: AuthorityKind, text: str) -> list[tuple[str, str]]:
    if kind in INVERTED:
        surname, comma, rest = text.partition(", ")
        return [("a", surname), ("b", rest)] if comma else [("a", text)]
    return [("a", text)]


def add_heading(session: Session, origin: Origin, data: HeadingData) -> AuthorityRecord:
    """A new heading.

    Raises:
        Invalid: the name is empty.
        HeadingExists: the same one is there.
    """
    authority_id = new_id()
    marc = numbered(as_marc(data), authority_id)
    _check_new(session, data, marc, but=None)
    authority = AuthorityRecord(
        id=authority_id,
        marc=marc.dump(),
        control_number=marc.get("001"),
        link_key=links.link_key(marc.get("001"), ""),
        kind=data.kind.value,
        heading=authority_rules.heading(marc),
        created_at=origin.at,
        changed_at=origin.at,
        changed_by=origin.staff_id,
        cause=RevisionCause.ADDED,
    )
    session.add(authority)
    session.flush()
    set_forms(session, authority, marc)
    return authority


def change_heading(
    session: Session,
    origin: Origin,
    authority: AuthorityRecord,
    data: HeadingData,
    *,
    seen_revision: int,
    classes: Classes,
) -> int:
    """Change a heading, and the records that use it with it.

    Returns:
        How many records changed.

    Raises:
        Stale: somebody changed it since the form was opened.
        Invalid: the name is empty.
    """
    if authority.revision != seen_revision:
        raise Stale
    before = authority.marc_record()
    marc = numbered(as_marc(data, before), authority.id)
    _check_new(session, data, marc, but=authority.id)
    keep_revision(session, authority)
    authority.marc, authority.kind = marc.dump(), data.kind.value
    authority.heading = authority_rules.heading(marc)
    stamp(authority, origin, RevisionCause.EDITED)
    session.flush()
    set_forms(session, authority, marc)
    return len(propagate_heading(session, origin, authority, before=before, classes=classes))


def _check_new(session: Session, data: HeadingData, marc: MarcRecord, but: int | None) -> None:
    text = authority_rules.heading(marc)
    if session.scalars(headings.same_headings(data.kind.value, text, but)).first() is not None:
        raise HeadingExists(heading=text)


def propagate_heading(
    session: Session,
    origin: Origin,
    authority: AuthorityRecord,
    *,
    before: MarcRecord,
    classes: Classes,
) -> list[BibliographicRecord]:
    """Write a heading as it now is into every field that names it in ``$3``.

    Returns:
        The records that changed.
    """
    marc = authority.marc_record()

    def named(record: BibliographicRecord, f: Field) -> Field:
        if f.tag not in links.HEADING_FIELDS:
            return f
        of_this = (t for t in f.all("3") if links.link_key(t, record.agency) == authority.link_key)
        target = next(of_this, None)
        return f if target is None else authority_rules.with_heading(f, before, marc, target)

    users = session.scalars(queries.locked(headings.records_using(authority))).all()
    part = origin.derive(f"heading:{authority.id}")
    return rewrite_fields(session, part, users, named, classes=classes, cause=RevisionCause.HEADING)


def delete_heading(session: Session, origin: Origin, authority: AuthorityRecord) -> None:
    """Hide a heading nobody uses.

    Raises:
        HeadingInUse: records name it.
        StandsForOthers: what comes later with the number of another is led to it.
        HeadingGone: it is hidden already.
    """
    if not authority.active:
        raise HeadingGone(heading=authority.heading)
    stands_for = select(AuthorityRecord.id).where(AuthorityRecord.merged_into_id == authority.id)
    if session.scalar(stands_for.limit(1)) is not None:
        raise StandsForOthers
    users: Sequence[object] = session.scalars(headings.records_using(authority)).all()
    if users:
        raise HeadingInUse(count=len(users))
    keep_revision(session, authority)
    authority.state = RecordState.DELETED
    stamp(authority, origin, RevisionCause.DELETED)
