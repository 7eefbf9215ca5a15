"""Readers of another system."""
