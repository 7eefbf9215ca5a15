"""Codes: everything a scanner may read or a person type to name a reader or a copy."""
