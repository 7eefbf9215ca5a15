"""A report as DOCX, in the form the departments send."""

from __future__ import annotations

from ils.documents import docx
from ils.stats.documents.blocks import blocks
from ils.stats.documents.report import ReportDocument


def render(document: ReportDocument, language: str) -> bytes:
    """The document, in Russian or Kazakh."""
    title = document.title[language]
    return docx.document(title, blocks(document, language), wide=True, language=language)
