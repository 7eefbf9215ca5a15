"""A scan at the desk: resolve the code, ask the tree, act, and answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from ils import ledger
from ils.circulation.context import Desk
from ils.circulation.desk import results, rules, unowned
from ils.circulation.desk.command_barcodes import command
from ils.circulation.desk.queries import opened, owners_of
from ils.circulation.desk.results import Answer, Owner
from ils.circulation.desk.rules import Level, ScanFacts, Situation
from ils.circulation.holds import actions as holds
from ils.circulation.holds import queries as hold_queries
from ils.circulation.holds.models import Hold
from ils.circulation.loans import actions as loans
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.models import Loan, LoanEnd
from ils.circulation.transit import queries as transit_queries
from ils.circulation.transit.models import Transit
from ils.codes.keyboard import cleaned, readings
from ils.holdings.items.models import Item, ItemStatus
from ils.ledger import Origin
from ils.patrons import queries as patron_queries
from ils.patrons.models import Patron


@dataclass(frozen=True)
class Scanned:
    """A copy that was scanned, and its last loan where the tree asked for it."""

    item: Item
    situation: Situation
    patron: Patron | None
    last: Loan | None
    #: Somebody may wait for it.
    wanted: bool = True

    @property
    def reader(self) -> Patron:
        """The open reader, where the situation says that there is one."""
        assert self.patron is not None  # noqa: S101 -- the tree asked; for the checker
        return self.patron

    @property
    def loan(self) -> Loan:
        """The loan, where the situation says that there is one."""
        assert self.last is not None  # noqa: S101 -- the tree asked; for the checker
        return self.last


def scan(desk: Desk, *, code: str, patron_id: int | None) -> Answer:
    """Do what a scanned code asks for. The order: command, card, barcode, inventory number, name.

    Raises:
        EmptyScan, UnknownCode, CardReplaced, Refused: nothing was done.
    """
    codes = readings(code)
    if not codes:
        raise rules.EmptyScan
    if asked := command(codes):
        return results.CommandScanned(situation=Situation.COMMAND, command=asked)
    with ledger.act(desk.session, desk.origin.request_id, desk.origin.at):
        found, patron = owners_of(desk.session, codes, patron_id)
        if patron is None and patron_id:  # nothing has the code
            patron = patron_queries.patron(desk.session, patron_id, lock=True)
        if len(found) > 1:
            return results.AskOwner(
                situation=Situation.SHARED_CODE,
                level=Level.WARNING,
                code=cleaned(code),
                owners=found,
                patron=patron,
            )
        if found:
            return _of_owner(desk, found[0], patron)
    return unowned.meant(desk, codes, cleaned(code), patron)


def _of_owner(desk: Desk, owner: Owner, patron: Patron | None) -> Answer:
    """What is done with the reader or the copy that has the code.

    Raises:
        CardReplaced: the card was replaced.
    """
    if owner.patron is not None and owner.code.replaced_at is not None:
        raise rules.CardReplaced(day=owner.code.replaced_at)
    if owner.patron is not None:
        return open_patron(desk, owner.patron)
    assert owner.item is not None  # noqa: S101 -- a code has one owner; for the checker
    return act_on(desk, owner.item, patron, wanted=owner.wanted)


def open_patron(desk: Desk, patron: Patron) -> results.Opened:
    """A card was scanned or a reader chosen."""
    origin = desk.origin
    return opened(desk.session, desk.config, origin.branch_id, origin.day, patron)


def act_on(desk: Desk, item: Item, patron: Patron | None, *, wanted: bool = True) -> Answer:
    """What the tree says of a scanned copy, done.

    Args:
        wanted: somebody may wait for it.
    """
    last = _last_loan(desk, item, patron)
    hold = transit = None
    if item.status in {ItemStatus.ON_HOLD_SHELF, ItemStatus.IN_TRANSIT}:
        hold = hold_queries.hold_of_copy(desk.session, item.id)
        transit = transit_queries.transit_of(desk.session, item.id)
    now, repeat = desk.origin.at, timedelta(seconds=desk.rules.repeat_seconds)
    on_loan = last is not None and last.ended_at is None
    returned = last is not None and last.ended_by == LoanEnd.RETURNED
    facts = ScanFacts(
        status=ItemStatus(item.status),
        lent_to_open_patron=_same(last, patron) if on_loan else None,
        since_lent=now - last.issued_at if last and on_loan else None,
        lent_here=last is not None and _lent_here(last, desk.origin),
        since_returned=now - last.ended_at if last and returned and last.ended_at else None,
        for_open_patron=bool(hold and patron and hold.patron_id == patron.id),
        bound_here=transit is not None and transit.to_branch_id == desk.origin.branch_id,
        is_bulk=item.copies > 1,
    )
    situation = rules.situation(facts, patron_open=patron is not None, repeat=repeat)
    return OUTCOMES[situation](desk, Scanned(item, situation, patron, last, wanted))


def _last_loan(desk: Desk, item: Item, patron: Patron | None) -> Loan | None:
    """The loan the tree may ask about: none of a group, none of a copy that is simply lent."""
    if item.copies > 1 or (patron is not None and item.status == ItemStatus.AVAILABLE):
        return None
    return loan_queries.last_loan(desk.session, item.id)


def _withdrawn(_: Desk, copy: Scanned) -> Answer:
    raise rules.CopyWithdrawn(**_named_copy(copy), act=copy.item.withdrawal_act or "—")


def _unavailable(_: Desk, copy: Scanned) -> Answer:
    status = rules.STATUS_TEXTS[ItemStatus(copy.item.status)]
    raise rules.CopyUnavailable(**_named_copy(copy), status=status)


def _just_lent(desk: Desk, copy: Scanned) -> Answer:
    if _lent_here(copy.loan, desk.origin) and copy.loan.patron is not None:
        raise rules.JustLentHere(**_named_copy(copy), reader=copy.loan.patron.name)
    raise rules.JustLent(**_named_copy(copy))


def _named_copy(copy: Scanned) -> dict[str, str]:
    return {"title": copy.item.record.title, "number": copy.item.number}


def _lend(desk: Desk, copy: Scanned) -> Answer:
    return lend(desk, copy.item, copy.reader, wanted=copy.wanted)


def _return_and_lend(desk: Desk, copy: Scanned) -> Answer:
    origin = desk.origin.derive("return")
    loans.return_item(desk, loan=copy.loan, origin=origin, by_another=True)
    return lend(desk, copy.item, copy.reader, former=copy.loan.patron)


def _find_and_lend(desk: Desk, copy: Scanned) -> Answer:
    lost_by = _lost_by(desk, copy.item)
    loans.mark_found(desk, item=copy.item, origin=desk.origin.derive("found"))
    lent = lend(desk, copy.item, copy.reader)
    return replace(lent, level=Level.WARNING, found=True, lost_by=lost_by)


def _lost_by(desk: Desk, item: Item) -> Patron | None:
    """Who lost a copy that is in hand again; nobody, if it was missing from its shelf."""
    return loan_queries.loser(desk.session, item.id) if item.status == ItemStatus.LOST else None


def _ask_renewal(_: Desk, copy: Scanned) -> Answer:
    return results.AskRenewal(
        situation=copy.situation,
        level=Level.WARNING,
        item=copy.item,
        patron=copy.reader,
        loan=copy.loan,
    )


def _ask_copies(desk: Desk, copy: Scanned) -> Answer:
    out = desk.session.scalars(loan_queries.group_loans(copy.item.id)).all()
    own = [loan for loan in out if copy.patron is None or loan.patron_id == copy.patron.id]
    return results.AskCopies(
        situation=copy.situation, item=copy.item, patron=copy.patron, loans=own
    )


def _already_done(_: Desk, copy: Scanned) -> Answer:
    return results.AlreadyDone(situation=copy.situation, item=copy.item, loan=copy.last)


def _take_back(desk: Desk, copy: Scanned) -> Answer:
    loan = copy.loan
    loans.return_item(desk, loan=loan)
    return returned(desk, loan, holds.route_item(desk, copy.item, wanted=copy.wanted))


def _find(desk: Desk, copy: Scanned) -> Answer:
    lost_by = _lost_by(desk, copy.item)
    loans.mark_found(desk, item=copy.item, origin=desk.origin)
    to = holds.route_item(desk, copy.item)
    return replace(_shelved(desk, copy, to, Level.WARNING, done=True), lost_by=lost_by)


def _look(desk: Desk, copy: Scanned) -> Answer:
    return _shelved(desk, copy, holds.route_item(desk, copy.item), Level.INFO)


def _receive(desk: Desk, copy: Scanned) -> Answer:
    return _shelved(desk, copy, holds.receive(desk, copy.item), Level.SUCCESS)


def _send_on(desk: Desk, copy: Scanned) -> Answer:
    way = transit_queries.transit_of(desk.session, copy.item.id)
    return results.Shelved(
        situation=copy.situation,
        level=Level.WARNING,
        item=copy.item,
        to_branch_id=way.to_branch_id if way else None,
    )


def _at_hold_shelf(desk: Desk, copy: Scanned) -> Answer:
    """A copy of a hold shelf: on the right one, on that of another branch, or of nobody's hold."""
    hold = hold_queries.hold_of_copy(desk.session, copy.item.id)
    if hold is None:
        holds.release_hold(desk.session, copy.item, desk.origin)
        free = Scanned(copy.item, Situation.ON_SHELF, None, None)
        return _look(desk, free)
    if hold.branch_id != desk.origin.branch_id:
        return _shelved(desk, copy, holds.reroute(desk, copy.item, hold), Level.WARNING)
    return results.Shelved(situation=copy.situation, item=copy.item, hold=hold)


