"""Bibliographic lists as DOCX. The one importer of python-docx."""

from __future__ import annotations

import io

from docx import Document
from docx.shared import Pt

from ils.catalog.rules.bibliography import Bibliography


def bibliography(title: str, list_: Bibliography, index_title: str) -> bytes:
    """A list with headings Word can find, numbered entries, and the index of names."""
    document = Document()
    document.styles["Normal"].font.name = "Times New Roman"
    document.styles["Normal"].font.size = Pt(12)
    document.core_properties.title = _clean(title)
    document.add_heading(_clean(title), level=1)
    for part in list_.sections:
        if part.heading:
            document.add_heading(_clean(part.heading), level=2)
        for number, text in part.entries:
            document.add_paragraph(_clean(f"{number}. {text}"))
    if list_.index:
        document.add_heading(index_title, level=2)
        for name, numbers in list_.index:
            document.add_paragraph(_clean(f"{name} {', '.join(map(str, numbers))}"))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _clean(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(c for c in text if c.isprintable())
