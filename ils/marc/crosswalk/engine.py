"""Converting a record between dialects without losing a letter.

Fields are converted in *units*: some fields of the source and what they become. Where the
way back would not give the same fields, the originals are kept in 886 of the result. On the
way back an original is believed as long as what it became has not been edited since.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ils.marc.record import Dialect, Field, MarcRecord

LEADER = "LDR"
KEPT = "886"
#: 886, first indicator: what kind of field is kept (UNIMARC Manual, 886).
OF_LEADER, OF_CONTROL, OF_DATA = "0", "1", "2"

Placed = tuple[int, Field]
One = Callable[[Field], list[Field]]
Several = Callable[[Sequence[Field]], list[Field]]


@dataclass(frozen=True, slots=True)
class Unit:
    """Fields that are converted together, what they become, and what had no place there."""

    sources: list[Field]
    outputs: list[Field]
    leftovers: list[str]


@dataclass(frozen=True)
class Way:
    """One direction of a crosswalk.

    Attributes:
        singles: tag → how one field is converted.
        groups: tags that are converted together → how.
        mapped: tag → subfield codes that have a place; others are named as leftovers.
        stays: a field without a rule, as it is in the target; nothing if it has no place.
        complete: adds what a record of the target needs and its other fields tell.
        derived: the tags ``complete`` may add; on the way back they are superfluous.
    """

    singles: Mapping[str, One]
    groups: Sequence[tuple[frozenset[str], Several]]
    mapped: Mapping[str, frozenset[str]]
    stays: One
    complete: Callable[[MarcRecord], None]
    derived: frozenset[str]

    @cached_property
    def grouped(self) -> frozenset[str]:
        """All tags that are converted with others."""
        return frozenset(tag for tags, _ in self.groups for tag in tags)

    def units(self, fields: Iterable[Field]) -> Iterator[Unit]:
        """The fields in units, groups first."""
        left = list(fields)
        for tags, convert in self.groups:
            sources = [f for f in left if f.tag in tags]
            if sources:
                left = [f for f in left if f.tag not in tags]
                yield Unit(sources, convert(sources), [])
        for f in left:
            single = self.singles.get(f.tag)
            if single is not None:
                outputs = single(f)
                known = self.mapped.get(f.tag)
                lost = [c for c, _ in f.subfields if known is not None and c not in known]
                yield Unit([f], outputs, [f"{f.tag}${c}" for c in lost] if outputs else [f.tag])
            else:
                outputs = self.stays(f)
                yield Unit([f], outputs, [] if outputs else [f.tag])


@dataclass(frozen=True)
class Converted:
    """A converted record, and the fields (``590``) and subfields (``245$6``) kept in 886."""

    marc: MarcRecord
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Crosswalk:
    """Both directions between the catalogue's UNIMARC and a foreign dialect."""

    foreign: Dialect
    reading: Way
    writing: Way

    def to_unimarc(self, marc: MarcRecord) -> Converted:
        """The record as the catalogue keeps it."""
        return _convert(marc, self.foreign, Dialect.UNIMARC, self.reading, self.writing)

    def from_unimarc(self, marc: MarcRecord) -> Converted:
        """The record in the foreign dialect."""
        return _convert(marc, Dialect.UNIMARC, self.foreign, self.writing, self.reading)


def _convert(marc: MarcRecord, source: Dialect, target: Dialect, way: Way, back: Way) -> Converted:
    fields = [Field(LEADER, "", [("", _content(marc.leader, source))])] if marc.leader else []
    fields += marc.fields
    originals = [known for f in fields if (known := kept_field(f, target)) is not None]
    if originals:
        fields = [f for f in fields if kept_field(f, target) is None]
    # Where each field stood, so that repeated ones keep their order.
    place = {id(f): at for at, f in enumerate(fields)}
    out = _restore(fields, originals, back) if originals else []
    derivable, named = list[Placed](), list[str]()
    for unit in way.units(fields):
        kept: list[Field] = [] if _exact(unit, back) else [keep(f, source) for f in unit.sources]
        at = place[id(unit.sources[0])]
        made = [(at, f) for f in [*unit.outputs, *kept]]
        if len(unit.sources) == 1 and unit.sources[0].tag in back.derived:
            derivable += made
            continue
        out += made
        named += unit.leftovers
    if derivable:
        again = _assembled(
            [f for unit in back.units([f for _, f in out]) for f in unit.outputs], back
        )
        out.extend(
            (at, f) for at, f in derivable if not _derives(again, kept_field(f, source) or f)
        )
    out.sort(key=lambda placed: placed[0])
    return Converted(_assembled([f for _, f in out], way), named)


