"""A report as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ils.documents import pdf
from ils.stats.documents.blocks import blocks


def render(said: Mapping[str, Any], language: str) -> bytes:
    """The document, in Russian or Kazakh."""
    return pdf.document(said["title"][language], blocks(said, language), wide=True)
