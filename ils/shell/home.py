"""What waits for whoever is signed in: counted, each with the page where it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ils import clock, scan_times
from ils.catalog.models import BibliographicRecord, RecordProblem
from ils.circulation.debtors.queries import DebtFilter, debtors
from ils.circulation.holds import queries as holds
from ils.config import Config
from ils.datafiles import read
from ils.digitization.rights import queries as rights
from ils.digitization.scans import queries as scans
from ils.errors import N_
from ils.holdings.acts.models import ActState, StockAct
from ils.holdings.items.models import Item
from ils.holdings.periodicals import queries as periodicals
from ils.holdings.stocktaking.models import Stocktake, StocktakeState
from ils.holdings.study.queries import lent_undescribed
from ils.internal_loans.requests import queries as requests
from ils.internal_loans.shipments import queries as shipments
from ils.jobs import queries as jobs
from ils.organisation.branches.models import Branch
from ils.organisation.calendar.models import ClosedDay
from ils.organisation.permissions import Permission
from ils.organisation.staff.models import Staff
from ils.patrons.models import Patron
from ils.services.enquiries import online
from ils.services.enquiries.models import PurchaseSuggestion, SuggestionStatus
from ils.web.lists import number_of_rows

#: So long before its end a contract is told of.
ENDING_DAYS = 60
#: What failed is told for so long.
FAILED = timedelta(days=7)
#: A box is not so long on its way.
SLOW = timedelta(days=14)

Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Duty:
    """Work of some kind: who does it, where, and what waits.

    Attributes:
        waiting: of a branch on a day; what is counted.
    """

    label: str
    permission: Permission
    endpoint: str
    waiting: Callable[[int, date], Query]
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DutySection:
    """Duties of one part of the work."""

    label: str
    duties: tuple[Duty, ...]


def _late_loans(branch_id: int, today: date) -> Query:
    return debtors(today, DebtFilter(branch_id=branch_id))


def _expired(branch_id: int, today: date) -> Query:
    return holds.on_shelf(branch_id).where(holds.pickup_expired(today))


def _acts(*states: ActState) -> Callable[[int, date], Query]:
    return lambda *_: select(StockAct).where(StockAct.state.in_(states))


def _with_errors(*_: object) -> Query:
    return select(RecordProblem.record_id).group_by(RecordProblem.record_id)


SECTIONS = (
    DutySection(N_("Desk"), (
        Duty(N_("Copies to take from the shelves for readers"), Permission.OPERATE_DESK,
             "desk.holds", holds.to_fetch, {"list": "fetch"}),
        Duty(N_("Not collected in time from the hold shelf"), Permission.OPERATE_DESK,
             "desk.holds", _expired, {"list": "late"}),
        Duty(N_("Copies on their way to other branches"), Permission.OPERATE_DESK,
             "desk.holds", lambda branch, _: holds.transits(leaving=branch), {"list": "leaving"}),
        Duty(N_("Scans to decide on"), Permission.OPERATE_DESK,
             "desk.scan_exceptions", lambda branch, _: scan_times.undecided(branch)),
        Duty(N_("Questions from the site"), Permission.OPERATE_DESK,
             "services.questions", lambda *_: online.questions(waiting=True)),
        Duty(N_("Readers with overdue copies"), Permission.VIEW_LOANS,
             "debtors.workbench", _late_loans),
    )),
    DutySection(N_("Catalogue"), (
        Duty(N_("Records with errors"), Permission.EDIT_CATALOGUE,
             "cataloguing.work_list", _with_errors),
        Duty(N_("Lent and not described"), Permission.EDIT_CATALOGUE,
             "holdings.undescribed", lambda *_: lent_undescribed()),
    )),
    DutySection(N_("Stock"), (
        Duty(N_("Acts not finished"), Permission.EDIT_HOLDINGS,
             "holdings.acts", _acts(ActState.DRAFT, ActState.APPROVED)),
        Duty(N_("Acts to approve"), Permission.APPROVE_ACTS,
             "holdings.acts", _acts(ActState.FIXED)),
        Duty(N_("Stock checks under way"), Permission.COUNT_STOCK, "holdings.stocktakes",
             lambda *_: select(Stocktake).where(Stocktake.state != StocktakeState.CLOSED)),
        Duty(N_("Issues of periodicals that are late"), Permission.CHECK_IN_SERIALS,
             "holdings.arrivals", lambda _, today: periodicals.late(today)),
        Duty(N_("Suggestions to buy"), Permission.DECIDE_PURCHASES, "services.wanted",
             lambda *_: select(PurchaseSuggestion).where(
                 PurchaseSuggestion.status == SuggestionStatus.NEW)),
    )),
    DutySection(N_("Internal loans"), (
        Duty(N_("To pick for other branches"), Permission.LEND_INTERNALLY,
             "internal_loans.pick_list", lambda branch, _: requests.to_pick(branch)),
        Duty(N_("Our requests that wait"), Permission.LEND_INTERNALLY,
             "internal_loans.request_queue",
             lambda branch, _: requests.open_requests_of(branch)),
        Duty(N_("Longer than two weeks under way"), Permission.LEND_INTERNALLY,
             "internal_loans.under_way",
             lambda *_: shipments.under_way(before=clock.now() - SLOW)),
    )),
    DutySection(N_("Digitisation"), (
        Duty(N_("Refused files"), Permission.DIGITISE,
             "digitisation.refused_scans", lambda *_: scans.refused()),
        Duty(N_("Contracts that end soon"), Permission.MANAGE_RIGHTS,
             "digitisation.contracts", lambda _, today: rights.ending(today, ENDING_DAYS)),
    )),
    DutySection(N_("System"), (
        Duty(N_("Tasks that failed this week"), Permission.ADMINISTER,
             "operations.jobs", lambda *_: jobs.failed_since(clock.now() - FAILED)),
    )),
)  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """So much waits of a duty."""

    duty: Duty
    count: int


def waiting(
    session: Session, may: Callable[[str], bool], branch_id: int, today: date
) -> list[tuple[str, list[Waiting]]]:
    """(Section, its duties that have something to do) of whoever may do them."""
    found = []
    for section in SECTIONS:
        own = [duty for duty in section.duties if may(duty.permission)]
        counted = [Waiting(d, number_of_rows(session, d.waiting(branch_id, today))) for d in own]
        if some := [one for one in counted if one.count]:
            found.append((section.label, some))
    return found


@dataclass(frozen=True)
class SetUpStep:
    """Something a new library needs before its first day.

    Attributes:
        needed: without it nothing can be lent.
    """

    label: str
    hint: str
    endpoint: str
    done: bool
    values: Mapping[str, str] = field(default_factory=dict)
    needed: bool = False


def _shipped_name(config: Config) -> str:
    """What a library is called that nobody named."""
    return str(read(config.source / "default.toml")["library"]["name_ru"])


def set_up(session: Session, config: Config, branch: Branch) -> Sequence[SetUpStep]:
    """The steps of a new library, in their order; which are done."""

    def there(query: Query) -> bool:
        return session.scalar(select(query.exists())) or False

    branches, accounts = (
        session.scalar(select(func.count()).select_from(table)) or 0 for table in (Branch, Staff)
    )
    named = config.library.name_ru != config.holding(_shipped_name)
    return (
        SetUpStep(N_("Name of the library"), N_("[library] in the file of settings: name_ru, "
                  "name_kk, name_en"), "help.start", named),
        SetUpStep(N_("Branches"), N_("each with its code, type and service points"),
                  "settings.branches", branches > 1),
        SetUpStep(N_("Calendar"), N_("weekly days off and closed days of each branch"),
                  "settings.branch", there(select(ClosedDay.id)), {"code": branch.code}),
        SetUpStep(N_("Accounts"), N_("one for each member of staff, with the roles they need"),
                  "settings.staff_list", accounts > 1, needed=True),
        SetUpStep(N_("Catalogue"), N_("records of the former system from their files"),
                  "cataloguing.import_form", there(select(BibliographicRecord.id)),
                  needed=True),
        SetUpStep(N_("Copies"), N_("with the records, or from a table"),
                  "holdings.copy_list", there(select(Item.id)), needed=True),
        SetUpStep(N_("Readers"), N_("from a table or the former system, with what they have"),
                  "patrons.import_form", there(select(Patron.id)), needed=True),
        SetUpStep(N_("Label printer"), N_("[labels] in the file of settings; without one labels "
                  "are files"), "holdings.item_labels", bool(config.labels.printers)),
        SetUpStep(N_("Backups"), N_("[backup] in the file of settings: every_hours, and a second "
                  "place on another disk"), "help.start",
                  config.backup.every_hours > 0 and bool(config.backup.second)),
    )  # fmt: skip
