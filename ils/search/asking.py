"""From what was typed to what is found: forms, likely slips, and the ladder at nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Any

from rapidfuzz.distance import OSA

from ils.catalog.identifiers import isbns
from ils.codes.rules import folded as folded_code
from ils.search import engine, language
from ils.search.analysis import Word, other_layout, words
from ils.search.language import Combined, Node, Phrase, Truncated, Typed, Value, Years

#: With so many found in the forms themselves nobody asks what is alike.
ENOUGH = 20
#: A likely slip: from this length one letter, from that two.
ONE_SLIP, TWO_SLIPS = 5, 9
ALIKE = 5
HITS = 10_000
#: A pasted citation: at least so many words, and signs that nobody types in a search.
CITED_WORDS = 6
_citation = re.compile(r" // |\. [—–-] |: \[| ; |\d+ с\.|\bС\. ?\d|, \d{4}\.|ISBN")
_year_of_citation = re.compile(r"(?<!\d)(1[6-9]\d\d|20\d\d)(?!\d)")
_patronymic = re.compile(r"(вич|вна|ична|ұлы|қызы|улы|кызы|uly|qyzy)$")
_initial = 1


class Step(StrEnum):
    """How something was found after all."""

    AS_ASKED = "as_asked"
    ALIKE = "alike"
    LAYOUT = "layout"
    WITHOUT_RAREST = "without_rarest"
    ALL_CATALOGUES = "all_catalogues"
    CITATION = "citation"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Asked:
    """What is searched for.

    Attributes:
        facets: name → values, any of which will do.
        years: from one to another.
        sort: see `engine.SORTS`; by relevance without it.
        most: ids that are wanted, the first ones.
    """

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    years: tuple[int | None, int | None] = (None, None)
    sort: str = ""
    most: int = HITS

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing: all records are meant."""
        return (
            not self.text.strip() and not any(self.facets.values()) and self.years == (None, None)
        )


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        ids: of records, the best first, as many as are wanted, at most `HITS`.
        text: what was searched for in the end, where it is not what was typed.
        step: by which step of the ladder.
        facets: name → value → number, each without its own choice.
    """

    ids: Sequence[int]
    total: int
    step: Step = Step.AS_ASKED
    text: str = ""
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def find(
    index: engine.Engine, asked: Asked, *, facets: bool = False, strictly: bool = False
) -> Found:
    """Search; at nothing, step by step for what may have been meant.

    Args:
        facets: count their values too.
        strictly: only what was asked for, however many.
    """
    text = asked.text.strip()
    if strictly:
        query = _question(Step.AS_ASKED, text)
        limit = max(1, index.size)
        numbers, total = engine.ids(index, _narrowed(query, asked), sort=asked.sort, limit=limit)
        return Found(numbers, total)
    for step, typed, narrowed in _ladder(index, asked, text):
        query = _question(step, typed)
        found = _run(index, narrowed, query, step, typed)
        if step is Step.AS_ASKED and typed and found.total < ENOUGH:
            query, found = _with_slips(index, asked, query, found)
        if found.total:
            return _with_facets(index, narrowed, query, found, wanted=facets)
    return Found((), 0, Step.NOTHING)


def _with_slips(
    index: engine.Engine, asked: Asked, query: engine.Question, found: Found
) -> tuple[engine.Question, Found]:
    """What is like the words too, after what has them; with the text as it was perhaps meant."""
    node = language.understood(asked.text)
    slips = _slips(index, node)
    if not slips:
        return query, found
    wider = engine.any_of([engine.boosted(query, 10.0), _query(node, slips)])
    text = _corrected(asked.text, slips)
    alike = _run(index, asked, wider, found.step if found.total else Step.ALIKE, text)
    return (wider, alike) if alike.total > found.total else (query, found)


def explained(index: engine.Engine, asked: Asked, record_id: int) -> tuple[float, str]:
    """What the loans of a record add, and how it comes to its place (JSON)."""
    query = _narrowed(_question(Step.AS_ASKED, asked.text.strip()), asked)
    return engine.explained(index, query, record_id)


def about(index: engine.Engine, subjects: Sequence[str], most: int) -> Sequence[int]:
    """Records under any of some headings; under more of them first."""
    said = [found for text in subjects if (found := words(text))]
    asked = [engine.phrase_query(one, field) for one in said for field in ("subject", "keyword")]
    return engine.ids(index, engine.any_of(asked), limit=most)[0] if asked else ()


def of_author(index: engine.Engine, name: str, most: int) -> Sequence[int]:
    """Records whose author has all words of a name."""
    said = [engine.exact_query(word, "author") for word in words(name)]
    return engine.ids(index, engine.all_of(said), limit=most)[0] if said else ()


def _ladder(index: engine.Engine, asked: Asked, text: str) -> Iterable[tuple[Step, str, Asked]]:
    if _is_citation(text):
        yield Step.CITATION, text, asked
    yield Step.AS_ASKED, text, asked
    if not text:
        return
    turned = other_layout(text)
    if turned != text.lower():
        yield Step.LAYOUT, turned, asked
    if len(words(text)) >= CITED_WORDS:
        yield Step.CITATION, text, asked
    shorter = _without_rarest(index, text)
    if shorter:
        yield Step.WITHOUT_RAREST, shorter, asked
    if asked.facets.get("catalogue"):
        wider = {name: values for name, values in asked.facets.items() if name != "catalogue"}
        yield Step.ALL_CATALOGUES, text, replace(asked, facets=wider)


def _question(step: Step, typed: str) -> engine.Question:
    if not typed:
        return engine.everything()
    return _citation_query(typed) if step is Step.CITATION else _query(language.understood(typed))


def _run(
    index: engine.Engine, asked: Asked, query: engine.Question, step: Step, text: str
) -> Found:
    narrowed = _narrowed(query, asked)
    numbers, total = engine.ids(index, narrowed, sort=asked.sort, limit=min(asked.most, HITS))
    return Found(numbers, total, step, text if text != asked.text.strip() else "")


def _narrowed(query: engine.Question, asked: Asked, but: str = "") -> engine.Question:
    parts = [query]
    for name, values in asked.facets.items():
        if values and name != but:
            parts.append(engine.facet_query(name, values))
    if asked.years != (None, None):
        parts.append(engine.years_query(*asked.years))
    return engine.all_of(parts) if len(parts) > 1 else query


def _with_facets(
    index: engine.Engine, asked: Asked, query: engine.Question, found: Found, *, wanted: bool
) -> Found:
    """The counts of each facet leave its own choice out."""
    if not wanted:
        return found
    chosen = [name for name in engine.FACETS if asked.facets.get(name)]
    others = [name for name in engine.FACETS if name not in chosen]
    told = engine.counts(index, _narrowed(query, asked), others)
    for name in chosen:
        told |= engine.counts(index, _narrowed(query, asked, but=name), [name])
    return replace(found, facets=told)


# Questions

Slips = Mapping[str, tuple[str, ...]]


def _query(node: Node, slips: Slips | None = None) -> engine.Question:
    if isinstance(node, Typed):
        return _words_query(node, slips or {})
    if not isinstance(node, Combined):
        return _QUERIES[type(node)](node)
    of = partial(_query, slips=slips)
    parts, but = [of(one) for one in node.parts], [of(one) for one in node.but]
    if node.any:
        return engine.any_of(parts)
    return engine.all_of(parts, but)


def _phrase_query(node: Phrase) -> engine.Question:
    said = words(node.text, typed=True)
    return engine.phrase_query(said, node.field) if said else engine.nothing()


def _value_query(node: Value) -> engine.Question:
    if node.field == "code":
        return engine.code_query(folded_code(node.text))
    return engine.facet_query(node.field, [node.text])


def _part_query(node: Truncated) -> engine.Question:
    (word,) = words(node.text.strip("*"), typed=True)
    stem = word.folded
    if node.text.startswith("*") and node.text.endswith("*"):
        return engine.pattern_query(f".*{re.escape(stem)}.*", node.field)
    if node.text.startswith("*"):
        return engine.pattern_query(f"<{re.escape(stem[::-1])}.*", node.field)
    return engine.pattern_query(f"{re.escape(stem)}.*", node.field)


_QUERIES: Mapping[type[Node], Callable[[Any], engine.Question]] = {
    Phrase: _phrase_query,
    Truncated: _part_query,
    Years: lambda node: engine.years_query(node.first, node.last),
    Value: _value_query,
}


def _words_query(node: Typed, slips: Slips) -> engine.Question:
    said = node.words()
    if not said:
        return engine.nothing()
    full = [word for word in said if _says(word)]
    surname = _surname(node.text, full)
    must, bonus = [], []
    for number, word in enumerate(full or said):
        query = engine.word_query(word, node.field)
        if word.exact in slips:
            query = engine.any_of([query, engine.any_query(slips[word.exact], node.field, 0.3)])
        if surname is None or number == surname:
            must.append(query)
        else:  # given names may be initials in the record, or others
            bonus += [query, engine.initial_query(word.exact[0])]
    bonus += [engine.initial_query(word.exact) for word in said if full and word not in full]
    if len(full) > 1:
        bonus.append(engine.phrase_query(full, node.field))
    code = folded_code(node.text)
    query = engine.with_bonus(engine.all_of(must), bonus) if bonus else engine.all_of(must)
    if node.field == "all" and any(letter.isdigit() for letter in code):
        return engine.any_of([query, engine.code_query(code), *_isbn_queries(node.text)])
    return query


def _isbn_queries(text: str) -> list[engine.Question]:
    return [engine.code_query(isbn) for isbn in isbns(text)]


def _surname(text: str, said: Sequence[Word]) -> int | None:
    """Which word is the surname, where given names stand beside it; ``None``: no such name."""
    if not 1 < len(said) <= 3:
        return None
    if re.match(r"\s*[^\W_]+,", text):
        return 0
    fathers = [at for at, word in enumerate(said) if _patronymic.search(word.exact)]
    if len(said) < 3 or not fathers:
        return None
    return {1: 2, 2: 0}.get(fathers[0])


def _is_citation(text: str) -> bool:
    return len(words(text)) >= CITED_WORDS and _citation.search(text) is not None


def _says(word: Word) -> bool:
    """Whether it is more than an initial."""
    return len(word.exact) > _initial or word.exact.isdigit()


def _citation_query(text: str) -> engine.Question:
    """Author and title of a pasted citation count, its year a little, the rest not."""
    head = re.split(r" // | / |\. [—–-] | [—–-] ", text, maxsplit=1)[0]
    title = words(head, typed=True)[:20]
    said = [word for word in title if _says(word)]
    if not said:
        return engine.nothing()
    most = max(1, round(len(said) * 0.6))
    query = engine.any_of([engine.word_query(word) for word in said], at_least=most)
    rest = words(text[len(head) :], typed=True)[:12]
    bonus = [engine.word_query(word) for word in rest if len(word.exact) > _initial]
    if year := _year_of_citation.search(text):
        bonus.append(engine.year_bonus(int(year.group())))
    bonus += [engine.phrase_query(title[at : at + 2], "title") for at in range(len(title) - 1)]
    return engine.with_bonus(query, bonus)


# Slips


def _plain_words(node: Node) -> list[Word]:
    if isinstance(node, Typed):
        return node.words()
    if isinstance(node, Combined):
        return [word for part in node.parts for word in _plain_words(part)]
    return []


def _slips(index: engine.Engine, node: Node) -> dict[str, tuple[str, ...]]:
    """Word → words of the catalogue it may be a slip of, for words the catalogue has not."""
    found = {}
    for word in _plain_words(node):
        allowed = _allowed(word)
        if allowed and not index.frequency(word):
            near = _near(index, word.folded, allowed)
            if near:
                found[word.exact] = near
    return found


def _allowed(word: Word) -> int:
    if not word.exact.isalpha() or len(word.exact) < ONE_SLIP:
        return 0
    return 2 if len(word.exact) >= TWO_SLIPS else 1


def _near(index: engine.Engine, folded: str, allowed: int) -> tuple[str, ...]:
    """Words of the catalogue with the same first letter and at most so many slips."""
    found = []
    for term, number in index.words_beginning(folded[0]):
        if abs(len(term) - len(folded)) <= allowed and term != folded:
            distance = OSA.distance(folded, term, score_cutoff=allowed)
            if distance <= allowed:
                found.append((distance, -number, term))
    return tuple(term for _, _, term in sorted(found)[:ALIKE])


def _corrected(text: str, slips: Slips) -> str:
    """The text with the likeliest words instead of the slips."""
    for word in reversed(words(text, typed=True)):
        if word.exact in slips:
            text = text[: word.start] + slips[word.exact][0] + text[word.end :]
    return text


def _without_rarest(index: engine.Engine, text: str) -> str:
    """The words but the one that fewest records have; empty where nothing would be left."""
    node = language.understood(text)
    if not isinstance(node, Typed):
        return ""
    said = [word for word in node.words() if len(word.exact) > _initial]
    if len(said) < 2:
        return ""
    rarest = min(said, key=index.frequency)
    known = [word for word in said if word is not rarest and index.frequency(word)]
    return " ".join(word.exact for word in known)
