"""Lending, renewing, taking back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from ils import ledger
from ils.circulation.campaigns import actions as campaigns
from ils.circulation.context import Desk
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.actions import release_hold, requeue
from ils.circulation.holds.models import Hold, HoldStatus
from ils.circulation.holds.queries import fits, holds_ahead, in_transit_to
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans import rules as loan_rules
from ils.circulation.loans.facts import loan_facts
from ils.circulation.loans.models import Loan, LoanEnd
from ils.circulation.loans.rules import (
    Borrower,
    Problem,
    RenewalRefused,
    Renewing,
    Severity,
    Wanted,
)
from ils.circulation.policy import rules as policy_rules
from ils.circulation.policy.rules import LoanPolicy
from ils.circulation.transit import actions as transit_actions
from ils.circulation.transit import queries as transit_queries
from ils.errors import N_, Invalid
from ils.holdings.items.actions import item_facts
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.rules import next_status
from ils.ledger import Kind, Origin, ServicePlace
from ils.organisation.audit.actions import audit
from ils.organisation.calendar.queries import calendar
from ils.patrons import queries as patron_queries
from ils.patrons.models import Patron
from ils.patrons.queries import reasons_of_blocks
from ils.patrons.visits import count_visit


@dataclass(frozen=True)
class Issued:
    """A loan just made, what is to be said with it, and what the reader has now."""

    loan: Loan
    notes: list[Problem]
    held: int
    limit: int
    overdue: int
    filled: Hold | None = None


@dataclass(frozen=True)
class _Request:
    """A reader asks for a copy, or for some of a group; others may wait for it."""

    patron: Patron
    item: Item
    copies: int
    holds: list[Hold]

    @property
    def own(self) -> Hold | None:
        """The hold this loan would fill."""
        mine = (h for h in self.holds if h.patron_id == self.patron.id)
        return next((h for h in mine if fits(h, self.item)), None)


def issue_item(
    desk: Desk, *, patron: Patron, item: Item, copies: int = 1, wanted: bool = True
) -> Issued:
    """Lend a copy, or some of a group.

    Args:
        wanted: somebody may wait for it; if it is known that nobody does, nobody is looked for.

    Raises:
        LoanRefused: the rules say no; it carries all the problems.
        ItemUnavailable: the copy's state does not allow it.
    """
    session, origin = desk.session, desk.origin
    holds = hold_queries.holds_on(session, item.record_id) if wanted else []
    asked = _Request(patron, item, copies, holds)
    standing, notes, general, terms = _permitted(desk, asked)
    assert standing.year is not None  # noqa: S101 -- `checked` refused otherwise; for the checker
    due = _first_due(desk, terms)  # first: what is asked later finds nothing half changed
    away = _is_away(item, origin)
    if item.copies == 1:
        was, item.status = item.status, next_status(item.status, Kind.LOAN)
        _leave_queue(session, origin, asked, was)
        item.branch_id = origin.branch_id
    loan = Loan(
        item=item,
        patron=patron,
        patron_year=standing.year,
        branch_id=origin.branch_id,
        service_point_id=origin.service_point_id,
        place=desk.place,
        material=item.record.material,
        is_bulk=item.copies > 1,
        copies=copies,
        staff_id=origin.staff_id,
        issued_at=origin.at,
        due=due,
    )
    session.add(loan)
    session.flush()
    facts = loan_facts(loan, origin)
    ledger.record(session, Kind.LOAN, origin, facts, place=desk.place, count=copies)
    if (own := asked.own) is not None:
        own.status, own.ended_at = HoldStatus.FILLED, origin.at
        ledger.record(session, Kind.HOLD_FILLED, origin.derive("hold"), facts)
    if away:
        transit_actions.lent(session, origin, item, facts)
    count_visit(session, origin, patron.id, facts)
    _write_override(desk, loan, notes)
    held = standing.away + (0 if desk.place is ServicePlace.READING_ROOM else copies)
    return Issued(loan, notes, held, general.number("max_loans"), standing.overdue, own)


def _is_away(item: Item, origin: Origin) -> bool:
    """Whether a copy is lent away from home, or out of its way home: perhaps by ВСО."""
    places = {item.owner_branch_id, item.branch_id, origin.branch_id}
    return item.copies == 1 and (len(places) > 1 or item.status == ItemStatus.IN_TRANSIT)


def _permitted(
    desk: Desk, asked: _Request
) -> tuple[loan_queries.PatronStatus, list[Problem], LoanPolicy, LoanPolicy]:
    """How the reader stands, what is to be said, what holds in general and for the copy.

    Raises:
        LoanRefused: the rules say no.
    """
    session, day, here = desk.session, desk.origin.day, desk.origin.branch_id
    patron, material = asked.patron, asked.item.record.material
    general, special = desk.terms(patron.category, None, material)
    standing = loan_queries.patron_status(
        session, patron.id, day, general.number("grace_days"), material
    )
    narrow = special.rule("max_loans").material is not None
    borrower = Borrower(
        standing.year is not None,
        standing.away,
        standing.overdue,
        standing.of_material if narrow else 0,
        reasons_of_blocks(session, patron.id, day) if standing.blocks else (),
    )
    wanted = Wanted(
        desk.place,
        asked.copies,
        holds_ahead(session, asked.item, asked.holds, asked.own, desk.origin.day),
        in_transit_to(session, asked.item, here, asked.own),
    )
    found = loan_rules.problems(borrower, wanted, general, special)
    notes = loan_rules.checked(found, desk.override.codes, about=about(asked.item))
    return standing, notes, general, special


def _leave_queue(session: Session, origin: Origin, asked: _Request, was: str) -> None:
    """End the copy's way, and give the hold it was set aside for its place in the queue back."""
    item, own = asked.item, asked.own
    if was == ItemStatus.IN_TRANSIT:
        transit = transit_queries.transit_of(session, item.id)
        if transit is not None:
            transit.ended_at = origin.at
    for hold in asked.holds:
        if hold.item_id == item.id and hold is not own:
            requeue(hold)
    if own is not None and own.item_id not in {None, item.id}:
        release_hold(session, session.get_one(Item, own.item_id), origin)