def _content(leader: str, dialect: Dialect) -> str:
    """A leader without what describes only the container: lengths, addresses, MARC21's coding."""
    coding = "a" if dialect is Dialect.MARC21 else leader[9:10]
    return f"00000{leader[5:9]}{coding}{leader[10:12]}00000{leader[17:]}"


def _assembled(fields: Iterable[Field], way: Way) -> MarcRecord:
    """The fields as a record, completed and in order."""
    result = MarcRecord("", [])
    for f in fields:
        if f.tag == LEADER:
            result.leader = result.leader or f.get("")
        else:
            result.fields.append(f)
    way.complete(result)
    result.fields.sort(key=lambda f: (len(f.tag), f.tag))
    return result


def _derives(again: MarcRecord, wanted: Field) -> bool:
    """Whether a field comes back by itself."""
    if wanted.tag == LEADER:
        return again.leader == wanted.get("")
    said = [value for _, value in wanted.subfields]
    return any([v for _, v in f.subfields] == said for f in again.each(wanted.tag))


def _restore(fields: list[Field], originals: list[Field], back: Way) -> list[Placed]:
    """The originals whose conversions still stand, in their places; these leave ``fields``."""
    restored: list[Placed] = []
    positions = list(range(len(fields)))
    for unit in back.units(originals):
        found: list[int] = []
        for made in unit.outputs:
            at = next((n for n, f in enumerate(fields) if f == made and n not in found), None)
            if at is None:
                break  # edited since: the present field counts
            found.append(at)
        else:
            at = positions[found[0]] if found else len(fields) + len(originals)
            restored += [(at, f) for f in unit.sources]
            for n in sorted(found, reverse=True):
                del fields[n], positions[n]
    return restored


def _exact(unit: Unit, back: Way) -> bool:
    """Whether the way back gives the same fields."""
    if not unit.outputs or unit.outputs == unit.sources:
        return bool(unit.outputs)
    if len(unit.outputs) == 1 and unit.outputs[0].tag not in back.grouped:
        (only,) = unit.outputs
        return back.singles.get(only.tag, back.stays)(only) == unit.sources
    returned = [f for one in back.units(unit.outputs) for f in one.outputs]
    return returned == unit.sources


def keep(f: Field, source: Dialect) -> Field:
    """A field of another dialect inside 886: system, tag, then indicators and subfields."""
    head = [("2", source.value), ("a", f.tag)]
    if _is_control(f.tag, source) and all(code == "" for code, _ in f.subfields):
        kind = OF_LEADER if f.tag == LEADER else OF_CONTROL
        return Field(KEPT, f"{kind} ", [*head, ("b", f.get(""))])
    if any(code.isupper() for code, _ in f.subfields) or _is_control(f.tag, source):
        # ИРБИС knows no case of codes, and a control field no subfields: they stand in a value.
        return Field(KEPT, f"{OF_DATA} ", [*head, ("c", json.dumps([f.indicators, f.subfields]))])
    rest = [(code, value) for code, value in f.subfields if code]
    return Field(KEPT, f"{OF_DATA} ", [*head, ("b", f"{f.indicators}{f.get('')}"), *rest])


def _from_json(tag: str, text: str) -> Field | None:
    try:
        indicators, pairs = json.loads(text)
        return Field(tag, str(indicators), [(str(code), str(value)) for code, value in pairs])
    except (ValueError, TypeError):
        return None


def _is_control(tag: str, dialect: Dialect) -> bool:
    return tag == LEADER or (tag < "010" and dialect is not Dialect.IRBIS)


def kept_field(f: Field, dialect: Dialect) -> Field | None:
    """The field of ``dialect`` that this 886 keeps, if it keeps one."""
    if f.tag != KEPT or f.subfields[:1] != [("2", dialect.value)] or len(f.subfields) < 3:
        return None
    (_, _), (code_a, tag), (code_b, about), *rest = f.subfields
    if (code_a, code_b) == ("a", "c"):
        return _from_json(tag, about)
    if (code_a, code_b) != ("a", "b"):
        return None
    if _is_control(tag, dialect):
        return Field(tag, "", [("", about)])
    width = 0 if dialect is Dialect.IRBIS else 2
    plain = [("", about[width:])] if about[width:] else []
    return Field(tag, about[:width], plain + rest)
