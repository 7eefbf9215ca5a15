"""CSV: one record a line, columns by name. Read from lists people keep, written for them.

Column names are understood in English, Russian and Kazakh, and as MARC (``200$a``). Several
values of one cell are divided by ``|``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from ils.errors import N_, Remark
from ils.inert import inert, restored
from ils.marc.crosswalk import coded
from ils.marc.encodings import Decoder
from ils.marc.iso2709 import Chunk, Unreadable
from ils.marc.record import Field, MarcRecord

#: Name of the column we write → where its values stand.
COLUMNS = {
    "id": ("001", ""), "title": ("200", "a"), "subtitle": ("200", "e"),
    "responsibility": ("200", "f"), "author": ("700", "a"), "co_authors": ("701", "a"),
    "edition": ("205", "a"), "place": ("210", "a"), "publisher": ("210", "c"),
    "year": ("210", "d"), "extent": ("215", "a"), "series": ("225", "a"), "isbn": ("010", "a"),
    "issn": ("011", "a"), "language": ("101", "a"), "udc": ("675", "a"), "bbk": ("686", "a"),
    "subjects": ("606", "a"), "keywords": ("610", "a"), "abstract": ("330", "a"),
    "note": ("300", "a"), "url": ("856", "u"), "inventory_number": ("910", "b"),
    "barcode": ("910", "h"), "price": ("910", "e"), "location": ("910", "d"),
}  # fmt: skip
OTHER_NAMES = {
    "автор": "author", "заглавие": "title", "название": "title", "наименование": "title",
    "подзаголовок": "subtitle", "ответственность": "responsibility", "издание": "edition",
    "место издания": "place", "город": "place", "издательство": "publisher", "год": "year",
    "год издания": "year", "объем": "extent", "объём": "extent", "страниц": "extent",
    "страницы": "extent", "серия": "series", "язык": "language", "удк": "udc", "ббк": "bbk",
    "рубрики": "subjects", "ключевые слова": "keywords", "аннотация": "abstract",
    "примечание": "note", "ссылка": "url", "инвентарный номер": "inventory_number",
    "инв. номер": "inventory_number", "инв. №": "inventory_number", "штрих-код": "barcode",
    "штрихкод": "barcode", "цена": "price", "место хранения": "location",
    "авторы": "author", "тақырып": "title", "атауы": "title", "кітаптың атауы": "title",
    "баспа": "publisher", "баспасы": "publisher", "жылы": "year", "шыққан жылы": "year",
    "қала": "place", "беті": "extent", "тіл": "language", "тілі": "language",
    "инвентарлық нөмір": "inventory_number", "инвентарь нөмірі": "inventory_number",
    "бағасы": "price", "әож": "udc", "кбж": "bbk",
}  # fmt: skip
INDICATORS = {
    "200": "1 ",
    "101": "0 ",
    "700": " 1",
    "701": " 1",
    "225": "1 ",
    "606": "0 ",
    "610": "0 ",
}
LANGUAGES = {
    "казахский": "kaz", "қазақ": "kaz", "қазақша": "kaz", "каз": "kaz", "kk": "kaz",
    "русский": "rus", "орыс": "rus", "орысша": "rus", "рус": "rus", "ru": "rus", "en": "eng",
    "английский": "eng", "ағылшын": "eng",
}  # fmt: skip
DIVIDER = "|"
COPIES = "910"
csv.field_size_limit(10_000_000)
DELIMITERS = ",;\t"


def looks_like(data: bytes) -> bool:
    """Whether the first line names columns we know, a title among them."""
    head = data.removeprefix(b"\xef\xbb\xbf").split(b"\n", maxsplit=1)[0]
    if len(head) > 10_000:
        return False
    for encoding in ("utf-8", "cp1251"):
        try:
            names = _names(head.decode(encoding))
        except UnicodeDecodeError:
            continue
        if len(names) > 1 and ("200", "a") in map(place, names):
            return True
    return False


def place(name: str) -> tuple[str, str] | None:
    """The field and subfield of a column, or nothing if its name is unknown."""
    name = " ".join(name.strip().lower().split())
    tag, dollar, code = name.partition("$")
    if dollar and tag.isdigit() and len(tag) == 3 and len(code) == 1:
        return tag, code
    return COLUMNS.get(OTHER_NAMES.get(name, name))


def _delimiter(head: str) -> str:
    return max(DELIMITERS, key=head.count)


def _names(head: str) -> list[str]:
    try:
        return next(csv.reader([head.strip("\r\n\ufeff")], delimiter=_delimiter(head)), [])
    except csv.Error:
        return []


def split(data: bytes) -> Iterator[Chunk]:
    """The rows, each with the heading line above it, so that a reject is a file of its own."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    # Latin-1 keeps every byte; quotes, line ends and delimiters are ASCII in all encodings.
    text = data.decode("latin-1").replace("\r\n", "\n")
    if "\n" not in text:
        text = text.replace("\r", "\n")  # old Macintosh lines
    head = text.split("\n", maxsplit=1)[0]
    for number, line in enumerate(_rows(text, _delimiter(head)), 1):
        body = line if line.endswith("\n") else f"{line}\r\n"
        yield Chunk(number, 0, f"{head}\r\n{body}".encode("latin-1"))


