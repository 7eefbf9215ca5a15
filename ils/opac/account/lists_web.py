"""Lists of what a reader wants to read: kept, narrowed to what is free, printed by shelf."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ils import clock, web
from ils.catalog import queries as catalog
from ils.errors import N_, NotFound
from ils.holdings.items.queries import shelves_of
from ils.opac import pages
from ils.opac.account import signing
from ils.opac.account.models import ReaderListEntry
from ils.opac.catalogue.cards import ResultCard, cards
from ils.opac.pages import opac
from ils.organisation.branches.queries import names_of

LONGEST_NAME = 60
#: Documents on all lists of a reader.
MOST = 500


class UnknownListEntry(NotFound):
    """It is on no list of the reader."""

    code = "unknown_list_entry"
    message = N_("It is on none of your lists.")


def entries_of(patron_id: int) -> Select[ReaderListEntry]:
    """What a reader keeps, by list, latest first."""
    own = select(ReaderListEntry).where(ReaderListEntry.patron_id == patron_id)
    return own.order_by(ReaderListEntry.name, ReaderListEntry.id.desc())


@opac.get("/my/lists")
@web.public(check=signing.require)
def my_lists(session: Session) -> ResponseReturnValue:
    """The lists with what is free where; or only what is free at a branch."""
    names = names_of(session, g.language)
    branch = next((n for n, (code, _) in names.items() if code == request.args.get("branch")), None)
    kept = session.scalars(entries_of(g.reader.id)).all()
    shown = {card.record.id: card for card in cards(session, [one.record_id for one in kept])}
    shelves = shelves_of(session, list(shown)) if branch else {}
    lists: dict[str, list[tuple[ReaderListEntry, ResultCard, str]]] = {}
    for one in kept:
        card = shown.get(one.record_id)
        here = card is not None and (branch is None or card.free_at(branch))
        if card is not None and here:
            places = shelves.get((one.record_id, branch or 0), [])
            lists.setdefault(one.name, []).append((one, card, "; ".join(places)))
    for entries in lists.values() if branch else ():
        entries.sort(key=lambda row: row[2])  # as one walks along the shelves
    return pages.page(
        "lists.html", session, lists=lists, choices=list(names.values()),
        branch=request.args.get("branch", "") if branch else "", kept=len(kept),
    )  # fmt: skip


@opac.post("/record/<id:record_id>/keep")
@web.public(write=True, check=signing.require)
def keep_on_list(session: Session, record_id: int) -> ResponseReturnValue:
    """Put a document on a list; it stands there once."""
    record = catalog.active_record(session, record_id)
    name = " ".join(request.form.get("name", "").split())[:LONGEST_NAME]
    kept = session.scalars(entries_of(g.reader.id)).all()
    if len(kept) < MOST and not any((one.record_id, one.name) == (record.id, name) for one in kept):
        session.add(
            ReaderListEntry(
                patron_id=g.reader.id, record_id=record.id, name=name, added_at=clock.now()
            )
        )
    flash(gettext("“%(title)s” is on your list.", title=record.title))
    return redirect(url_for("opac.record", record_id=record.id))


@opac.post("/my/lists/<id:entry_id>/remove")
@web.public(write=True, check=signing.require)
def remove_from_list(session: Session, entry_id: int) -> ResponseReturnValue:
    """Take a document off a list."""
    entry = session.get(ReaderListEntry, entry_id)
    if entry is None or entry.patron_id != g.reader.id:
        raise UnknownListEntry
    session.delete(entry)
    return redirect(url_for("opac.my_lists"))
