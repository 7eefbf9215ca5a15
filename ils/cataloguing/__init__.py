"""The cataloguer's work on records with their copies."""
