"""Closed months, their seals, kept totals."""
