"""A whole entry: heading, description, and for an article its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ils.marc.gost.areas import (
    Style,
    dates,
    edition,
    join,
    notes,
    numbering,
    numbers,
    physical,
    publication,
    said,
    series,
    stopped,
    title,
)
from ils.marc.gost.words import Words, pages, words_of
from ils.marc.record import Field, MarcRecord, unstopped

MAX_NAMED = 3


@dataclass(frozen=True)
class Described:
    """A description and the heading it stands under.

    Attributes:
        heading: ``Фамилия, Имя Отчество.``, or nothing.
        short_heading: the same with initials, as references have it.
        body: the description.
    """

    heading: str
    short_heading: str
    body: str

    def __str__(self) -> str:
        """The entry of a list of references."""
        return f"{self.short_heading} {self.body}" if self.short_heading else self.body


def entry(marc: MarcRecord, style: Style = Style.GOST71) -> Described:
    """The description of a record in the language of the document."""
    words = words_of(marc.get("101", "a"))
    heading, short = _headings(marc)
    body = stopped(join(_areas(marc, style, words)).strip())
    return Described(heading, short, body)


def imprint(marc: MarcRecord, style: Style = Style.GOST71) -> str:
    """Where, by whom and when it came out, and how long it is; of an article where it stands."""
    words = words_of(marc.get("101", "a"))
    if source := _source(marc, style, words):
        return f"// {source}"
    published = filter(None, (publication(f, style) for f in marc.imprints()))
    extents = filter(None, (physical(f, words) for f in marc.each("215")))
    return join([" ; ".join(published), " + ".join(extents)]).strip()


def _areas(marc: MarcRecord, style: Style, words: Words) -> Iterator[str]:
    source = _source(marc, style, words)
    first = _first_area(marc, style)
    if source:
        yield from _article(marc, style, words, first, source)
        return
    yield first
    yield from (edition(f) for f in marc.each("205"))
    for tag in ("206", "207", "208", "229", "230", "239"):
        found = [v for f in marc.each(tag) for _, v in f.subfields if v.strip()]
        yield " ; ".join(map(numbering if tag == "207" else said, found))
    yield " ; ".join(filter(None, (publication(f, style) for f in _imprints(marc))))
    yield " + ".join(filter(None, (physical(f, words) for f in marc.each("215"))))
    yield " ".join(filter(None, map(series, marc.each("225"))))
    yield from notes(marc, words)
    yield from _link_notes(marc, words)
    yield from _address(marc, style, words)
    yield from numbers(marc, words)
    if style is Style.GOST2018:
        yield media(marc, words)


def _article(
    marc: MarcRecord, style: Style, words: Words, first: str, source: str
) -> Iterator[str]:
    """``Заглавие / ответственность // Источник``; ГОСТ Р 7.0.100 says the medium before ``//``."""
    before = join([first, *(edition(f) for f in marc.each("205"))])
    if style is Style.GOST2018:
        before = join([before, media(marc, words)])
    yield f"{unstopped(before)} // {source}"
    yield from notes(marc, words)
    yield from _link_notes(marc, words)
    yield from _address(marc, style, words)


def _imprints(marc: MarcRecord) -> list[Field]:
    """Those of the record; of a volume or issue that names only its year, with those of its set."""
    own = marc.imprints()
    if any(f.get("a") or f.get("c") for f in own):
        return own
    for whole in marc.each("461", "462"):
        for inside in whole.embedded():
            if inside.tag == "210" and inside.get("a"):
                published = [pair for pair in inside.subfields if pair[0] in {"a", "c"}]
                year = [pair for f in own for pair in f.subfields if pair[0] == "d"]
                years = year or [pair for pair in inside.subfields if pair[0] == "d"]
                return [Field("210", "  ", [*published, *years])]
    return own


def _first_area(marc: MarcRecord, style: Style) -> str:
    own = next(marc.each("200"), None)
    if own is None or _called_as_journal(marc, own):
        return _issue_called(marc)
    whole = _whole(marc)
    named = own if whole is not None and whole.get("f") else _with_authors(marc, own, style)
    text = title(named, style)
    if whole is not None:
        number = said(whole.get("v"))
        common = title(whole, style)
        alone = own.indicators[:1] == "0" or said(own.get("a")).rstrip(".") == number.rstrip(".")
        text = _dotted(common, text if alone and text else _dotted(number, text))
    for f in marc.each("423"):
        for inside in f.embedded():
            if inside.tag == "200":
                text = f"{text}. {title(inside, style)}"
    return text


