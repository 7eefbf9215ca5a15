"""Every format a report is written in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from ils.stats.documents.payload import to_payload
from ils.stats.documents.report import ReportDocument
from ils.stats.documents.text import as_csv, as_text


@dataclass(frozen=True)
class ReportFormat:
    """How a format is written, and what kind of file it makes."""

    write: Callable[[ReportDocument, str], bytes]
    mimetype: str
    suffix: str
    binary: bool = False


def _later(module: str) -> Callable[[ReportDocument, str], bytes]:
    """A writer whose library is loaded when it is first needed: each takes megabytes."""

    def write_(document: ReportDocument, language: str) -> bytes:
        data: bytes = import_module(f"ils.stats.documents.{module}").render(document, language)
        return data

    return write_


def _json(document: ReportDocument, _language: str) -> bytes:
    return (json.dumps(to_payload(document), ensure_ascii=False, indent=1) + "\n").encode()


def _text(document: ReportDocument, language: str) -> bytes:
    return (as_text(document, language) + "\n").encode()


OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS: Mapping[str, ReportFormat] = {
    "json": ReportFormat(_json, "application/json", "json"),
    "text": ReportFormat(_text, "text/plain", "txt"),
    "csv": ReportFormat(as_csv, "text/csv", "csv"),
    "xlsx": ReportFormat(_later("xlsx"), f"{OFFICE}.spreadsheetml.sheet", "xlsx", binary=True),
    "docx": ReportFormat(
        _later("docx"), f"{OFFICE}.wordprocessingml.document", "docx", binary=True
    ),
    "pdf": ReportFormat(_later("pdf"), "application/pdf", "pdf", binary=True),
}


def write(document: ReportDocument, form: str, language: str) -> bytes:
    """A report in a format; ``language``: ru or kk."""
    return FORMATS[form].write(document, language)
