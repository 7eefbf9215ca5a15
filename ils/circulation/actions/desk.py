"""A scan at the desk: resolve the code, ask the tree, act, and answer.

A request that arrives twice (a double click, a lost line) gets the first answer again
and counts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from ils import ledger
from ils.catalog.actions.records import add_provisional
from ils.circulation import queries
from ils.circulation.actions import loans
from ils.circulation.actions.patrons import reregister_patron
from ils.circulation.models import Loan, LoanEnd, Patron
from ils.circulation.rules import desk as tree
from ils.circulation.rules.desk import Level, Scanned, Situation
from ils.circulation.rules.keyboard import cleaned, readings
from ils.circulation.rules.loans import Problem
from ils.config import Circulation
from ils.errors import N_, Invalid
from ils.holdings.actions.stock import add_provisional_item
from ils.holdings.models import Item, ItemStatus
from ils.holdings.queries import item_by_code, item_by_id
from ils.ledger import Entry, Kind, Origin, ScanReused

MOST_NAMES = 9


@dataclass(frozen=True)
class Answer:
    """What the desk is told.

    Attributes:
        patron: the reader open after the scan; ``None`` closes nothing by itself.
        former: whose loan ended by a return.
        act: the request that can be undone.
        held, overdue: of the open reader, where the scan changed or showed them.
        names: readers to choose from.
        late: the copy came back after its day.
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
    overdue: int = 0
    registered: bool = True
    notes: Sequence[Problem] = ()
    names: Sequence[Patron] = ()
    late: bool = False


@dataclass(frozen=True)
class Desk:
    """The session, the origin and the rules an act needs."""

    session: Session
    origin: Origin
    rules: Circulation


def scan(desk: Desk, *, code: str, patron_id: int | None) -> Answer:
    """Do what a scanned code asks for. The order: card, barcode, inventory number, name.

    Raises:
        EmptyScan, UnknownCode, Refused: nothing was done.
        ScanReused: the request was used for another copy or reader.
    """
    session, origin = desk.session, desk.origin
    codes = readings(code)
    if not codes:
        raise tree.EmptyScan
    patron = queries.patron(session, patron_id, lock=True) if patron_id else None
    found = _resolved(session, codes)
    if isinstance(found, Patron):
        return patron_opened(desk, found)
    item = found
    # Only now, under the locks: the same request may be under way at this moment.
    if first := ledger.replayed(session, origin.request_id):
        return _again(desk, first, patron, item)
    if item is not None:
        return _scanned(desk, item, patron)
    if patron is not None:
        return Answer(Situation.UNKNOWN, Level.WARNING, patron=patron, code=_likely_number(codes))
    return _named(desk, cleaned(code))


def _resolved(session: Session, codes: Sequence[str]) -> Patron | Item | None:
    """Whose the code is, as it was scanned; only if nobody's, as it may have been meant."""
    for some in (codes[:1], codes[1:]):
        found = some and (
            queries.patron_by_card(session, some) or item_by_code(session, some, lock=True)
        )
        if found:
            return found
    return None


def patron_opened(desk: Desk, patron: Patron) -> Answer:
    """A card was scanned or a reader chosen."""
    session, day = desk.session, desk.origin.day
    year, held, overdue = queries.borrower(session, patron.id, day)
    registered = year is not None
    level = Level.SUCCESS if registered and not overdue else Level.WARNING
    return Answer(
        Situation.PATRON, level, patron=patron, held=held, overdue=overdue, registered=registered
    )


def renew(desk: Desk, *, loan_id: int) -> Answer:
    """S2, answered with yes.

    Raises:
        Refused: the loan cannot be renewed.
    """
    session, origin = desk.session, desk.origin
    loan = queries.loan(session, loan_id)
    _lock(desk, loan)
    first = ledger.replayed(session, origin.request_id)
    if first is None:
        loans.renew_loan(session, origin, loan=loan, rules_=desk.rules)
    elif (first.kind, first.loan_id) != (Kind.RENEWAL, loan.id):
        raise ScanReused
    return Answer(
        Situation.RENEWAL, Level.SUCCESS, loan.patron, loan.item, loan, act=origin.request_id
    )


def in_house(desk: Desk, *, item_id: int) -> Answer:
    """S7, answered with "it was read here".

    Raises:
        ItemUnavailable: the copy is not on the shelf.
    """
    session, origin = desk.session, desk.origin
    item = item_by_id(session, item_id, lock=True)
    first = ledger.replayed(session, origin.request_id)
    if first is None:
        loans.use_in_house(session, origin, item=item)
    elif (first.kind, first.item_id) != (Kind.IN_HOUSE_USE, item.id):
        raise ScanReused
    return Answer(Situation.IN_HOUSE_USE, Level.SUCCESS, item=item, act=origin.request_id)


def fast_add(
    desk: Desk,
    *,
    patron_id: int,
    number: str,
    title: str,
    author: str,
    division: str | None,
    language: str | None,
) -> Answer:
    """S11: describe an unknown book in a few words and lend it.

    Raises:
        Invalid: no number or no title.
        Refused: a copy has this number, or the loan is refused; then nothing is added.
    """
    session, origin = desk.session, desk.origin
    number, title = cleaned(number), " ".join(title.split())
    if not number:
        raise Invalid(N_("Inventory number"), N_("This must be filled in."))
    if not title:
        raise Invalid(N_("Title"), N_("This must be filled in."))
    patron = queries.patron(session, patron_id, lock=True)
    known = item_by_code(session, [number], lock=True)
    if first := ledger.replayed(session, origin.request_id):
        return _again(desk, first, patron, known)
    if known is not None or queries.patron_by_card(session, [number]) is not None:
        raise Invalid(N_("Inventory number"), N_("It is already in use."))
    record = add_provisional(
        session,
        origin,
        title=title,
        author=" ".join(author.split()),
        division=division,
        language=language,
    )
    item = add_provisional_item(session, origin, record=record, number=number)
    return _issue(desk, item, patron, Situation.LOAN)


