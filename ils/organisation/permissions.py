"""Who may do what: the one table pages, templates and the role matrix read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ils.organisation.staff.models import Role


class Permission(StrEnum):
    """Something an account may do; a page asks for one, never for a role."""

    OPERATE_DESK = "operate_desk"
    #: Let pass what rules refuse, and declare copies lost.
    OVERRIDE_RULES = "override_rules"
    VIEW_RULES = "view_rules"
    EDIT_RULES = "edit_rules"
    LIST_PATRONS = "list_patrons"
    MANAGE_PATRONS = "manage_patrons"
    VIEW_LOANS = "view_loans"
    #: Days of the returned book.
    MANAGE_CAMPAIGNS = "manage_campaigns"
    BLOCK_PATRONS = "block_patrons"
    REREGISTER_MANY = "reregister_many"
    EXPORT_PERSONAL_DATA = "export_personal_data"
    MERGE_PATRONS = "merge_patrons"
    ERASE_PATRONS = "erase_patrons"
    #: Everything that touches all readers at once: lists from other systems, the school year.
    IMPORT_PATRONS = "import_patrons"
    VIEW_CATALOGUE = "view_catalogue"
    EDIT_CATALOGUE = "edit_catalogue"
    #: Put copies into stock, describe and move them.
    EDIT_HOLDINGS = "edit_holdings"
    #: Write down that an act is approved, execute it, turn it round.
    APPROVE_ACTS = "approve_acts"
    #: Scan copies at the shelves for a check of the stock.
    COUNT_STOCK = "count_stock"
    #: Note which issues of periodicals came.
    CHECK_IN_SERIALS = "check_in_serials"
    #: Ask for copies of other branches, pack and receive boxes.
    LEND_INTERNALLY = "lend_internally"
    #: Orders and budgets.
    VIEW_ORDERS = "view_orders"
    EDIT_ORDERS = "edit_orders"
    PRINT_LABELS = "print_labels"
    VIEW_DIGITISATION = "view_digitisation"
    #: Take scans in, have them recognised, correct and arrange them.
    DIGITISE = "digitise"
    #: Contracts; publish, take down, remove.
    MANAGE_RIGHTS = "manage_rights"
    VIEW_EVENTS = "view_events"
    VIEW_EVENTS_OF_ALL = "view_events_of_all"
    VIEW_UNMET_REQUESTS = "view_unmet_requests"
    VIEW_SUGGESTIONS = "view_suggestions"
    SUGGEST_PURCHASE = "suggest_purchase"
    DECIDE_PURCHASES = "decide_purchases"
    VIEW_STATISTICS = "view_statistics"
    #: Figures of every branch; who lacks it sees those of the own branch.
    VIEW_STATISTICS_OF_ALL = "view_statistics_of_all"
    #: Plan, declare, schedule, close.
    MANAGE_STATISTICS = "manage_statistics"
    #: Tasks of the worker one asked for; administrators follow all.
    FOLLOW_TASKS = "follow_tasks"
    ADMINISTER = "administer"


_DESK, _SENIOR, _CATALOGUER, _STOCK = Role.DESK, Role.SENIOR, Role.CATALOGUER, Role.STOCK
_DIGITISER = Role.DIGITISER
_STATISTICIAN, _DIRECTOR, _ADMIN = Role.STATISTICIAN, Role.DIRECTOR, Role.ADMINISTRATOR

#: Permission → the roles that have it.
PERMISSIONS: Mapping[str, frozenset[str]] = {
    permission: frozenset(roles)
    for permission, roles in {
        Permission.OPERATE_DESK: {_DESK},
        Permission.OVERRIDE_RULES: {_SENIOR},
        Permission.VIEW_RULES: {_SENIOR, _ADMIN},
        Permission.EDIT_RULES: {_ADMIN},
        Permission.LIST_PATRONS: {_DESK, _STATISTICIAN, _ADMIN},
        Permission.MANAGE_PATRONS: {_DESK, _ADMIN},
        Permission.VIEW_LOANS: {_DESK, _SENIOR, _ADMIN},
        Permission.MANAGE_CAMPAIGNS: {_SENIOR, _ADMIN},
        Permission.BLOCK_PATRONS: {_SENIOR, _ADMIN},
        Permission.REREGISTER_MANY: {_SENIOR, _ADMIN},
        Permission.EXPORT_PERSONAL_DATA: {_SENIOR, _ADMIN},
        Permission.MERGE_PATRONS: {_SENIOR, _ADMIN},
        Permission.ERASE_PATRONS: {_ADMIN},
        Permission.IMPORT_PATRONS: {_ADMIN},
        Permission.VIEW_CATALOGUE: set(Role),
        Permission.EDIT_CATALOGUE: {_CATALOGUER, _ADMIN},
        Permission.EDIT_HOLDINGS: {_STOCK, _CATALOGUER, _ADMIN},
        Permission.APPROVE_ACTS: {_STOCK, _DIRECTOR, _ADMIN},
        Permission.COUNT_STOCK: {_STOCK, _CATALOGUER, _DESK, _ADMIN},
        Permission.CHECK_IN_SERIALS: {_STOCK, _CATALOGUER, _DESK, _ADMIN},
        Permission.LEND_INTERNALLY: {_DESK, _SENIOR, _STOCK, _ADMIN},
        Permission.VIEW_ORDERS: {_STOCK, _STATISTICIAN, _DIRECTOR, _ADMIN},
        Permission.EDIT_ORDERS: {_STOCK, _ADMIN},
        Permission.PRINT_LABELS: {_STOCK, _CATALOGUER, _DESK, _ADMIN},
        Permission.VIEW_DIGITISATION: {_DIGITISER, _CATALOGUER, _STATISTICIAN, _DIRECTOR, _ADMIN},
        Permission.DIGITISE: {_DIGITISER, _ADMIN},
        Permission.MANAGE_RIGHTS: {_DIGITISER, _DIRECTOR, _ADMIN},
        Permission.VIEW_EVENTS: {_DESK, _STATISTICIAN, _ADMIN},
        Permission.VIEW_EVENTS_OF_ALL: {_STATISTICIAN, _ADMIN},
        Permission.VIEW_UNMET_REQUESTS: {_DESK, _STOCK},
        Permission.VIEW_SUGGESTIONS: {_DESK, _STOCK, _STATISTICIAN, _ADMIN},
        Permission.SUGGEST_PURCHASE: {_DESK, _STOCK},
        Permission.DECIDE_PURCHASES: {_STOCK, _ADMIN},
        Permission.VIEW_STATISTICS: {_DESK, _SENIOR, _STATISTICIAN, _DIRECTOR, _ADMIN},
        Permission.VIEW_STATISTICS_OF_ALL: {_STATISTICIAN, _DIRECTOR, _ADMIN},
        Permission.MANAGE_STATISTICS: {_STATISTICIAN, _ADMIN},
        Permission.FOLLOW_TASKS: set(Role),
        Permission.ADMINISTER: {_ADMIN},
    }.items()
}
