"""Checks of the stock: a frozen list, scans at the shelves, what is missing."""
