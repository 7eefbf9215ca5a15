"""Shared by commands: the configuration and database, errors in words, JSON."""

from __future__ import annotations

import errno
import functools
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from ils import clock, db, i18n
from ils import config as configuration
from ils.config import Config
from ils.errors import N_, IlsError, Invalid, Unavailable
from ils.ledger import Channel, Origin
from ils.schema import NotMigrated


class BranchRef(Protocol):
    """A branch, as far as an act needs to know it."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def timezone(self) -> str:
        """Its time zone."""


#: What databases say of one that `ils init` has not been at.
NO_TABLE = ("no such table", "no such column", "does not exist")
#: What they say where nothing can be written, or nobody is there.
NOT_WRITABLE = ("readonly database", "unable to open database file", "disk is full")
AWAY = ("connection failed", "Connection refused", "could not connect")


class CannotWrite(Unavailable):
    """The data folder or its disk takes nothing."""

    code = "cannot_write"
    message = N_("Nothing can be written: %(reason)s.")


class DatabaseAway(Unavailable):
    """The database server does not answer."""

    code = "database_away"
    message = N_("The database server does not answer.")


class Console:
    """What a command works with."""

    @cached_property
    def config(self) -> Config:
        """The settings."""
        return configuration.load()

    @cached_property
    def sessions(self) -> db.Sessions:
        """The database; its connections close with the command."""
        engine = db.connect(self.config)
        if context := click.get_current_context(silent=True):
            context.find_root().call_on_close(engine.dispose)
        return db.sessions_of(engine)

    @cached_property
    def language(self) -> str:
        """The language of messages: the terminal's if it is ours, else the library's."""
        asked = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "")[:2]
        return asked if asked in {"kk", "ru", "en"} else self.config.library.language

    def told(self, message: str, **facts: object) -> str:
        """A text marked with `N_` in the language of the terminal, with its facts."""
        said = i18n.say(message, self.language)
        return said % facts if facts else said

    def say(self, message: str, *, err: bool = False, **facts: object) -> None:
        """Tell it; ``err``: beside what a command gives."""
        click.echo(self.told(message, **facts), err=err)

    def origin(self, branch: BranchRef, channel: Channel) -> Origin:
        """An act of the command line, now, at a branch."""
        now = clock.now()
        day = clock.local_day(now, branch.timezone)
        return Origin(now, day, branch.id, staff_id=None, channel=channel)


class Commands(click.Group):
    """A group whose expected failures end in words and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except IlsError as error:
            click.echo(i18n.say_error(error, _language(ctx)), err=True)
            ctx.exit(1)
        except (OperationalError, ProgrammingError) as error:
            told = _told(str(error.orig))
            if told is None:
                raise
            click.echo(i18n.say_error(told, _language(ctx)), err=True)
            ctx.exit(1)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            reason = f"{error.strerror} ({error.filename})" if error.filename else error.strerror
            click.echo(i18n.say_error(CannotWrite(reason=reason), _language(ctx)), err=True)
            ctx.exit(1)


#: A disk that is full, or may only be read; a folder of another account.
NO_ROOM = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM, errno.EDQUOT)


def _told(said: str) -> IlsError | None:
    """What a database says, in words for people, where that is known."""
    if any(words in said for words in NO_TABLE):
        return NotMigrated()
    if any(words in said for words in NOT_WRITABLE):
        return CannotWrite(reason=said)
    return DatabaseAway() if any(words in said for words in AWAY) else None


def with_console(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the console as its first argument."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        function(click.get_current_context().ensure_object(Console), *args, **kwargs)

    return wrapped


#: For commands that believe the clock only if nothing speaks against it.
CLOCK_IS_RIGHT = click.option(
    "--clock-is-right", is_flag=True, help="Go on although the clock seems wrong."
)


class _GivenDay(click.DateTime):
    """A day as 2026-10-31; another is refused in the language of the other messages."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The midnight the day begins with."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            name = max(param.opts, key=len) if param is not None else ""
            raise Invalid(name, N_("Write the day as 2026-10-31.")) from None


DAY = _GivenDay()


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1, default=str)
    sys.stdout.write("\n")


def _language(ctx: click.Context) -> str:
    try:
        return ctx.ensure_object(Console).language
    except IlsError:  # the configuration itself is what failed
        return "en"


def end_with(parent: int) -> None:
    """Of a program beside the pages: end when the server, its parent, is gone, however it went."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
