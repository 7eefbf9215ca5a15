"""Backups: made while people work, proved by a trial restore, restored to any database."""