def _first_due(desk: Desk, terms: LoanPolicy) -> date:
    day = desk.origin.day
    if desk.place is ServicePlace.READING_ROOM:
        return day
    working = calendar(desk.session, desk.origin.branch_id, day)
    return policy_rules.due_day(day, terms.number("loan_days"), working)


def about(item: Item) -> str:
    """Which copy a refusal is about."""
    return f"{item.record.title} ({item.number})"


def _write_override(desk: Desk, loan: Loan, notes: list[Problem]) -> None:
    """Who let what pass, and why, in the audit trail."""
    passed = [p.code for p in notes if p.severity is Severity.OVERRIDABLE]
    if passed:
        audit(
            desk.session,
            desk.origin.staff_id,
            "loan.override",
            loan.item.number,
            problems=passed,
            reason=desk.override.reason,
        )


def return_item(
    desk: Desk, *, loan: Loan, origin: Origin | None = None, by_another: bool = False
) -> None:
    """Take a copy back; it stands free at this branch then.

    Args:
        origin: of the entry, where it is not the act's first.
        by_another: another reader brought it; then it is no visit of the first.

    Raises:
        ItemUnavailable: the copy's state does not allow it.
        Invalid: the day of the return is not possible.
    """
    session = desk.session
    origin = _dated(desk, origin or desk.origin, loan)
    loan.item.status = next_status(loan.item.status, Kind.RETURN)
    loan.item.branch_id = origin.branch_id
    before, loan.quantity_returned = loan.quantity_returned, loan.copies
    loan.ended_at = origin.at
    loan.ended_by = LoanEnd.RETURNED
    facts = loan_facts(loan, origin)
    detail = patron_queries.BY_ANOTHER if by_another else None
    if desk.returned_on is not None:
        detail = patron_queries.BOOK_DROP
    ledger.record(session, Kind.RETURN, origin, facts, detail=detail)
    if loan.due < origin.day:
        campaigns.count_return(
            session, origin, facts, loan.copies - before, patron_id=loan.patron_id, due=loan.due
        )
    if detail is None and loan.patron_id is not None:
        count_visit(session, origin, loan.patron_id, facts)
    session.flush()


def return_copies(desk: Desk, *, loan: Loan, copies: int) -> None:
    """Take some copies of a group back; the loan ends with the last."""
    origin = _dated(desk, desk.origin, loan)
    loan.quantity_returned += copies
    if loan.quantity_returned == loan.copies:
        loan.ended_at, loan.ended_by = origin.at, LoanEnd.RETURNED
    facts = loan_facts(loan, origin)
    detail = patron_queries.BOOK_DROP if desk.returned_on is not None else None
    ledger.record(desk.session, Kind.RETURN, origin, facts, count=copies, detail=detail)
    if loan.due < origin.day:
        campaigns.count_return(
            desk.session, origin, facts, copies, patron_id=loan.patron_id, due=loan.due
        )
    if detail is None and loan.patron_id is not None:
        count_visit(desk.session, origin, loan.patron_id, facts)


