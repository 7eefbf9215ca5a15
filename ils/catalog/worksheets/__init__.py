"""Worksheets: the entry forms of the catalogue, as data."""
