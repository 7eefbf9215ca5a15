"""Headings of persons, bodies, subjects and places."""