def _dated(desk: Desk, origin: Origin, loan: Loan) -> Origin:
    """The origin of a return that is dated back.

    Raises:
        Invalid: after today, too far back, or before the loan.
    """
    day = desk.returned_on
    if day is None or day == origin.day:
        return origin
    if not 0 < (origin.day - day).days <= desk.rules.backdate_days:
        raise Invalid(N_("Returned on"), N_("It must be a past day, not too far back."))
    evening = datetime.combine(day, time(12), UTC)
    if evening.date() < loan.issued_at.date():
        raise Invalid(N_("Returned on"), N_("The copy was lent after that day."))
    renewed = loan_queries.last_renewal(desk.session, loan)
    if renewed is not None and evening.date() < renewed:
        raise Invalid(N_("Returned on"), N_("The loan was renewed after that day."))
    return replace(origin, at=max(evening, loan.issued_at), day=day)


def standing_problems(desk: Desk, patron_id: int | None) -> list[Problem]:
    """What speaks against lending or renewing anything to a reader today."""
    if patron_id is None:
        return []
    session, day = desk.session, desk.origin.day
    standing = loan_queries.patron_status(session, patron_id, day)
    blocks = reasons_of_blocks(session, patron_id, day) if standing.blocks else ()
    registered = standing.year is not None
    return loan_rules.standing_problems(Borrower(registered, standing.away, 0, blocks=blocks))


def renew_loan(
    desk: Desk,
    *,
    loan: Loan,
    origin: Origin | None = None,
    of_reader: Sequence[Problem] | None = None,
) -> None:
    """Give a loan more days, as the reader asked: at the desk, by phone, by e-mail.

    Args:
        of_reader: `standing_problems`, where they are known already.

    Raises:
        ItemUnavailable: the loan is no longer open.
        RenewalRefused: the rules say no.
    """
    session, origin = desk.session, origin or desk.origin
    if not loan.is_bulk:
        next_status(loan.item.status, Kind.RENEWAL)
    seen = origin.channel not in patron_queries.REMOTE
    (terms,) = desk.terms(loan.patron_year.category, loan.material)
    holds = hold_queries.holds_on(session, loan.item.record_id)
    waited = holds_ahead(session, loan.item, holds, None, origin.day)
    place = ServicePlace(loan.place)
    weeks = (origin.at - loan.issued_at).days // 7
    renewing = Renewing(loan.due, place, loan.renewals, loan.unseen_renewals, seen, waited, weeks)
    if of_reader is None:
        of_reader = standing_problems(desk, loan.patron_id)
    found = [*of_reader, *loan_rules.renewal_problems(renewing, terms)]
    allowed = desk.override.codes
    notes = loan_rules.checked(found, allowed, RenewalRefused, about=about(loan.item))
    working = calendar(session, origin.branch_id, origin.day)
    due = loan_rules.renewed_due(renewing, origin.day, terms, working)
    if due <= loan.due:
        raise RenewalRefused([loan_rules.nothing_gained(loan.due)], about(loan.item))
    loan.due = due
    loan.renewals += 1
    loan.unseen_renewals += not seen
    facts = loan_facts(loan, origin)
    ledger.record(session, Kind.RENEWAL, origin, facts, detail="reader", count=loan.quantity_out)
    if loan.patron_id is not None:
        count_visit(session, origin, loan.patron_id, facts)
    _write_override(desk, loan, notes)


def use_in_house(desk: Desk, *, item: Item) -> None:
    """Count a copy that was read in the library without a loan.

    Raises:
        ItemUnavailable: the copy is not on the shelf.
    """
    next_status(item.status, Kind.IN_HOUSE_USE)
    place = ServicePlace.READING_ROOM
    ledger.record(desk.session, Kind.IN_HOUSE_USE, desk.origin, item_facts(item), place=place)


def mark_group_lost(desk: Desk, *, loan: Loan) -> None:
    """The reader lost the copies of a group that are still out; the others stay on the shelf."""
    copies = loan.quantity_out
    loan.ended_at, loan.ended_by = desk.origin.at, LoanEnd.LOST
    facts = loan_facts(loan, desk.origin)
    ledger.record(desk.session, Kind.LOST, desk.origin, facts, detail="lost", count=copies)


def mark_lost(desk: Desk, *, item: Item, loan: Loan | None) -> None:
    """Mark a copy as lost by its reader, or as missing from the shelf.

    Raises:
        ItemUnavailable: it is neither on loan nor on the shelf.
    """
    item.status = next_status(item.status, Kind.LOST)
    facts = item_facts(item)
    if loan is not None:
        loan.ended_at, loan.ended_by = desk.origin.at, LoanEnd.LOST
        facts = loan_facts(loan, desk.origin)
    ledger.record(desk.session, Kind.LOST, desk.origin, facts, detail=item.status)


def mark_found(desk: Desk, *, item: Item, origin: Origin) -> None:
    """A copy that was missing or lost is in hand: it stands free at this branch."""
    was, item.status = item.status, next_status(item.status, Kind.FOUND)
    item.branch_id = origin.branch_id
    ledger.record(desk.session, Kind.FOUND, origin, item_facts(item), detail=was)
    desk.session.flush()
