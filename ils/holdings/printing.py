"""A paper of the stock as a file."""

from __future__ import annotations

from flask import Response

from ils.holdings.papers import Paper
from ils.web.downloads import download

#: Form → media type.
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def written(paper: Paper, form: str, language: str, *, wide: bool = False) -> bytes:
    """The paper as PDF or DOCX."""
    # Only here: each web process would keep their memory for what is asked for now and then.
    from ils.documents import docx, pdf  # noqa: PLC0415

    if form == "docx":
        return docx.document(
            paper.title, paper.blocks, wide=wide, language=language, foot=paper.foot
        )
    return pdf.document(paper.title, paper.blocks, wide=wide, foot=paper.foot)


def sent(paper: Paper, form: str, language: str, *, wide: bool = False) -> Response:
    """The paper as a download."""
    content = written(paper, form, language, wide=wide)
    name = paper.title.replace("/", "-")
    return download(content, f"{name}.{form}", TYPES[form])
