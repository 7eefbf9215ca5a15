"""Pages of events, enquiries, unmet requests and counts."""

from ils.services.counts import web as counts
from ils.services.enquiries import questions_web
from ils.services.enquiries import web as enquiries
from ils.services.events import web as events
from ils.services.pages import services
from ils.services.topics import web as topics

__all__ = ["services"]
#: Modules whose views are in the blueprint.
MODULES = (counts, enquiries, events, questions_web, topics)
