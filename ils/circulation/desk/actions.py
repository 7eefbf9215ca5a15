"""A scan at the desk: resolve the code, ask the tree, act, and answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from ils.circulation.context import Desk
from ils.circulation.desk import rules as tree
from ils.circulation.desk.command_barcodes import Command, command
from ils.circulation.desk.rules import Level, ScanFacts, Situation
from ils.circulation.holds import actions as hold_actions
from ils.circulation.holds import actions as holds
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.models import Hold
from ils.circulation.keyboard import cleaned, readings
from ils.circulation.loans import actions as loan_actions
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.models import Loan, LoanEnd
from ils.circulation.loans.rules import LoanRefused, Problem
from ils.circulation.transit import queries as transit_queries
from ils.circulation.transit.models import Transit
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.queries import item_by_code
from ils.ledger import Origin
from ils.patrons import queries as patron_queries
from ils.patrons.models import Patron

MAX_NAMES = 9


@dataclass(frozen=True)
class Answer:
    """What the desk is told.

    Attributes:
        patron: the reader open after the scan; ``None`` closes nothing by itself.
        former: whose loan ended by a return.
        act: the request that can be undone.
        held, limit, overdue: of the open reader, where the scan changed or showed them.
        names, more: readers to choose from, and whether others fit too.
        late: the copy came back after its day.
        hold: the one the copy is set aside for, or that the loan filled.
        to_branch_id: where the copy must be sent.
        command: what a scanned command asks of the page.
        loans: of a group of copies, who has how many; or what was renewed.
        refused: loans that were not renewed, and why.
    """

    situation: Situation
    level: Level
    patron: Patron | None = None
    item: Item | None = None
    loan: Loan | None = None
    former: Patron | None = None
    act: UUID | None = None
    code: str = ""
    held: int | None = None
    limit: int = 0
    overdue: int = 0
    registered: bool = True
    notes: Sequence[Problem] = ()
    names: Sequence[Patron] = ()
    more: bool = False
    late: bool = False
    hold: Hold | None = None
    to_branch_id: int | None = None
    command: Command | None = None
    loans: Sequence[Loan] = ()
    refused: Sequence[tuple[Loan, LoanRefused]] = ()


def scan(desk: Desk, *, code: str, patron_id: int | None) -> Answer:
    """Do what a scanned code asks for. The order: command, card, barcode, inventory number, name.

    Raises:
        EmptyScan, UnknownCode, CardReplaced, Refused: nothing was done.
    """
    session = desk.session
    codes = readings(code)
    if not codes:
        raise tree.EmptyScan
    patron = patron_queries.patron(session, patron_id, lock=True) if patron_id else None
    if asked := command(codes):
        return Answer(Situation.COMMAND, Level.INFO, patron, command=asked)
    found = _resolved(session, codes)
    if isinstance(found, Patron):
        return patron_opened(desk, found)
    if found is not None:
        return _scanned(desk, found, patron)
    if former := patron_queries.retired_card(session, codes):
        raise tree.CardReplaced(day=former.replaced_at)
    if patron is not None and len(codes[0]) > 1:  # one digit was an answer to no question
        return Answer(Situation.UNKNOWN, Level.WARNING, patron=patron, code=_likely_number(codes))
    return _named(desk, cleaned(code))


def _resolved(session: Session, codes: Sequence[str]) -> Patron | Item | None:
    """Whose the code is, as it was scanned; only if nobody's, as it may have been meant."""
    for some in (codes[:1], codes[1:]):
        found = some and (
            patron_queries.patron_by_card(session, some) or item_by_code(session, some, lock=True)
        )
        if found:
            return found
    return None


def patron_opened(desk: Desk, patron: Patron) -> Answer:
    """A card was scanned or a reader chosen."""
    session, day = desk.session, desk.origin.day
    (terms,) = desk.terms(patron.category, None)
    standing = loan_queries.patron_status(session, patron.id, day, terms.number("grace_days"))
    registered = standing.year is not None
    well = registered and not standing.overdue and not standing.blocks
    return Answer(
        Situation.PATRON,
        Level.SUCCESS if well else Level.WARNING,
        patron=patron,
        held=standing.held,
        limit=terms.number("max_loans"),
        overdue=standing.overdue,
        registered=registered,
    )


