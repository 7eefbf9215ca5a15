"""The engine OCRmyPDF is given: it hands over the text we have and recognises nothing.

Loaded by the program `ocrmypdf` in a process of its own; the one importer of it. Environment:
``SANDYQ_PAGES`` names a JSON list of pages as `text.tree` writes them.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from ocrmypdf import hookimpl
from ocrmypdf.models.ocr_element import BoundingBox, OcrClass, OcrElement
from ocrmypdf.pluginspec import OcrEngine, OrientationConfidence
from PIL import Image


@cache
def _pages() -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = json.loads(Path(os.environ["SANDYQ_PAGES"]).read_text())
    return pages


class KnownText(OcrEngine):
    """Answers with the text of our pages."""

    @staticmethod
    def version() -> str:
        """Of ours."""
        return "1"

    @staticmethod
    def creator_tag(options: object) -> str:
        """Who made the text layer."""
        del options
        return "Sandyq"

    def __str__(self) -> str:
        """Its name in messages."""
        return "Sandyq"

    @staticmethod
    def languages(options: Any) -> set[str]:
        """Any."""
        return set(options.languages)

    @staticmethod
    def get_orientation(input_file: Path, options: object) -> OrientationConfidence:
        """Pages are upright already."""
        del input_file, options
        return OrientationConfidence(angle=0, confidence=0.0)

    @staticmethod
    def get_deskew(input_file: Path, options: object) -> float:
        """Scans stay as they are."""
        del input_file, options
        return 0.0

    @staticmethod
    def supports_generate_ocr() -> bool:
        """It answers with a tree."""
        return True

    @staticmethod
    def generate_ocr(
        input_file: Path, options: object, page_number: int = 0
    ) -> tuple[OcrElement, str]:
        """The text of a page, in the size of the picture that was drawn of it."""
        del options
        page = _pages()[page_number]
        with Image.open(input_file) as picture:
            width, height = picture.size
            dpi = float(picture.info.get("dpi", (page["dpi"], 0))[0])
        across, down = width / max(1, page["width"]), height / max(1, page["height"])
        lines = [
            _line(line, across, down) for block in page["blocks"] for line in block if line["words"]
        ]
        root = OcrElement(
            ocr_class=OcrClass.PAGE,
            bbox=BoundingBox(left=0, top=0, right=width, bottom=height),
            dpi=dpi,
            page_number=page_number,
            children=[OcrElement(ocr_class=OcrClass.PARAGRAPH, bbox=_around(lines), children=lines)]
            if lines
            else [],
        )
        text = "\n".join(" ".join(word.text for word in line.children) for line in lines)
        return root, text

    @staticmethod
    def generate_hocr(*_: object) -> None:
        """It is not asked for."""
        raise NotImplementedError

    @staticmethod
    def generate_pdf(*_: object) -> None:
        """It is not asked for."""
        raise NotImplementedError


def _line(line: dict[str, Any], across: float, down: float) -> OcrElement:
    words = [
        OcrElement(
            ocr_class=OcrClass.WORD,
            bbox=BoundingBox(
                left=left * across,
                top=top * down,
                right=(left + width) * across,
                bottom=(top + height) * down,
            ),
            text=text,
            confidence=certainty / 100,
        )
        for left, top, width, height, certainty, text, *_ in line["words"]
    ]
    return OcrElement(ocr_class=OcrClass.LINE, bbox=_around(words), children=words)


def _around(parts: list[OcrElement]) -> BoundingBox:
    boxes = [part.bbox for part in parts if part.bbox is not None]
    return BoundingBox(
        left=min(box.left for box in boxes),
        top=min(box.top for box in boxes),
        right=max(box.right for box in boxes),
        bottom=max(box.bottom for box in boxes),
    )


@hookimpl
def get_ocr_engine(options: object) -> OcrEngine:
    """The engine of this run."""
    del options
    return KnownText()
