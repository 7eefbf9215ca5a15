"""The codes entries carry: kinds, channels, and what reports cut figures by."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What an entry counts."""

    REGISTRATION = "registration"
    VISIT = "visit"
    REMOTE_VISIT = "remote_visit"
    LOAN = "loan"
    RENEWAL = "renewal"
    RETURN = "return"
    IN_HOUSE_USE = "in_house_use"
    HOLD_PLACED = "hold_placed"
    HOLD_CANCELLED = "hold_cancelled"
    HOLD_FILLED = "hold_filled"
    HOLD_EXPIRED = "hold_expired"
    REFUSAL = "refusal"
    REMINDER = "reminder"
    AMNESTY_RETURN = "amnesty_return"
    #: Overdue copies that came back after the reader was reminded, outside of campaigns.
    REMINDED_RETURN = "reminded_return"
    LOST = "lost"
    FOUND = "found"
    ACCESSION = "accession"
    #: A title the stock had no copy of before.
    TITLE = "title"
    WITHDRAWAL = "withdrawal"
    REDISTRIBUTION = "redistribution"
    REPAIR = "repair"
    CHECK = "check"
    IL_REQUESTED = "il_requested"
    IL_SELECTED = "il_selected"
    IL_DISPATCHED = "il_dispatched"
    IL_RECEIVED = "il_received"
    IL_LENT = "il_lent"
    IL_SENT_BACK = "il_sent_back"
    IL_BACK = "il_back"
    IL_CANCELLED = "il_cancelled"
    #: The first internal loan of a reader in a year: in the system, and at each branch.
    IL_READER = "il_reader"
    RECORD_ADDED = "record_added"
    RECORD_EDITED = "record_edited"
    RECORD_DELETED = "record_deleted"
    RECORD_MERGED = "record_merged"
    RECORD_RESTORED = "record_restored"
    DIGITISED = "digitised"
    ATTACHED = "attached"
    PUBLISHED = "published"
    VIEWED = "viewed"
    DOWNLOADED = "downloaded"
    REFERENCE = "reference"
    DELIVERY = "delivery"
    EVENT = "event"
    #: Views of an online event; documents shown at one, and of those given to readers.
    EVENT_VIEWS = "event_views"
    SHOWN = "shown"
    SHOWN_ISSUED = "shown_issued"
    CONSULTATION = "consultation"
    SUGGESTION = "suggestion"
    COPY_SERVICE = "copy_service"
    #: The first service, the first loan of a reader in a year: in the system, and at each branch.
    READER_SERVED = "reader_served"
    BORROWER = "borrower"
    CATALOGUE_VISIT = "catalogue_visit"
    TOPIC_NOTICE = "topic_notice"
    OPENING = "opening"


class Channel(StrEnum):
    """By which way an act reached the library."""

    DESK = "desk"
    OFFLINE = "offline"
    PHONE = "phone"
    EMAIL = "email"
    SITE = "site"
    KIOSK = "kiosk"
    SIP2 = "sip2"
    IMPORT = "import"
    TALLY = "tally"
    SYSTEM = "system"


class ServicePlace(StrEnum):
    """Where a document was given to a reader."""

    HOME = "home"
    READING_ROOM = "reading_room"
    SERVICE_POINT = "service_point"
    HOME_DELIVERY = "home_delivery"


class Material(StrEnum):
    """The kind of a document, as the reports cut it."""

    BOOK = "book"
    NEWSPAPER = "newspaper"
    JOURNAL = "journal"
    CD = "cd"
    EBOOK = "ebook"
    MAP = "map"
    OTHER = "other"


class AccessionSource(StrEnum):
    """Where a copy came from."""

    BUDGET = "budget"
    STATE_ORDER = "state_order"
    PERIODICALS = "periodicals"
    REPLACEMENT = "replacement"
    EXCHANGE_FUND = "exchange_fund"
    COMPENSATION = "compensation"
    GIFT = "gift"
    OTHER = "other"
    REDISTRIBUTION = "redistribution"


class WithdrawalReason(StrEnum):
    """Why a copy left."""

    WORN = "worn"
    OBSOLETE = "obsolete"
    TRANSFERRED = "transferred"
    SHORTAGE = "shortage"
    LOST_BY_READERS = "lost_by_readers"
    DISASTER = "disaster"
    OTHER = "other"


class OpeningOf(StrEnum):
    """What an opening balance counts."""

    STOCK = "stock"
    RECORDS = "records"
    DOCUMENTS = "documents"
    LOANS = "loans"
