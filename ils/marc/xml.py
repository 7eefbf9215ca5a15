"""MARCXML and marcxchange, record by record; read by local names. The one importer of lxml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ils.errors import N_, Remark
from ils.marc.encodings import Decoder
from ils.marc.iso2709 import Chunk, Unreadable
from ils.marc.record import Field, MarcRecord, unbroken

MARCXML = "http://www.loc.gov/MARC21/slim"
MARCXCHANGE = "info:lc/xmlns/marcxchange-v1"

_declared = re.compile(rb"\s*<\?xml[^>]*encoding=[\"']([A-Za-z0-9_-]+)", re.IGNORECASE)
_record = re.compile(
    rb"<(?:[\w.-]+:)?record[\s>](?:(?!<(?:[\w.-]+:)?record[\s>]).)*?(?:</(?:[\w.-]+:)?record\s*>|\Z)",
    re.DOTALL,
)
_unprintable = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def looks_like(data: bytes) -> bool:
    """Whether a file is XML."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _parser(*, recover: bool) -> etree.XMLParser:
    """Deaf to entities and the network."""
    return etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )


def split(data: bytes) -> Iterator[Chunk]:
    """The records of a collection, each as XML of its own.

    A file that is not well formed is cut at its ``<record>`` tags, so that the damage costs
    the record it is in.
    """
    try:
        root = etree.fromstring(data, _parser(recover=False))
    except (etree.XMLSyntaxError, ValueError):
        yield from _cut(data)
        return
    # A harvest wraps each record in another element of this name; the inner one counts.
    named = (e for e in root.iter() if _name(e) == "record")
    records = (e for e in named if all(_name(inner) != "record" for inner in e.iterdescendants()))
    for number, element in enumerate(records, 1):
        yield Chunk(number, 0, etree.tostring(element, encoding="utf-8", with_tail=False))


def _cut(data: bytes) -> Iterator[Chunk]:
    encoding = _declared.match(data.removeprefix(b"\xef\xbb\xbf"))
    for number, match in enumerate(_record.finditer(data), 1):
        body = match.group()
        if encoding:
            body = body.decode(encoding.group(1).decode(), errors="replace").encode()
        yield Chunk(number, match.start(), body)


def parse(data: bytes, decode: Decoder) -> tuple[MarcRecord, list[str]]:
    """The record in one ``<record>`` element.

    Raises:
        Unreadable: it has no fields.
    """
    record, problems = MarcRecord(), list[str]()
    try:
        root = etree.fromstring(data, _parser(recover=False))
    except (etree.XMLSyntaxError, ValueError) as error:
        text = decode(data)  # XML without a declaration may be in any encoding
        root = _recovered(text.encode(), problems, str(error))
    for element in root if root is not None else ():
        name = _name(element)
        if name == "leader":
            record.leader = _said(element, problems)
            continue
        tag = element.get("tag", "")
        if name == "field" and element.get("id"):
            record.fields.append(_ruslan(element))
            continue
        if name == "controlfield" and tag:
            record.fields.append(Field(tag, "", [("", _said(element, problems))]))
        elif name == "datafield" and tag:
            indicators = (element.get("ind1") or " ")[:1] + (element.get("ind2") or " ")[:1]
            record.fields.append(Field(tag, indicators, _subfields(element, tag, problems)))
        elif name:
            problems.append(Remark(N_("<%(name)s> without a tag was left out"), name=name))
    if not record.fields:
        raise Unreadable(N_("no fields"))
    if any("\ufffd" in value for f in record.fields for _, value in f.subfields):
        problems.append(Remark(N_("characters that cannot be read")))
    return record, problems


def _subfields(element: etree._Element, tag: str, problems: list[str]) -> list[tuple[str, str]]:
    """The subfields of a field; text outside of them is kept, and told."""
    outside = " ".join(filter(None, ((t or "").strip() for t in (element.text, *_tails(element)))))
    pairs = [(s.get("code", ""), _said(s, problems)) for s in element if _name(s) == "subfield"]
    if outside:
        problems.append(
            Remark(N_("field %(tag)s: text outside its subfields was kept before them"), tag=tag)
        )
        pairs.insert(0, ("", outside))
    return pairs


def _tails(element: etree._Element) -> list[str | None]:
    return [inner.tail for inner in element]


def _recovered(data: bytes, problems: list[str], error: str) -> etree._Element | None:
    """What can be read of a damaged element; what is wrong with it is named."""
    parser = _parser(recover=True)
    root = etree.fromstring(data, parser)
    # A prefix declared on the collection is unknown here: that is no damage.
    said = [e.message for e in parser.error_log if "Namespace prefix" not in e.message]
    if said or not parser.error_log:
        problems.append(
            Remark(N_("damaged XML, something may be lost: %(error)s"), error=(said or [error])[0])
        )
    return root


def _said(element: etree._Element, problems: list[str]) -> str:
    """The text of an element with that of its children, without comments and line breaks."""
    text = _text_of(element, problems)
    return unbroken(text).strip() if "\n" in text or "\r" in text else text


def _text_of(element: etree._Element, problems: list[str]) -> str:
    if len(element) == 0:
        return element.text or ""
    if any(isinstance(inner, etree._Entity) for inner in element.iter()):  # noqa: SLF001 -- its class
        problems.append(Remark(N_("an entity was left as it is written")))
    return "".join(
        part if isinstance(part, str) else part.decode()
        for part in element.itertext(etree.Element, etree.Entity)
    )


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
    is_heading = marc.leader[6:7] in {"x", "z"}  # UNIMARC, MARC21
    attributes = {"type": "Authority" if is_heading else "Bibliographic"} | (
        {} if kind == "MARC21" else {"format": kind}
    )
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
