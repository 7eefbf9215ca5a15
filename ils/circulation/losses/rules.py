"""Where a case of a lost, spoiled or claimed copy stands. Pure."""

from __future__ import annotations

from enum import StrEnum

from ils.circulation.losses.models import Settlement
from ils.errors import N_, NotFound, Refused
from ils.holdings.items.models import ItemStatus


class LossState(StrEnum):
    """Where a case stands; all but the first two are its end."""

    #: The reader says it was brought back: somebody looks for it.
    SEARCHED = "searched"
    #: The reader owes a copy or its price.
    OWED = "owed"
    RETURNED = "returned"
    FOUND = "found"
    REPLACED = "replaced"
    PAID = "paid"
    FORGIVEN = "forgiven"
    WRITTEN_OFF = "written_off"


OPEN = (LossState.SEARCHED, LossState.OWED)


class NoLoss(NotFound):
    """Nothing is lost, spoiled or looked for of this loan."""

    code = "no_loss"
    message = N_("Nothing is lost, damaged or looked for here.")


class LoanOver(Refused):
    """The copy is not in the reader's hands any more."""

    code = "loan_over"
    message = N_("This copy is not lent to the reader any more.")


class AlreadySettled(Refused):
    """It was settled before."""

    code = "already_settled"
    message = N_("This is settled already.")


def is_found_again(settlement: str | None, status: str, *, is_group: bool, replaced: bool) -> bool:
    """Whether a copy turned up after the reader had made it good."""
    made_good = replaced or settlement in (Settlement.PAID, Settlement.REPLACED)
    return made_good and not is_group and status not in (ItemStatus.LOST, ItemStatus.WITHDRAWN)
