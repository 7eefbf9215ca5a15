"""MARCXML and marcxchange, record by record; read by local names. The one importer of lxml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ils.catalog.marc.encodings import Decoder
from ils.catalog.marc.iso2709 import Chunk, Unreadable
from ils.catalog.marc.record import Field, MarcRecord

MARCXML = "http://www.loc.gov/MARC21/slim"
MARCXCHANGE = "info:lc/xmlns/marcxchange-v1"

_unprintable = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


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
        if name == "field" and element.get("id"):
            record.fields.append(_ruslan(element))
            continue
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
    tag: object = element.tag
    # A prefix nobody declared stays in the name of a damaged file.
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def _ruslan(element: etree._Element) -> Field:
    """A field of RUSLAN and OPAC-Global: indicators are elements, linked fields are nested."""
    tag = element.get("id", "")
    marks = [e.text or " " for e in element if _name(e) == "indicator"]
    indicators = "".join(mark[:1] for mark in marks[:2]).ljust(2)
    pairs: list[tuple[str, str]] = []
    for inner in element:
        if _name(inner) == "subfield":
            nested = [e for e in inner if _name(e) == "field"]
            if not nested:
                pairs.append((inner.get("id", ""), inner.text or ""))
            for one in map(_ruslan, nested):
                plain = one.get("") if one.tag < "010" else ""
                pairs.append(("1", f"{one.tag}{'' if one.tag < '010' else one.indicators}{plain}"))
                pairs += [(code, value) for code, value in one.subfields if code]
    if not pairs:
        return Field(tag, "" if tag < "010" else indicators, [("", element.text or "")])
    return Field(tag, indicators, pairs)


def opening(kind: str) -> bytes:
    """What stands before the records: MARCXML for MARC21, marcxchange for the others."""
    namespace = MARCXML if kind == "MARC21" else MARCXCHANGE
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="{namespace}">\n'.encode()


CLOSING = b"</collection>\n"


def write(marc: MarcRecord, kind: str) -> bytes:
    """The record as one element; characters that XML cannot hold become blanks."""
    attributes = {"type": "Bibliographic"} | ({} if kind == "MARC21" else {"format": kind})
    record = etree.Element("record", attributes)
    etree.SubElement(record, "leader").text = _text(marc.leader.ljust(24))
    for f in marc.fields:
        if f.tag < "010":
            etree.SubElement(record, "controlfield", tag=_text(f.tag)).text = _text(f.get(""))
            continue
        marks = _text(f.indicators).ljust(2)
        field = etree.SubElement(
            record, "datafield", tag=_text(f.tag), ind1=marks[0], ind2=marks[1]
        )
        for code, value in f.subfields:
            etree.SubElement(field, "subfield", code=_text(code)).text = _text(value)
    body: bytes = etree.tostring(record, encoding="utf-8")
    return body + b"\n"


def _text(text: str) -> str:
    return _unprintable.sub(" ", text)
