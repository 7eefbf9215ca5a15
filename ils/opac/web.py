"""Public pages, in their blueprint."""

from ils.opac.account import hold_web, wishes_web
from ils.opac.account import web as account
from ils.opac.catalogue import web as catalogue
from ils.opac.catalogue import wishes
from ils.opac.pages import opac

#: Modules whose views are in the blueprint.
MODULES = (account, catalogue, hold_web, wishes, wishes_web)
BLUEPRINTS = (opac,)
