"""Catalogue files out."""
