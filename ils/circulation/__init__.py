"""Readers, the desk, loans."""
