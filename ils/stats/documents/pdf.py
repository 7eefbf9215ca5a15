"""A report as PDF."""

from __future__ import annotations

from ils.documents import pdf
from ils.stats.documents.blocks import blocks
from ils.stats.documents.report import ReportDocument


def render(document: ReportDocument, language: str) -> bytes:
    """The document, in Russian or Kazakh."""
    return pdf.document(document.title[language], blocks(document, language), wide=True)