def _scanned(desk: Desk, item: Item, patron: Patron | None) -> Answer:
    last = loan_queries.last_loan(desk.session, item.id) if item.copies == 1 else None
    hold = transit = None
    if item.status in {ItemStatus.ON_HOLD_SHELF, ItemStatus.IN_TRANSIT}:
        hold = hold_queries.hold_of_copy(desk.session, item.id)
        transit = transit_queries.transit_of(desk.session, item.id)
    now, repeat = desk.origin.at, timedelta(seconds=desk.rules.repeat_seconds)
    on_loan = last is not None and last.ended_at is None
    returned = last is not None and last.ended_by == LoanEnd.RETURNED
    copy = ScanFacts(
        status=ItemStatus(item.status),
        lent_to_open_patron=_same(last, patron) if on_loan else None,
        since_lent=now - last.issued_at if last and on_loan else None,
        lent_here=last is not None and _lent_here(last, desk.origin),
        since_returned=now - last.ended_at if last and returned and last.ended_at else None,
        for_open_patron=bool(hold and patron and hold.patron_id == patron.id),
        bound_here=transit is not None and transit.to_branch_id == desk.origin.branch_id,
        is_bulk=item.copies > 1,
    )
    found = tree.situation(copy, patron_open=patron is not None, repeat=repeat)
    _refuse(found, item)
    if patron is not None:
        return _lending(desk, found, item, patron, last)
    return _returning(desk, found, item, last)


def _refuse(found: Situation, item: Item) -> None:
    """Situations that end in words.

    Raises:
        CopyWithdrawn, CopyUnavailable, JustLent: see each.
    """
    facts = {"title": item.record.title, "number": item.number}
    match found:
        case Situation.WITHDRAWN:
            raise tree.CopyWithdrawn(**facts, act=item.withdrawal_act or "—")
        case Situation.UNAVAILABLE:
            status = tree.STATUS_TEXTS[ItemStatus(item.status)]
            raise tree.CopyUnavailable(**facts, status=status)
        case Situation.JUST_LENT:
            raise tree.JustLent(**facts)
        case _:
            return


def _lending(desk: Desk, found: Situation, item: Item, patron: Patron, last: Loan | None) -> Answer:
    """A copy was scanned while a reader is open."""
    match found:
        case Situation.FOUND:
            loan_actions.mark_found(desk, item=item, origin=desk.origin.derive("found"))
        case Situation.RETURN_AND_LOAN if last:
            origin = desk.origin.derive("return")
            loan_actions.return_item(desk, loan=last, origin=origin, by_another=True)
            return issue(desk, item, patron, found, former=last.patron)
        case Situation.ASK_RENEWAL:
            return Answer(found, Level.WARNING, patron, item, last)
        case Situation.GROUP:
            return Answer(found, Level.INFO, patron, item, loans=_of_group(desk, item, patron))
        case Situation.ALREADY_DONE:
            return Answer(found, Level.INFO, patron, item, last)
        case _:
            pass
    return issue(desk, item, patron, found)


def _returning(  # noqa: PLR0911 -- a leaf of the tree each
    desk: Desk, found: Situation, item: Item, last: Loan | None
) -> Answer:
    """A copy was scanned while no reader is open."""
    match found:
        case Situation.RETURN if last:
            loan_actions.return_item(desk, loan=last)
            late = last.due < (desk.returned_on or desk.origin.day)
            answer = Answer(found, Level.SUCCESS, item=item, loan=last, late=late)
            answer = replace(answer, former=last.patron, act=desk.origin.request_id)
            return _sent(desk, answer, holds.route_item(desk, item))
        case Situation.FOUND:
            loan_actions.mark_found(desk, item=item, origin=desk.origin)
            answer = Answer(found, Level.WARNING, item=item, act=desk.origin.request_id)
            return _sent(desk, answer, holds.route_item(desk, item))
        case Situation.ON_SHELF:
            return _sent(desk, Answer(found, Level.INFO, item=item), holds.route_item(desk, item))
        case Situation.RECEIVED:
            return _sent(desk, Answer(found, Level.SUCCESS, item=item), holds.receive(desk, item))
        case Situation.TO_HOLD_SHELF:
            return _waits(desk, item)
        case Situation.BOUND_ELSEWHERE:
            way = transit_queries.transit_of(desk.session, item.id)
            to = way.to_branch_id if way else None
            return Answer(found, Level.WARNING, item=item, to_branch_id=to)
        case Situation.GROUP:
            return Answer(found, Level.INFO, item=item, loans=_of_group(desk, item, None))
        case _:
            return Answer(found, Level.INFO, item=item, loan=last)


