"""Public pages, in their blueprint."""

from ils.opac.catalogue import web as catalogue
from ils.opac.catalogue import wishes
from ils.opac.pages import opac

#: Modules whose views are in the blueprint.
MODULES = (catalogue, wishes)
BLUEPRINTS = (opac,)
