"""Writing the audit trail."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from ils import clock
from ils.db import plain
from ils.organisation.audit.models import AuditEntry


def audit(session: Session, by: int | None, action: str, subject: str, **changes: object) -> None:
    """Write down an administrative act; ``by`` is the account, ``None`` on the command line."""
    shown: dict[str, Any] = {key: plain(value) for key, value in changes.items()}
    session.add(
        AuditEntry(
            at=clock.now(),
            staff_id=by,
            action=action,
            subject=subject,
            changes=shown,
        )
    )
    session.flush()


def differences(before: dict[str, object], after: dict[str, object]) -> dict[str, object]:
    """What changed: key → [before, after]."""
    return {key: [before[key], after[key]] for key in after if before[key] != after[key]}
