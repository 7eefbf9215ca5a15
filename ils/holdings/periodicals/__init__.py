"""Periodicals: subscribed to, expected, checked in, put on account, kept so long."""
