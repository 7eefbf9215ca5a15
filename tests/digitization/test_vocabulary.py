"""Words that are in no dictionary, nor in the catalogue, nor put right by anybody."""

from dataclasses import replace

from scanning import as_file, drawn, page_of

from ils import db
from ils.digitization.documents import actions, queries
from ils.digitization.text import actions as texts
from ils.digitization.text import tree, vocabulary
from ils.digitization.text.tree import Line, Page, PlacedWord
from ils.digitization.text.vocabulary import Vocabulary
from ils.search.analysis import WORD

DEBIAN = "/usr/share/hunspell"


def unknown(library, text: str, dictionaries: str = DEBIAN) -> list[str]:
    with db.reading(library.sessions) as session:
        words = Vocabulary(session, library.config.folder, dictionaries)
    found = words.unknown([text])
    return [word for word in WORD.findall(text) if word in found]


def test_forms_of_words_are_known_and_taken_letter_by_letter(library):
    text = (
        "«Қоғамның» кітапханасында, халқы; керектігін қазақтарының выставками печати! взяла дней "
        "пекут 1936 USSR 12-й 20-шы"
    )
    assert unknown(library, text) == []
    wrong = "қогамның кiтапхана кітапканасында выставкамн собраиие сайлау3 көктемгi ешё"
    assert unknown(library, wrong) == wrong.split()


def test_names_of_the_catalogue_are_known_in_any_form_other_words_as_they_stand(library):
    library.copy("B1", title="Жаңақорған шежірежазбасы")
    assert unknown(library, "Жаңақорғанда шежірежазбасы шежірежазбаны Бірқазансай") == [
        "шежірежазбаны", "Бірқазансай"
    ]  # fmt: skip


def test_what_people_put_right_is_known(digitising, library):
    number = digitising.recognised("Бірқазансай калаcы")
    assert unknown(library, "Бірқазансай") == ["Бірқазансай"]
    with db.transaction(library.sessions) as session:
        page = queries.page(session, number, 1).scan_page_id
        texts.correct(session, page, "1", "Бірқазансай қаласы", seen="Бірқазансай калаcы", by=1)
    assert unknown(library, "Бірқазансай Бірқазансайй") == ["Бірқазансайй"]


def test_without_dictionaries_nothing_is_unknown(library, tmp_path):
    page = page_of("ққққ жжжж")
    for folder in ("", str(tmp_path)):
        with db.reading(library.sessions) as session:
            looked = Vocabulary(session, library.config.folder, folder).looked_up(page)
        assert looked == page
    assert vocabulary.missing("") == vocabulary.missing(str(tmp_path)) == ["kk_KZ", "ru_RU"]
    assert vocabulary.missing(DEBIAN) == []


def test_a_word_broken_at_the_end_of_a_line_is_one_word():
    def line(number: str, *said: str) -> Line:
        return Line(number, [PlacedWord(0, 0, 9, 9, 99, word) for word in said], "e")

    page = Page(100, 100, 300, [[line("1", "бұл", "кітап-"), line("2", "хана", "ашық")]])
    known = {"бұл", "кітапхана"}
    assert list(tree.looked_for(page)) == ["бұл", "кітап-", "хана", "ашық", "кітапхана"]
    marked = tree.looked_up(page, lambda word: word in known)
    assert [word.known for word in marked.words()] == [True, True, True, False]
    assert [tree.doubtful(one) for one in marked.lines()] == [[], [1]]
    assert tree.loaded(tree.dumped(marked)) == marked


def test_recognised_words_are_looked_up(digitising, library, monkeypatch):
    own = library.config.digitization.changed(dictionaries=DEBIAN)
    settings = replace(library.config, digitization=own, _held={})
    monkeypatch.setattr(library, "config", settings)
    number = digitising.take_in(as_file(drawn("халқы қоғамы бррқжж кітапханада")))
    digitising.do(actions.recognise, number, at_once=10)
    library.work()
    with db.reading(library.sessions) as session:
        page = texts.text_of(session, queries.page(session, number, 1).scan_page_id)
    assert [word.text for word in page.words() if not word.known] == ["бррқжж"]
    assert digitising.document(number).pdf_state == "unchecked"
