"""Does the state follow from the ledger? Run nightly, by hand, and after every test.

Each check returns rows that disagree; all is well when every list is empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from ils import changes
from ils.catalog.models import BibliographicRecord, RecordState
from ils.circulation.holds.models import IS_OPEN, Hold, HoldStatus
from ils.circulation.loans.models import Loan, LoanEnd
from ils.circulation.transit.models import Transit
from ils.codes.models import Code
from ils.digitization.documents import queries as documents
from ils.errors import N_
from ils.holdings.acts.models import ActItem, ActKind, ActState, StockAct
from ils.holdings.items.models import Item, ItemStatus
from ils.internal_loans import checks as internal_loans
from ils.ledger import AMOUNTS, ClosingFrontier, Entry, Kind, OpeningOf
from ils.patrons.models import Patron, PatronYear
from ils.patrons.queries import is_visit_making
from ils.stats.closing.verification import structure

PREVIEW_ROWS = 20


@dataclass(frozen=True)
class Finding:
    """A check that failed: what should be true, how often it is not, some examples' ids."""

    check: str
    message: str
    count: int
    examples: tuple[int, ...]


def _loans_without_balance() -> Select[int]:
    """Copies lent − returned − lost are those still out; none of an ended loan."""
    brought = and_(Entry.kind == Kind.OPENING, Entry.opening_of == OpeningOf.LOANS)
    sign = case(
        (or_(Entry.kind == Kind.LOAN, brought), Entry.count),
        (Entry.kind.in_([Kind.RETURN, Kind.LOST]), -Entry.count),
        else_=0,
    )
    told = (
        select(Entry.loan_id, func.sum(sign).label("out"))
        .where(Entry.loan_id.is_not(None))
        .group_by(Entry.loan_id)
        .subquery()
    )
    held = case((Loan.ended_at.is_(None), Loan.copies - Loan.quantity_returned), else_=0)
    return (
        select(func.coalesce(Loan.id, told.c.loan_id))
        .outerjoin_from(told, Loan, Loan.id == told.c.loan_id, full=True)
        .where(or_(Loan.id.is_(None), func.coalesce(told.c.out, 0) != held))
    )


def _renewals_differ() -> Select[int]:
    """A loan was renewed as often as entries say, less those reversed; each counts its copies."""
    times = func.sum(case((Entry.reverses_id.is_(None), 1), else_=-1))
    told = (
        select(Entry.loan_id, times.label("n"))
        .where(Entry.kind == Kind.RENEWAL, Entry.loan_id.is_not(None))
        .group_by(Entry.loan_id)
        .subquery()
    )
    return (
        select(Loan.id)
        .outerjoin(told, told.c.loan_id == Loan.id)
        .where(Loan.renewals != func.coalesce(told.c.n, 0))
    )


def _shelves_differ() -> Select[int]:
    """A copy is on loan ⇔ it has an open loan."""
    open_ = select(Loan.item_id).where(Loan.ended_at.is_(None), ~Loan.is_bulk)
    on_loan = Item.status == ItemStatus.ON_LOAN
    return select(Item.id).where(
        or_(and_(on_loan, Item.id.not_in(open_)), and_(~on_loan, Item.id.in_(open_)))
    )


def _hold_shelf_differs() -> Select[int]:
    """A copy stands on the hold shelf ⇔ a hold is ready with it."""
    ready = select(Hold.item_id).where(IS_OPEN, Hold.status == HoldStatus.ON_SHELF)
    shelved = Item.status == ItemStatus.ON_HOLD_SHELF
    return select(Item.id).where(shelved != Item.id.in_(ready))


def _transits_differ() -> Select[int]:
    """A copy is in transit ⇔ its way has not ended."""
    under_way = select(Transit.item_id).where(Transit.ended_at.is_(None))
    return select(Item.id).where((Item.status == ItemStatus.IN_TRANSIT) != Item.id.in_(under_way))


def _holds_differ() -> Select[int]:
    """Holds placed − filled − cancelled − expired are the holds still open."""
    sign = case((Entry.kind == Kind.HOLD_PLACED, Entry.count), else_=-Entry.count)
    told = select(func.coalesce(func.sum(sign), 0)).where(
        Entry.kind.in_(
            [Kind.HOLD_PLACED, Kind.HOLD_FILLED, Kind.HOLD_CANCELLED, Kind.HOLD_EXPIRED]
        ),
        Entry.record_id.is_not(None),  # what was brought in as sums has no holds behind it
    )
    number = select(func.count(Hold.id)).where(IS_OPEN).scalar_subquery()
    return select(number).where(number != told.scalar_subquery())


def _too_many_of_a_group() -> Select[int]:
    """No more copies of a group are lent than it has."""
    out = (
        select(Loan.item_id, func.sum(Loan.copies - Loan.quantity_returned).label("n"))
        .where(Loan.ended_at.is_(None))
        .group_by(Loan.item_id)
        .subquery()
    )
    return select(Item.id).join(out, out.c.item_id == Item.id).where(out.c.n > Item.copies)


