"""The postings: the one importer of tantivy.

Each word stands at its place in a field as several terms: ``=exact``, its folded form, its stems
(``r…``, ``k…``), and ``<`` with the folded form backwards for endings. So a phrase, a beginning,
an ending and a form all are questions to one field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import tantivy
from tantivy import Document, Index, Occur, PreTokenizedString, Query, SchemaBuilder, Token

from ils.search.analysis import Word, words
from ils.search.documents import SOURCES, Searchable
from ils.search.kazakh import folded

ALL = "all"
#: Of scanned pages, which have an index of their own: the text, and what recognisers confuse with
#: it. Not in `ALL`.
FULL_TEXT, LOOSE = "fulltext", "loose"
FIELDS = (ALL, *SOURCES, FULL_TEXT, LOOSE)
FACETS = ("catalogue", "language", "material", "division", "branch")
#: What narrows too, and is counted class by class only: beginnings of УДК and ББК indexes.
CLASSES = ("udc", "bbk")
LIVE_HEAP, REBUILD_HEAP = 64_000_000, 256_000_000
#: A gap between texts of a field, so that no phrase goes across.
GAP = 8
SORT_LENGTH = 60
EXACT, FOLDED, STEM = 8.0, 3.0, 2.0
LAST_YEAR = 9999

Question: TypeAlias = Query


@cache
def schema() -> tantivy.Schema:
    """The fields of the index."""
    builder = SchemaBuilder()
    builder.add_integer_field("id", stored=True, indexed=True, fast=True)
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="position")
    for name in ("code", *FACETS, *CLASSES):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("year", indexed=True, fast=True)
    builder.add_text_field("title_key", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("author_key", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_float_field("popularity", fast=True)
    return builder.build()


class Engine:
    """The postings of a folder as they are when it is opened; what comes later is another one."""

    def __init__(self, folder: Path) -> None:
        self.searcher = _index(folder).searcher()
        self._vocabulary: dict[str, list[tuple[str, int]]] = {}

    def words_beginning(self, beginning: str) -> list[tuple[str, int]]:
        """Folded words of the catalogue that begin so, with how many records have them."""
        if beginning not in self._vocabulary:
            found = self.searcher.terms_with_prefix(ALL, beginning)
            self._vocabulary[beginning] = [one for one in found if not _not_a_word.match(one[0])]
        return self._vocabulary[beginning]

    def frequency(self, word: Word) -> int:
        """How many records have a word in some form, at least."""
        terms = (word.folded, *(stem for stem in word.stems if stem[0] != "f"))
        return max(self.searcher.doc_freq(ALL, term) for term in terms)

    def has(self, *terms: str) -> bool:
        """Whether a record has one of some terms."""
        return any(self.searcher.doc_freq(ALL, term) for term in terms)

    @property
    def size(self) -> int:
        """How many records there are."""
        return self.searcher.num_docs


_not_a_word = re.compile("^[=<^]|^[rk][а-я]")


def _index(folder: Path) -> Index:
    folder.mkdir(parents=True, exist_ok=True)
    return Index(schema(), path=str(folder))


def write(
    folder: Path, records: Iterable[Searchable], gone: Iterable[int], *, heap: int, fresh: bool
) -> int:
    """Put records in, take others out, and make that stand; returns how many came in."""
    writer = _index(folder).writer(heap, num_threads=1)
    number = 0
    if not fresh:
        for record_id in gone:
            writer.delete_documents_by_term("id", record_id)
    for record in records:
        if not fresh:
            writer.delete_documents_by_term("id", record.id)
        writer.add_document(document(record))
        number += 1
    writer.commit()
    writer.wait_merging_threads()
    return number


def document(record: Searchable) -> Document:
    """A record as the index takes it."""
    made = Document()
    made.add_integer("id", record.id)
    _add_texts(made, record)
    for name, exact in record.exact.items():
        own = [Token(f"={word}", place, 0, 0) for place, word in enumerate(exact)]
        made.add_pre_tokenized_text(name, PreTokenizedString("", own))
    for code in record.codes:
        made.add_text("code", code)
    for name, values in record.facets.items():
        for value in values:
            made.add_text(name, value)
    if record.year is not None:
        made.add_integer("year", record.year)
    made.add_text("title_key", sort_key(record.title))
    made.add_text("author_key", sort_key(record.author) or "\U0010ffff")
    made.add_float("popularity", record.popularity)
    return made


def _add_texts(made: Document, record: Searchable) -> None:
    together: list[Token] = []
    at = 0
    for name, texts in record.texts.items():
        own: list[Token] = []
        place = 0
        for text in texts:
            said = words(text, record.language)
            own += _tokens(said, place)
            if name == "author":
                own += [Token(f"^{word.folded[0]}", place + at_, 0, 0)
                        for at_, word in enumerate(said) if word.folded]  # fmt: skip
            if name in SOURCES:
                together += _tokens(said, at)
            place, at = place + len(said) + GAP, at + len(said) + GAP
        if own:
            made.add_pre_tokenized_text(name, PreTokenizedString("", own))
    made.add_pre_tokenized_text(ALL, PreTokenizedString("", together))


def _tokens(said: Sequence[Word], at: int) -> list[Token]:
    return [
        Token(term, at + place, 0, 0) for place, word in enumerate(said) for term in terms_of(word)
    ]


def terms_of(word: Word) -> tuple[str, ...]:
    """The terms a word stands in the index as."""
    return f"={word.exact}", word.folded, f"<{word.folded[::-1]}", *word.stems


def sort_key(text: str) -> str:
    """What a text is sorted by: its letters, folded."""
    return folded(re.sub(r"[\W_]+", " ", text.lower()).strip())[:SORT_LENGTH]


# Questions


def word_query(word: Word, field: str = ALL) -> Query:
    """A word in any of its forms; the exact one counts most."""
    asked = [(EXACT, f"={word.exact}"), (FOLDED, word.folded)]
    asked += ((FOLDED, stem[1:]) if stem[0] == "f" else (STEM, stem) for stem in word.stems)
    return Query.disjunction_max_query(
        [Query.boost_query(_term(field, term), boost) for boost, term in asked], 0.1
    )


def exact_query(word: Word, field: str = ALL) -> Query:
    """A word as it is written, or as a Russian keyboard writes it."""
    return Query.disjunction_max_query(
        [_term(field, f"={word.exact}"), Query.boost_query(_term(field, word.folded), 0.5)]
    )


def any_query(terms: Sequence[str], field: str = ALL, boost: float = 1.0) -> Query:
    """Any of some terms."""
    return Query.boost_query(Query.disjunction_max_query([_term(field, t) for t in terms]), boost)


def _term(field: str, term: str) -> Query:
    return Query.term_query(schema(), field, term, "freq")


def phrase_query(said: Sequence[Word], field: str = ALL) -> Query:
    """Words that follow each other as they are written."""
    if len(said) == 1:
        return exact_query(said[0], field)
    return Query.disjunction_max_query([
        Query.phrase_query(schema(), field, [f"={word.exact}" for word in said]),
        Query.boost_query(Query.phrase_query(schema(), field, [w.folded for w in said]), 0.5),
    ])  # fmt: skip


def code_query(code: str) -> Query:
    """A number of a record or of its copies."""
    return Query.boost_query(Query.term_query(schema(), "code", code), 50.0)


def narrowed_by_code(query: Query, code: str) -> Query:
    """A question to what has a code; that adds nothing to the order."""
    return all_of([query, Query.const_score_query(Query.term_query(schema(), "code", code), 0.0)])


def facet_query(name: str, values: Iterable[str]) -> Query:
    """Any of some values of a facet."""
    return Query.const_score_query(
        Query.boolean_query(
            [(Occur.Should, Query.term_query(schema(), name, value)) for value in values]
        ),
        0.0,
    )


def years_query(first: int | None, last: int | None) -> Query:
    """Years from one to another."""
    lower = min(max(first if first is not None else 0, 0), LAST_YEAR)
    upper = min(max(last if last is not None else LAST_YEAR, 0), LAST_YEAR)
    query = Query.range_query(schema(), "year", tantivy.FieldType.Integer, lower, upper)
    return Query.const_score_query(query, 0.0)


def all_of(queries: Sequence[Query], but: Sequence[Query] = ()) -> Query:
    """All of some questions, none of others."""
    parts = [(Occur.Must, query) for query in queries or [everything()]]
    return Query.boolean_query([*parts, *((Occur.MustNot, query) for query in but)])


def any_of(queries: Sequence[Query], at_least: int | None = None) -> Query:
    """Any of some questions, or so many of them."""
    parts = [(Occur.Should, query) for query in queries]
    if at_least is None:
        return Query.boolean_query(parts)
    return Query.boolean_query(parts, minimum_number_should_match=at_least)


def boosted(query: Query, by: float) -> Query:
    """A question whose answers count more."""
    return Query.boost_query(query, by)


def with_bonus(query: Query, bonus: Sequence[Query]) -> Query:
    """A question whose answers count more where others agree."""
    return Query.boolean_query([(Occur.Must, query), *((Occur.Should, one) for one in bonus)])


def everything() -> Query:
    """All records."""
    return Query.const_score_query(Query.all_query(), 1.0)


def nothing() -> Query:
    """No record."""
    return Query.empty_query()


def pattern_query(pattern: str, field: str = ALL) -> Query:
    """Words of a pattern; in its folded form, or backwards after ``<``."""
    return Query.const_score_query(Query.regex_query(schema(), field, pattern), STEM)


def initial_query(letter: str) -> Query:
    """A given name of an author that begins so, or its initial."""
    return Query.const_score_query(
        Query.term_query(schema(), "author", f"^{folded(letter)}", "freq"), 1.0
    )


def year_bonus(year: int) -> Query:
    """What is of a year counts more."""
    query = Query.range_query(schema(), "year", tantivy.FieldType.Integer, year, year)
    return Query.const_score_query(query, 6.0)


# Answers


#: What can be sorted by → the field it is; a minus before it: the other way round.
SORTS: Mapping[str, str] = {
    "title": "title_key", "authors": "author_key", "year": "year", "catalogue": "catalogue",
    "added": "id",
}  # fmt: skip


def ids(engine: Engine, query: Query, *, sort: str = "", limit: int) -> tuple[list[int], int]:
    """Ids of the best records, and how many there are in all."""
    searcher = engine.searcher
    field = SORTS.get(sort.removeprefix("-"))
    if field:
        order = tantivy.Order.Desc if sort.startswith("-") else tantivy.Order.Asc
        found = searcher.search(query, limit, order_by_field=field, order=order)
    else:
        found = searcher.search(query, limit, weight_by_field="popularity")
    numbers: Any = searcher.fast_field_values("id", [address for _, address in found.hits])
    total: int = found.count  # type: ignore[attr-defined]  # its stub lacks it
    return list(numbers), total


def counts(engine: Engine, query: Query, names: Iterable[str]) -> dict[str, dict[str, int]]:
    """Facet → value → how many records have it."""
    asked = {name: {"terms": {"field": name, "size": 200}} for name in names}
    if not asked:
        return {}
    told: dict[str, Any] = engine.searcher.aggregate(query, asked)
    return {
        name: {str(one["key"]): one["doc_count"] for one in told[name]["buckets"]} for name in asked
    }


def explained(engine: Engine, query: Query, record_id: int) -> tuple[float, str]:
    """What the loans of a record add, and how it comes to its place (JSON)."""
    searcher = engine.searcher
    found = searcher.search(Query.term_query(schema(), "id", record_id), 1)
    if not found.hits:
        return 0.0, "null"
    address = found.hits[0][1]
    values: Any = searcher.fast_field_values("popularity", [address])
    return float(values[0] or 0), str(query.explain(searcher, address).to_json())
