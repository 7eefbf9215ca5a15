"""Pages of the desk and of the readers."""

from ils.circulation.web import desk as _desk
from ils.circulation.web import holds as _holds
from ils.circulation.web import patrons as _patrons
from ils.circulation.web import person as _person
from ils.circulation.web import points as _points
from ils.circulation.web import rules as _rules
from ils.circulation.web import yearly as _yearly
from ils.circulation.web.shared import desk, lending, patrons

__all__ = ["desk", "lending", "patrons"]
MODULES = (_desk, _holds, _patrons, _person, _points, _rules, _yearly)
