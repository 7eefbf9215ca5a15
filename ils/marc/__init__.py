"""MARC records: formats, conversions, descriptions by ГОСТ, citations. A pure library."""
