"""Campaigns set, changed, and the returns that are counted by them."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from ils import ledger
from ils.circulation.campaigns import queries, rules
from ils.circulation.campaigns.models import Campaign
from ils.circulation.campaigns.rules import CampaignData
from ils.errors import N_, Invalid
from ils.ledger import Facts, Kind, Origin
from ils.organisation.audit.actions import audit


def save(
    session: Session, origin: Origin, data: CampaignData, branch_ids: list[int],
    campaign: Campaign | None = None,
) -> Campaign:  # fmt: skip
    """Set a campaign, or change one.

    Raises:
        Invalid: its days are none.
        CampaignsOverlap: another runs there then.
    """
    if data.last < data.first or (data.last - data.first).days >= rules.MOST_DAYS:
        reason = N_("It is before the first day, or more than three months later.")
        raise Invalid(N_("Last day"), reason)
    for other in queries.overlapping(session, branch_ids, data.first, data.last):
        if campaign is None or other.id != campaign.id:
            raise rules.CampaignsOverlap(name=other.name)
    if campaign is None:
        campaign = Campaign(created_at=origin.at, created_by=origin.staff_id)
        session.add(campaign)
    campaign.name, campaign.first, campaign.last = data.name, data.first, data.last
    campaign.branches, campaign.terms, campaign.compared = branch_ids, data.terms, data.compared
    session.flush()
    audit(session, origin.staff_id, "campaign.save", str(campaign.id), name=campaign.name)
    return campaign


def count_return(
    session: Session, origin: Origin, facts: Facts, copies: int, *, patron_id: int | None, due: date
) -> None:
    """An overdue copy came back in a campaign, or after the reader was reminded: counted apart."""
    if queries.running(session, origin.branch_id, origin.day) is not None:
        part, kind = origin.derive("campaign"), Kind.AMNESTY_RETURN
    elif patron_id is not None and queries.was_reminded(session, patron_id, due):
        part, kind = origin.derive("reminded"), Kind.REMINDED_RETURN
    else:
        return
    ledger.record(session, kind, part, facts, count=copies)
