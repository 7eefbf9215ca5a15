"""A paper of the stock as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from flask import Response

from ils.documents import Block
from ils.web.downloads import download

#: Form → media type.
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class SealedPaper(Protocol):
    """What is written: a title, blocks, what stands at the foot of each page."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def blocks(self) -> Sequence[Block]:
        """What stands in it."""

    @property
    def foot(self) -> str:
        """Its seal."""


def written(paper: SealedPaper, form: str, language: str, *, wide: bool = False) -> bytes:
    """The paper as PDF or DOCX."""
    # Only here: each web process would keep their memory for what is asked for now and then.
    from ils.documents import docx, pdf  # noqa: PLC0415

    if form == "docx":
        return docx.document(
            paper.title, paper.blocks, wide=wide, language=language, foot=paper.foot
        )
    return pdf.document(paper.title, paper.blocks, wide=wide, foot=paper.foot)


def sent(paper: SealedPaper, form: str, language: str, *, wide: bool = False) -> Response:
    """The paper as a download."""
    content = written(paper, form, language, wide=wide)
    name = paper.title.replace("/", "-")
    return download(content, f"{name}.{form}", TYPES[form])
