"""Public pages, in their blueprint."""

from ils.opac import kiosk, libraries_web
from ils.opac.account import hold_web, lists_web, questions_web, topics_web, wishes_web
from ils.opac.account import web as account
from ils.opac.catalogue import browse_web, wishes
from ils.opac.catalogue import web as catalogue
from ils.opac.pages import opac
from ils.opac.reading import folders_web, iiif
from ils.opac.reading import web as reading

#: Modules whose views are in the blueprint.
MODULES = (
    account, browse_web, catalogue, folders_web, hold_web, iiif, kiosk, libraries_web, lists_web,
    questions_web, reading, topics_web, wishes, wishes_web,
)  # fmt: skip
BLUEPRINTS = (opac,)
