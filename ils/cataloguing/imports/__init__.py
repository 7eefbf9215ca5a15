"""Catalogue files in."""
