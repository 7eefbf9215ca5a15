"""Pages of cataloguing, in blueprints."""

from ils.cataloguing.authorities import web as authorities
from ils.cataloguing.batches import web as batches
from ils.cataloguing.copying import web as copying
from ils.cataloguing.duplicates.web import duplicate_pages
from ils.cataloguing.forms import preview
from ils.cataloguing.forms import web as forms
from ils.cataloguing.imports import web as imports
from ils.cataloguing.pages import cataloguing
from ils.cataloguing.printing.web import printed
from ils.cataloguing.records import search_web as searching
from ils.cataloguing.records.web import catalogue
from ils.cataloguing.versions import web as versions

#: Modules whose views are in blueprints of others.
MODULES = (authorities, batches, copying, forms, imports, preview, searching, versions)
BLUEPRINTS = (cataloguing, catalogue, duplicate_pages, printed)
