"""What acts of the stock may do, and in which order. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ils.errors import N_, Invalid, NotFound, Refused
from ils.holdings.acts.models import ActKind, ActState

#: The states an act of a kind goes through.
STEPS: Mapping[str, tuple[ActState, ...]] = {
    ActKind.ACCEPTANCE: (ActState.DRAFT, ActState.EXECUTED),
    ActKind.REDISTRIBUTION: (ActState.DRAFT, ActState.FIXED, ActState.EXECUTED),
    ActKind.WITHDRAWAL: (ActState.DRAFT, ActState.FIXED, ActState.APPROVED, ActState.EXECUTED),
}
#: Fields of the form of an act that a kind has no use for.
WITHOUT: Mapping[str, tuple[str, ...]] = {
    ActKind.ACCEPTANCE: ("reason", "branch", "disposal"),
    ActKind.REDISTRIBUTION: (
        "source", "reason", "partner", "document", "document_day", "document_sum", "disposal",
    ),
    ActKind.WITHDRAWAL: ("source", "branch", "document", "document_day", "document_sum"),
}  # fmt: skip
#: Copies in one act, so that its execution is a moment for the desks.
MOST_COPIES = 2000
_share = re.compile(r"([^\s,;:=×*]+)(?:\s*[:=×*]\s*|\s+[–—-]\s+|\s+)(\d{1,4})(?=[\s,;]|$)")


class UnknownStockAct(NotFound):
    """No act has this number."""

    code = "unknown_stock_act"
    message = N_("There is no such act.")


class CameByOrder(Refused):
    """What came by an order is taken back there, so that both say the same."""

    code = "came_by_order"
    message = N_("These copies came by an order: take their receipt back on its page first.")


class ReversedAlready(Refused):
    """An act is turned round once."""

    code = "reversed_already"
    message = N_("The act is reversed already, by the act № %(number)s.")


class ReversingAct(Refused):
    """What was turned round by mistake is done again by a new act."""

    code = "reversing_act"
    message = N_("This act reverses another one. Draw up a new act.")


class WrongStep(Refused):
    """The act is not at the step this needs."""

    code = "wrong_step"
    message = N_("The act is “%(state)s”: this cannot be done with it now.")


class EmptyAct(Refused):
    """Nothing stands in the act."""

    code = "empty_act"
    message = N_("The act is empty: put copies into it first.")


class InOtherAct(Refused):
    """A copy is in one act at a time."""

    code = "in_other_act"
    message = N_("The copy %(number)s is in another act already: %(kind)s %(act)s.")


class ActTooLong(Refused):
    """An act takes so many copies."""

    code = "act_too_long"
    message = N_("An act takes at most %(most)s copies. Make another one for the rest.")


class CopiesBusy(Refused):
    """Some copies cannot be taken now; those of one state are named."""

    code = "copies_busy"
    message = N_("These copies cannot be taken now, they are “%(status)s”: %(copies)s.")


class NotReversible(Refused):
    """What the act did cannot be turned round any more."""

    code = "not_reversible"
    message = N_("The act cannot be reversed: these copies have changed since: %(copies)s.")


class DocumentDiffers(Refused):
    """What is accepted is not what the accompanying document says."""

    code = "document_differs"
    message = N_("By the document it is %(stated)s ₸, by the lines %(sum)s ₸. Mend one of them.")


def next_step(kind: str, state: str) -> ActState:
    """The state after this one.

    Raises:
        ValueError, IndexError: there is none.
    """
    steps = STEPS[kind]
    return steps[steps.index(ActState(state)) + 1]


def shares(text: str) -> dict[str, int]:
    """How copies are distributed: code of a branch → number.

    Raises:
        Invalid: it cannot be read.

    >>> shares("ЦБ 3, Ф1 2; Ф-7:1"), shares("Ф-7 1")
    ({'ЦБ': 3, 'Ф1': 2, 'Ф-7': 1}, {'Ф-7': 1})
    """
    found: dict[str, int] = {}
    rest = _share.sub(lambda match: _noted(found, match), text)
    if not found or re.sub(r"[\s,;]", "", rest) or 0 in found.values():
        raise Invalid(N_("Branches and copies"), N_("Write it as: ЦБ 3, Ф1 2."))
    return found


def branch_shares(text: str, branches: Mapping[str, int]) -> dict[int, int]:
    """How copies are distributed: id of a branch → number; case makes no difference.

    Args:
        branches: code → id.

    Raises:
        Invalid: it cannot be read, or names a branch that is not there.

    >>> branch_shares("цб 3, Ф1 2, ЦБ 1", {"ЦБ": 7, "Ф1": 8})
    {7: 4, 8: 2}
    """
    known = {code.casefold(): number for code, number in branches.items()}
    found: dict[int, int] = {}
    for code, copies in shares(text).items():
        number = known.get(code.casefold())
        if number is None:
            unknown = N_("There is no such branch: write its code.")
            raise Invalid(N_("Branches and copies"), unknown)
        found[number] = found.get(number, 0) + copies
    return found


def _noted(found: dict[str, int], match: re.Match[str]) -> str:
    code, number = match[1], int(match[2])
    found[code] = found.get(code, 0) + number
    return ""
