"""Pages of events, enquiries, refusals and counts."""

from ils.services.web import counts as _counts
from ils.services.web import enquiries as _enquiries
from ils.services.web import events as _events
from ils.services.web.shared import services

__all__ = ["services"]
MODULES = (_counts, _enquiries, _events)
