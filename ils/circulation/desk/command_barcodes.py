"""Command barcodes: a printed sheet at the desk does what keys do."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Command(StrEnum):
    """What a command barcode asks; the value is what it says."""

    NEXT = "SQ-NEXT"
    UNDO = "SQ-UNDO"
    RENEW_ALL = "SQ-RENEW"
    HOME = "SQ-HOME"
    READING_ROOM = "SQ-ROOM"
    REFUSAL = "SQ-REFUSAL"
    REFERENCE = "SQ-REFERENCE"
    RECEIPT = "SQ-RECEIPT"


def command(codes: Iterable[str]) -> Command | None:
    """The command among the readings of a scan.

    >>> command(("ЫЙ-ТУЧЕ", "SQ-NEXT")), command(("2021345",))
    (<Command.NEXT: 'SQ-NEXT'>, None)
    """
    return next((Command(code) for code in codes if code in set(Command)), None)
