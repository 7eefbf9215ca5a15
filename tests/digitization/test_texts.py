"""The text of a page: corrected line by line, recognised again, never lost; as ALTO."""

import pytest
from lxml import etree
from scanning import page_of
from sqlalchemy import select

from ils import db
from ils.digitization.checking.quality import summed
from ils.digitization.documents import queries
from ils.digitization.ocr.tesseract import blocks
from ils.digitization.scans.models import ScanPage
from ils.digitization.text import actions, tree
from ils.digitization.text.actions import NothingBefore, UnknownLine
from ils.digitization.text.alto import NAMESPACE, alto
from ils.digitization.text.models import LineRevision, PageText
from ils.digitization.text.tree import Line, Page, PlacedWord, corrected, merged
from ils.errors import Stale

KAZAKH = "қоғам Өскемен Шоқан\nСемейдің əдебиеті"


def texts(page: Page) -> list[str]:
    return [line.text for line in page.lines()]


def test_a_table_of_words_becomes_blocks_of_lines():
    rows = [
        "level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext",
        "5\t1\t1\t1\t1\t1\t10\t20\t30\t8\t96.5\tҚазақ",
        "5\t1\t1\t1\t1\t2\t45\t20\t30\t8\t12\tелі",
        "5\t1\t1\t1\t2\t1\t10\t32\t30\t8\t90\t ",
        "5\t1\t2\t1\t1\t1\t200\t20\t30\t8\t-1\tбаған",
        "4\t1\t2\t1\t1\t0\t200\t20\t30\t8\t-1\t",
        "сломанная строка",
    ]
    assert blocks("\n".join(rows), "e") == [
        [
            Line(
                "1",
                [PlacedWord(10, 20, 30, 8, 96, "Қазақ"), PlacedWord(45, 20, 30, 8, 12, "елі")],
                "e",
            )
        ],
        [Line("2", [PlacedWord(200, 20, 30, 8, 0, "баған")], "e")],
    ]


def test_a_page_is_kept_as_it_was():
    page = page_of(KAZAKH)
    assert tree.loaded(tree.dumped(page)) == page


def test_corrected_words_keep_their_places_and_others_share_the_line():
    page, before = corrected(page_of("к0ғам жері"), "1", "қоғам жері")
    (line,) = page.lines()
    assert before == "к0ғам жері"
    assert [(w.left, w.width, w.certainty, w.text) for w in line.words] == [
        (100, 180, 100, "қоғам"), (300, 180, 100, "жері"),
    ]  # fmt: skip
    assert (line.by, line.right) == ("staff", True)
    page, _ = corrected(page_of("ел жұрт"), "1", "елжұрт")
    (line,) = page.lines()
    assert line.words == [PlacedWord(100, 100, 380, 40, 100, "елжұрт")]
    page, _ = corrected(page_of("мөр\nсөз"), "1", "")
    assert texts(page) == ["сөз"]


def test_the_same_text_says_that_the_line_is_right_and_leaves_the_reader():
    page, _ = corrected(page_of("қоғам"), "1", "қоғам")
    (line,) = page.lines()
    assert (line.by, line.right) == ("engine", True)
    assert tree.doubtful(line) == []


def test_words_nobody_is_sure_of_are_doubtful():
    (line,) = page_of("қоғам, 5", certainty=40).lines()
    assert tree.doubtful(line) == [0]


def test_a_new_reading_keeps_what_people_put_right_where_it_lies():
    old, _ = corrected(page_of("бірінші жол\nекінші жол\nүшінші жол"), "2", "ЕКІНШІ ЖОЛ")
    new = page_of("бірінші жол\n2кінші жол\nүшінші сөз")
    result = merged(old, new)
    assert texts(result.page) == ["бірінші жол", "ЕКІНШІ ЖОЛ", "үшінші сөз"]
    assert (result.kept, result.changed, list(result.lost)) == (1, 1, [])
    elsewhere = Page(
        1240, 1754, 150, [[Line("1", [PlacedWord(100, 900, 90, 40, 90, "басқа")], "e")]]
    )
    result = merged(old, elsewhere)
    assert (result.kept, list(result.lost)) == (0, ["ЕКІНШІ ЖОЛ"])


def test_a_part_of_a_page_has_its_lines_at_their_new_places():
    page = page_of("бірінші\nекінші\nүшінші")
    part = tree.within(page, [0, 100, 500, 60])  # pixels 175 to 280 of 1754
    assert texts(part) == ["екінші"]
    assert (part.width, part.height) == (620, 105)
    (line,) = part.lines()
    assert line.box == (100, 5, 180, 40)


