"""The balance a library begins with, entered as figures."""