#: What is done in each situation a scanned copy may be in; `results` says how it is shown.
OUTCOMES: Mapping[Situation, Callable[[Desk, Scanned], Answer]] = {
    Situation.LOAN: _lend,
    Situation.HOLD_AND_LOAN: _lend,
    Situation.HELD_FOR_ANOTHER: _lend,  # the rules refuse, unless somebody lets it pass
    Situation.RETURN_AND_LOAN: _return_and_lend,
    Situation.FOUND_AND_LOAN: _find_and_lend,
    Situation.ASK_RENEWAL: _ask_renewal,
    Situation.GROUP: _ask_copies,
    Situation.ALREADY_DONE: _already_done,
    Situation.RETURN: _take_back,
    Situation.FOUND: _find,
    Situation.ON_SHELF: _look,
    Situation.RECEIVED: _receive,
    Situation.BOUND_ELSEWHERE: _send_on,
    Situation.TO_HOLD_SHELF: _at_hold_shelf,
    Situation.WITHDRAWN: _withdrawn,
    Situation.UNAVAILABLE: _unavailable,
    Situation.JUST_LENT: _just_lent,
}


def lend(
    desk: Desk,
    item: Item,
    patron: Patron,
    *,
    former: Patron | None = None,
    copies: int = 1,
    wanted: bool = True,
) -> results.Lent:
    """Lend, and answer; ``former`` had it until now."""
    issued = loans.issue_item(desk, patron=patron, item=item, copies=copies, wanted=wanted)
    situation = Situation.HOLD_AND_LOAN if issued.filled else Situation.LOAN
    return results.Lent(
        situation=Situation.RETURN_AND_LOAN if former else situation,
        level=Level.WARNING if former or issued.notes else Level.SUCCESS,
        item=item,
        act=desk.origin.request_id,
        patron=patron,
        loan=issued.loan,
        notes=issued.notes,
        held=issued.held,
        limit=issued.limit,
        overdue=issued.overdue,
        former=former,
        hold=issued.filled,
    )


