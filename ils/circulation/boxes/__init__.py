"""Boxes for service points."""
