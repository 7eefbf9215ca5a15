"""Records as bytes of a file, in the formats libraries exchange."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ils.marc import crosswalk, encodings, irbis, iso2709, mrk, table, xml
from ils.marc.crosswalk.authorities import authority_from_unimarc, is_authority
from ils.marc.record import Dialect, Field, MarcRecord

RUSMARC_TAIL, MARC21_TAIL = "   450 ", " i 4500"


class Format(StrEnum):
    """What a file of exported records is."""

    ISO2709 = "iso2709"
    MARC21 = "marc21"
    MARCXML = "marcxml"
    MARCXCHANGE = "marcxchange"
    IRBIS_TEXT = "irbis-text"
    MRK = "mrk"
    CSV = "csv"


DIALECTS = {
    Format.ISO2709: Dialect.UNIMARC,
    Format.MARC21: Dialect.MARC21,
    Format.MARCXML: Dialect.MARC21,
    Format.MARCXCHANGE: Dialect.UNIMARC,
    Format.IRBIS_TEXT: Dialect.IRBIS,
    Format.MRK: Dialect.UNIMARC,
    Format.CSV: Dialect.UNIMARC,
}
#: What 100$a/26-27 says of an encoding (RUSMARC).
DECLARED = {"cp1251": "89", "koi8-r": "99", "cp866": "79"}
#: Formats whose files say no encoding other than UTF-8.
ALWAYS_UTF8 = {Format.MARCXML, Format.MARCXCHANGE, Format.MRK, Format.CSV}


class Unwritable(Exception):
    """The record does not fit the format or the encoding; the text says where."""


@dataclass(frozen=True)
class Writer:
    """How the records of one file are written."""

    format: Format
    encoding: str = "utf-8"

    @property
    def dialect(self) -> Dialect:
        """What the tags of the file mean."""
        return DIALECTS[self.format]

    def opening(self) -> bytes:
        """What stands before the records."""
        if self.format in {Format.MARCXML, Format.MARCXCHANGE}:
            return xml.opening(self._kind())
        return table.header() if self.format is Format.CSV else b""

    def closing(self) -> bytes:
        """What stands behind them."""
        return xml.CLOSING if self.format in {Format.MARCXML, Format.MARCXCHANGE} else b""

    def record(self, marc: MarcRecord) -> tuple[bytes, list[str]]:
        """One record of the catalogue, and the fields that had no place but in 886.

        Raises:
            Unwritable: a field is too long, or a letter is not in the encoding; never cut
                off, never replaced.
        """
        convert = authority_from_unimarc if is_authority(marc) else crosswalk.from_unimarc
        converted = convert(marc, self.dialect)
        try:
            return self._bytes(converted.marc), converted.kept
        except iso2709.TooLong as error:
            raise Unwritable(f"{error}, which {self.format} cannot hold; MARCXML can") from error
        except UnicodeEncodeError as error:
            letters = "".join(sorted(set(error.object[error.start : error.end])))
            raise Unwritable(f"“{letters}” is not in {self.encoding}") from error

    def _bytes(self, marc: MarcRecord) -> bytes:
        match self.format:
            case Format.CSV:
                return table.write(marc)
            case Format.MRK:
                return mrk.write(marc)
            case Format.IRBIS_TEXT:
                return irbis.write(marc, self.encoding)
            case Format.MARCXML | Format.MARCXCHANGE:
                return xml.write(marc, self._kind())
            case Format.MARC21:
                leader = marc.leader.ljust(24)
                coding = "a" if self.encoding == "utf-8" else " "
                marc = MarcRecord(f"{leader[:9]}{coding}{leader[10:]}", marc.fields)
                return iso2709.write(marc, encodings.encoder(self.encoding), tail=MARC21_TAIL)
            case Format.ISO2709:
                encode = encodings.encoder(self.encoding)
                return iso2709.write(self._declared(marc), encode, tail=RUSMARC_TAIL)

    def _declared(self, marc: MarcRecord) -> MarcRecord:
        """In another encoding than UTF-8 neither leader/9 nor 100$a may say it is UTF-8."""
        if self.encoding == "utf-8":
            return marc
        leader = marc.leader.ljust(24)
        code = DECLARED.get(self.encoding, "  ")
        fields = [
            Field("100", f.indicators, [
                (c, f"{v[:26]}{code}  {v[30:]}" if c == "a" and len(v) == 36 else v)
                for c, v in f.subfields
            ]) if f.tag == "100" else f
            for f in marc.fields
        ]  # fmt: skip
        return MarcRecord(f"{leader[:9]} {leader[10:]}", fields)

    def _kind(self) -> str:
        return "MARC21" if self.dialect is Dialect.MARC21 else "UNIMARC"
