"""Scans as they came: files, their pages, what was refused."""
