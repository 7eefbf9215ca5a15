"""Thematic folders of digital documents."""