def reregister(desk: Desk, *, patron_id: int) -> Answer:
    """Register the reader at the desk for this year.

    Raises:
        AlreadyRegistered: that was done before.
    """
    patron = queries.patron(desk.session, patron_id, lock=True)
    reregister_patron(desk.session, desk.origin, patron)
    return patron_opened(desk, patron)


def _scanned(desk: Desk, item: Item, patron: Patron | None) -> Answer:
    last = queries.last_loan(desk.session, item.id)
    now, repeat = desk.origin.at, timedelta(seconds=desk.rules.repeat_seconds)
    on_loan = last is not None and last.ended_at is None
    returned = last is not None and last.ended_by == LoanEnd.RETURNED
    copy = Scanned(
        status=ItemStatus(item.status),
        lent_to_open_patron=_same(last, patron) if on_loan else None,
        since_lent=now - last.issued_at if last and on_loan else None,
        lent_here=last is not None and _lent_here(last, desk.origin),
        since_returned=now - last.ended_at if last and returned and last.ended_at else None,
    )
    found = tree.situation(copy, patron_open=patron is not None, repeat=repeat)
    facts = {"title": item.record.title, "number": item.number}
    match found:
        case Situation.WITHDRAWN:
            raise tree.CopyWithdrawn(**facts, act=item.withdrawal_act or "—")
        case Situation.UNAVAILABLE:
            raise tree.CopyUnavailable(**facts, status=tree.STATUS_TEXTS[copy.status])
        case Situation.JUST_LENT:
            raise tree.JustLent(**facts)
        case Situation.LOAN if patron:
            return _issue(desk, item, patron, found)
        case Situation.RETURN_AND_LOAN if patron and last:
            loans.return_item(desk.session, desk.origin.also("return"), loan=last, by_another=True)
            desk.session.flush()  # the open loan must end before the next one begins
            return _issue(desk, item, patron, found, former=last.patron)
        case Situation.RETURN if last:
            loans.return_item(desk.session, desk.origin, loan=last)
            return Answer(
                found,
                Level.SUCCESS,
                item=item,
                loan=last,
                former=last.patron,
                act=desk.origin.request_id,
                late=last.due < desk.origin.day,
            )
        case Situation.ASK_RENEWAL:
            return Answer(found, Level.WARNING, patron, item, last)
        case _:
            return Answer(found, Level.INFO, patron, item, last)


def _issue(
    desk: Desk, item: Item, patron: Patron, found: Situation, former: Patron | None = None
) -> Answer:
    done = loans.issue_item(desk.session, desk.origin, patron=patron, item=item, rules_=desk.rules)
    return Answer(
        found,
        Level.WARNING if former else Level.SUCCESS,
        patron,
        item,
        done.loan,
        former,
        desk.origin.request_id,
        held=done.held,
        overdue=done.overdue,
        notes=done.notes,
    )


def _again(desk: Desk, first: Entry, patron: Patron | None, item: Item | None) -> Answer:
    """The first answer to a repeated request.

    Raises:
        ScanReused: the repeat is not one: it names another copy or reader.
    """
    if item is None or first.item_id != item.id or first.loan_id is None:
        raise ScanReused
    loan = queries.loan(desk.session, first.loan_id)
    if first.kind == Kind.RETURN and patron is None:
        return Answer(
            Situation.RETURN, Level.SUCCESS, None, item, loan, loan.patron, desk.origin.request_id
        )
    if first.kind != Kind.LOAN or patron is None or loan.patron_id != patron.id:
        raise ScanReused
    companion = ledger.replayed(desk.session, desk.origin.also("return").request_id)
    former = None
    if companion is not None and companion.loan_id is not None:
        former = queries.loan(desk.session, companion.loan_id).patron
    _, held, overdue = queries.borrower(desk.session, patron.id, desk.origin.day)
    return Answer(
        Situation.RETURN_AND_LOAN if companion else Situation.LOAN,
        Level.WARNING if companion else Level.SUCCESS,
        patron,
        item,
        loan,
        former,
        desk.origin.request_id,
        held=held,
        overdue=overdue,
    )


def _named(desk: Desk, text: str) -> Answer:
    """Nothing has this code: perhaps it is a reader's name."""
    found: Sequence[Patron] = ()
    if any(c.isalpha() for c in text):
        found = desk.session.scalars(queries.patrons(text).limit(MOST_NAMES)).all()
    if not found:
        raise tree.UnknownCode(code=text)
    if len(found) == 1:
        return patron_opened(desk, found[0])
    return Answer(Situation.NAMES, Level.INFO, names=found, code=text)


def _likely_number(codes: Sequence[str]) -> str:
    """What to propose as the number of an unknown book: digits, if a layout hid them."""
    return next((code for code in codes if code.isdigit()), codes[0])


def _same(loan: Loan | None, patron: Patron | None) -> bool:
    return loan is not None and patron is not None and loan.patron_id == patron.id


def _lent_here(loan: Loan, origin: Origin) -> bool:
    return (loan.branch_id, loan.staff_id) == (origin.branch_id, origin.staff_id)


def _lock(desk: Desk, loan: Loan) -> None:
    if loan.patron_id is not None:
        queries.patron(desk.session, loan.patron_id, lock=True)
    desk.session.refresh(loan.item, with_for_update={"of": Item})
    desk.session.refresh(loan)
