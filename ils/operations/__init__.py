"""Keeping the library running: the worker, checks, the log, what is being done."""
