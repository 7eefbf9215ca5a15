"""Opening balances: a figure for each branch, kind, language and subject area, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from ils import ledger
from ils.errors import N_, IlsError, Invalid, Refused
from ils.fields import FieldKind, described
from ils.holdings.items.rules import sum_of
from ils.ledger import Entry, Kind, OpeningOf, Origin
from ils.organisation.audit.actions import audit


class AlreadyBegun(Refused):
    """The figure was entered before."""

    code = "already_begun"
    message = N_("This balance is entered already: %(count)s copies. Take it back first.")


class BalancesWrong(Invalid):
    """Lines of a table cannot be used; ``problems`` has the number and fault of each."""

    code = "balances_wrong"
    message = N_("Nothing was entered. Lines that cannot be used: %(count)s.")

    def __init__(self, problems: Sequence[tuple[int, IlsError]]) -> None:
        """Keep them for the page."""
        IlsError.__init__(self, count=len(problems))
        self.problems = problems


MOST_COPIES = 9_999_999


@dataclass(frozen=True)
class BalanceData:
    """The form of an opening balance."""

    branch: str = described(N_("Branch"), FieldKind.CHOICE)
    material: str = described(N_("Material"), codes="material", default="book")
    language: str = described(N_("Language"), FieldKind.CHOICE, default="kk")
    subject_area: str = described(N_("Subject area"), codes="subject_areas", default="")
    count: int = described(N_("Copies"), FieldKind.WHOLE, least=1, most=MOST_COPIES, width="short")
    sum: str = described(N_("Sum, ₸"), default="", width="short", longest=30)


def _key(branch_id: int, data: BalanceData) -> str:
    return f"opening:{branch_id}:{data.material}:{data.language}:{data.subject_area}"


def enter_balance(session: Session, origin: Origin, data: BalanceData, branch_id: int) -> None:
    """Enter a figure, dated today.

    Raises:
        AlreadyBegun: this figure stands already.
        Invalid: a field cannot be used.
    """
    if data.count < 1:
        raise Invalid(N_("Copies"), N_("It must be a whole number within its bounds."))
    key = _key(branch_id, data)
    there = ledger.entry_of_key(session, key)
    if there is not None:
        raise AlreadyBegun(count=there.count)
    facts: ledger.Facts = {
        "opening_of": OpeningOf.STOCK, "owner_branch_id": branch_id, "material": data.material,
        "language": data.language or None, "subject_area": data.subject_area or None,
        "amount": sum_of(data.sum, N_("Sum, ₸")),
    }  # fmt: skip
    ledger.record_once(session, Kind.OPENING, origin, facts, key=key, count=data.count)
    audit(session, origin.staff_id, "balance.enter", key, number=data.count)


def enter_all(
    session: Session, origin: Origin, found: Sequence[tuple[int, BalanceData]],
    branches: Mapping[str, int],
) -> None:  # fmt: skip
    """Enter the figures of a table, or none of them.

    Args:
        found: number of the line, what it says.
        branches: code or name in lower case → id.

    Raises:
        BalancesWrong: some stand already, or stand twice in the table.
    """
    problems: list[tuple[int, IlsError]] = []
    for number, data in found:
        try:
            enter_balance(session, origin.derive(f"line:{number}"), data, branches[data.branch])
        except IlsError as error:
            problems.append((number, error))
    if problems:
        raise BalancesWrong(problems)


def take_back(session: Session, origin: Origin, entry: Entry) -> None:
    """Take a figure back: an opposite entry.

    Raises:
        AlreadyReversed: it was taken back before.
    """
    ledger.reverse(session, entry, origin)
    audit(session, origin.staff_id, "balance.take_back", str(entry.id), number=entry.count)


def balances() -> Select[Entry]:
    """The figures that stand."""
    turned = aliased(Entry)
    return (
        select(Entry)
        .where(
            Entry.kind == Kind.OPENING, Entry.opening_of == OpeningOf.STOCK,
            Entry.item_id.is_(None), Entry.reverses_id.is_(None),
            ~exists().where(turned.reverses_id == Entry.id),
        )
        .order_by(Entry.id.desc())
    )  # fmt: skip


def counted_by_copies(session: Session) -> int:
    """Copies that are in the balance because an import brought them one by one."""
    query = select(ledger.Entry.count).where(
        Entry.kind == Kind.OPENING, Entry.opening_of == OpeningOf.STOCK,
        Entry.item_id.is_not(None),
    )  # fmt: skip
    return sum(session.scalars(query))
