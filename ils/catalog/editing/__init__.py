"""Saving, restoring and deleting records."""
