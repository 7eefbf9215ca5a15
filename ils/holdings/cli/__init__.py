"""Commands of `ils catalog` that touch copies: import, export, search."""

from ils.holdings.cli import exports, imports, merging

__all__ = ["exports", "imports", "merging"]
