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
    partner = Partner(
        name=data.name, name_key=data.name.casefold(), kind=data.kind, created_at=origin.at
    )
    session.add(partner)
    change(session, origin, partner, data)
    return partner


def change(session: Session, origin: Origin, partner: Partner, data: PartnerData) -> None:
    """Change what is known of a partner; papers keep its name as they have it.

    Raises:
        Invalid: the БИН is none.
        NumberTaken: another has it.
    """
    number = rules.tax_number(data.tax_number)
    same = select(Partner.name).where(Partner.tax_number == number, Partner.id != partner.id)
    if number and (other := session.scalar(same.limit(1))) is not None:
        raise rules.NumberTaken(name=other)
    partner.tax_number = number
    for name in ("kind", "address", "contact", "phone", "email", "note", "closed"):
        setattr(partner, name, getattr(data, name))
    session.flush()
    audit(session, origin.staff_id, "partner.save", str(partner.id), name=partner.name)


def mention(session: Session, name: str, kind: PartnerKind) -> str:
    """A paper names a partner; returns the name as the register has it.

    One nobody knows is in the register from now on.
    """
    if not name:
        return ""
    known = _named(session, name)
    if known is None:
        key = name.casefold()
        known = Partner(name=name, name_key=key, kind=kind, created_at=clock.now())
        session.add(known)
        session.flush()
    return known.name


def _named(session: Session, name: str) -> Partner | None:
    """The partner of a name, whatever its case."""
    return session.scalar(select(Partner).where(Partner.name_key == name.casefold()).limit(1))
