"""What a scan at a box between branches may turn out to be. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from ils.errors import N_, NotFound, Refused

#: What the label of a box begins with; its id follows.
BOX_CODE = re.compile(r"SQ-B(\d{1,19})", re.IGNORECASE)
#: A copy so long on its way is looked for.
LATE_AFTER = timedelta(days=7)


class UnknownShipment(NotFound):
    """No box has this number."""

    code = "unknown_shipment"
    message = N_("There is no box with this number.")


class SameBranch(Refused):
    """A box goes to another branch."""

    code = "same_branch"
    message = N_("A box goes to another branch.")


class ShipmentSent(Refused):
    """Nothing is put into a box that left, or taken out of it."""

    code = "shipment_sent"
    message = N_("The box has left already.")


class ShipmentNotSent(Refused):
    """A box that did not leave is not received."""

    code = "shipment_not_sent"
    message = N_("The box is still being packed.")


class ShipmentEmpty(Refused):
    """There is nothing to be sent."""

    code = "shipment_empty"
    message = N_("The box is empty.")


class ShipmentElsewhere(Refused):
    """A box is packed where it starts and received where it goes."""

    code = "shipment_elsewhere"
    message = N_("This box goes from “%(sender)s” to “%(to)s”.")


class PackedAlready(Refused):
    """The copy is in another box."""

    code = "packed_already"
    message = N_("“%(title)s” (%(number)s) is in box № %(box)s.")


class GoesElsewhere(Refused):
    """The copy is to go to another branch."""

    code = "goes_elsewhere"
    message = N_("“%(title)s” (%(number)s) goes to “%(to)s”, not into this box.")


class StaysHere(Refused):
    """Nobody asked for the copy and it is at home."""

    code = "stays_here"
    message = N_("“%(title)s” (%(number)s) stays here. Choose the request it is sent for.")


class NotFree(Refused):
    """Only copies that stand on the shelf are sent."""

    code = "not_free"
    message = N_("“%(title)s” (%(number)s): %(status)s; it cannot be sent.")


class WayElsewhere(Refused):
    """What became of a copy is said at an end of its way, or by the central library."""

    code = "way_elsewhere"
    message = N_(
        "“%(title)s” (%(number)s) goes from “%(sender)s” to “%(to)s”: that is settled there."
    )


class BoxOutcome(StrEnum):
    """What a scan at a box did."""

    PUT_IN = "put_in"
    ALREADY = "already"
    RECEIVED = "received"
    ON_HOLD_SHELF = "on_hold_shelf"
    #: It was in the box and not on its list.
    EXTRA = "extra"
    #: It belongs into another box, to another branch.
    SENT_ON = "sent_on"


@dataclass(frozen=True)
class ShipmentCounts:
    """Copies on the list of a box; of them arrived, and given up."""

    packed: int = 0
    arrived: int = 0
    lost: int = 0

    @property
    def missing(self) -> int:
        """Those still under way."""
        return self.packed - self.arrived - self.lost


def line_state(*, ended: bool, lost: bool) -> str:
    """How a copy on the list of a box is said to stand; empty: under way."""
    if lost:
        return N_("not found")
    return N_("arrived") if ended else ""