def _rows(text: str, delimiter: str) -> Iterator[str]:
    """The rows below the heading as they stand; a quoted cell may go over several lines."""
    lines = [f"{line}\n" for line in text.split("\n")]
    reader = csv.reader(iter(lines), delimiter=delimiter)
    start = 0
    while True:
        try:
            next(reader)
        except StopIteration:
            return
        except csv.Error:
            if reader.line_num == start:
                return
        row = "".join(lines[start : reader.line_num])
        if start and row.strip(" \r\n\t;,\x1a"):
            yield row
        start = reader.line_num


def parse(data: bytes, decode: Decoder) -> tuple[MarcRecord, list[str]]:
    """The record of one row.

    Raises:
        Unreadable: it has no title, or more cells than the heading has names.
    """
    text = decode(data)
    names = _names(text.split("\n", maxsplit=1)[0])
    rows = list(
        csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text.split("\n", 1)[0]))
    )
    if len(rows) > 2:
        raise Unreadable(N_("a quotation mark is not closed"))
    cells = [restored(cell) for cell in rows[1]] if len(rows) > 1 else []
    if len(cells) > len(names):
        raise Unreadable(
            N_("%(cells)s cells under %(names)s column names"), cells=len(cells), names=len(names)
        )
    problems: list[str] = []
    said: dict[tuple[str, str], list[str]] = {}
    unknown = []
    for name, cell in zip(names, cells, strict=False):
        where = place(name)
        if where is None:
            unknown += [f"{name.strip()}: {cell.strip()}"] if cell.strip() else []
            continue
        said.setdefault(where, []).extend(v.strip() for v in cell.split(DIVIDER) if v.strip())
    if not said.get(("200", "a")):
        raise Unreadable(N_("no title"))
    if unknown:
        problems.append(
            Remark(
                N_("columns without a place went to a note: %(columns)s"),
                columns="; ".join(unknown)[:200],
            )
        )
        said.setdefault(("300", "a"), []).extend(unknown)
    if "\ufffd" in text:
        problems.append(Remark(N_("characters that cannot be read")))
    return MarcRecord(coded.leader_of("a", "m", "0"), _fields(said)), problems


def _fields(said: dict[tuple[str, str], list[str]]) -> list[Field]:
    fields: list[Field] = []
    together = {"200", "210", "215"}  # one field holds several columns
    for (tag, code), values in sorted(said.items()):
        # Numbers of records are not taken over: a list says less than the record it came from.
        if tag in {"001", COPIES} or not values:
            continue
        if tag in together:
            same = next((f for f in fields if f.tag == tag), None)
            if same is None:
                same = Field(tag, INDICATORS.get(tag, "  "), [])
                fields.append(same)
            same.subfields += [(code, _unit(tag, code, value)) for value in values]
            continue
        marks = INDICATORS.get(tag, "  ")
        fields += [Field(tag, marks, _pairs(tag, code, value)) for value in values]
    return fields + _copies(said)


def _copies(said: dict[tuple[str, str], list[str]]) -> list[Field]:
    """A 910 for each copy: the n-th number, barcode, price and place belong together."""
    columns = {code: values for (tag, code), values in said.items() if tag == COPIES and values}
    number = max(map(len, (columns.get("b", ()), columns.get("h", ()))), default=0)
    copies = []
    for at in range(number):
        pairs = [("a", "0")]
        for code, values in sorted(columns.items()):
            one = values[at] if at < len(values) else values[0] if len(values) == 1 else ""
            # A single price or place is that of all; a single number is one copy's.
            if one and (at < len(values) or code not in {"b", "h"}):
                pairs.append((code, one))
        copies.append(Field(COPIES, "  ", pairs))
    return copies


def _unit(tag: str, code: str, value: str) -> str:
    return f"{value} с." if (tag, code) == ("215", "a") and value.isdigit() else value


def _pairs(tag: str, code: str, value: str) -> list[tuple[str, str]]:
    if tag in {"700", "701"}:
        surname, _, rest = value.partition(",") if "," in value else value.partition(" ")
        return [("a", surname.strip())] + ([("b", rest.strip())] if rest.strip() else [])
    if tag == "101":
        return [("a", LANGUAGES.get(value.lower(), value))]
    if tag == "686":
        return [("a", value), ("2", "rubbk")]
    return [(code, value)]


def header() -> bytes:
    """The heading line of an export, with the mark Excel knows UTF-8 by."""
    return ("\ufeff" + ",".join(COLUMNS) + "\r\n").encode()


def write(marc: MarcRecord) -> bytes:
    """The record as one line."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(
        [inert(_cell(marc, *where)) for where in COLUMNS.values()]
    )
    return out.getvalue().encode()


def _cell(marc: MarcRecord, tag: str, code: str) -> str:
    values: Sequence[str]
    if tag in {"700", "701"}:
        names = (", ".join(filter(None, (f.get("a"), f.get("b")))) for f in marc.each(tag))
        values = [name for name in names if name]
    else:
        values = [value for f in marc.each(tag) for value in f.all(code)]
    return f" {DIVIDER} ".join(" ".join(value.split()) for value in values)
