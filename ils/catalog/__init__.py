"""Bibliographic and authority records: formats, import, the catalogue's lists."""
