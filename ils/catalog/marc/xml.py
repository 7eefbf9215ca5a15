"""MARCXML and marcxchange, record by record; read by local names. The one importer of lxml."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ils.catalog.marc.encodings import Decoder
from ils.catalog.marc.iso2709 import Chunk, Unreadable
from ils.catalog.marc.record import Field, MarcRecord


def looks_like(data: bytes) -> bool:
    """Whether a file is XML."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _parser() -> etree.XMLParser:
    """Forgiving about form, deaf to entities and the network."""
    return etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )


def split(data: bytes) -> Iterator[Chunk]:
    """The records of a collection, each as XML of its own."""
    root = etree.fromstring(data, _parser())
    if root is None:
        return
    # A harvest wraps each record in another element of this name; the inner one counts.
    named = (e for e in root.iter() if _name(e) == "record")
    records = (e for e in named if all(_name(inner) != "record" for inner in e.iterdescendants()))
    for number, element in enumerate(records, 1):
        yield Chunk(number, 0, etree.tostring(element, encoding="utf-8"))


def parse(data: bytes, decode: Decoder) -> tuple[MarcRecord, list[str]]:
    """The record in one ``<record>`` element.

    Raises:
        Unreadable: it has no fields.
    """
    del decode  # XML says itself how it is encoded
    record, problems = MarcRecord(), list[str]()
    root = etree.fromstring(data, _parser())
    for element in root if root is not None else ():
        name, text = _name(element), element.text or ""
        if name == "leader":
            record.leader = text
            continue
        tag = element.get("tag", "")
        if name == "controlfield" and tag:
            record.fields.append(Field(tag, "", [("", text)]))
        elif name == "datafield" and tag:
            indicators = (element.get("ind1") or " ")[:1] + (element.get("ind2") or " ")[:1]
            pairs = [(s.get("code", ""), s.text or "") for s in element if _name(s) == "subfield"]
            record.fields.append(Field(tag, indicators, pairs))
        elif name:
            problems.append(f"<{name}> without a tag was left out")
    if not record.fields:
        raise Unreadable("no fields")
    return record, problems


def _name(element: etree._Element) -> str:
    """The local name; an empty text for comments and instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
