"""Bibliographic records: what they describe, how they are added and changed."""
