"""Sandyq: an integrated library system for the public library systems of Kazakhstan."""

__version__ = "0.1.0"
