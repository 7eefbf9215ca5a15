"""Commands of circulation: `ils patrons` and `ils desk`."""

from ils.circulation.desk.cli import desk
from ils.circulation.patron_import import cli as patron_import
from ils.circulation.readers.cli import patrons

#: Modules whose commands are in the groups.
MODULES = (patron_import,)

__all__ = ["MODULES", "desk", "patrons"]