def returned(desk: Desk, loan: Loan, to: Hold | Transit | None = None) -> results.Returned:
    """The answer to a return, with where the copy goes."""
    situation, level, hold, branch_id = _next_step(desk, to, Situation.RETURN, Level.SUCCESS)
    return results.Returned(
        situation=situation,
        level=level,
        item=loan.item,
        act=desk.origin.request_id,
        hold=hold,
        to_branch_id=branch_id,
        loan=loan,
        former=loan.patron,
        late=loan.due < (desk.returned_on or desk.origin.day),
    )


def _shelved(
    desk: Desk, copy: Scanned, to: Hold | Transit | None, level: Level, *, done: bool = False
) -> results.Shelved:
    situation, level, hold, branch_id = _next_step(desk, to, copy.situation, level)
    act = desk.origin.request_id if done else None
    return results.Shelved(
        situation=situation,
        level=level,
        item=copy.item,
        act=act,
        hold=hold,
        to_branch_id=branch_id,
    )


def _next_step(
    desk: Desk, to: Hold | Transit | None, situation: Situation, level: Level
) -> tuple[Situation, Level, Hold | None, int | None]:
    """Where a copy goes: to the hold shelf, on its way, or as it was."""
    if to is None:
        return situation, level, None, None
    if isinstance(to, Hold):
        return Situation.TO_HOLD_SHELF, Level.WARNING, to, None
    hold = hold_queries.hold_of_transit(desk.session, to)
    return Situation.INTO_TRANSIT, Level.WARNING, hold, to.to_branch_id


def _same(loan: Loan | None, patron: Patron | None) -> bool:
    return loan is not None and patron is not None and loan.patron_id == patron.id


def _lent_here(loan: Loan, origin: Origin) -> bool:
    return (loan.branch_id, loan.staff_id) == (origin.branch_id, origin.staff_id)
