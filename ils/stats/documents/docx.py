"""A report as DOCX, in the form the departments send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ils.documents import docx
from ils.stats.documents.blocks import blocks


def render(said: Mapping[str, Any], language: str) -> bytes:
    """The document, in Russian or Kazakh."""
    title = said["title"][language]
    return docx.document(title, blocks(said, language), wide=True, language=language)
