"""A record as the values of an entry form, and back. What a form does not show is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ils.catalog.worksheets.definitions import FieldForm, Group, Worksheet
from ils.marc.crosswalk import coded
from ils.marc.crosswalk.table import STANDARD
from ils.marc.record import Field, MarcRecord, linked

Values = Mapping[str, Sequence[str]]
#: What a coded $a begins with where nothing is said; UNIMARC's fill character is ``|``.
BLANKS = {
    "105": "y   z   000yy", "110": "|||||||||||", "115": "|" * 15, "120": "|" * 13,
    "126": "|" * 15, "135": "|" * 13, "140": "|" * 28,
}  # fmt: skip
EMPTY_CODE = " |"
#: In which order the subfields of an embedded field stand, whatever the form's order is.
ORDER = {"200": "abdefghiv", "210": "acd"}
KAZAKH_DESIGNATIONS = {"Электронный ресурс": "Электрондық ресурс", "Текст": "Мәтін"}
#: Carries the number of the heading a field takes its name from.
LINK = "3"
UNIMARC_WIDTH = 36

_lines = re.compile(r"\s*[\r\n]+\s*")
_year = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")


@dataclass(frozen=True)
class FormRow:
    """One field of a form: of the record (``index``) or empty, to be filled."""

    form: FieldForm
    index: int | None
    values: Values


@dataclass(frozen=True)
class Submitted:
    """One field as it came back from a form."""

    tag: str
    index: int | None
    values: Values


def rows(group: Group, marc: MarcRecord) -> Iterator[FormRow]:
    """The fields of a group with the record's values; one empty where it has none."""
    for form in group.fields:
        found = [(n, f) for n, f in enumerate(marc.fields) if f.tag == form.tag and _fits(form, f)]
        yield from (FormRow(form, n, _values(form, f)) for n, f in found)
        if not found:
            yield FormRow(form, None, {})


def shown(worksheet: Worksheet, marc: MarcRecord) -> set[int]:
    """The indexes of the fields that a form shows."""
    return {
        row.index
        for group in worksheet.groups
        for row in rows(group, marc)
        if row.index is not None
    }


def _fits(form: FieldForm, f: Field) -> bool:
    return form.constant is None or form.constant in f.subfields


def _values(form: FieldForm, f: Field) -> Values:
    """What the form shows of a field: of a subfield that it shows once, the first value."""
    inside = inside_of(f) if any(sub.embedded for sub in form.subfields) else []
    values: dict[str, list[str]] = {LINK: f.all(LINK)[:1]}
    for sub in form.subfields:
        if sub.positions is not None:
            first, width = sub.positions
            code = f.get("a")[first : first + width].strip(EMPTY_CODE)
            values[sub.key] = [code] if code else []
            continue
        if sub.embedded is not None:
            tag, own = sub.embedded
            found = [v for one in inside if one.tag == tag for v in one.all(own)]
        else:
            found = f.all(sub.key)
        values[sub.key] = found if sub.many else found[:1]
    return values


def filled(marc: MarcRecord, worksheet: Worksheet, said: Sequence[Submitted]) -> MarcRecord:
    """The record with what the form says; fields and subfields it does not show stay."""
    forms = {form.tag: form for form in worksheet.fields()}
    changed: dict[int, Field | None] = {}
    added: list[Field] = []
    for one in said:
        form = forms.get(one.tag)
        if form is None:
            continue
        if one.index is not None and one.index < len(marc.fields):
            changed[one.index] = _written(form, marc.fields[one.index], one.values)
        elif (new := _written(form, None, one.values)) is not None:
            added.append(new)
    kept = [changed.get(n, f) for n, f in enumerate(marc.fields)]
    fields = [f for f in kept if f is not None] + added
    fields.sort(key=lambda f: f.tag)
    return MarcRecord(_leader(marc.leader, worksheet), fields)


def _leader(leader: str, worksheet: Worksheet) -> str:
    return leader.ljust(24) if leader.strip() else coded.leader_of(*worksheet.leader)


def _written(form: FieldForm, base: Field | None, values: Values) -> Field | None:
    """The field with these values; nothing if it says nothing any more."""
    clean = _cleaned(values)
    if base is not None:
        shown_before = _cleaned(_values(form, base))
        if all(shown_before.get(key, []) == said for key, said in clean.items()):
            return base  # nothing was typed: not a blank of it changes
    if any(sub.positions is not None for sub in form.subfields):
        return _coded(form, base, clean)
    if any(sub.embedded for sub in form.subfields):
        return _link(form, base, clean)
    once = {sub.key for sub in form.subfields if not sub.many} | {LINK}
    keys = [sub.key for sub in form.subfields if sub.key in values]
    keys += [LINK] if LINK in values and LINK not in keys else []
    if base is None:
        pairs = [(key, value) for key in keys for value in clean[key]]
    else:
        said = {key: clean[key] + (base.all(key)[1:] if key in once else []) for key in keys}
        pairs = in_place(base.subfields, keys, said)
    others = [pair for pair in pairs if pair != form.constant]
    if not any(value for _, value in others):
        return None
    if form.constant is not None and form.constant not in pairs:
        pairs.append(form.constant)
    indicators = base.indicators if base is not None else form.indicators
    return Field(form.tag, indicators, pairs)


def _cleaned(values: Values) -> dict[str, list[str]]:
    """Values without outer blanks; a line break is a blank. Empty ones are no values."""
    return {
        key: [" ".join(_lines.split(v)).strip() for v in said if v.strip()]
        for key, said in values.items()
    }


