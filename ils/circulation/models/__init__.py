"""Patrons, loans, holds: the state that the desk changes."""

from ils.circulation.models.boxes import Box, BoxItem
from ils.circulation.models.holds import Hold, HoldStatus, Transit
from ils.circulation.models.loans import LendingRule, Loan, LoanEnd
from ils.circulation.models.patrons import (
    ConsentRecord,
    ContactChannel,
    Disability,
    FormerCard,
    Patron,
    PatronBlock,
    PatronPhoto,
    PatronYear,
)

__all__ = [
    "Box",
    "BoxItem",
    "ConsentRecord",
    "ContactChannel",
    "Disability",
    "FormerCard",
    "Hold",
    "HoldStatus",
    "LendingRule",
    "Loan",
    "LoanEnd",
    "Patron",
    "PatronBlock",
    "PatronPhoto",
    "PatronYear",
    "Transit",
]
