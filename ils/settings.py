"""What each section of the settings says: names, types, bounds."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated, Literal

from ils.datafiles import Declared, Meta

Days = Annotated[int, Meta(ge=1, le=3650)]
Count = Annotated[int, Meta(ge=0, le=10_000)]


class Library(Declared, frozen=True):
    """What the library is called and where it is."""

    name_ru: str
    name_kk: str
    name_en: str
    language: Literal["kk", "ru", "en"]
    timezone: str
    installation: Annotated[int, Meta(ge=0, le=63)]

    def name(self, language: str) -> str:
        """What it is called in a language; Russian stands for any it has no name in."""
        return {"kk": self.name_kk, "en": self.name_en}.get(language, self.name_ru)


class Data(Declared, frozen=True):
    """Where things are kept."""

    folder: str
    database: str


class Server(Declared, frozen=True):
    """How pages are served."""

    host: str
    port: Annotated[int, Meta(ge=1, le=65535)]
    processes: Annotated[int, Meta(ge=0, le=64)]
    threads: Annotated[int, Meta(ge=1, le=256)]
    https: bool
    worker: bool
    trusted_proxies: int
    #: Public pages an address may ask for in a minute.
    public_per_minute: Annotated[int, Meta(ge=1)]
    #: Where readers find the site, for links in letters; without a slash at its end.
    address: str = ""


class SignIn(Declared, frozen=True):
    """How staff sign in."""

    hours: Annotated[int, Meta(ge=1, le=744)]
    idle_minutes: Annotated[int, Meta(ge=0, le=44_640)]
    attempts_per_minute: Annotated[int, Meta(ge=1)]
    attempts_per_minute_address: Annotated[int, Meta(ge=1)]
    password_length: Annotated[int, Meta(ge=8, le=128)]


class Circulation(Declared, frozen=True):
    """What holds where no lending rule says otherwise, and how the desk works."""

    lending: Literal["home", "reading_room", "none"]
    loan_days: Days
    max_loans: Annotated[int, Meta(ge=1, le=10_000)]
    renewal_days: Days
    max_renewals: Count
    max_unseen_renewals: Count
    max_weeks: Annotated[int, Meta(ge=0, le=520)]
    grace_days: Count
    max_overdue: Count
    max_holds: Count
    hold_days: Annotated[int, Meta(ge=1, le=365)]
    repeat_seconds: Count
    backdate_days: Count
    floating: bool
    #: What cards look like, as regular expressions: such a code is never taken for a book's.
    card_patterns: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse what is no regular expression."""
        for pattern in self.card_patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"card_patterns: “{pattern}” is no pattern: {error}") from None


class Backup(Declared, frozen=True):
    """Where backups go, how often, and how many are kept."""

    folder: str
    second: str
    every_hours: Annotated[int, Meta(ge=0, le=744)]
    keep: Annotated[int, Meta(ge=1, le=1000)]


class Limits(Declared, frozen=True):
    """What a file that is sent may hold at most."""

    rows: Annotated[int, Meta(ge=1, le=10_000_000)] = 50_000
    columns: Annotated[int, Meta(ge=1, le=16_384)] = 100
    unpacked_mb: Annotated[int, Meta(ge=1, le=10_000)] = 50
    megapixels: Annotated[int, Meta(ge=1, le=1_000)] = 40


class Digitization(Declared, frozen=True):
    """What scans may be, how they are recognised, and who reads inside the library."""

    file_mb: Annotated[int, Meta(ge=1, le=100_000)]
    megapixels: Annotated[int, Meta(ge=1, le=1_000)]
    pages: Annotated[int, Meta(ge=1, le=100_000)]
    #: A folder that is watched; empty: none.
    inbox: str
    #: Processes that recognise beside the worker, and pages of one task.
    workers: Annotated[int, Meta(ge=0, le=64)]
    pages_at_once: Annotated[int, Meta(ge=1, le=1_000)]
    #: Of Tesseract; a file of this name in the data folder’s ``models`` comes before Debian’s.
    model: str
    page_seconds: Annotated[int, Meta(ge=5, le=3_600)]
    page_mb: Annotated[int, Meta(ge=200, le=64_000)]
    dictionaries: str
    #: Addresses that are inside the library, as networks.
    library_networks: tuple[str, ...]
    #: All masters are read again within so many days.
    verify_days: Days
    #: So many days before its end a contract is asked about.
    reminder_days: Days
    #: A program that checks PDF/A and answers with 0 (veraPDF); empty: none.
    validator: str

    def __post_init__(self) -> None:
        """Refuse what is no network."""
        try:
            for network in self.library_networks:
                ip_network(network)
        except ValueError as error:
            raise ValueError(f"library_networks: {error}") from None


class Labels(Declared, frozen=True):
    """Label printers."""

    #: Name → address:port of a printer that understands ZPL.
    printers: dict[str, str]
    dpi: Literal[203, 300, 600]


class Catalog(Declared, frozen=True):
    """How catalogues are kept."""

    batch: Annotated[int, Meta(ge=1, le=10_000)]
    author_marks: str


class Statistics(Declared, frozen=True):
    """How reports are counted, closed and sent."""

    rounding: Literal["half_up", "truncate"]
    close_day: Annotated[int, Meta(ge=0, le=28)]


class Mail(Declared, frozen=True):
    """The server letters leave by; an empty host: no letters."""

    host: str
    port: Annotated[int, Meta(ge=1, le=65535)]
    user: str
    password: str
    sender: str
    starttls: bool


class Sms(Declared, frozen=True):
    """The gateway short messages leave by, as an address that takes a number and a text."""

    url: str
    #: What is posted; empty: the address says all.
    body: str
    type: str
    authorization: str
    #: What a part costs, in tiyn.
    part_price: Annotated[int, Meta(ge=0, le=1_000_000)]

    def __post_init__(self) -> None:
        """Refuse an address no message could leave by."""
        if not self.url:
            return
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("url must begin with http:// or https://")
        for name in ("{phone}", "{text}"):
            if name not in self.url + self.body:
                raise ValueError(f"url or body must say {name}")
        if not (self.type + self.authorization).isprintable():
            raise ValueError("type and authorization must be one line")


class Notices(Declared, frozen=True):
    """When readers are told of their loans by themselves."""

    mode: Literal["off", "test", "on"]
    #: In test mode all messages go there; empty: nowhere, they are only shown.
    test_to: str
    #: Hours of the branch nothing is sent before and after.
    from_hour: Annotated[int, Meta(ge=0, le=23)]
    until_hour: Annotated[int, Meta(ge=1, le=24)]
    #: What should have been sent longer ago is not sent any more.
    catch_up_days: Annotated[int, Meta(ge=1, le=60)]

    def __post_init__(self) -> None:
        """Refuse a day without hours."""
        if self.from_hour >= self.until_hour:
            raise ValueError("from_hour must be before until_hour")
