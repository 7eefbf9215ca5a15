"""SRU 1.1 and 1.2: a question by HTTP, records in XML. The one place that asks by HTTP here."""

from __future__ import annotations

import re
from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from ils.cataloguing.copying.targets import NoAnswer, SoughtRecord, Target
from ils.errors import N_

#: Records of one answer, and its most bytes.
MOST_RECORDS, MOST_BYTES = 10, 5_000_000
AGENT = "Sandyq (copy cataloguing)"

_special = re.compile(r"[\\\"\r\n]")
_number = re.compile(rb"numberOfRecords[^>]*>\s*(\d+)")
_diagnostic = re.compile(rb"<(?:\w+:)?message>([^<]{1,200})")


def query(target: Target, wanted: SoughtRecord) -> str:
    """What is wanted in CQL.

    >>> target = Target("x", "X", {}, "sru", "https://x")
    >>> query(target, SoughtRecord(title='Абай "жолы"', author="Әуезов"))
    'dc.title="Абай жолы" and dc.creator="Әуезов"'
    """
    parts = [
        f'{target.indexes[field]}="{_special.sub("", text)}"'
        for field, text in wanted.said().items()
        if field in target.indexes
    ]
    return " and ".join(parts)


def ask(target: Target, wanted: SoughtRecord) -> tuple[bytes, int]:
    """The answer with its records, and how many there are.

    Raises:
        NoAnswer: none came, or it is none.
    """
    asked = query(target, wanted)
    if not asked:
        raise NoAnswer("it cannot be asked for that")
    arguments = {
        "version": target.version,
        "operation": "searchRetrieve",
        "query": asked,
        "recordSchema": target.schema,
        "maximumRecords": MOST_RECORDS,
    }
    if urlsplit(target.address).scheme not in {"http", "https"}:
        raise NoAnswer("its address is no address of HTTP")
    joint = "&" if "?" in target.address else "?"
    request = Request(  # noqa: S310 -- http or https, by the library's own settings
        f"{target.address}{joint}{urlencode(arguments)}", headers={"User-Agent": AGENT}
    )
    try:
        with urlopen(request, timeout=target.seconds) as answer:  # noqa: S310 -- as above
            data: bytes = answer.read(MOST_BYTES + 1)
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise NoAnswer(str(getattr(error, "reason", error)) or type(error).__name__) from error
    if len(data) > MOST_BYTES:
        raise NoAnswer("the answer is too long")
    number = _number.search(data)
    if number is None:
        told = _diagnostic.search(data)
        raise NoAnswer(told[1].decode(errors="replace") if told else N_("the answer is no SRU"))
    return data, int(number[1])