def in_place(
    pairs: Sequence[tuple[str, str]], keys: Sequence[str], values: Values
) -> list[tuple[str, str]]:
    """New values where the old ones of the same code stood; more of them follow the last."""
    left = {key: list(values[key]) for key in keys}
    out: list[tuple[str, str]] = []
    for code, value in pairs:
        if code not in left:
            out.append((code, value))
        elif left[code]:
            out.append((code, left[code].pop(0)))
    order = {key: at for at, key in enumerate(keys)}
    for key in keys:
        for value in left[key]:
            # After the last of its own code, else after the codes that come before it in the form.
            at = max(
                (
                    n + 1
                    for n, (c, _) in enumerate(out)
                    if c == key or order.get(c, 99) < order[key]
                ),
                default=0,
            )
            out.insert(at, (key, value))
    return out


def _coded(form: FieldForm, base: Field | None, values: Values) -> Field | None:
    text = base.get("a") if base is not None else BLANKS.get(form.tag, "")
    if form.tag == "100":
        text = (text or coded.general("", "", "", "", "", "y")).ljust(UNIMARC_WIDTH)
    before = text
    for sub in form.subfields:
        if sub.positions is None or sub.key not in values:
            continue
        first, width = sub.positions
        text = text.ljust(first + width)
        code = (values[sub.key] or [""])[0][:width]
        was = text[first : first + width]
        if code or was.strip(EMPTY_CODE):
            code = (
                code.ljust(width)
                if code
                else (BLANKS.get(form.tag, "").ljust(99))[first : first + width]
            )
            text = text[:first] + code + text[first + width :]
    if base is None and text == before:
        return None
    rest = [(c, v) for c, v in base.subfields if c != "a"] if base is not None else []
    return Field(
        form.tag, base.indicators if base is not None else form.indicators, [("a", text), *rest]
    )


def _link(form: FieldForm, base: Field | None, values: Values) -> Field | None:
    inside = inside_of(base) if base is not None else []
    subfields = [sub for sub in form.subfields if sub.embedded is not None and sub.key in values]
    for tag in dict.fromkeys(sub.key[:3] for sub in subfields):
        keys = [sub.key for sub in subfields if sub.key[:3] == tag]
        keys.sort(key=lambda key: ORDER.get(tag, "").find(key[3:]))
        said = {key[3:]: list(values[key]) for key in keys}
        one = next((f for f in inside if f.tag == tag), None)
        if one is None:
            if not any(said.values()):
                continue
            one = Field(tag, _indicators(form.tag, tag, said), [])
            inside.append(one)
        for code in said:  # shown once: what follows the first value stays
            said[code] += one.all(code)[1:]
        one.subfields = in_place(one.subfields, list(said), said)
    inside = sorted((f for f in inside if f.has_text()), key=lambda f: f.tag)
    made = linked(form.tag, base.indicators if base is not None else form.indicators, inside)
    if base is not None and not base.embedded():
        # What the other technique says besides stays before the embedded fields.
        made.subfields[:0] = [pair for pair in base.subfields if pair[0] not in STANDARD]
    return made if made.has_text() else None


def _indicators(link: str, tag: str, said: Values) -> str:
    """Of a new embedded field. The name of an issue is no title to search by."""
    if tag < "010":
        return ""
    name = (list(said.get("a", ())) or [""])[0]
    number = link == "463" and (name[:1].isdigit() or name[:1] == "№")
    return {"200": "0 " if number else "1 "}.get(tag, "  ")


def inside_of(f: Field) -> list[Field]:
    """The fields inside a link, also where it is written by the standard technique."""
    found = f.embedded()
    if found:
        return found
    inside: dict[str, Field] = {}
    for code, value in f.subfields:
        if code in STANDARD and value.strip():
            tag, own = STANDARD[code][:3], STANDARD[code][3:]
            one = inside.setdefault(tag, Field(tag, "" if tag < "010" else "  ", []))
            one.subfields.append((own, value))
    return list(inside.values())


def blank(worksheet: Worksheet, today: date, language: str) -> MarcRecord:
    """A new record of a kind: leader, coded data and the defaults of its form.

    Args:
        language: of cataloguing and, until said otherwise, of the text: ``kaz`` or ``rus``.
    """
    general = coded.general(today.strftime("%Y%m%d"), "d", "", "", "", "y")
    marc = MarcRecord(
        coded.leader_of(*worksheet.leader),
        [Field("100", "  ", [("a", general[:22] + language + general[25:])])],
    )
    said = []
    for form in worksheet.fields():
        values = {sub.key: [sub.default] for sub in form.subfields if sub.default}
        if form.tag == "101" and "a" in values:
            values["a"] = [language]
        if form.tag == "200" and "b" in values and language == "kaz":
            values["b"] = [KAZAKH_DESIGNATIONS.get(values["b"][0], values["b"][0])]
        if form.tag == "801":
            values["c"] = [today.strftime("%Y%m%d")]
        if values:
            said.append(Submitted(form.tag, 0 if form.tag == "100" else None, values))
    return filled(marc, worksheet, said)


def completed(marc: MarcRecord) -> MarcRecord:
    """With the year of publication in the coded data, where it was left empty."""
    general = next(marc.each("100"), None)
    if general is None or general.get("a")[9:13].strip(EMPTY_CODE):
        return marc
    years = [v for f in marc.each("210") for v in f.all("d")]
    years += [
        v
        for f in marc.each("463")
        for one in f.embedded()
        if one.tag == "210"
        for v in one.all("d")
    ]
    found = next((m.group() for text in years if (m := _year.search(text))), None)
    if found is None:
        return marc
    text = general.get("a").ljust(UNIMARC_WIDTH)
    pairs = [(c, text[:9] + found + text[13:] if c == "a" else v) for c, v in general.subfields]
    fields = [Field(f.tag, f.indicators, pairs) if f is general else f for f in marc.fields]
    return MarcRecord(marc.leader, fields)
