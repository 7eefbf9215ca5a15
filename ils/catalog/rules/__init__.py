"""What a MARC record says, decided without a database."""

from ils.catalog.rules.copies import CopyStatement, copies
from ils.catalog.rules.description import Description, describe
from ils.catalog.rules.identifiers import heading_key, isbn13, search_key
from ils.catalog.rules.subjects import Classes, classes_of, division

__all__ = [
    "Classes",
    "CopyStatement",
    "Description",
    "classes_of",
    "copies",
    "describe",
    "division",
    "heading_key",
    "isbn13",
    "search_key",
]