def _journal(marc: MarcRecord) -> str:
    inside = (one for f in marc.each("461") for one in f.embedded() if one.tag == "200")
    return next((one.get("a") for one in inside), "") or marc.get("933", "a")


def _called_as_journal(marc: MarcRecord, own: Field) -> bool:
    return bool(marc.get("933", "a")) and said(own.get("a")) == said(_journal(marc))


def _issue_called(marc: MarcRecord) -> str:
    """An issue without a title of its own: its journal, year and number."""
    parts = (_journal(marc), *(marc.get(tag, "a") for tag in ("934", "935", "936")))
    return ". ".join(filter(None, map(said, parts)))


def _dotted(first: str, second: str) -> str:
    if not (first and second):
        return first or second
    return f"{first} {second}" if first.endswith(".") else f"{first}. {second}"


def _whole(marc: MarcRecord) -> Field | None:
    """The title of the set a volume belongs to; none for series and for articles."""
    if marc.leader[7:8] == "a" or any(marc.each("463")) or marc.leader[8:9] not in {"2", ""}:
        return None
    if any(marc.each("225")) and next(marc.each("200")).indicators[:1] != "0":
        return None  # the set stands in the series area
    for f in marc.each("461"):
        for inside in f.embedded():
            if inside.tag == "200" and inside.get("a"):
                return inside
        if f.get("t"):
            return Field("200", "", [("a", f.get("t")), ("v", f.get("v"))])
    return None


def _with_authors(marc: MarcRecord, own: Field, style: Style) -> Field:
    """The title with its authors as responsibility, where the cataloguer named none.

    Up to three are named. Of more, ГОСТ 7.1 names the first; ГОСТ Р 7.0.100 four, and of five
    and more the first three.
    """
    if own.get("f") or own.get("g"):
        return own
    names = [name for f in marc.each("700", "701") if (name := _straight(f))]
    if not names:
        return own
    most = 1 if style is Style.GOST71 else MAX_NAMED
    all_of_them = len(names) <= (MAX_NAMED if style is Style.GOST71 else MAX_NAMED + 1)
    others = words_of(marc.get("101", "a")).others
    said_ = ", ".join(names) if all_of_them else f"{', '.join(names[:most])} {others}"
    return Field(own.tag, own.indicators, [*own.subfields, ("f", said_)])


def _straight(f: Field) -> str:
    """``И. О. Фамилия``."""
    return " ".join(filter(None, (said(f.get("b") or f.get("g")), said(f.get("a")))))


def _headings(marc: MarcRecord) -> tuple[str, str]:
    person = next(marc.each("700"), None)
    if person is not None and person.get("a").strip():
        if len(list(marc.each("701"))) >= MAX_NAMED:
            return "", ""  # four authors and more: described under the title
        surname, initials = said(person.get("a")), said(person.get("b"))
        full, number = said(person.get("g")) or initials, said(person.get("d"))
        extra = [number] if number else []
        about = (
            [f"({', '.join(said(v) for v in person.all('c', 'f'))})"]
            if person.get("c") or person.get("f")
            else []
        )
        long = " ".join([", ".join(filter(None, (surname, full))), *extra, *about])
        return stopped(long), stopped(
            " ".join([", ".join(filter(None, (surname, initials or full))), *extra])
        )
    body = next(marc.each("710"), None)
    if body is not None and body.get("a").strip():
        text = ". ".join(said(v) for c, v in body.subfields if c in {"a", "b"} and v.strip())
        event = ", ".join(said(v) for c, v in body.subfields if c in {"d", "f", "e"} and v.strip())
        text = stopped(f"{text} ({event})" if event else text)
        return text, text
    return "", ""


def _source(marc: MarcRecord, style: Style, words: Words) -> str:
    """What follows ``//``: the serial, year, number and pages; or the book and pages."""
    if marc.leader[7:8] not in {"a", ""} or (marc.leader[7:8] == "" and not any(marc.each("463"))):
        return ""
    pieces = list(marc.each("463", "464"))
    wholes = list(marc.each("461", "462"))
    if not pieces and not wholes:
        return ""
    if not wholes:
        return " ; ".join(filter(None, (_book(f, style, words) for f in pieces)))
    if len(pieces) == len(wholes) > 1 and {f.tag for f in wholes} == {"461"}:
        both = zip(wholes, pieces, strict=True)  # printed in several periodicals
        return " ; ".join(_in_periodical([whole], [piece], style, words) for whole, piece in both)
    return _in_periodical(wholes, pieces, style, words)