def test_alto_says_lines_words_and_how_sure():
    root = etree.fromstring(alto(page_of("қоғам жері", 87), "бет.tif", 3, "tesseract"))
    strings = root.findall(f".//{{{NAMESPACE}}}String")
    assert [one.get("CONTENT") for one in strings] == ["қоғам", "жері"]
    assert (strings[0].get("WC"), strings[0].get("HPOS")) == ("0.87", "100")
    assert root.find(f".//{{{NAMESPACE}}}Page").get("PHYSICAL_IMG_NR") == "3"
    assert root.find(f".//{{{NAMESPACE}}}fileName").text == "бет.tif"


@pytest.fixture
def page_id(digitising, library) -> int:
    number = digitising.recognised("к0ғам жері\nел жұрт")
    with db.reading(library.sessions) as session:
        return queries.page(session, number, 1).scan_page_id


def test_a_line_is_saved_at_once_as_a_revision(library, page_id):
    with db.transaction(library.sessions) as session:
        actions.correct(session, page_id, "1", " қоғам  жері ", seen="к0ғам жері", by=7)
    with db.reading(library.sessions) as session:
        (revision,) = session.scalars(select(LineRevision))
        assert (revision.before, revision.after, revision.by) == ("к0ғам жері", "қоғам жері", 7)
        assert session.get(PageText, page_id).plain == "қоғам жері ел жұрт"


def test_nobody_overwrites_what_somebody_corrected_meanwhile(library, page_id):
    with db.transaction(library.sessions) as session:
        actions.correct(session, page_id, "1", "қоғам жері", seen="к0ғам жері", by=7)
    with db.transaction(library.sessions) as session, pytest.raises(Stale):
        actions.correct(session, page_id, "1", "кагам жери", seen="к0ғам жері", by=8)
    with db.transaction(library.sessions) as session, pytest.raises(UnknownLine):
        actions.correct(session, page_id, "99", "x", seen="", by=8)


def test_recognising_again_waits_for_a_decision_and_can_be_taken_back(library, page_id):
    with db.transaction(library.sessions) as session:
        actions.correct(session, page_id, "1", "қоғам жері", seen="к0ғам жері", by=7)
        session.get_one(ScanPage, page_id).state = "waiting"
        actions.store(session, page_id, page_of("кагам жери\nел, жұрт"), method="n", rotation=180)
    assert plain(library, page_id) == "қоғам жері ел жұрт"
    with db.transaction(library.sessions) as session:
        actions.decide(session, page_id, take=True)
    assert plain(library, page_id) == "қоғам жері ел, жұрт"
    with db.reading(library.sessions) as session:
        assert session.get_one(ScanPage, page_id).rotation == 180
    for expected in ("қоғам жері ел жұрт", "қоғам жері ел, жұрт"):  # there and back
        with db.transaction(library.sessions) as session:
            actions.take_back(session, page_id)
        assert plain(library, page_id) == expected
    with db.transaction(library.sessions) as session, pytest.raises(NothingBefore):
        actions.decide(session, page_id, take=True)


def test_a_second_reading_of_a_page_changes_nothing(library, page_id):
    with db.transaction(library.sessions) as session:
        new = page_of("басқа")
        assert not actions.store(session, page_id, new, method="n", rotation=180)
        assert session.get_one(ScanPage, page_id).rotation == 0
    assert plain(library, page_id) == "к0ғам жері ел жұрт"


def plain(library, page_id: int) -> str:
    with db.reading(library.sessions) as session:
        assert session.get_one(ScanPage, page_id).state == "recognised"
        return session.get_one(PageText, page_id).plain


def test_the_error_rate_is_of_what_the_engine_read_against_what_it_is_in_the_end():
    rows = [
        ("Ақмола", 1939, "1/1", "к0ғам", "қоғам"),  # two wrong of five
        ("Ақмола", 1939, "1/1", "қоғам", "қоғамы"),  # again: three of six in the end
        ("Ақмола", 1931, "2/1", "жері", "жері"),
        ("Ақмола", 1931, "2/1", "елі", "елі"),  # the page was read anew: another line
        ("Кітап", None, "3/1", "ел", "ел"),
    ]
    assert [(q.title, q.decade, q.lines, q.letters, q.wrong) for q in summed(rows)] == [
        ("Ақмола", 1930, 3, 13, 3), ("Кітап", None, 1, 2, 0),
    ]  # fmt: skip
