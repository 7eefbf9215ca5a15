"""Work that nobody waits for: rows written with the act that asks for it, done by the worker."""
