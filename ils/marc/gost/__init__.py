"""Bibliographic description by ГОСТ 7.1-2003 and ГОСТ Р 7.0.100-2018."""

from ils.marc.gost.areas import Style
from ils.marc.gost.entry import Described, entry, imprint

__all__ = ["Described", "Style", "entry", "imprint"]
