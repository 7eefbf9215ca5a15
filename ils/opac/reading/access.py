"""Who reads: the document if it may be read by whoever asks, here and now; views are counted."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request
from flask import session as cookie
from sqlalchemy.orm import Session

from ils import clock, ledger, web
from ils.digitization.documents import queries
from ils.digitization.documents.counting import facts_of
from ils.digitization.documents.models import DigitalDocument, DocumentState
from ils.digitization.documents.queries import UnknownDocument
from ils.digitization.documents.reading import note
from ils.digitization.rights import rules
from ils.digitization.rights.models import Rights, Scope
from ils.digitization.rights.rules import Access, Terms, Why
from ils.errors import N_, Refused
from ils.ledger import Channel, Kind
from ils.opac import pages, visits
from ils.organisation.branches.queries import central, origin_now
from ils.organisation.permissions import Permission

#: The same document again within so many seconds is one view (COUNTER 5.1, §3.3.10).
DOUBLE_CLICK = 30
#: Of a cookie: document → when it was last viewed and which page, or taken; of the last few.
VIEWED, TAKEN, MOST_KEPT = "viewed", "taken", 8


class MayNotRead(Refused):
    """The rights do not allow it, here, today."""

    code = "may_not_read"
    message = N_("%(why)s")


#: Why a document may not be read, as it is told.
_TOLD = {
    Why.ONLY_INSIDE: N_("It may be read only on the computers of the library."),
    Why.NOT_YET: N_("The contract that allows reading it has not begun yet."),
    Why.ENDED: N_("The contract that allowed reading it has ended."),
    Why.UNKNOWN: N_("It is not known yet whether it may be shown."),
}


@dataclass(frozen=True)
class OpenedDocument:
    """A document that may be read, and what may be done with it."""

    document: DigitalDocument
    access: Access


def access_of(document: DigitalDocument) -> Access:
    """What whoever asks may do with a document."""
    if web.known_staff() is not None and web.may(Permission.VIEW_DIGITISATION):
        return Access(read=True, download=True, why=Why.STAFF)
    contract = document.contract
    terms = None
    if contract is not None:
        terms = Terms(
            Scope(contract.scope), contract.download, contract.signed_on, contract.until,
            contract.ended_at is not None,
        )  # fmt: skip
    return rules.access(
        Rights(document.rights), terms,
        published=document.state == DocumentState.PUBLISHED,
        inside=rules.is_inside(
            request.remote_addr, web.current().config.digitization.library_networks
        ),
        today=pages.today(),
    )  # fmt: skip


def may_read(document: DigitalDocument) -> bool:
    """Whether whoever asks may read a document."""
    return access_of(document).read


def opened(session: Session, document_id: int) -> OpenedDocument:
    """A document, for whoever asks, at this moment.

    Raises:
        UnknownDocument: there is none, or readers do not have it.
        MayNotRead: its rights do not allow it here and today.
    """
    document = queries.document(session, document_id)
    access = access_of(document)
    if access.why == Why.NOT_PUBLISHED:
        raise UnknownDocument
    if not access.read:
        raise MayNotRead(why=_TOLD[access.why])
    return OpenedDocument(document, access)


def note_view(one: OpenedDocument, number: int) -> None:
    """Have a view counted after the page: of an opening, not of turning pages; no robot, no staff.

    A document is opened when it was not read for the pause of a visit, or when the same page is
    asked for again after more than a double click.
    """
    document = one.document
    if web.known_staff() is not None:
        if one.access.why == Why.STAFF:
            note(document, g.staff.id)
        return
    if request.method != "GET" or not visits.is_person():
        return
    if one.access.why == Why.IN_LIBRARY:
        note(document, None)
    now, key = int(clock.now().timestamp()), str(document.id)
    viewed = dict(cookie.get(VIEWED, {}))
    at, page = viewed.pop(key, (0, 0))
    again = page == number and not request.args and now - at >= DOUBLE_CLICK
    if now - at >= visits.PAUSE or again:
        count(Kind.VIEWED, document)
    viewed[key] = (now, number)
    cookie[VIEWED] = dict(list(viewed.items())[-MOST_KEPT:])


def note_download(document: DigitalDocument) -> None:
    """Have a download counted: not of a double click, a part of a file, a robot, staff."""
    if web.known_staff() is not None or not visits.is_person() or request.method != "GET":
        return
    now, key = int(clock.now().timestamp()), str(document.id)
    taken = dict(cookie.get(TAKEN, {}))
    if now - taken.pop(key, 0) >= DOUBLE_CLICK:
        count(Kind.DOWNLOADED, document)
    taken[key] = now
    cookie[TAKEN] = dict(list(taken.items())[-MOST_KEPT:])


def count(kind: Kind, document: DigitalDocument) -> None:
    """Have a view or a download counted after the page."""
    if document.record is None:
        return
    said = facts_of(document)
    channel = Channel.KIOSK if cookie.get(visits.KIOSK) else Channel.SITE

    def write(session: Session) -> None:
        origin = origin_now(session, central(session).id, channel)
        ledger.record(session, kind, origin, said, detail=document.kind)

    web.afterwards(write)
