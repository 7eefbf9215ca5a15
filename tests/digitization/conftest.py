"""Fixtures of digitisation; what they are made of is in `scanning`."""

from scanning import described, digitiser, digitising

__all__ = ["described", "digitiser", "digitising"]
