"""What differs between versions of a record, and making one of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ils.marc.record import Field, MarcRecord

LEADER = "LDR"
#: Positions of the leader that tell only how long a record was.
CONTENT = (slice(5, 12), slice(17, 24))


@dataclass(frozen=True)
class Difference:
    """A field that differs: as it was, and as it is; either may be empty."""

    tag: str
    old: str
    new: str


def compare(old: MarcRecord, new: MarcRecord) -> list[Difference]:
    """The fields that differ, by tag; equal ones are left out."""
    found = []
    before, after = (["".join(m.leader[part] for part in CONTENT)] for m in (old, new))
    if before != after:
        found.append(Difference(LEADER, before[0], after[0]))
    tags = sorted({f.tag for f in (*old.fields, *new.fields)})
    for tag in tags:
        found += _of_tag(tag, list(map(line, old.each(tag))), list(map(line, new.each(tag))))
    return found


def _of_tag(tag: str, old: list[str], new: list[str]) -> list[Difference]:
    found = []
    for kind, i, j, m, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        width = max(j - i, n - m)
        left = [*old[i:j], *[""] * (width - (j - i))]
        right = [*new[m:n], *[""] * (width - (n - m))]
        found += [Difference(tag, a, b) for a, b in zip(left, right, strict=True)]
    return found


def line(f: Field) -> str:
    """A field as one line: indicators and subfields."""
    values = "".join(f"${code}{value}" if code else value for code, value in f.subfields)
    return f"{f.indicators.replace(' ', '#')} {values}".strip()


def three_way(
    base: MarcRecord, mine: MarcRecord, theirs: MarcRecord
) -> tuple[MarcRecord, list[str]]:
    """My changes on top of theirs, and the tags that both changed.

    A tag only one of us changed is taken from that one. Of a tag that may repeat, the fields
    both added stay, and those either took away go. Where both changed a field a record has
    once, mine stands, and the caller must ask.
    """
    tags = {f.tag for m in (base, mine, theirs) for f in m.fields}
    fields: list[Field] = []
    disputed = []
    for tag in sorted(tags):
        was, me, they = (list(m.each(tag)) for m in (base, mine, theirs))
        if me == was:
            fields += they
        elif they in (was, me):
            fields += me
        else:
            disputed.append(tag)
            fields += me if tag in SINGLE else _both(was, me, they)
    leader = theirs.leader if mine.leader == base.leader else mine.leader
    return MarcRecord(leader, fields), disputed


def _both(was: list[Field], me: list[Field], they: list[Field]) -> list[Field]:
    """Theirs without what I took away, with what I added."""
    paired = len(was) == len(me) == len(they) and all(
        new == old or new not in was
        for side in (me, they)
        for old, new in zip(was, side, strict=True)
    )
    if paired:  # both only reworded fields that are there: field by field, mine where I did
        return [m if m != w else t for w, m, t in zip(was, me, they, strict=True)]
    gone = [f for f in was if f not in me]
    kept = [f for f in they if f not in gone]
    return kept + [f for f in me if f not in was and f not in kept]


def merged(kept: MarcRecord, dropped: MarcRecord, taken: Sequence[int]) -> MarcRecord:
    """The kept record with some fields of the other, by their indexes there.

    A taken field joins those of its tag if the tag may repeat there, else replaces them.
    """
    chosen = [dropped.fields[n] for n in taken if n < len(dropped.fields)]
    chosen = [f for f in chosen if f.tag >= "010"]  # its number and dates are its own
    replaced = {f.tag for f in chosen if f.tag in SINGLE}
    fields = [f for f in kept.fields if f.tag not in replaced]
    fields += [f for f in chosen if f not in fields]
    fields.sort(key=lambda f: f.tag)
    return MarcRecord(kept.leader, fields)


#: Fields a record has once (UNIMARC Manual).
SINGLE = {
    "100", "101", "102", "105", "106", "110", "200", "205", "210", "215",
    "700", "710", "326", "330",
}  # fmt: skip
