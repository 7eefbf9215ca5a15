"""What a campaign asks for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ils.errors import N_, NotFound, Refused
from ils.fields import FieldKind, described

#: A longer one is no campaign any more.
MOST_DAYS = 92


class UnknownCampaign(NotFound):
    """There is no such campaign."""

    code = "unknown_campaign"
    message = N_("There is no such campaign.")


class CampaignsOverlap(Refused):
    """Another one runs at one of its branches on one of its days."""

    code = "campaigns_overlap"
    message = N_("“%(name)s” runs on some of these days at one of these branches.")


class AnnouncedAlready(Refused):
    """Its readers were asked to be told before, or it is over."""

    code = "announced_already"
    message = N_("Readers are told of it already, or it is over.")


@dataclass(frozen=True)
class CampaignData:
    """The form of a campaign."""

    name: str = described(N_("Name"), longest=200, hint=N_("Week of the returned book"))
    first: date = described(N_("First day"), FieldKind.DAY, width="date")
    last: date = described(N_("Last day"), FieldKind.DAY, width="date")
    branches: tuple[str, ...] = described(N_("Branches"), FieldKind.MANY, default=())
    terms: str = described(N_("What is said at the desk"), FieldKind.LONG, default="", longest=500,
                           hint=N_("for relatives too, no questions asked"))  # fmt: skip
    compared: bool = described(
        N_("Tell a random tenth a week later, to see whether telling helps"),
        FieldKind.FLAG, default=False,
    )  # fmt: skip
