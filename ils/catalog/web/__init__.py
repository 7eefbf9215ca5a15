"""Cataloguers' pages: entry forms, versions, headings, work lists."""

from ils.catalog.web import batch, editing, headings, live, versions
from ils.catalog.web.shared import cataloguing

__all__ = ["batch", "cataloguing", "editing", "headings", "live", "versions"]