def _undone_without_reversal() -> Select[int]:
    """A loan undone has no loan standing; a loan standing was not undone."""
    standing = (
        select(Entry.loan_id)
        .where(Entry.kind.in_([Kind.LOAN, Kind.OPENING]), Entry.loan_id.is_not(None))
        .group_by(Entry.loan_id)
        .having(func.sum(Entry.count) != 0)
    )
    undone = func.coalesce(Loan.ended_by, "") == LoanEnd.UNDONE
    return select(Loan.id).where(undone == Loan.id.in_(standing))


def _bad_reversals() -> Select[int]:
    """A reversal is equal and opposite, and of the same kind and place."""
    first = aliased(Entry)
    unequal = [
        func.coalesce(getattr(first, name), 0) + func.coalesce(getattr(Entry, name), 0) != 0
        for name in AMOUNTS
    ]
    return (
        select(Entry.id)
        .join(first, first.id == Entry.reverses_id)
        .where(or_(Entry.kind != first.kind, Entry.branch_id != first.branch_id, *unequal))
    )


def _posted_wrongly() -> Select[int]:
    """Nothing is posted before its day."""
    return select(Entry.id).where(Entry.posted < Entry.day)


def _visits_differ() -> Select[int]:
    return _services_differ(remote=False)


def _remote_visits_differ() -> Select[int]:
    return _services_differ(remote=True)


def _services_differ(*, remote: bool) -> Select[int]:
    """A reader's services of a day at a branch and one visit come and go together."""
    reader = func.coalesce(PatronYear.patron_id, PatronYear.id)
    kind = Kind.REMOTE_VISIT if remote else Kind.VISIT
    visits = func.sum(case((Entry.kind == kind, Entry.count), else_=0))
    services = func.sum(case((is_visit_making(remote=remote), Entry.count), else_=0))
    return (
        select(func.min(Entry.id))
        .join(PatronYear, PatronYear.id == Entry.patron_year_id)
        .group_by(reader, Entry.branch_id, Entry.day)
        .having(visits != case((services > 0, 1), else_=0))
    )


def _registrations_differ() -> Select[int]:
    """A reader of the year has exactly one registration; one that was taken back has none."""
    told = (
        select(Entry.patron_year_id, func.sum(Entry.count).label("n"))
        .where(Entry.kind == Kind.REGISTRATION, Entry.patron_year_id.is_not(None))
        .group_by(Entry.patron_year_id)
        .subquery()
    )
    number = func.coalesce(told.c.n, 0)
    return (
        select(PatronYear.id)
        .outerjoin(told, told.c.patron_year_id == PatronYear.id)
        .where(number != case((PatronYear.taken_back, 0), else_=1))
    )


def _counted_twice() -> Select[int]:
    """A copy stands in the stock at most once, and not at all when it is withdrawn."""
    brought = and_(Entry.kind == Kind.OPENING, Entry.opening_of == OpeningOf.STOCK)
    sign = case(
        (or_(Entry.kind == Kind.ACCESSION, brought), Entry.count),
        (Entry.kind == Kind.WITHDRAWAL, -Entry.count),
        else_=0,
    )
    stock = (
        select(Entry.item_id, func.sum(sign).label("n"))
        .where(Entry.item_id.is_not(None))
        .group_by(Entry.item_id)
        .subquery()
    )
    most = case((Item.status == ItemStatus.WITHDRAWN, 0), else_=Item.copies)
    return select(Item.id).join(stock, stock.c.item_id == Item.id).where(stock.c.n > most)


def _records_uncounted() -> Select[int]:
    """Each record in the catalogue is counted once, a hidden one not at all."""
    sign = case(
        (Entry.kind.in_([Kind.OPENING, Kind.RECORD_ADDED, Kind.RECORD_RESTORED]), Entry.count),
        (Entry.kind.in_([Kind.RECORD_DELETED, Kind.RECORD_MERGED]), -Entry.count),
        else_=0,
    )
    active = BibliographicRecord.state == RecordState.ACTIVE
    told = (
        select(Entry.record_id, func.sum(sign).label("n"))
        .where(Entry.record_id.is_not(None), Entry.item_id.is_(None))
        .group_by(Entry.record_id)
        .subquery()
    )
    return (
        select(BibliographicRecord.id)
        .outerjoin(told, told.c.record_id == BibliographicRecord.id)
        .where(func.coalesce(told.c.n, 0) != case((active, 1), else_=0))
    )


def _codes_differ() -> CompoundSelect[int]:
    """Each number of a copy and each card is a code of its own copy or reader."""
    of_item = and_(Code.item_id == Item.id, Code.written.in_((Item.barcode, Item.inventory_number)))
    of_patron = and_(Code.patron_id == Patron.id, Code.written == Patron.card)
    numbered = or_(Item.barcode.is_not(None), Item.inventory_number.is_not(None))
    items = select(Item.id).where(numbered, ~select(Code.id).where(of_item).exists())
    return items.union_all(select(Patron.id).where(~select(Code.id).where(of_patron).exists()))


