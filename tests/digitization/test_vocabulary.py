"""Words that are in no dictionary, nor in the catalogue, nor put right by anybody."""

from dataclasses import replace

import pytest
from scanning import as_file, drawn

from ils import db
from ils.digitization.documents import actions, queries
from ils.digitization.text import actions as texts
from ils.digitization.text import tree, vocabulary
from ils.digitization.text.tree import Line, Page, PlacedWord
from ils.digitization.text.vocabulary import Vocabulary

DEBIAN = "/usr/share/hunspell"


@pytest.fixture
def dictionaries(tmp_path) -> str:
    """Dictionaries of a few words."""
    folder = tmp_path / "dictionaries"
    folder.mkdir()
    (folder / "kk_KZ.dic").write_text("3\r\nқоғам/AB\r\nкітапхана/A\r\nхалық\r\n", "utf-8-sig")
    (folder / "ru_RU.dic").write_text("2\nвыставка/I\nпечать/F\n", "utf-8")
    return str(folder)


def unknown(library, dictionaries: str, text: str) -> list[str]:
    with db.reading(library.sessions) as session:
        words = Vocabulary(session, library.config.folder, dictionaries)
    return [word for word in text.split() if not words.knows(word)]


def test_forms_of_words_are_known_letter_by_letter(library, dictionaries):
    text = "«Қоғамның» кітапханасында, халқы; выставками печати! 1936 USSR 12-й"
    assert unknown(library, dictionaries, text) == []
    wrong = "қогамның кiтапхана кітапканасында выставкамн"
    assert unknown(library, dictionaries, wrong) == [
        "қогамның", "кітапканасында", "выставкамн"
    ]  # fmt: skip


def test_names_of_the_catalogue_are_known_in_any_form_other_words_as_they_stand(
    library, dictionaries
):
    library.copy("B1", title="Өскемен шежіресі")
    assert unknown(library, dictionaries, "Өскеменде шежіресі шежірені Семей") == [
        "шежірені", "Семей"
    ]  # fmt: skip


def test_what_people_put_right_is_known(digitising, library, dictionaries):
    number = digitising.recognised("Семвй калаcы")
    with db.transaction(library.sessions) as session:
        page = queries.page(session, number, 1).scan_page_id
        texts.correct(session, page, "1", "Семей қаласы", seen="Семвй калаcы", by=1)
    assert unknown(library, dictionaries, "Семей қаласы Семвй") == ["Семвй"]


def test_without_dictionaries_nothing_is_unknown(library, tmp_path):
    assert unknown(library, "", "ққққ") == []
    assert unknown(library, str(tmp_path), "ққққ") == []
    assert vocabulary.missing("") == vocabulary.missing(str(tmp_path)) == [
        "kk_KZ.dic", "ru_RU.dic"
    ]  # fmt: skip
    assert vocabulary.missing(DEBIAN) == []


def test_a_word_broken_at_the_end_of_a_line_is_one_word():
    def line(number: str, *said: str) -> Line:
        return Line(number, [PlacedWord(0, 0, 9, 9, 99, word) for word in said], "e")

    page = Page(100, 100, 300, [[line("1", "бұл", "кітап-"), line("2", "хана", "ашық")]])
    known = {"бұл", "кітапхана"}
    marked = tree.looked_up(page, lambda word: word in known)
    assert [word.known for word in marked.words()] == [True, True, True, False]
    assert [tree.doubtful(one) for one in marked.lines()] == [[], [1]]
    assert tree.loaded(tree.dumped(marked)) == marked


def test_recognised_words_are_looked_up(digitising, library, dictionaries, monkeypatch):
    own = library.config.digitization.changed(dictionaries=dictionaries)
    settings = replace(library.config, digitization=own, _held={})
    monkeypatch.setattr(library, "config", settings)
    number = digitising.take_in(as_file(drawn("халқы қоғамы бррқжж кітапханада")))
    digitising.do(actions.recognise, number, at_once=10)
    library.work()
    with db.reading(library.sessions) as session:
        page = texts.text_of(session, queries.page(session, number, 1).scan_page_id)
    assert [word.text for word in page.words() if not word.known] == ["бррқжж"]
    assert digitising.document(number).pdf_state == "unchecked"
