"""The ledger: what happened, when, where, by whom, and the facts of that moment.

The one source of every figure. Only `ils.ledger.entries` writes it.
"""

from ils.ledger.entries import (
    AMOUNTS,
    FACTS,
    AlreadyReversed,
    Books,
    Entry,
    Facts,
    Origin,
    ScanReused,
    companion_id,
    known_requests,
    posted,
    record,
    record_many,
    record_once,
    replayed,
    reversal_of,
    reverse,
    row,
    standing,
)
from ils.ledger.vocabulary import (
    AccessionSource,
    Channel,
    Kind,
    Material,
    OpeningOf,
    Place,
    WithdrawalReason,
)

__all__ = [
    "AMOUNTS",
    "FACTS",
    "AccessionSource",
    "AlreadyReversed",
    "Books",
    "Channel",
    "Entry",
    "Facts",
    "Kind",
    "Material",
    "OpeningOf",
    "Origin",
    "Place",
    "ScanReused",
    "WithdrawalReason",
    "companion_id",
    "known_requests",
    "posted",
    "record",
    "record_many",
    "record_once",
    "replayed",
    "reversal_of",
    "reverse",
    "row",
    "standing",
]
