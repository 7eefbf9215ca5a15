"""Visits of the public catalogue: counted once each, robots left out."""

from __future__ import annotations

import re

from flask import request
from flask import session as cookie
from sqlalchemy.orm import Session

from ils import clock, ledger, web
from ils.ledger import Channel, Kind, Origin
from ils.organisation.branches import queries as branch_queries

#: Seconds without a page after which the next one is another visit (COUNTER 5.1, §3.3.8).
PAUSE = 30 * 60
#: Of a cookie: when the last page of the visit was asked for; that something was told in it;
#: the code of the branch whose kiosk the browser is.
SEEN, TOLD, KIOSK = "seen", "told", "kiosk"
#: What is no browser of a person says so, or says nothing.
ROBOT = re.compile(
    r"bot\b|bots|crawl|spider|slurp|fetch|scan|monitor|preview|curl|wget|python|java/|go-http|"
    r"headless|libwww|httpclient|scrapy|archiver|facebookexternal|whatsapp|telegram",
    re.IGNORECASE,
)


def note(session: Session) -> None:
    """Have the visit counted after the page, unless it goes on or nobody looks."""
    now = int(clock.now().timestamp())
    seen = cookie.get(SEEN)
    since = now - seen if isinstance(seen, int) else PAUSE
    goes_on = 0 <= since < PAUSE
    if not goes_on or since > PAUSE // 10:  # not a new cookie for each page
        cookie[SEEN] = now
    if not goes_on:
        cookie.pop(TOLD, None)
    if goes_on or not is_person() or web.known_staff() is not None:
        return
    code, at = cookie.get(KIOSK), clock.now()
    try:
        branch = (
            branch_queries.branch_by_code(session, code)
            if code
            else branch_queries.central(session)
        )
    except branch_queries.UnknownBranch:  # none is open yet, or that one no more
        return
    channel = Channel.KIOSK if code else Channel.SITE
    origin = Origin(at, clock.local_day(at, branch.timezone), branch.id, None, channel)
    web.afterwards(lambda session: _count(session, origin))


def _count(session: Session, origin: Origin) -> None:
    ledger.record(session, Kind.CATALOGUE_VISIT, origin, {})


def is_person() -> bool:
    """Whether a browser asks; robots name themselves, or do not say what they can read."""
    agent = request.user_agent.string
    return bool(agent and request.headers.get("Accept-Language")) and not ROBOT.search(agent)
