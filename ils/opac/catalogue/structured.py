"""A record as programs read it: schema.org, and the list of all addresses."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ils.catalog.models import BibliographicRecord
from ils.catalog.queries import ACTIVE
from ils.marc import citations
from ils.marc.record import MarcRecord

#: Addresses in a file of a sitemap (sitemaps.org allows 50 000).
IN_A_FILE = 40_000
_TYPES = {"article": "Article", "chapter": "Chapter", "webpage": "WebPage"}
_MATERIALS = {"journal": "Periodical", "newspaper": "Newspaper", "map": "Map", "cd": "MusicAlbum"}


def described(marc: MarcRecord, record: BibliographicRecord, address: str) -> str:
    """JSON-LD of schema.org; safe inside a script element."""
    said = citations.reference(marc)
    type_ = _TYPES.get(said.kind) or _MATERIALS.get(record.material, "Book")
    about: dict[str, object] = {
        "@context": "https://schema.org", "@type": type_, "@id": address, "url": address,
        "name": said.title, "inLanguage": record.language, "datePublished": said.year,
        "isbn": said.isbn, "issn": said.issn,
        "author": [
            {"@type": "Person", "name": " ".join(filter(None, (given, surname)))}
            for surname, given in said.authors
        ],
    }  # fmt: skip
    if said.publisher:
        about["publisher"] = {"@type": "Organization", "name": said.publisher}
    if said.host:
        about["isPartOf"] = {"@type": "CreativeWork", "name": said.host}
    kept = {name: value for name, value in about.items() if value}
    return json.dumps(kept, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")


def sitemap_files(session: Session) -> int:
    """How many files all records take."""
    total = session.scalar(select(func.count()).select_from(BibliographicRecord).where(ACTIVE))
    return -(-(total or 0) // IN_A_FILE)


def sitemap_ids(session: Session, file: int) -> Sequence[int]:
    """Records of a file."""
    ids = select(BibliographicRecord.id).where(ACTIVE).order_by(BibliographicRecord.id)
    return session.scalars(ids.offset(file * IN_A_FILE).limit(IN_A_FILE)).all()