def _in_periodical(
    wholes: Sequence[Field], pieces: Sequence[Field], style: Style, words: Words
) -> str:
    """The serial, year, number and pages."""
    inside = [one for f in wholes for one in _inside(f)]
    names = [title(one, style) for one in inside if one.tag == "200" and one.get("a")]
    place = [publication(one, style) for one in inside if one.tag == "210" and one.get("a")]
    issns = [f"ISSN {said(v)}" for one in inside if one.tag == "011" for v in one.all("a")]
    where, year = [], ""
    for piece in pieces or wholes:
        parts = list(_issue(piece, words))
        if parts and parts[0] == year:
            parts = parts[1:]
        elif parts and parts[0][:4].isdigit():
            year = parts[0]
        where.append(join(parts))
    name = ". ".join(names[:1] + names[1:2]) if len(names) > 1 else "".join(names)
    return join([name, *place, " ; ".join(filter(None, where)), *issns[:1]])


def _inside(f: Field) -> list[Field]:
    """Embedded fields; the standard technique as if embedded."""
    found = f.embedded()
    if found:
        return found
    made = [Field("200", "", [("a", f.get("t")), ("v", f.get("v"))])]
    made += [Field("210", "", [(c, f.get(s)) for c, s in (("a", "c"), ("c", "n"), ("d", "d"))])]
    return [*made, Field("011", "", [("a", f.get("x"))])]


def _issue(piece: Field, words: Words) -> Iterator[str]:
    inside = _inside(piece)
    for one in inside:
        if one.tag == "210" and one.get("d"):
            yield dates(said(one.get("d"))).strip()
    for one in inside:
        if one.tag == "200":
            if one.get("a") and piece.tag != "461":
                yield title(
                    Field("200", "", [p for p in one.subfields if p[0] != "v"]), Style.GOST71
                )
            if one.get("v"):
                yield pages(said(one.get("v")), words)


def _book(piece: Field, style: Style, words: Words) -> str:
    inside = _inside(piece)
    areas: list[str] = []
    for one in inside:
        if one.tag == "200":
            areas.insert(
                0, title(Field("200", "", [p for p in one.subfields if p[0] != "v"]), style)
            )
    areas += [edition(one) for one in inside if one.tag == "205"]
    areas += [publication(one, style) for one in inside if one.tag == "210"]
    areas += [
        pages(said(one.get("v")), words) for one in inside if one.tag == "200" and one.get("v")
    ]
    return join(areas)


def _link_notes(marc: MarcRecord, words: Words) -> Iterator[str]:
    """Links that are printed as notes (second indicator 1); those of one tag together."""
    named: dict[str, list[str]] = {}
    for f in marc.fields:
        if f.tag in words.links and f.indicators[1:] == "1":
            inside = _inside(f)
            name = next((title(one, Style.GOST71) for one in inside if one.tag == "200"), "")
            issn = next((said(one.get("a")) for one in inside if one.tag == "011"), "")
            if name:
                named.setdefault(f.tag, []).append(f"{name}, ISSN {issn}" if issn else name)
    yield from (f"{words.links[tag]}: {' и '.join(names)}" for tag, names in named.items())


def _address(marc: MarcRecord, style: Style, words: Words) -> Iterator[str]:
    for f in marc.each("856"):
        if address := said(f.get("u")):
            seen = said(f.get("d"))
            if style is Style.GOST2018:
                yield f"URL: {address}" + (f" ({words.accessed}: {seen})" if seen else "")
            else:
                yield f"{words.access}: {address}" + (f" ({seen})" if seen else "")


def media(marc: MarcRecord, words: Words) -> str:
    """Area 9 of ГОСТ Р 7.0.100: kind of content and means of access, from 203 or the leader."""
    stated = next(marc.each("203"), None)
    if stated is not None and stated.get("a"):
        means = said(stated.get("c"))
        return f"{said(stated.get('a'))} : {means}" if means else said(stated.get("a"))
    kind = marc.leader[6:7]
    content = {"e": words.cartographic, "f": words.cartographic, "g": words.video, "i": words.sound,
               "j": words.sound, "k": words.picture}.get(kind, words.text)  # fmt: skip
    means = {"g": words.visual, "i": words.audio, "j": words.audio, "l": words.electronic}.get(
        kind, words.unmediated
    )
    return f"{content} : {means}"
