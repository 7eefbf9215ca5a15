"""Informing by topic: new records told to readers and groups of readers who asked for them."""
