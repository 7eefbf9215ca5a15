"""One change that may be made in many records. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from ils.errors import N_, Invalid
from ils.marc.record import Field, MarcRecord


class Operation(StrEnum):
    """What is done."""

    REPLACE = "replace"
    SET = "set"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True)
class Change:
    """An operation on a field: which subfield, what is looked for, what takes its place.

    ``replace`` changes a text inside values; ``set`` gives every such field this value;
    ``add`` puts a field into records that have none with this value; ``remove`` takes away
    the fields whose subfield contains the text (all of them if there is none).
    """

    operation: Operation
    tag: str
    code: str
    text: str = ""
    value: str = ""

    def checked(self) -> Change:
        """This change, if it can be made.

        Raises:
            Invalid: the field, the subfield or the text is missing.
        """
        if not (
            len(self.tag) == 3 and self.tag.isascii() and self.tag.isdigit() and self.tag >= "010"
        ):
            raise Invalid(N_("Field"), N_("Three digits, from 010."))
        if len(self.code) != 1 or not (self.code.isascii() and self.code.isalnum()):
            raise Invalid(N_("Subfield"), N_("One letter or digit."))
        if self.operation is Operation.REPLACE and not self.text:
            raise Invalid(N_("Text"), N_("This must be filled in."))
        if self.operation in {Operation.SET, Operation.ADD} and not self.value.strip():
            raise Invalid(N_("New text"), N_("This must be filled in."))
        return self

    def as_json(self) -> dict[str, str]:
        """As it is kept."""
        return {name: str(value) for name, value in asdict(self).items()}


def apply(marc: MarcRecord, change: Change) -> MarcRecord:
    """The record with the change; an equal one where there is nothing to change."""
    if change.operation is Operation.ADD:
        if any(change.value in f.all(change.code) for f in marc.each(change.tag)):
            return marc
        fields = [*marc.fields, Field(change.tag, "  ", [(change.code, change.value)])]
        return MarcRecord(marc.leader, sorted(fields, key=lambda f: f.tag))
    kept = [_changed(f, change) if f.tag == change.tag else f for f in marc.fields]
    return MarcRecord(marc.leader, [f for f in kept if f is not None])


def _changed(f: Field, change: Change) -> Field | None:
    if change.operation is Operation.REMOVE:
        found = any(change.text in value for value in f.all(change.code))
        return None if found and f.all(change.code) else f
    pairs = [
        (code, _value(value, change) if code == change.code else value)
        for code, value in f.subfields
    ]
    if change.operation is Operation.SET and change.code not in {code for code, _ in pairs}:
        pairs.append((change.code, change.value))
    pairs = [(code, value) for code, value in pairs if value or code != change.code]
    return Field(f.tag, f.indicators, pairs) if pairs else None


def _value(value: str, change: Change) -> str:
    if change.operation is Operation.SET:
        return change.value
    return value.replace(change.text, change.value)
