"""What the desk is told: a small type for each kind of answer, with the template that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ils.catalog.models import BibliographicRecord
from ils.circulation.desk.command_barcodes import Command
from ils.circulation.desk.rules import Level, Situation
from ils.circulation.holds.models import Hold
from ils.circulation.loans.models import Loan
from ils.circulation.loans.queries import PatronStatus
from ils.circulation.loans.rules import LoanRefused, Problem
from ils.circulation.policy.rules import LoanPolicy
from ils.codes.models import Code
from ils.holdings.items.models import Item
from ils.ledger import Kind
from ils.patrons.models import Patron


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What all answers have.

    Attributes:
        item: the copy it is about.
        act: the request that can be undone.
    """

    template: ClassVar[str]
    situation: Situation
    level: Level = Level.INFO
    item: Item | None = None
    act: UUID | None = None

    @property
    def opens(self) -> Patron | None:
        """The reader who is open after it; ``None`` closes nothing by itself."""
        return None


@dataclass(frozen=True, kw_only=True)
class _ToReader(Answer):
    """An answer to a desk with a reader open."""

    patron: Patron

    @property
    def opens(self) -> Patron:
        """The reader stays open."""
        return self.patron


@dataclass(frozen=True, kw_only=True)
class Opened(_ToReader):
    """A card was scanned or a reader chosen: how the reader stands, and what holds for them."""

    template = "opened"
    standing: PatronStatus
    terms: LoanPolicy


@dataclass(frozen=True, kw_only=True)
class Lent(_ToReader):
    """A copy went out; ``former`` is whose loan ended by it, ``hold`` what it filled."""

    template = "lent"
    loan: Loan
    notes: Sequence[Problem]
    held: int
    limit: int
    overdue: int
    former: Patron | None = None
    hold: Hold | None = None
    found: bool = False
    lost_by: Patron | None = None


@dataclass(frozen=True, kw_only=True)
class _Placed(Answer):
    """A copy in hand and where it goes: onto the shelf, to a hold shelf, to another branch."""

    hold: Hold | None = None
    to_branch_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Returned(_Placed):
    """A copy came back, from ``former``; perhaps after its day."""

    template = "returned"
    loan: Loan
    former: Patron | None
    late: bool
    copies: int = 1


@dataclass(frozen=True, kw_only=True)
class Shelved(_Placed):
    """A copy that was not lent: on its shelf, received, found, on its way elsewhere."""

    template = "shelved"
    lost_by: Patron | None = None


@dataclass(frozen=True, kw_only=True)
class AskRenewal(_ToReader):
    """The open reader has it already: renew, or is it lost?"""

    template = "ask_renewal"
    loan: Loan


@dataclass(frozen=True, kw_only=True)
class AskCopies(Answer):
    """A group of copies without numbers: how many; ``loans`` are those that may come back."""

    template = "ask_copies"
    patron: Patron | None
    loans: Sequence[Loan]

    @property
    def opens(self) -> Patron | None:
        """The reader stays open."""
        return self.patron


@dataclass(frozen=True, kw_only=True)
class AlreadyDone(Answer):
    """The same scan a moment ago did it."""

    template = "already_done"
    loan: Loan | None


@dataclass(frozen=True, kw_only=True)
class UnknownBook(_ToReader):
    """No copy has this code: it may be described and lent."""

    template = "unknown_book"
    code: str


@dataclass(frozen=True)
class Owner:
    """Whose a scanned code is: a reader's, or a copy's."""

    code: Code
    patron: Patron | None
    item: Item | None
    #: Somebody waits for the document.
    wanted: bool


@dataclass(frozen=True, kw_only=True)
class AskCopyOfBook(Answer):
    """The barcode of the publisher was scanned: which of the library's copies is it?"""

    template = "ask_copy_of_book"
    code: str
    records: Sequence[BibliographicRecord]
    items: Sequence[Item]
    patron: Patron | None = None


@dataclass(frozen=True, kw_only=True)
class AskOwner(Answer):
    """Several readers or copies came with one code: which is it?"""

    template = "ask_owner"
    code: str
    owners: Sequence[Owner]
    patron: Patron | None

    @property
    def opens(self) -> Patron | None:
        """The reader stays open."""
        return self.patron


@dataclass(frozen=True, kw_only=True)
class NamesFound(Answer):
    """Readers whose names begin so; ``more``: others do too."""

    template = "names"
    text: str
    names: Sequence[Patron]
    more: bool


@dataclass(frozen=True, kw_only=True)
class CommandScanned(Answer):
    """A command barcode: the page does what it asks."""

    template = "command"
    command: Command


@dataclass(frozen=True, kw_only=True)
class Renewed(Answer):
    """A loan has a later day."""

    template = "renewed"
    loan: Loan


@dataclass(frozen=True, kw_only=True)
class AllRenewed(_ToReader):
    """What of a reader's loans was renewed, and what was not, with the reasons."""

    template = "all_renewed"
    loans: Sequence[Loan]
    refused: Sequence[tuple[Loan, LoanRefused]]


@dataclass(frozen=True, kw_only=True)
class Lost(Answer):
    """A copy is lost by its reader, or missing from its shelf."""

    template = "lost"
    patron: Patron | None
    copies: int = 1


@dataclass(frozen=True, kw_only=True)
class ReadInHouse(Answer):
    """A copy was read in the library."""

    template = "read_in_house"


@dataclass(frozen=True, kw_only=True)
class Undone(Answer):
    """An act was taken back: what it was, of how many copies."""

    template = "undone"
    kind: Kind
    copies: int
    loan: Loan | None = None
