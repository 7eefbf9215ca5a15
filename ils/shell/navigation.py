"""Where everything is: sections and their places, each for whoever has the permission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import gettext

from ils import web
from ils.errors import N_
from ils.organisation.permissions import Permission
from ils.organisation.staff.views import views_of


@dataclass(frozen=True)
class Place:
    """A page of its own in a section; ``also``: further pages that are it."""

    label: str
    endpoint: str
    permission: Permission
    values: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where it is."""
        return url_for(self.endpoint, **dict[str, Any](self.values))

    @property
    def here(self) -> bool:
        """Whether it is this page."""
        return request.endpoint in {self.endpoint, *self.also}


@dataclass(frozen=True)
class NavigationSection:
    """A part of the work; its pages' addresses begin with one of the prefixes."""

    label: str
    prefixes: tuple[str, ...]
    places: tuple[Place, ...]

    def open_places(self) -> list[Place]:
        """The places whoever is signed in may go to."""
        return [place for place in self.places if web.may(place.permission)]


SECTIONS = (
    NavigationSection(N_("Desk"), ("/desk", "/staff/services/"), (
        Place(N_("Desk"), "desk.page", Permission.OPERATE_DESK),
        Place(N_("Holds"), "desk.holds", Permission.OPERATE_DESK),
        Place(N_("Scans to decide on"), "desk.scan_exceptions", Permission.OPERATE_DESK),
        Place(N_("Deposit collections"), "desk.boxes", Permission.OPERATE_DESK),
        Place(N_("Home delivery"), "desk.home_delivery", Permission.OPERATE_DESK),
        Place(N_("Manual counts"), "services.tally", Permission.OPERATE_DESK),
        Place(N_("Events"), "services.events", Permission.VIEW_EVENTS),
        Place(N_("Reference transactions"), "services.enquiries", Permission.OPERATE_DESK),
        Place(N_("Questions from the site"), "services.questions", Permission.OPERATE_DESK,
              also=("services.question", "services.answer_question")),
        Place(N_("Informing by topic"), "services.topics", Permission.OPERATE_DESK),
        Place(N_("Unfilled requests"), "services.refusals", Permission.VIEW_UNMET_REQUESTS),
        Place(N_("Demand"), "services.wanted", Permission.VIEW_SUGGESTIONS),
    )),
    NavigationSection(N_("Readers"), ("/staff/patrons/", "/staff/debtors/", "/staff/losses/"), (
        Place(N_("Readers"), "patrons.patron_list", Permission.LIST_PATRONS),
        Place(N_("Debtors"), "debtors.workbench", Permission.VIEW_LOANS, also=("debtors.debtor",)),
        Place(N_("Lost and claimed copies"), "losses.all_losses", Permission.VIEW_LOANS,
              also=("losses.loss",)),
        Place(N_("Notices"), "debtors.notices", Permission.VIEW_LOANS),
        Place(N_("Campaigns"), "debtors.campaigns", Permission.VIEW_LOANS,
              also=("debtors.campaign",)),
        Place(N_("Phones to check"), "patrons.phones", Permission.MANAGE_PATRONS),
        Place(N_("Register a reader"), "patrons.new_patron", Permission.MANAGE_PATRONS),
        Place(N_("Re-registration"), "patrons.reregister_list", Permission.REREGISTER_MANY),
        Place(N_("School year"), "patrons.school_year", Permission.IMPORT_PATRONS),
        Place(N_("Import patrons"), "patrons.import_form", Permission.IMPORT_PATRONS),
    )),
    NavigationSection(N_("Catalogue"), ("/staff/catalog/",), (
        Place(N_("Records"), "catalogue.records", Permission.VIEW_CATALOGUE),
        Place(N_("New record"), "cataloguing.new", Permission.EDIT_CATALOGUE),
        Place(N_("From other libraries"), "cataloguing.copy", Permission.EDIT_CATALOGUE),
        Place(N_("Articles of an issue"), "cataloguing.articles", Permission.EDIT_CATALOGUE),
        Place(N_("Authorities"), "cataloguing.headings", Permission.EDIT_CATALOGUE),
        Place(N_("Records with errors"), "cataloguing.work_list", Permission.EDIT_CATALOGUE),
        Place(N_("Lent and not described"), "holdings.undescribed", Permission.EDIT_CATALOGUE),
        Place(N_("Duplicates"), "duplicates.duplicates", Permission.EDIT_CATALOGUE),
        Place(N_("Shared codes"), "catalogue.shared_codes", Permission.EDIT_CATALOGUE),
        Place(N_("Batch changes"), "cataloguing.batch", Permission.EDIT_CATALOGUE),
    )),
    NavigationSection(N_("Stock"), ("/staff/holdings/", "/staff/acquisition/"), (
        Place(N_("Acts"), "holdings.acts", Permission.VIEW_CATALOGUE, also=("holdings.act",)),
        Place(N_("Orders"), "acquisition.orders", Permission.VIEW_ORDERS,
              also=("acquisition.order",)),
        Place(N_("Budget"), "acquisition.budget", Permission.VIEW_ORDERS),
        Place(N_("Suppliers and donors"), "holdings.partners", Permission.VIEW_CATALOGUE,
              also=("holdings.partner",)),
        Place(N_("Missing volumes"), "acquisition.missing_volumes", Permission.VIEW_CATALOGUE,
              also=("acquisition.set_volumes",)),
        Place(N_("Checks of the stock"), "holdings.stocktakes", Permission.COUNT_STOCK,
              also=("holdings.stocktake", "holdings.counting")),
        Place(N_("Places"), "holdings.shelf_places", Permission.COUNT_STOCK),
        Place(N_("Labels"), "holdings.item_labels", Permission.PRINT_LABELS),
        Place(N_("Lists of copies"), "holdings.copy_list", Permission.EDIT_HOLDINGS),
        Place(N_("Periodicals"), "holdings.subscriptions", Permission.VIEW_CATALOGUE,
              also=("holdings.serial_issues",)),
        Place(N_("Arrivals of periodicals"), "holdings.arrivals", Permission.CHECK_IN_SERIALS),
        Place(N_("Summary register of the stock"), "holdings.ksu", Permission.VIEW_CATALOGUE),
        Place(N_("Inventory book"), "holdings.inventory_book", Permission.VIEW_CATALOGUE),
        Place(N_("Movements for the accountant"), "holdings.movements", Permission.VIEW_CATALOGUE),
        Place(N_("Use of the stock"), "holdings.study", Permission.VIEW_CATALOGUE,
              also=("holdings.unused",)),
        Place(N_("Repair and binding"), "holdings.repair", Permission.VIEW_CATALOGUE),
        Place(N_("Opening balances"), "holdings.opening_balances", Permission.MANAGE_STATISTICS),
    )),
    NavigationSection(N_("Internal loans"), ("/staff/internal-loans/",), (
        Place(N_("Requests"), "internal_loans.request_queue", Permission.LEND_INTERNALLY,
              also=("internal_loans.internal_request", "internal_loans.new_request")),
        Place(N_("To pick"), "internal_loans.pick_list", Permission.LEND_INTERNALLY),
        Place(N_("Readers waiting"), "internal_loans.readers_waiting",
              Permission.LEND_INTERNALLY),
        Place(N_("Boxes"), "internal_loans.shipments", Permission.LEND_INTERNALLY,
              also=("internal_loans.shipment",)),
        Place(N_("Under way"), "internal_loans.under_way", Permission.LEND_INTERNALLY),
        Place(N_("Lent to branches"), "internal_loans.lent_out", Permission.LEND_INTERNALLY),
    )),
    NavigationSection(N_("Digitisation"), ("/staff/digitisation/",), (
        Place(N_("Documents"), "digitisation.documents", Permission.VIEW_DIGITISATION,
              also=("digitisation.document", "digitisation.correct_page")),
        Place(N_("Add scans"), "digitisation.add_form", Permission.DIGITISE),
        Place(N_("Pages to check"), "digitisation.to_check", Permission.VIEW_DIGITISATION),
        Place(N_("Quality of the texts"), "digitisation.quality", Permission.VIEW_DIGITISATION),
        Place(N_("Issues by date"), "digitisation.serial_titles",
              Permission.VIEW_DIGITISATION, also=("digitisation.issues",)),
        Place(N_("Folders"), "digitisation.folders", Permission.VIEW_DIGITISATION,
              also=("digitisation.folder",)),
        Place(N_("Contracts"), "digitisation.contracts", Permission.VIEW_DIGITISATION,
              also=("digitisation.contract",)),
        Place(N_("Refused files"), "digitisation.refused_scans", Permission.DIGITISE),
    )),
    NavigationSection(N_("Statistics"), ("/staff/stats/",), (
        Place(N_("Overview"), "statistics.overview", Permission.VIEW_STATISTICS),
        Place(N_("Reports"), "statistics.choose", Permission.VIEW_STATISTICS,
              {"report": "month"}, ("statistics.report",)),
        Place(N_("Plans"), "statistics.plans", Permission.VIEW_STATISTICS_OF_ALL),
        Place(N_("Manually entered figures"), "statistics.declared",
              Permission.VIEW_STATISTICS_OF_ALL),
        Place(N_("Closing of months"), "statistics.months", Permission.VIEW_STATISTICS_OF_ALL),
        Place(N_("Schedules"), "statistics.schedule_list", Permission.VIEW_STATISTICS_OF_ALL),
    )),
    NavigationSection(N_("Settings"), ("/staff/settings/", "/staff/tasks/"), (
        Place(N_("Branches"), "settings.branches", Permission.ADMINISTER),
        Place(N_("Accounts"), "settings.staff_list", Permission.ADMINISTER),
        Place(N_("Circulation rules"), "lending.rules_page", Permission.VIEW_RULES),
        Place(N_("Due dates on closed days"), "lending.due_dates", Permission.VIEW_RULES),
        Place(N_("Audit trail"), "settings.audit", Permission.ADMINISTER),
        Place(N_("Letters to readers"), "operations.letters", Permission.ADMINISTER),
        Place(N_("Tasks"), "operations.jobs", Permission.FOLLOW_TASKS),
        Place(N_("Entries of a wrong clock"), "operations.wrong_clock", Permission.ADMINISTER),
    )),
)  # fmt: skip


