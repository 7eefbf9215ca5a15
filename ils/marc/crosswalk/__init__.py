"""From MARC21 and ИРБИС to the catalogue's UNIMARC and back: tables in ``config/conversion``."""

from dataclasses import replace

from ils.marc.crosswalk import irbis, marc21
from ils.marc.crosswalk.engine import KEPT, Converted, kept_field
from ils.marc.record import Dialect, Field, MarcRecord

__all__ = ["KEPT", "Converted", "from_unimarc", "kept_field", "to_unimarc"]

_CROSSWALKS = {Dialect.MARC21: marc21.crosswalk, Dialect.IRBIS: irbis.crosswalk}


def to_unimarc(marc: MarcRecord, dialect: Dialect) -> Converted:
    """The record as the catalogue keeps it; a UNIMARC one is itself."""
    if dialect is Dialect.UNIMARC:
        return Converted(marc)
    if dialect is Dialect.MARC21:
        own, romanised = marc21.in_own_script(marc)
        converted = marc21.crosswalk().to_unimarc(own)
        if romanised:
            named = [Field("517", "1 ", [("a", title)]) for title in romanised]
            converted.marc.fields = sorted([*converted.marc.fields, *named], key=lambda f: f.tag)
        marc21.volume_of_set(converted.marc, marc)
        return converted
    return _CROSSWALKS[dialect]().to_unimarc(marc)


def from_unimarc(marc: MarcRecord, dialect: Dialect) -> Converted:
    """The record in another dialect."""
    if dialect is Dialect.UNIMARC:
        return Converted(marc)
    converted = _CROSSWALKS[dialect]().from_unimarc(marc)
    if dialect is Dialect.MARC21:
        return replace(converted, marc=marc21.in_latin(converted.marc))
    return converted
