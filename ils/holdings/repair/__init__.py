"""Copies in repair and at the binder’s."""
