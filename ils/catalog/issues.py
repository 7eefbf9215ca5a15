"""Articles of one issue of a newspaper or journal."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, undefer

from ils.catalog import queries
from ils.catalog.models import BibliographicRecord, RecordLink, RecordState
from ils.catalog.records.links import links
from ils.marc.record import MarcRecord

#: Articles of a serial that are looked at, the latest first: a few issues' worth.
LOOKED_AT = 400


def issue_of(marc: MarcRecord) -> tuple[str, str]:
    """Year and number of the issue a record is in; empty texts where it says none.

    ``463`` has them: 200 $a the number or date, 210 $d the year. The number as it is compared:
    ``5`` of ``№ 5``.
    """
    inside = [one for f in marc.each("463") for one in f.embedded()]
    number = next((one.get("a") for one in inside if one.tag == "200"), "")
    year = next((one.get("d") for one in inside if one.tag == "210"), "")
    return year.strip(), _compared(number)


def _compared(number: str) -> str:
    return "".join(number.split()).removeprefix("№").casefold()


def of_same_issue(session: Session, marc: MarcRecord) -> list[BibliographicRecord]:
    """What of the issue an article is in is described already, in the order it was.

    Args:
        marc: the article; its hosts are named by numbers of this catalogue.
    """
    hosts = {link.target for link in links(marc, "") if link.relation == "host"}
    return _articles(session, hosts, issue_of(marc))


def parts_of(session: Session, record: BibliographicRecord) -> Select[BibliographicRecord]:
    """What names a record as its whole; of an issue also what names its journal and number."""
    own = queries.parts(record)
    if record.worksheet != "issue":
        return own
    marc = record.marc_record()
    hosts = {one.target for one in links(marc, record.agency) if one.relation == "host"}
    wanted = marc.get("934", "a").strip(), _compared(marc.get("936", "a"))
    ids = [one.id for one in _articles(session, hosts, wanted)] if all(wanted) else []
    inside = own.with_only_columns(BibliographicRecord.id)
    return queries.records().where(
        or_(BibliographicRecord.id.in_(inside), BibliographicRecord.id.in_(ids))
    )


def _articles(
    session: Session, hosts: Collection[str], wanted: tuple[str, str]
) -> list[BibliographicRecord]:
    """The articles of some serials that are in an issue, in the order they were described."""
    if not hosts or not any(wanted):
        return []
    described = (
        select(BibliographicRecord)
        .join(RecordLink, RecordLink.record_id == BibliographicRecord.id)
        .where(
            RecordLink.relation == "host", RecordLink.target.in_(hosts),
            BibliographicRecord.state == RecordState.ACTIVE,
        )
        .distinct()
        .options(undefer(BibliographicRecord.marc))
        .order_by(BibliographicRecord.id.desc())
        .limit(LOOKED_AT)
    )  # fmt: skip
    found = session.scalars(described).all()
    return [one for one in reversed(found) if issue_of(one.marc_record()) == wanted]
