"""Copies on their way."""
