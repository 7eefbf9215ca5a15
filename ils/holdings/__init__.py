"""Copies: what the library owns, where each copy is and what state it is in."""