def _acts_differ() -> CompoundSelect[int]:
    """An executed act wrote as many copies as its list has; what it took out is out."""
    listed = (
        select(ActItem.act_id, func.sum(ActItem.copies).label("n"))
        .group_by(ActItem.act_id)
        .subquery()
    )
    kinds = (Kind.ACCESSION, Kind.REDISTRIBUTION, Kind.WITHDRAWAL)
    told = (
        select(Entry.act_id, func.sum(Entry.count).label("n"))
        .join(StockAct, StockAct.id == Entry.act_id)
        .where(Entry.kind.in_(kinds), Entry.id <= StockAct.last_entry_id)
        .group_by(Entry.act_id)
        .subquery()
    )
    executed = StockAct.state == ActState.EXECUTED
    uneven = (
        select(StockAct.id)
        .outerjoin(listed, listed.c.act_id == StockAct.id)
        .outerjoin(told, told.c.act_id == StockAct.id)
        .where(executed, func.abs(func.coalesce(told.c.n, 0)) != func.coalesce(listed.c.n, 0))
    )
    turned = aliased(StockAct)
    standing = and_(
        executed, StockAct.kind == ActKind.WITHDRAWAL, StockAct.reverses_id.is_(None),
        ~select(turned.id).where(turned.reverses_id == StockAct.id).exists(),
    )  # fmt: skip
    back = (
        select(Item.id)
        .join(ActItem, ActItem.item_id == Item.id)
        .join(StockAct, StockAct.id == ActItem.act_id)
        .where(standing, Item.status != ItemStatus.WITHDRAWN)
    )
    return uneven.union_all(back)


def _no_books() -> Select[int]:
    """The frontier of closed months is one row."""
    return select(func.count(ClosingFrontier.id)).having(func.count(ClosingFrontier.id) != 1)


CHECKS: dict[str, tuple[str, Callable[[], Select[int] | CompoundSelect[int]]]] = {
    "loans": (N_("Open loans differ from the ledger."), _loans_without_balance),
    "renewals": (N_("Renewals of loans differ from the ledger."), _renewals_differ),
    "shelves": (N_("Copies on loan differ from open loans."), _shelves_differ),
    "hold_shelf": (N_("Copies on the hold shelf differ from holds."), _hold_shelf_differs),
    "transits": (N_("Items in transit do not match their transfers."), _transits_differ),
    "internal_loans": (
        N_("Copies lent to branches are not where their entries say."),
        internal_loans.loans_differ,
    ),
    "assigned": (
        N_("Copies stand for branches that did not ask for them."),
        internal_loans.assigned_differ,
    ),
    "boxes": (N_("Boxes between branches do not match their copies."), internal_loans.boxes_differ),
    "requests": (
        N_("Requests of branches differ from the ledger."),
        internal_loans.requests_differ,
    ),
    "holds": (N_("Holds differ from the ledger."), _holds_differ),
    "groups": (N_("More copies of a group are lent than it has."), _too_many_of_a_group),
    "undone": (N_("Loans undone differ from reversals."), _undone_without_reversal),
    "reversals": (N_("Reversals are not equal and opposite."), _bad_reversals),
    "posted": (N_("Entries are posted before their day."), _posted_wrongly),
    "visits": (N_("Visits differ from the services of the day."), _visits_differ),
    "remote_visits": (N_("Remote visits differ from services by phone."), _remote_visits_differ),
    "registrations": (N_("Registrations differ from the ledger."), _registrations_differ),
    "stock": (N_("Copies are counted more than once."), _counted_twice),
    "records": (N_("Records are not counted once."), _records_uncounted),
    "codes": (N_("Cards and numbers differ from the table of codes."), _codes_differ),
    "acts": (N_("Acts of the stock differ from the ledger."), _acts_differ),
    "documents": (N_("Digital documents are not counted once."), documents.counted_wrongly),
    "published": (
        N_("Digital documents are published that no record describes."),
        documents.without_right_to_be_public,
    ),
    "books": (N_("The date of the last closed month is missing."), _no_books),
}


DISTURBED = N_(
    "Closed months or the guards of the ledger were changed by hand: see “ils stats verify”."
)


UNNOTED = N_("Changes of some tables are not noted for the journal: run “ils init”.")


def findings(session: Session) -> list[Finding]:
    """What disagrees; empty when all is well."""
    found = []
    for name, (message, query) in CHECKS.items():
        ids = list(session.scalars(query()))
        if ids:
            found.append(Finding(name, message, len(ids), tuple(ids[:PREVIEW_ROWS])))
    if disturbed := structure(session):
        found.append(Finding("closing", DISTURBED, len(disturbed), ()))
    if unnoted := changes.missing(session):
        found.append(Finding("journal", UNNOTED, len(unnoted), ()))
    return found
