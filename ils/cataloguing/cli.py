"""Commands of `ils catalog`."""

from ils.cataloguing.duplicates import cli as duplicates
from ils.cataloguing.exports import cli as exports
from ils.cataloguing.imports import cli as imports
from ils.cataloguing.records.cli import catalog

#: Modules whose commands are in the group `catalog`.
MODULES = (duplicates, exports, imports)

__all__ = ["MODULES", "catalog"]
