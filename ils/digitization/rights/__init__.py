"""Contracts and who may read what, where, until when."""
