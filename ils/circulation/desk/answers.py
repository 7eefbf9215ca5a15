"""What follows a scan: answers to the desk's questions, and acts asked for by a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from ils import ledger
from ils.catalog.records.actions import add_provisional
from ils.circulation.context import Desk
from ils.circulation.desk import results
from ils.circulation.desk.actions import act_on, lend, open_patron, returned
from ils.circulation.desk.results import Answer
from ils.circulation.desk.rules import Level, Situation
from ils.circulation.holds import actions as holds
from ils.circulation.loans import actions as loans
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.models import Loan
from ils.circulation.loans.rules import LoanRefused
from ils.codes.keyboard import cleaned
from ils.errors import N_, Invalid, Refused
from ils.holdings.items.actions import add_provisional_item
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.queries import item_by_id
from ils.holdings.items.rules import ItemUnavailable
from ils.labels import LABELS
from ils.patrons import queries as patron_queries
from ils.patrons.actions import reregister_patron

Asked = ParamSpec("Asked")
Told = TypeVar("Told")


def act(verb: Callable[Concatenate[Desk, Asked], Told]) -> Callable[Concatenate[Desk, Asked], Told]:
    """A verb whose changes are kept beside its entries, so that it can be undone."""

    @wraps(verb)
    def kept(desk: Desk, /, *args: Asked.args, **asked: Asked.kwargs) -> Told:
        with ledger.act(desk.session, desk.origin.request_id, desk.origin.at):
            return verb(desk, *args, **asked)

    return kept


class NotSoMany(Refused):
    """A group has fewer copies on its shelf, or a reader in hand."""

    code = "not_so_many"
    message = N_("There are only %(left)s.")


@act
def choose_item(desk: Desk, *, item_id: int, patron_id: int | None) -> Answer:
    """Which of the copies that have one code it is.

    Raises:
        Refused: as of a scan.
    """
    patron = patron_queries.patron(desk.session, patron_id, lock=True) if patron_id else None
    return act_on(desk, item_by_id(desk.session, item_id, lock=True), patron)


def choose_reader(desk: Desk, *, reader_id: int) -> results.Opened:
    """Which of the readers of one name or code it is."""
    return open_patron(desk, patron_queries.patron(desk.session, reader_id, lock=True))


@act
def renew(desk: Desk, *, loan_id: int) -> results.Renewed:
    """Whether to renew, answered with yes.

    Raises:
        Refused: the loan cannot be renewed.
    """
    loan = loan_queries.loan(desk.session, loan_id)
    _lock(desk, loan)
    loans.renew_loan(desk, loan=loan)
    return results.Renewed(
        situation=Situation.RENEWAL,
        level=Level.SUCCESS,
        item=loan.item,
        act=desk.origin.request_id,
        loan=loan,
    )


@act
def renew_all(desk: Desk, *, patron_id: int) -> results.AllRenewed:
    """Renew everything the reader has that the rules allow; what they do not is told."""
    session = desk.session
    patron = patron_queries.patron(session, patron_id, lock=True)
    renewed, refused = [], []
    of_reader = loans.standing_problems(desk, patron.id)
    for loan in session.scalars(loan_queries.open_loans(patron.id)).all():
        part = desk.origin.derive(f"renewal:{loan.id}")
        try:
            loans.renew_loan(desk, loan=loan, origin=part, of_reader=of_reader)
            renewed.append(loan)
        except LoanRefused as error:
            refused.append((loan, error))
    level = Level.SUCCESS if renewed and not refused else Level.WARNING
    return results.AllRenewed(
        situation=Situation.ALL_RENEWED,
        level=level,
        act=desk.origin.request_id if renewed else None,
        patron=patron,
        loans=renewed,
        refused=refused,
    )


@act
def declare_lost(desk: Desk, *, item_id: int) -> results.Lost:
    """A reader lost the copy, or it is missing from its shelf.

    Raises:
        ItemUnavailable: it is neither on loan nor on a shelf.
    """
    session = desk.session
    item = item_by_id(session, item_id, lock=True)
    if item.copies > 1:
        raise ItemUnavailable(status=LABELS["status"][item.status])
    if item.status == ItemStatus.ON_HOLD_SHELF:  # the reader waits on, for another copy
        holds.release_hold(session, item, desk.origin)
    last = loan_queries.last_loan(session, item.id)
    loan = last if last is not None and last.ended_at is None else None
    loans.mark_lost(desk, item=item, loan=loan)
    patron = loan.patron if loan else None
    act = desk.origin.request_id
    return results.Lost(situation=Situation.LOST, item=item, act=act, patron=patron)


@act
def in_house(desk: Desk, *, item_id: int) -> results.ReadInHouse:
    """A copy on the shelf, read in the library.

    Raises:
        ItemUnavailable: the copy is not on the shelf.
    """
    item = item_by_id(desk.session, item_id, lock=True)
    loans.use_in_house(desk, item=item)
    act = desk.origin.request_id
    return results.ReadInHouse(
        situation=Situation.IN_HOUSE_USE, level=Level.SUCCESS, item=item, act=act
    )


@act
def fast_add(
    desk: Desk,
    *,
    patron_id: int,
    number: str,
    title: str,
    author: str,
    subject_area: str | None,
    language: str | None,
) -> results.Lent:
    """Describe an unknown book in a few words and lend it.

    Raises:
        Invalid: no number or no title.
        CodeTaken: a copy or a reader has this number.
        Refused: the loan is refused; then nothing is added.
    """
    session, origin = desk.session, desk.origin
    number, title = cleaned(number), " ".join(title.split())
    if not number:
        raise Invalid(N_("Inventory number"), N_("This must be filled in."))
    if not title:
        raise Invalid(N_("Title"), N_("This must be filled in."))
    patron = patron_queries.patron(session, patron_id, lock=True)
    record = add_provisional(
        session,
        origin,
        title=title,
        author=" ".join(author.split()),
        subject_area=subject_area,
        language=language,
    )
    item = add_provisional_item(session, origin, record=record, number=number)
    return lend(desk, item, patron)


@act
def reregister(desk: Desk, *, patron_id: int) -> results.Opened:
    """Register the reader at the desk for this year.

    Raises:
        AlreadyRegistered: that was done before.
    """
    patron = patron_queries.patron(desk.session, patron_id, lock=True)
    reregister_patron(desk.session, desk.origin, patron)
    return open_patron(desk, patron)


def _lock(desk: Desk, loan: Loan) -> None:
    if loan.patron_id is not None:
        patron_queries.patron(desk.session, loan.patron_id, lock=True)
    desk.session.refresh(loan.item, with_for_update={"of": Item})
    desk.session.refresh(loan)


@act
def lend_group(desk: Desk, *, patron_id: int, item_id: int, copies: int) -> results.Lent:
    """Lend some copies of a group without numbers.

    Raises:
        NotSoMany: fewer are on the shelf.
        LoanRefused: the rules say no.
    """
    patron = patron_queries.patron(desk.session, patron_id, lock=True)
    item = item_by_id(desk.session, item_id, lock=True)
    if item.status != ItemStatus.AVAILABLE:
        raise ItemUnavailable(status=LABELS["status"][item.status])
    left = item.copies - loan_queries.copies_out(desk.session, item.id)
    if not 0 < copies <= left:
        raise NotSoMany(left=left)
    return lend(desk, item, patron, copies=copies)


@act
def return_group(desk: Desk, *, loan_id: int, copies: int) -> results.Returned:
    """Take some copies of a group back.

    Raises:
        NotSoMany: the reader has fewer.
    """
    loan = loan_queries.loan(desk.session, loan_id)
    _lock(desk, loan)
    if not 0 < copies <= loan.quantity_out:
        raise NotSoMany(left=loan.quantity_out)
    loans.return_copies(desk, loan=loan, copies=copies)
    return replace(returned(desk, loan), copies=copies)


@act
def lose_group(desk: Desk, *, loan_id: int) -> results.Lost:
    """The reader lost the copies of a group.

    Raises:
        NotSoMany: they are all back.
    """
    loan = loan_queries.loan(desk.session, loan_id)
    _lock(desk, loan)
    if not loan.quantity_out:
        raise NotSoMany(left=0)
    copies = loan.quantity_out
    loans.mark_group_lost(desk, loan=loan)
    act = desk.origin.request_id
    return results.Lost(
        situation=Situation.LOST, item=loan.item, act=act, patron=loan.patron, copies=copies
    )
