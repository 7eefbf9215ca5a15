"""Printed references: how their parts are entered, and how texts are compared.

The citations are real, with their printers' slips; a slip is not to be imitated, so some
of what differs in print counts as equal: spacing, dashes, quotation marks, and the class
of slips that `DIFFERENCES` of test_gost names one by one.
"""

import json
import re
from pathlib import Path

from ils.marc.record import Field, MarcRecord, linked

CITATIONS = Path(__file__).parent.parent / "data" / "citations.json"
LANGUAGES = {"kk": "kaz", "ru": "rus"}
LATIN = str.maketrans("aceopxykmhiʼ", "асеорхукмһі'")


def citations():
    return json.loads(CITATIONS.read_text(encoding="utf-8"))


def entered(citation):
    """The record a cataloguer would enter from the parsed parts."""
    said = citation["parsed"]
    article = citation["kind"] == "article"
    fields = [Field("101", "0 ", [("a", LANGUAGES[citation["lang"]])])]
    title = [("a", said["title"])]
    title += [("b", mark[1])] if (mark := re.search(r"\[(Текст|Мәтін)\]", citation["text"])) else []
    title += [("e", said["subtitle"])] if said["subtitle"] else []
    title += [("h", said["volume"])] if said.get("volume") else []
    title += [("f", said["responsibility"])] if said["responsibility"] else []
    fields.append(Field("200", "1 ", title))
    if said["edition"]:
        fields.append(Field("205", "  ", [("a", said["edition"])]))
    if said["author"]:
        surname, _, initials = said["author"].partition(",")
        name = [("a", surname), ("b", initials.strip())] if initials else [("a", surname)]
        fields.append(Field("700", " 1", name))
    if article:
        fields += source(said)
    else:
        parts = (("a", said["place"]), ("c", said["publisher"]), ("d", said["year"]))
        if any(value for _, value in parts):
            fields.append(Field("210", "  ", [(code, v) for code, v in parts if v]))
        if said["pages"]:
            fields.append(Field("215", "  ", [("a", said["pages"])]))
    return MarcRecord(f"00000na{'a2' if article else 'm0'} 2200000   450 ", fields)


def source(said):
    number = f"№{said['issue']}" if said["issue"] else ""
    when = f"{said['date']} ({number})" if said["date"] and number else said["date"] or number
    issue = [("a", when)] if when else []
    issue += [("v", said["pages"])] if said["pages"] else []
    inside = [Field("200", "0 ", issue)]
    inside += [Field("210", "  ", [("d", said["year"])])] if said["year"] else []
    host = linked("461", " 0", [Field("200", "1 ", [("a", said["source"])])])
    return [host, linked("463", " 0", inside)]


def alike(text):
    """A text without what typesetting may change: blanks, dashes, quotation marks, case."""
    text = re.sub(r"[‑–—−-]+", "-", text.lower().translate(LATIN))
    text = re.sub(r"[«»“”„\"]", '"', text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([:;/=,.()\[\]№-])\s*", r"\1", text)
    return text.strip(" .…").replace("ё", "е")


MANUAL_FIELD = re.compile(r"(\d{3})\s(.)(.)\s*(\$.*)")
CYRILLIC_CODES = str.maketrans("аесорхукмтн", "aecopxykmth")


def manual_field(line):
    """A field as the RUSMARC manual prints it: ``200 1#   $aЗаглавие$fАвтор``."""
    match = MANUAL_FIELD.match(line)
    if match is None or match[1] < "010":
        return None
    tag, first, second, rest = match.groups()
    pairs = []
    for part in filter(None, re.split(r"\s*\$(?=.)", rest)[1:]):
        code = part[0].translate(CYRILLIC_CODES)
        pairs.append((code, part[1:].replace("#", " ") if code == "1" else part[1:]))
    return Field(tag, (first + second).replace("#", " "), pairs)


def manual_record(example):
    """The record of an example that describes one document; nothing where it shows several."""
    fields = [field for line in example["fields"] if (field := manual_field(line))]
    if sum(field.tag == "200" for field in fields) != 1:
        return None
    article = any(f.tag == "463" for f in fields) and " // " in " ".join(example["description"])
    return MarcRecord(f"00000na{'a2' if article else 'm '} 2200000   450 ", fields)


def manual_text(example):
    """The description, from its first line with areas on; notes follow on lines of their own."""
    lines = example["description"]
    first = next((n for n, t in enumerate(lines) if re.search(r"\. [–-] | // ", t)), None)
    return None if first is None else (lines[first], " ".join(lines[first:] + example["comment"]))


def areas(body):
    return re.split(r"\. – |(?<=\)) (?=\()", body.rstrip("."))
