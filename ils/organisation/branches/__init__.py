"""Branches, their service points and departments."""
