"""Searching records: for pages, commands, files and changes of many."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, func, literal, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TableValuedAlias

from ils.catalog import queries as catalog
from ils.catalog.models import BibliographicRecord
from ils.marc.record import MarcRecord
from ils.search import asking
from ils.search.asking import Asked, Found
from ils.search.following import index_of
from ils.search.models import SearchMiss

#: Records shown beside one.
SIMILAR = 6


def found(session: Session, data: Path, asked: Asked, *, facets: bool = False) -> Found:
    """What is found, with the numbers of each facet if they are wanted."""
    return asking.find(index_of(data).current(session), asked, facets=facets)


def records(session: Session, data: Path, asked: Asked) -> Select[BibliographicRecord]:
    """The records somebody asks for, the best first; all of them if nothing is asked."""
    if asked.is_empty:
        return catalog.records()
    return ranked(session, found(session, data, asked).ids)


def every_id(session: Session, data: Path, asked: Asked) -> Sequence[int]:
    """Every record that is asked for and nothing like it: for what goes out or is changed.

    It waits until the index knows all; not within a writing transaction.
    """
    index = index_of(data)
    index.catch_up(session)
    return asking.find(index.current(session), asked, strictly=True).ids


def among(session: Session, ids: Sequence[int]) -> ColumnElement[bool]:
    """That a record is one of these."""
    hit, _ = _hits(session, ids)
    return BibliographicRecord.id.in_(select(hit.c.value))


def explained(session: Session, data: Path, text: str, record_id: int) -> dict[str, object]:
    """How a record comes to its place; with what its loans add."""
    index = index_of(data).current(session)
    popularity, told = asking.explained(index, Asked(text), record_id)
    return {"id": record_id, "popularity": popularity, "score": json.loads(told)}


def similar(session: Session, data: Path, record_id: int, marc: MarcRecord) -> Sequence[int]:
    """Records under the same headings, the most alike first; without itself."""
    subjects = [f.get("a") for f in marc.each("600", "601", "606", "607", "610")]
    index = index_of(data).current(session)
    found = asking.about(index, [text for text in subjects if text.strip()], SIMILAR + 1)
    return [one for one in found if one != record_id][:SIMILAR]


def by_author(session: Session, data: Path, record_id: int, surname: str) -> Sequence[int]:
    """Other records of who has this name, those that are lent most first."""
    index = index_of(data).current(session)
    found = asking.of_author(index, surname, SIMILAR + 1)
    return [one for one in found if one != record_id][:SIMILAR]


def misses(first: date, last: date) -> Select[str, str, int, int]:
    """What was searched for in vain in some months: text, language, branch, how often."""
    often = func.sum(SearchMiss.count).label("often")
    return (
        select(SearchMiss.text, SearchMiss.language, SearchMiss.branch_id, often)
        .where(SearchMiss.month >= first.replace(day=1), SearchMiss.month <= last)
        .group_by(SearchMiss.text, SearchMiss.language, SearchMiss.branch_id)
        .order_by(often.desc(), SearchMiss.text)
    )


def ranked(session: Session, ids: Sequence[int]) -> Select[BibliographicRecord]:
    """Records in the order of their ids."""
    hit, place = _hits(session, ids)
    query = select(BibliographicRecord).join(hit, hit.c.value == BibliographicRecord.id)
    return query.order_by(place)


def _hits(session: Session, ids: Sequence[int]) -> tuple[TableValuedAlias, ColumnElement[int]]:
    """Numbers as a table, and the column of their places."""
    if session.get_bind().dialect.name == "postgresql":
        numbers = func.unnest(literal(list(ids), ARRAY(BigInteger)))
        hit = numbers.table_valued("value", with_ordinality="place", name="hit").render_derived()
        return hit, hit.c.place
    hit = func.json_each(json.dumps(list(ids))).table_valued("key", "value", name="hit")
    return hit, hit.c.key
