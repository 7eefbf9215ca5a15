"""Pages of the catalogue that show copies."""

from ils.holdings.web.printed import printed
from ils.holdings.web.records import catalogue
from ils.holdings.web.upkeep import upkeep

__all__ = ["catalogue", "printed", "upkeep"]
