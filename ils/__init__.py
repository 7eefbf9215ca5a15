"""Sandyq: an integrated library system for the public library systems of Kazakhstan."""
