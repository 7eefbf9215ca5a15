"""The forms of acts of the stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ils.errors import N_
from ils.fields import FieldKind, described

LONGEST = 200
#: Copies of a record entered at once.
MOST = 1000


@dataclass(frozen=True)
class ActData:
    """What an act says besides its list; each kind leaves some of it out."""

    branch: str = described(N_("To the branch"), FieldKind.CHOICE, default="")
    source: str = described(N_("Source"), codes="accession_source", default="budget")
    reason: str = described(N_("Reason"), codes="withdrawal_reason", default="worn")
    partner: str = described(N_("From whom or to whom"), default="", longest=LONGEST,
                             hint=N_("supplier, donor, institution"))  # fmt: skip
    document: str = described(N_("Accompanying document"), default="", longest=LONGEST,
                              hint=N_("its name and number; none: act of acceptance"))  # fmt: skip
    document_day: date | None = described(
        N_("Day of the document"), FieldKind.DAY, default=None, width="date"
    )
    document_sum: str = described(N_("Sum by the document, ₸"), default="", width="short",
                                  longest=30, hint=N_("the lines must come to it"))  # fmt: skip
    basis: str = described(N_("Basis"), default="", longest=LONGEST,
                           hint=N_("order, decision, minutes"))  # fmt: skip
    commission: str = described(N_("Commission"), FieldKind.LONG, default="",
                                hint=N_("a person a line: the chair first"))  # fmt: skip
    disposal: str = described(N_("What becomes of the copies"), default="", longest=LONGEST)
    note: str = described(N_("Note"), default="", longest=LONGEST)


@dataclass(frozen=True)
class LineData:
    """The form of a line of an acceptance."""

    record: str = described(N_("Record"), scan=True, longest=40,
                            hint=N_("ISBN, number of a copy or of the record"))  # fmt: skip
    shares: str = described(N_("Branches and copies"), hint=N_("ЦБ 3, Ф1 2"), longest=LONGEST)
    stated: int | None = described(
        N_("Copies by the document"), FieldKind.WHOLE, default=None, width="short",
        hint=N_("if it says another number"),
    )  # fmt: skip
    price: str = described(
        N_("Price of a copy, ₸"), default="", width="short", longest=30, hint=N_("1 500,00")
    )
    number: str = described(
        N_("First inventory number"), default="", width="phone", longest=40,
        hint=N_("The others follow it; left empty, the next free one is taken"),
    )  # fmt: skip
    part: str = described(N_("Volume, issue or year"), default="", width="short", longest=40)
    location: str = described(N_("Place"), default="", longest=LONGEST)
    shelf_mark: str = described(N_("Shelf mark"), default="", longest=LONGEST)
    replaces: str = described(
        N_("In place of the lost copy"), default="", width="phone", scan=True, longest=40
    )


@dataclass(frozen=True)
class NewCopiesData:
    """The form of copies of a record that come into stock."""

    count: int = described(N_("How many"), FieldKind.WHOLE, default=1, width="short", most=MOST)
    number: str = described(
        N_("First inventory number"), default="", width="phone", longest=40,
        hint=N_("The others follow it; left empty, the next free one is taken"),
    )  # fmt: skip
    barcode: str = described(
        N_("Barcode"), default="", width="phone", scan=True, longest=40,
        hint=N_("Of a single copy, if it is not the inventory number"),
    )  # fmt: skip
    act: str = described(
        N_("Act of acceptance"), FieldKind.CHOICE, default="", empty=N_("its own, at once"),
        hint=N_("into an open act: they come into stock with it"),
    )  # fmt: skip
    source: str = described(N_("Source"), FieldKind.CHOICE, default="budget")
    price: str = described(
        N_("Price of a copy, ₸"), default="", width="short", longest=30, hint=N_("1 500,00")
    )
    branch: str = described(N_("Branch"), FieldKind.CHOICE)
    part: str = described(N_("Volume, issue or year"), default="", width="short", longest=40)
    location: str = described(N_("Place"), default="", longest=LONGEST)
    shelf_mark: str = described(N_("Shelf mark"), default="", longest=LONGEST)
    condition: str = described(N_("Condition"), default="", longest=LONGEST)
    replaces: str = described(
        N_("In place of the lost copy"), default="", width="phone", scan=True, longest=40
    )


@dataclass(frozen=True)
class ItemsData:
    """Numbers of copies, scanned or from a list."""

    numbers: str = described(
        N_("Copies"), FieldKind.LONG, longest=60_000,
        hint=N_("inventory numbers or barcodes, scanned or from a list"),
    )  # fmt: skip


@dataclass(frozen=True)
class ApprovalData:
    """By which paper an act is approved."""

    approval: str = described(N_("Approved by"), longest=LONGEST,
                              hint=N_("order or decision, its number and day"))  # fmt: skip
