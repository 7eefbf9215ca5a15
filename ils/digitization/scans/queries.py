"""Reading scans."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ils import files
from ils.digitization.scans.models import RefusedScan, ScanFile, ScanPage
from ils.errors import N_, NotFound
from ils.holdings.items.models import Item
from ils.holdings.items.queries import item_by_code
from ils.holdings.labels.queries import SEPARATOR


class UnknownScanPage(NotFound):
    """There is no such scan."""

    code = "unknown_scan"
    message = N_("There is no such scan.")


def title_with(session: Session, sha256: str) -> str | None:
    """The name of the scan that has this content; ``None``: it is new."""
    return session.scalar(select(ScanFile.name).where(ScanFile.sha256 == sha256))


def token_of(session: Session, sha256: str) -> str | None:
    """Where the scan with this content lies."""
    return session.scalar(select(ScanFile.token).where(ScanFile.sha256 == sha256))


def refused() -> Select[RefusedScan]:
    """Files that were refused, the latest first."""
    return select(RefusedScan).order_by(RefusedScan.id.desc())


def refused_by_id(session: Session, refused_id: int) -> RefusedScan:
    """A refused file.

    Raises:
        UnknownScanPage: there is none of this number.
    """
    found = session.get(RefusedScan, refused_id)
    if found is None:
        raise UnknownScanPage
    return found


def scan_page(session: Session, page_id: int) -> ScanPage:
    """A page of a scan.

    Raises:
        UnknownScanPage: there is none of this number.
    """
    found = session.get(ScanPage, page_id)
    if found is None:
        raise UnknownScanPage
    return found


@dataclass(frozen=True)
class Meaning:
    """What a barcode on a page says: the copy's record, and whether it is on a separator sheet."""

    code: str
    record_id: int
    title: str
    sheet: bool


def meant(session: Session, barcodes: Sequence[str] | None) -> Meaning | None:
    """What the barcodes of a page mean; codes nobody here has mean nothing."""
    for code in barcodes or ():
        sheet = code.startswith(SEPARATOR)
        number = code.removeprefix(SEPARATOR)
        if sheet:
            item = session.get(Item, int(number)) if _is_id(number) else None
        else:
            item = item_by_code(session, [code])
        if item is not None:
            return Meaning(code, item.record_id, item.record.title, sheet)
    return None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) < 1 << 63


#: Pages of which the time a page takes is told.
RECENT = 100


def minutes(session: Session, waiting: int, workers: int) -> int | None:
    """About how long the waiting pages will take; ``None``: nothing was recognised here yet."""
    recent = (
        select(ScanPage.took_ms)
        .where(ScanPage.took_ms.is_not(None))
        .order_by(ScanPage.id.desc())
        .limit(RECENT)
        .subquery()
    )
    took = session.scalar(select(func.avg(recent.c.took_ms)))
    if took is None or not waiting:
        return None
    return math.ceil(float(took) * waiting / max(1, workers) / 60_000)


def to_verify(before: datetime) -> Select[ScanFile]:
    """Scans whose content was not read since a moment, the longest first."""
    return select(ScanFile).where(ScanFile.verified_at < before).order_by(ScanFile.verified_at)


def damaged_or_gone(session: Session, data: Path) -> list[int]:
    """Scans whose content is not what came, or is not there, or has another size."""
    query = select(ScanFile.id, ScanFile.token, ScanFile.size, ScanFile.damaged)
    found = []
    for number, token, size, is_damaged in session.execute(query.order_by(ScanFile.id)):
        path = files.content_of(data, token)
        if is_damaged or not path.is_file() or path.stat().st_size != size:
            found.append(number)
    return found


#: A page of a scan has so many bytes where there is none to measure.
LIKELY_BYTES = 10_000_000


def free_pages(session: Session, data: Path) -> int:
    """For about how many more pages the disk has room."""
    size, pages = space(session)
    return shutil.disk_usage(data).free // max(1, size // pages if pages else LIKELY_BYTES)


def space(session: Session) -> tuple[int, int]:
    """(Bytes, pages) of all scans."""
    size = session.scalar(select(func.coalesce(func.sum(ScanFile.size), 0))) or 0
    return size, session.scalar(select(func.count(ScanPage.id))) or 0
