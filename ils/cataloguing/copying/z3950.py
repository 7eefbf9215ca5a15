"""Z39.50 by Debian's ``yaz-client``: commands in, a file of records out."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from ils.cataloguing.copying.targets import NoAnswer, SoughtRecord, Target
from ils.errors import N_

PROGRAM = "yaz-client"
MOST_RECORDS = 10
#: Bib-1 use attributes.
USE = {"isbn": 7, "title": 4, "author": 1003}

_special = re.compile(r"[\\\"@\r\n]")
_hits = re.compile(r"Number of hits:\s*(\d+)")
_problem = re.compile(r"(?:Diagnostic message\(s\) from database:\s*\n\s*)?(\[\d+\][^\n]{1,200})")


def installed() -> bool:
    """Whether Z39.50 can be asked at all."""
    return shutil.which(PROGRAM) is not None


def query(wanted: SoughtRecord) -> str:
    """What is wanted in prefix notation (PQF).

    >>> query(SoughtRecord(title="Абай жолы", author="Әуезов"))
    '@and @attr 1=4 "Абай жолы" @attr 1=1003 "Әуезов"'
    """
    parts = [
        f'@attr 1={USE[field]} "{_special.sub("", text)}"' for field, text in wanted.said().items()
    ]
    return "@and " * (len(parts) - 1) + " ".join(parts)


def ask(target: Target, wanted: SoughtRecord) -> tuple[bytes, int]:
    """The records (ISO 2709), and how many there are.

    Raises:
        NoAnswer: the program is not installed, or none came.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise NoAnswer(N_("Z39.50 needs the Debian package yaz"))
    with tempfile.TemporaryDirectory(prefix="sandyq-z3950-") as folder:
        records = Path(folder) / "records.mrc"
        commands = "\n".join((
            "charset utf-8",
            f"format {target.schema}",
            f"set_marcdump {records}",
            f"open {target.address}",
            f"find {query(wanted)}",
            f"show 1+{MOST_RECORDS}",
            "quit",
        ))  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 -- a fixed program; texts are quoted above
                [program], input=commands.encode(), capture_output=True, cwd=folder,
                timeout=target.seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise NoAnswer(N_("no answer in time")) from error
        said = done.stdout.decode(errors="replace")
        hits = _hits.search(said)
        if hits is None:
            told = _problem.search(said) or re.search(
                r"^(error[^\n]*)", said, re.MULTILINE | re.IGNORECASE
            )
            raise NoAnswer(told[1] if told else "the connection was refused")
        return records.read_bytes() if records.exists() else b"", int(hits[1])