def _waits(desk: Desk, item: Item) -> Answer:
    """A copy of a hold shelf was scanned: on the right one, or on that of another branch."""
    hold = hold_queries.hold_of_copy(desk.session, item.id)
    if hold is None:
        hold_actions.release_hold(desk.session, item, desk.origin)
        return _sent(
            desk, Answer(Situation.ON_SHELF, Level.INFO, item=item), holds.route_item(desk, item)
        )
    if hold.branch_id != desk.origin.branch_id:
        way = holds.reroute(desk, item, hold)
        return _sent(desk, Answer(Situation.INTO_TRANSIT, Level.WARNING, item=item), way)
    return Answer(Situation.TO_HOLD_SHELF, Level.INFO, item=item, hold=hold)


def _sent(desk: Desk, answer: Answer, to: Hold | Transit | None) -> Answer:
    """The answer with where the copy goes: to the hold shelf, on its way, or as it was."""
    if to is None:
        return answer
    level = Level.WARNING
    if isinstance(to, Hold):
        return replace(answer, situation=Situation.TO_HOLD_SHELF, level=level, hold=to)
    return replace(
        answer,
        situation=Situation.INTO_TRANSIT,
        level=level,
        hold=hold_queries.hold_of_transit(desk.session, to),
        to_branch_id=to.to_branch_id,
    )


def _of_group(desk: Desk, item: Item, patron: Patron | None) -> list[Loan]:
    """Who has copies of a group; of the open reader, if there is one."""
    found = desk.session.scalars(loan_queries.group_loans(item.id)).all()
    return [loan for loan in found if patron is None or loan.patron_id == patron.id]


def issue(  # noqa: PLR0917 -- a loan and what came before it
    desk: Desk,
    item: Item,
    patron: Patron,
    found: Situation,
    former: Patron | None = None,
    copies: int = 1,
) -> Answer:
    """Lend, and answer."""
    done = loan_actions.issue_item(desk, patron=patron, item=item, copies=copies)
    if found in {Situation.HELD_FOR_ANOTHER, Situation.FOUND}:
        found = Situation.LOAN
    if done.filled and found is Situation.LOAN:
        found = Situation.HOLD_AND_LOAN
    return Answer(
        found,
        Level.WARNING if former or done.notes else Level.SUCCESS,
        patron,
        item,
        done.loan,
        former,
        desk.origin.request_id,
        held=done.held,
        limit=done.limit,
        overdue=done.overdue,
        notes=done.notes,
        hold=done.filled,
    )


def _named(desk: Desk, text: str) -> Answer:
    """Nothing has this code: perhaps it is a reader's name."""
    found: Sequence[Patron] = ()
    if any(c.isalpha() for c in text):
        found = desk.session.scalars(patron_queries.patrons(text).limit(MAX_NAMES + 1)).all()
    if not found:
        raise tree.UnknownCode(code=text)
    if len(found) == 1:
        return patron_opened(desk, found[0])
    more = len(found) > MAX_NAMES
    return Answer(Situation.NAMES, Level.INFO, names=found[:MAX_NAMES], code=text, more=more)


def _likely_number(codes: Sequence[str]) -> str:
    """What to propose as the number of an unknown book: digits, if a layout hid them."""
    return next((code for code in codes if code.isdigit()), codes[0])


def _same(loan: Loan | None, patron: Patron | None) -> bool:
    return loan is not None and patron is not None and loan.patron_id == patron.id


def _lent_here(loan: Loan, origin: Origin) -> bool:
    return (loan.branch_id, loan.staff_id) == (origin.branch_id, origin.staff_id)
