"""Whose business a request, a box or a way is. Pure."""

from __future__ import annotations


def has_a_say(branch_id: int, central_id: int, *concerned: int) -> bool:
    """Whether a branch may settle what concerns others: one of them, or the central library.

    >>> has_a_say(3, 1, 3, 4), has_a_say(1, 1, 3, 4), has_a_say(2, 1, 3, 4)
    (True, True, False)
    """
    return branch_id in {central_id, *concerned}
