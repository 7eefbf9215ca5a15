"""What a line of results says of a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session, undefer

from ils import web
from ils.catalog.models import BibliographicRecord
from ils.catalog.wholes import all_described
from ils.holdings.items.queries import BranchCopies, copies_by_branch
from ils.marc.gost import Style, imprint
from ils.marc.record import MarcRecord
from ils.organisation.branches.queries import names_of
from ils.search import queries as search
from ils.search.analysis import marked

#: Branches named in a line; of more only the number is told.
NAMED = 3


@dataclass(frozen=True)
class ResultCard:
    """A record in a list of results."""

    record: BibliographicRecord
    title: Sequence[tuple[str, bool]]
    authors: Sequence[tuple[str, bool]]
    imprint: str
    copies: Sequence[BranchCopies]
    availability: str

    @property
    def free(self) -> int:
        """Copies that are free anywhere."""
        return sum(one.free for one in self.copies)

    def free_at(self, branch_id: int) -> int:
        """Copies that are free at a branch."""
        return sum(one.free for one in self.copies if one.branch_id == branch_id)


def cards(session: Session, ids: Sequence[int], sought: str = "") -> list[ResultCard]:
    """The records, in the order of their ids."""
    query = search.ranked(session, ids).options(undefer(BibliographicRecord.marc))
    records = session.scalars(query).all()
    copies = copies_by_branch(session, [record.id for record in records])
    branches = names_of(session, web.language())
    return [
        _card(record, marc, copies.get(record.id, []), branches, sought)
        for record, marc in zip(records, all_described(session, records), strict=True)
    ]


def _card(
    record: BibliographicRecord,
    marc: MarcRecord,
    copies: Sequence[BranchCopies],
    branches: Mapping[int, tuple[str, str]],
    sought: str,
) -> ResultCard:
    return ResultCard(
        record,
        marked(record.title or gettext("without a title"), sought),
        marked(record.authors, sought),
        imprint(marc, Style.GOST71),
        copies,
        availability(copies, branches),
    )


def availability(copies: Sequence[BranchCopies], branches: Mapping[int, tuple[str, str]]) -> str:
    """Where copies are free, in words."""
    free = [one for one in copies if one.free]
    if not free:
        total = sum(one.total for one in copies)
        return str(gettext("All copies are lent: %(number)s", number=total)) if total else ""
    where = ", ".join(branches[one.branch_id][1] for one in free[:NAMED])
    if more := len(free[NAMED:]):
        where = gettext("%(names)s and %(number)s more", names=where, number=more)
    number = sum(one.free for one in free)
    return str(gettext("Free: %(number)s — %(where)s", number=number, where=where))
