"""ALTO 4 of a page (Library of Congress, version 4.2): for other programs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from ils.digitization.text.tree import Line, Page

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = f"{NAMESPACE} http://www.loc.gov/standards/alto/v4/alto-4-2.xsd"
ET.register_namespace("", NAMESPACE)
ET.register_namespace("xsi", _XSI)


def alto(page: Page, file: str, number: int, method: str) -> bytes:
    """The page as an ALTO file.

    Args:
        file: the name of the scan.
        number: of the page in its document.
        method: how it was recognised.
    """
    size = {"WIDTH": str(page.width), "HEIGHT": str(page.height)}
    root = ET.Element(f"{{{NAMESPACE}}}alto")
    root.set(f"{{{_XSI}}}schemaLocation", _SCHEMA)
    about = _add(root, "Description")
    _add(about, "MeasurementUnit").text = "pixel"
    _add(_add(about, "sourceImageInformation"), "fileName").text = file
    program = _add(_add(about, "Processing", {"ID": "P1"}), "processingSoftware")
    _add(program, "softwareName").text = method or "Sandyq"
    layout = _add(root, "Layout")
    sheet = _add(layout, "Page", {"ID": f"page{number}", "PHYSICAL_IMG_NR": str(number), **size})
    space = _add(sheet, "PrintSpace", {"HPOS": "0", "VPOS": "0", **size})
    for name, block in enumerate(page.blocks, 1):
        _add_block(space, f"b{name}", block)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _add(parent: ET.Element, name: str, attributes: Mapping[str, str] | None = None) -> ET.Element:
    return ET.SubElement(parent, f"{{{NAMESPACE}}}{name}", dict(attributes or {}))


def _add_block(space: ET.Element, name: str, lines: Sequence[Line]) -> None:
    boxes = [line.box for line in lines]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    around = _place((left, top, right - left, bottom - top))
    block = _add(space, "TextBlock", {"ID": name, **around})
    for line in lines:
        element = _add(block, "TextLine", {"ID": f"l{line.id}", **_place(line.box)})
        for at, word in enumerate(line.words):
            if at:
                _add(element, "SP")
            certainty = f"{max(0, min(100, word.certainty)) / 100:.2f}"
            place = _place((word.left, word.top, word.width, word.height))
            said = {"ID": f"l{line.id}w{at}", "CONTENT": word.text, "WC": certainty}
            _add(element, "String", {**said, **place})


def _place(box: tuple[int, int, int, int]) -> dict[str, str]:
    return dict(zip(("HPOS", "VPOS", "WIDTH", "HEIGHT"), map(str, box), strict=True))
