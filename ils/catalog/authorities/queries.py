"""Headings: one by its number, those that begin so, the records that name them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, undefer

from ils.catalog.identifiers import heading_key
from ils.catalog.models import (
    AuthorityForm,
    AuthorityRecord,
    BibliographicRecord,
    FormRelation,
    RecordLink,
    RecordState,
)
from ils.catalog.queries import ACTIVE, MAX_SUGGESTIONS
from ils.errors import N_, NotFound


class UnknownHeading(NotFound):
    """No authority record has this number."""

    code = "unknown_heading"
    message = N_("There is no heading with the number %(id)s.")


def heading(session: Session, authority_id: int, *, lock: bool = False) -> AuthorityRecord:
    """An authority record by its number.

    Raises:
        UnknownHeading: there is none.
    """
    found = session.get(AuthorityRecord, authority_id, with_for_update=lock or None)
    if found is None:
        raise UnknownHeading(id=authority_id)
    return found


def headings(text: str = "", kind: str | None = None) -> Select[AuthorityRecord]:
    """Headings by the beginning of any of their forms, in alphabetical order."""
    query = select(AuthorityRecord).where(AuthorityRecord.state == RecordState.ACTIVE)
    if kind:
        query = query.where(AuthorityRecord.kind == kind)
    if key := heading_key(text):
        forms = select(AuthorityForm.authority_id).where(_begins(key))
        query = query.where(AuthorityRecord.id.in_(forms))
    return query.order_by(AuthorityRecord.heading, AuthorityRecord.id)


def _begins(key: str) -> ColumnElement[bool]:
    # A range is found by the index on both databases; LIKE is not.
    return and_(AuthorityForm.search_key >= key, AuthorityForm.search_key < f"{key}\U0010ffff")


def suggestions(
    session: Session, text: str, kind: str
) -> Sequence[tuple[AuthorityRecord, AuthorityForm]]:
    """Headings of a kind whose any form begins so, with the form that does."""
    query = (
        select(AuthorityRecord, AuthorityForm)
        .join(AuthorityForm, AuthorityForm.authority_id == AuthorityRecord.id)
        .where(AuthorityRecord.kind == kind, AuthorityRecord.state == RecordState.ACTIVE)
        .where(_begins(heading_key(text)))
        # "See also" names something else: it must not become this heading.
        .where(AuthorityForm.relation != FormRelation.SEE_ALSO)
        .order_by(AuthorityForm.search_key)
        .options(undefer(AuthorityRecord.marc))
    )
    return [(a, f) for a, f in session.execute(query.limit(MAX_SUGGESTIONS))]


def records_using(authority: AuthorityRecord) -> Select[BibliographicRecord]:
    """Records that name this heading in ``$3``."""
    linked = select(RecordLink.record_id).where(
        RecordLink.relation == "heading", RecordLink.target == authority.link_key
    )
    return select(BibliographicRecord).where(BibliographicRecord.id.in_(linked))


def headings_with_records(kind: str, beginning: str) -> Select[str, int]:
    """Headings of a kind that begin so, with how many records name them; those with none not."""
    number = func.count().label("number")
    return (
        select(AuthorityRecord.heading, number)
        .join(RecordLink, RecordLink.target == AuthorityRecord.link_key)
        .join(BibliographicRecord, BibliographicRecord.id == RecordLink.record_id)
        .where(AuthorityRecord.kind == kind, AuthorityRecord.state == RecordState.ACTIVE)
        .where(RecordLink.relation == "heading", ACTIVE)
        .where(func.substr(AuthorityRecord.heading, 1, len(beginning)) == beginning)
        .group_by(AuthorityRecord.id, AuthorityRecord.heading)
        .order_by(AuthorityRecord.heading)
    )


def catalogues_using(authority: AuthorityRecord) -> Select[str]:
    """The catalogues that have records with this heading."""
    return records_using(authority).with_only_columns(BibliographicRecord.catalogue).distinct()


def same_headings(kind: str, text: str, but: int | None) -> Select[AuthorityRecord]:
    """Headings of a kind that read the same."""
    query = select(AuthorityRecord).where(
        AuthorityRecord.kind == kind,
        AuthorityRecord.heading == text,
        AuthorityRecord.state == RecordState.ACTIVE,
    )
    return query.where(AuthorityRecord.id != but) if but is not None else query
