"""Words of one meaning meet, others stay apart; index, query and marks have the same of a text."""

import json
import re
from itertools import combinations
from pathlib import Path

import pytest

from ils.search import engine
from ils.search.analysis import KAZAKH, RUSSIAN, forms, marked, words
from ils.search.kazakh import folded

DATA = Path(__file__).parent.parent / "data"


def classes(name):
    """(class, family, forms): forms of a class belong together; those of a family may."""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if "|" in line and not line.startswith("#"):
            one, family, said = line.split("|")
            yield one, family, said.split()


def measured(name, stems):
    """Precision and recall over all pairs of forms."""
    rows = [(one, family, stems(form)) for one, family, said in classes(name) for form in said]
    right = wrong = missed = 0
    for (one, family, its), (other, another, others) in combinations(rows, 2):
        if one == other:
            right, missed = right + bool(its & others), missed + (not its & others)
        elif family != another:
            wrong += bool(its & others)
    return right / (right + wrong), right / (right + missed)


@pytest.mark.parametrize(
    ("name", "stems", "precision", "recall"),
    [
        ("gold_kk.txt", lambda word: {*forms(word, KAZAKH)[2]}, 0.999, 0.975),
        ("gold_kk.txt", lambda word: {*forms(word)[2]}, 0.999, 0.975),
        ("gold_kk.txt", lambda word: {*forms(folded(word), typed=True)[2]}, 0.998, 0.975),
        ("gold_ru.txt", lambda word: {*forms(word, RUSSIAN)[2]}, 1, 0.98),
        ("gold_ru.txt", lambda word: {*forms(word)[2]}, 1, 0.98),
    ],
    ids=["kazakh", "kazakh unsaid", "kazakh on a russian keyboard", "russian", "russian unsaid"],
)
def test_forms_meet_and_others_stay_apart(name, stems, precision, recall):
    found = measured(name, stems)
    assert (found[0] >= precision, found[1] >= recall) == (True, True), found


def test_twenty_thousand_words_are_the_same_for_index_query_and_marks():
    citations = json.loads((DATA / "citations.json").read_text(encoding="utf-8"))
    lists = [form for name in ("gold_kk.txt", "gold_ru.txt") for *_, said in classes(name)
             for form in said]  # fmt: skip
    texts = [one["text"] for one in citations] + [" ".join(lists)]
    number = 0
    while number < 20_000:
        for text in texts:
            for language in (None, KAZAKH, RUSSIAN):
                for word in words(text, language):
                    number += 1
                    written = text[word.start : word.end]
                    terms = set(engine.terms_of(word))
                    (typed,) = words(written, typed=True)
                    assert terms & set(engine.terms_of(typed)), written
                    assert marked(written, written) == [(written, True)]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Ѐ", "Ѐ"), ("ёлка", "елка"), ("Кaзaхстан", "Казахстан"), ("СССP", "СССР"),
        ("Ы", "ы"), ("и\u0306од", "йод"),
    ],
)  # fmt: skip
def test_what_looks_alike_is_alike(typed, written):
    assert [word.exact for word in words(typed)] == [word.exact for word in words(written)]


def test_offsets_are_of_the_text_as_it_is_analysed():
    text = "«Абай жолы» — роман-эпопея (1942–1956)"
    assert [text[word.start : word.end] for word in words(text)] == re.findall(r"\w+", text)
