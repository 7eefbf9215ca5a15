"""Partners written down, by their page or by the first paper that names them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock
from ils.holdings.partners import rules
from ils.holdings.partners.models import Partner, PartnerKind
from ils.holdings.partners.rules import NewPartner, PartnerData
from ils.ledger import Origin
from ils.organisation.audit.actions import audit


def register(session: Session, origin: Origin, data: NewPartner) -> Partner:
    """Write a partner down.

    Raises:
        PartnerThere: the name is in the register.
        Invalid: the БИН is none.
    """
    if _named(session, data.name) is not None:
        raise rules.PartnerThere(name=data.name)
    partner = Partner(name=data.name, created_at=origin.at)
    session.add(partner)
    change(session, origin, partner, data)
    return partner


def change(session: Session, origin: Origin, partner: Partner, data: PartnerData) -> None:
    """Change what is known of a partner; papers keep its name as they have it.

    Raises:
        Invalid: the БИН is none.
    """
    partner.tax_number = rules.tax_number(data.tax_number)
    for name in ("kind", "address", "contact", "phone", "email", "note", "closed"):
        setattr(partner, name, getattr(data, name))
    session.flush()
    audit(session, origin.staff_id, "partner.save", str(partner.id), name=partner.name)


def mention(session: Session, name: str, kind: PartnerKind) -> None:
    """A paper names a partner: one nobody knows is in the register from now on."""
    if name and _named(session, name) is None:
        session.add(Partner(name=name, kind=kind, created_at=clock.now()))
        session.flush()


def _named(session: Session, name: str) -> Partner | None:
    return session.scalar(select(Partner).where(Partner.name == name))
