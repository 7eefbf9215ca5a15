"""Boxes between branches."""
