"""Readers: registration, cards, blocks, consent, photos."""
