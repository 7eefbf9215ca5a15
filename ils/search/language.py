"""What people type: words, phrases, fields, beginnings and endings, years, AND, OR, NOT.

The one importer of whoosh's query parser. Whatever is typed means something: what cannot be
parsed is taken for words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from whoosh import query as parsed
from whoosh.qparser import (
    AndGroup,
    FieldsPlugin,
    GroupPlugin,
    OperatorsPlugin,
    PhrasePlugin,
    QueryParser,
    WhitespacePlugin,
    WildcardPlugin,
)

from ils.search.analysis import Word, words

LONGEST = 500
#: A longer beginning or ending is no word.
LONGEST_PART = 40
#: Field → what people call it.
NAMES: Mapping[str, str] = {
    "title": "title заглавие название тақырып атауы загл",
    "author": "author authors автор авторы авторлар авт",
    "subject": "subject предмет рубрика тема пән айдар",
    "keyword": "keyword ключ ключевое түйін",
    "series": "series серия топтама сериясы",
    "publisher": "publisher издательство изд баспа",
    "notes": "notes примечание примечания ескерту",
    "year": "year год годы жыл жылы",
    "language": "language язык тіл тілі",
    "catalogue": "catalogue каталог",
    "code": "code isbn issn номер шифр код нөмір",
}
#: How names and codes of languages begin → what records say.
LANGUAGES: Mapping[str, str] = {
    "каз": "kk", "қаз": "kk", "kaz": "kk", "рус": "ru", "оры": "ru", "rus": "ru",
    "анг": "en", "ағы": "en", "eng": "en",
}  # fmt: skip
_FIELDS = {name: key for key, names in NAMES.items() for name in names.split()}
_AND, _OR, _NOT = (
    r"\s(AND|И|ЖӘНЕ|&)\s",
    r"\s(OR|ИЛИ|НЕМЕСЕ|\|)\s",
    r"(^|(?<=\s|\())(NOT|НЕ|ЕМЕС)(?=\s)",
)
_years = re.compile(r"(\d{1,4})?\s*(?:-|–|—|\.\.|\bto\b)\s*(\d{1,4})?", re.IGNORECASE)
_minus = re.compile(r"(^|\s)-(?=[\w\"«])")
_range = re.compile(r":\[\s*(\d*)\s*(?:TO|-|–|,)\s*(\d*)\s*\]", re.IGNORECASE)
_quotes = str.maketrans("«»“”„", '"""""')


@dataclass(frozen=True)
class Node:
    """A part of what was asked."""


@dataclass(frozen=True)
class Typed(Node):
    """Words in any order; those of a name may be initials."""

    text: str
    field: str = "all"

    def words(self) -> list[Word]:
        """Its words, as somebody typed them."""
        return words(self.text, typed=True)


@dataclass(frozen=True)
class Phrase(Node):
    """Words one after another, as they are written."""

    text: str
    field: str = "all"


@dataclass(frozen=True)
class Truncated(Node):
    """Words that begin or end so: ``каза*``, ``*хана``, ``*иблио*``."""

    text: str
    field: str = "all"


@dataclass(frozen=True)
class Years(Node):
    """Years from one to another."""

    first: int | None
    last: int | None


@dataclass(frozen=True)
class Value(Node):
    """A value of a facet, or a number."""

    field: str
    text: str


@dataclass(frozen=True)
class Combined(Node):
    """All of some parts, or any of them."""

    parts: tuple[Node, ...]
    any: bool = False
    but: tuple[Node, ...] = field(default=())


def _parser() -> QueryParser:
    plugins = [
        WhitespacePlugin(),
        PhrasePlugin(),
        WildcardPlugin(),
        FieldsPlugin(expr=r"(?P<text>\w+):"),
        OperatorsPlugin(And=_AND, Or=_OR, Not=_NOT, AndNot=None, AndMaybe=None, Require=None),
        GroupPlugin(),
    ]
    return QueryParser("all", schema=None, plugins=plugins, group=AndGroup)


