"""What the acts of the desk share: how the desk is set, who else waits, what entries say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.records.actions import facts as record_facts
from ils.circulation import queries
from ils.circulation.actions.patrons import patron_facts
from ils.circulation.models import Hold, HoldStatus, Loan, PatronYear
from ils.circulation.rules import lending
from ils.circulation.rules.lending import Terms
from ils.config import Circulation, Config
from ils.holdings.models import Item, ItemStatus
from ils.ledger import Origin, Place
from ils.organisation.models import Branch


@dataclass(frozen=True)
class Override:
    """Problems that somebody with the right lets pass, and why."""

    codes: frozenset[str] = frozenset()
    reason: str = ""


@dataclass(frozen=True)
class Desk:
    """What an act of the desk needs: the session, the origin, the rules, how the desk is set.

    Attributes:
        place: where the copies go.
        returned_on: the day returns are dated, when the book-drop is emptied.
    """

    session: Session
    origin: Origin
    config: Config
    place: Place = Place.HOME
    override: Override = field(default_factory=Override)
    returned_on: date | None = None

    @property
    def rules(self) -> Circulation:
        """How the desk works, and what holds where no rule is narrower."""
        return self.config.circulation

    def terms(
        self, category: str, *materials: str | None, branch_id: int | None = None
    ) -> tuple[Terms, ...]:
        """What holds for a reader of a category, for each of the materials (`None`: for all)."""
        branch_id = branch_id or self.origin.branch_id
        return terms_at(self.session, self.config, branch_id, category, *materials)


def terms_at(
    session: Session, config: Config, branch_id: int, category: str, *materials: str | None
) -> tuple[Terms, ...]:
    """What holds at a branch for a reader of a category, for each of the materials."""
    stored, path = queries.lending_rules(session), config.lists.category_path(category)
    return tuple(
        lending.terms(
            stored, config.circulation, branch_id=branch_id, categories=path, material=material
        )
        for material in materials
    )


def reasons_of_blocks(session: Session, patron_id: int, day: date) -> tuple[str, ...]:
    """Why nothing is lent to a reader today."""
    standing = queries.blocks(patron_id).where(queries.standing_blocks(day))
    return tuple(block.reason for block in session.scalars(standing))


def fits(hold: Hold, item: Item) -> bool:
    """Whether a copy is what a hold waits for."""
    return hold.wanted_item_id in {None, item.id} and item.copies == 1


def waited_for_by(session: Session, item: Item, holds: list[Hold], own: Hold | None) -> int:
    """Readers who came first and would get no copy if this one went."""
    if any(h.item_id == item.id and h is not own for h in holds):
        return 1
    first = [
        h
        for h in holds
        if h.status == HoldStatus.WAITING and fits(h, item) and (own is None or h.id < own.id)
    ]
    if not first:
        return 0
    here = item.copies if item.status == ItemStatus.AVAILABLE else 0
    return max(0, len(first) - (queries.free_copies(session, item.record_id) - here))


def leaving_for(session: Session, item: Item, here: int, own: Hold | None) -> str:
    """The code of the branch a copy is on its way to, unless it is this one or the reader's."""
    if item.status != ItemStatus.IN_TRANSIT:
        return ""
    transit = queries.transit_of(session, item.id)
    if transit is None or transit.to_branch_id == here or transit.hold is own is not None:
        return ""
    return session.get_one(Branch, transit.to_branch_id).code


def item_facts(item: Item) -> ledger.Facts:
    """What an entry says of a copy."""
    return {
        **record_facts(item.record),
        "item_id": item.id,
        "owner_branch_id": item.owner_branch_id,
    }


def loan_facts(loan: Loan, origin: Origin) -> ledger.Facts:
    """What an entry says of a loan: its copy and its reader as registered."""
    year: PatronYear = loan.patron_year
    return {"loan_id": loan.id, **item_facts(loan.item), **patron_facts(year, origin)}