@dataclass(frozen=True)
class Shell:
    """The frame of this page: what may be gone to, and where it stands itself."""

    sections: list[tuple[NavigationSection, str, bool]]
    places: list[tuple[Place, bool]]
    trail: list[tuple[str, str]]


def shell() -> Shell:
    """Sections with their first open place, the places of this one, the way to this page."""
    here = _section(request.path)
    open_ = [(section, section.open_places()) for section in SECTIONS]
    sections = [(s, places[0].address, s is here) for s, places in open_ if places]
    places = here.open_places() if here else []
    current = next((p for p in places if p.here), None)
    trail: list[tuple[str, str]] = []
    if here is not None and current is None and places:
        above = _above(places, request.path)
        trail = [(gettext(here.label), places[0].address)]
        if above is not None and above is not places[0]:
            trail.append((gettext(above.label), above.address))
    return Shell(sections, [(place, place is current) for place in places], trail)


def found_places(text: str) -> list[tuple[str, str]]:
    """Places whose name has a text, with their sections."""
    words = text.casefold()
    return [
        (f"{gettext(section.label)} › {gettext(place.label)}", place.address)
        for section in SECTIONS
        for place in section.open_places()
        if words in gettext(place.label).casefold()
    ]


def saved_views() -> list[tuple[str, str]]:
    """(name, address) of what whoever is signed in keeps of this list."""
    return views_of(g.staff.views, request.path)


def install(app: Flask) -> None:
    """Give templates the frame."""
    app.jinja_env.globals |= {"shell": shell, "saved_views": saved_views}


def _section(path: str) -> NavigationSection | None:
    fitting = (s for s in SECTIONS if any(path.startswith(prefix) for prefix in s.prefixes))
    return next(fitting, None)


def _above(places: list[Place], path: str) -> Place | None:
    """The place whose address this page's begins with, the longest one."""
    above = [place for place in places if path.startswith(place.address)]
    return max(above, key=lambda place: len(place.address), default=None)
