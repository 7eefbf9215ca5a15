"""One change of many records."""
