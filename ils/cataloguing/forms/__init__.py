"""Entry forms."""