_the_parser = _parser()


def understood(text: str) -> Node:
    """What a text asks for.

    >>> understood("автор:абай жолы")
    Combined(parts=(Typed(text='абай', field='author'), Typed(text='жолы', field='all')), any=False, but=())
    """  # noqa: E501
    text = _minus.sub(r"\1NOT ", text[:LONGEST].translate(_quotes).replace("\0", " "))
    text = _range.sub(r":\1-\2", text)
    try:
        tree = _the_parser.parse(text)
        node = _node(tree)
    except Exception:  # noqa: BLE001 -- whatever is typed has an answer
        node = None
    return node or Typed(text)


def _node(tree: parsed.Query) -> Node | None:
    found = next((make for kind, make in _NODES if isinstance(tree, kind)), None)
    return found(tree) if found else None


def _not(tree: parsed.Not) -> Node | None:
    inner = _node(tree.query)
    return None if inner is None else Combined((), but=(inner,))


def _group(tree: parsed.And | parsed.Or) -> Node | None:
    found = [node for node in map(_node, tree.subqueries) if node is not None]
    any_ = isinstance(tree, parsed.Or)
    if any_:  # one of them may be that something is not so
        return Combined(tuple(found), any=True) if found else None
    but = [
        one for node in found if isinstance(node, Combined) and not node.parts for one in node.but
    ]
    kept = [node for node in found if not (isinstance(node, Combined) and not node.parts)]
    kept = list(_together(kept))
    if len(kept) == 1 and not but:
        return kept[0]
    return Combined(tuple(kept), but=tuple(but)) if kept or but else None


def _together(nodes: list[Node]) -> Iterator[Node]:
    """Words of one field that follow each other are one run of words."""
    before: Typed | None = None
    for node in nodes:
        if isinstance(node, Typed):
            if before is not None and before.field == node.field:
                before = Typed(f"{before.text} {node.text}", node.field)
                continue
            if before is not None:
                yield before
            before = node
            continue
        if before is not None:
            yield before
            before = None
        yield node
    if before is not None:
        yield before


def _term(text: str, name: str) -> Node | None:
    key = _name(name)
    if name != "all" and key == "all":  # no field is called so: the colon was just written
        return Typed(f"{name} {text}")
    if key == "year":
        return _year(text)
    if key == "language":
        return Value(key, LANGUAGES.get(text.lower()[:3], text.lower()))
    if key in {"catalogue", "code"}:
        return Value(key, text)
    return Typed(text, key) if words(text) else None


def _year(text: str) -> Node | None:
    if found := _years.fullmatch(text.strip()):
        first, last = found.groups()
        return Years(int(first) if first else None, int(last) if last else None)
    if re.fullmatch(r"[0-9]{1,4}", text.strip()):
        return Years(int(text), int(text))
    return Typed(text)


def _part(text: str, name: str) -> Node | None:
    cleaned = text.replace("?", "*").strip()
    said = words(cleaned)
    if len(said) != 1 or len(cleaned) > LONGEST_PART or not re.fullmatch(r"\**[^\W_]+\**", cleaned):
        return Typed(text.replace("*", " ").replace("?", " "), name) if said else None
    return Truncated(cleaned, name)


def _name(name: str | None) -> str:
    return _FIELDS.get(str(name or "all").lower(), "all")


_NODES: tuple[tuple[Any, Callable[[Any], Node | None]], ...] = (
    ((parsed.And, parsed.Or), _group),
    (parsed.Not, _not),
    (parsed.Phrase, lambda tree: Phrase(" ".join(tree.words), _name(tree.fieldname))),
    (parsed.Prefix, lambda tree: _part(f"{tree.text}*", _name(tree.fieldname))),
    (parsed.Wildcard, lambda tree: _part(tree.text, _name(tree.fieldname))),
    (parsed.Term, lambda tree: _term(str(tree.text), str(tree.fieldname))),
)
