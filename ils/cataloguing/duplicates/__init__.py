"""Duplicates: found, merged, taken apart."""
