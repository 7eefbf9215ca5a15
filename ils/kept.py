"""What is made of settings is kept by a process until a setting changes.

Lending rules and calendars are asked for by every loan and change a few times a year. The
database itself counts their changes (`ils.changes`); whoever signs in learns the number with the
account, so that no statement is spent on it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils.changes import JournalMark

Made = TypeVar("Made")

_NUMBER = select(JournalMark.settings)
#: How often settings were changed, as a column of another statement.
NUMBER = _NUMBER.scalar_subquery()
_NOTED = "settings"
#: More are not kept at a time: a return dated back asks for a calendar of its own.
_MOST = 256


@dataclass
class _Kept:
    """What one process made of the settings as they were at a number."""

    number: int
    made: dict[Hashable, object] = field(default_factory=dict)


#: Of each engine.
_kept: WeakKeyDictionary[object, _Kept] = WeakKeyDictionary()


def note(session: Session, number: int) -> None:
    """The transaction began when settings had been changed so often."""
    session.info[_NOTED] = number


def of_settings(session: Session, key: Hashable, make: Callable[[], Made]) -> Made:
    """What ``make`` makes of lending rules or calendars, made anew when one of them changes.

    Made anew too where nobody noted the number, and by whoever changed a setting just now.

    Args:
        key: tells what is made from all else.
    """
    session.flush()
    noted = session.info.get(_NOTED)
    if noted is None or (session.info.get("changed") and session.scalar(_NUMBER) != noted):
        return make()
    kept = _kept.get(session.get_bind())
    if kept is None or kept.number < noted or len(kept.made) >= _MOST:
        kept = _kept[session.get_bind()] = _Kept(noted)
    if kept.number > noted:  # another thread began later
        return make()
    if key not in kept.made:
        kept.made[key] = make()
    return cast("Made", kept.made[key])
