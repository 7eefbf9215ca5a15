"""Pages of internal loans, in their blueprint."""

from ils.internal_loans.pages import internal_loans
from ils.internal_loans.requests import web as requests
from ils.internal_loans.shipments import under_way_web
from ils.internal_loans.shipments import web as shipments

#: Modules whose views are in the blueprint.
MODULES = (requests, shipments, under_way_web)
BLUEPRINT = internal_loans
