"""Issues of journals that came without their journal's title."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ils.catalog.imports import queries
from ils.catalog.models import RevisionCause
from ils.catalog.records.actions import change_record
from ils.catalog.records.links import reference
from ils.catalog.subjects import Classes
from ils.ledger import Origin
from ils.marc.record import Field, linked


def name_issues(session: Session, origin: Origin, classes: Classes, most: int) -> int:
    """Give issues the title of their journal, wherever in whatever file that came; how many.

    ИРБИС says it of an issue by the journal's number only. Both stay as their source has them.
    """
    found = session.execute(queries.nameless_issues().limit(most)).all()
    for issue, journal in found:
        own, marc = journal.marc_record(), issue.marc_record()
        number = Field("001", "", [("", reference(journal.link_key, issue.agency))])
        issn = [Field("011", "  ", [("a", v)]) for v in [own.get("011", "a")] if v]
        title = Field("200", "1 ", [("a", own.get("200", "a"))])
        marc.fields.append(linked("461", " 0", [number, *issn, title]))
        marc.fields.sort(key=lambda f: f.tag)
        part = origin.derive(f"issue:{issue.id}")
        kept = issue.fingerprint
        cause = RevisionCause.IMPORTED
        change_record(session, part, issue, marc=marc, classes=classes, cause=cause)
        issue.fingerprint, issue.imported_revision = kept, issue.revision
    session.flush()
    return len(found)
