"""Digitisation: scans in, searchable text out; rights decide who reads."""
