"""Who is signed in, by the cookie of a sign-in."""

from __future__ import annotations

from flask import session as cookie
from sqlalchemy.orm import Session

from ils import clock
from ils.web.system import SignedIn, current


def signed_in(session: Session) -> SignedIn | None:
    """Whoever the cookie belongs to, unless nobody worked with it for too long."""
    staff_id, version = cookie.get("staff"), cookie.get("version")
    if not isinstance(staff_id, int) or not isinstance(version, int) or _is_idle():
        return None
    return current().authenticate(session, staff_id, version, sitting())


def sitting() -> str:
    """Tells one sign-in from another."""
    return str(cookie.get("sitting", ""))


def _is_idle() -> bool:
    """Whether nobody worked with this sign-in for too long; if not, it is noted that somebody does.

    The cookie is not written anew for every scan.
    """
    most = current().config.sign_in.idle_minutes * 60
    if not most:
        return False
    now = int(clock.now().timestamp())
    seen = cookie.get("seen")
    if not isinstance(seen, int) or now - seen > most:
        return True
    if now - seen > most // 10 or now < seen:
        cookie["seen"] = now
    return False
