"""Descriptions by ГОСТ 7.1-2003 and Р 7.0.100-2018 against printed ones."""

import json

import pytest
from citations import alike, areas, citations, entered, manual_record, manual_text
from library import SAMPLES

from ils.catalog.records.rules import describe
from ils.catalog.subjects import Classes
from ils.cataloguing.printing.rules import Order, bibliography
from ils.marc.gost import Style, entry
from ils.marc.record import Field, MarcRecord, linked

MANUAL = SAMPLES / "marc" / "rusmarc_manual_examples.jsonl"
FULL = [c for c in citations() if c["completeness"] == "full description"]
#: Where a printed reference is not what the standard asks, by kind of difference.
DIFFERENCES = {
    "бет is written in full": {
        "CIT-001", "CIT-002", "CIT-004", "CIT-067", "CIT-068", "CIT-071",
    },
    "the heading ends in a comma, and бет in full": {
        "CIT-005", "CIT-007", "CIT-008", "CIT-010", "CIT-014",
    },
    "the edition stands in the title": {"CIT-011", "CIT-013"},
    "the authors are left out after the slash": {
        "CIT-016", "CIT-017", "CIT-019", "CIT-020", "CIT-022", "CIT-023", "CIT-025", "CIT-026",
    },
    "pages are named in the language of the newspaper, not of the article": {
        "CIT-049", "CIT-103", "CIT-112", "CIT-124", "CIT-133",
    },
    "no full stop before the volume": {"CIT-052"},
    "с. in a Kazakh description, or б. in a Russian one": {"CIT-055", "CIT-094"},
    "a slip of the pen: the heading twice, a dash after the place": {
        "CIT-041", "CIT-073", "CIT-077", "CIT-082",
    },
    "two slashes before the responsibility, сур. as a note": {"CIT-074", "CIT-076"},
    "the size of the file stands where pages do; it was not among the parsed parts": {
        "CIT-083", "CIT-085", "CIT-086", "CIT-088", "CIT-089", "CIT-091", "CIT-092",
    },
}  # fmt: skip
DIFFERENT = set().union(*DIFFERENCES.values())


@pytest.mark.parametrize("citation", FULL, ids=[c["id"] for c in FULL])
def test_a_printed_reference_is_described_the_same(citation):
    same = alike(str(entry(entered(citation)))) == alike(citation["text"])
    assert same == (citation["id"] not in DIFFERENT)


@pytest.mark.skipif(not MANUAL.exists(), reason="the third-party samples are absent")
def test_the_examples_of_the_rusmarc_manual():
    """Examples with one document and its description: whole, or all areas that have fields."""
    told = {"examples": 0, "whole": 0, "areas": 0, "differ": []}
    for line in MANUAL.read_text(encoding="utf-8").splitlines():
        example = json.loads(line)
        printed, marc = manual_text(example), manual_record(example)
        if printed is None or marc is None:
            continue
        told["examples"] += 1
        body = entry(marc).body
        if alike(body) == alike(printed[0]):
            told["whole"] += 1
        elif in_order(areas(body), alike(printed[1])):
            told["areas"] += 1
        else:
            told["differ"].append(f"{example['field']}/{example['n']}")
    assert told == {"examples": 62, "whole": 14, "areas": 23, "differ": DIFFERENT_EXAMPLES}


#: docs/description.md says of each what differs: the manual's own slips, mostly.
DIFFERENT_EXAMPLES = [
    "010/6", "101/6", "101/7", "139/2", "200/3", "200/10", "211/1", "225/2", "225/5", "229/1",
    "229/5", "239/1", "330/2", "330/3", "423/1", "434/1", "434/4", "434/5", "436/1", "454/1",
    "462/1", "481/1", "513/1", "518/2", "711/2",
]  # fmt: skip


def in_order(parts, text):
    at = 0
    for part in parts:
        found = text.find(alike(part), at)
        if found < 0:
            return False
        at = found + 1
    return True


def book(language, *, authors=1, **options):
    names = [("Әуезов", "М."), ("Сүлейменов", "О."), ("Мұратбеков", "С."), ("Нұрпейісов", "Ә.")]
    names.append(("Тоқаев", "Н."))
    fields = [
        Field("101", "0 ", [("a", language)]),
        Field("200", "1 ", [("a", "Абай жолы"), ("b", "Мәтін"), ("e", "роман-эпопея")]),
        Field("205", "  ", [("a", "2-бас.")]),
        Field("210", "  ", [("a", "М."), ("c", "Жазушы"), ("d", "2019")]),
        Field("215", "  ", [("a", "320"), ("c", "сур."), ("d", "21")]),
        Field("225", "1 ", [("a", "Қазақ әдебиеті"), ("v", "5-т.")]),
        Field("300", "  ", [("a", "Библиогр.: 318-б.")]),
        Field("010", "  ", [("a", "978-601-200-001-6"), ("b", "қат. мұқ."), ("d", "2500 тг.")]),
    ]
    for at, (surname, initials) in enumerate(names[:authors]):
        fields.append(Field("701" if at else "700", " 1", [("a", surname), ("b", initials)]))
    return MarcRecord(options.get("leader", "00000nam0 2200000   450 "), fields)


def test_a_book_in_kazakh():
    assert str(entry(book("kaz"))) == (
        "Әуезов, М. Абай жолы [Мәтін] : роман-эпопея / М. Әуезов. – 2-бас. – М. : Жазушы, 2019. "
        "– 320 б. : сур. ; 21 см. – (Қазақ әдебиеті ; 5-т.). – Библиогр.: 318-б. "
        "– ISBN 978-601-200-001-6 (қат. мұқ.) : 2500 тг."
    )


def test_the_newer_standard_names_places_in_full_and_the_medium():
    assert str(entry(book("kaz"), Style.GOST2018)) == (
        "Әуезов, М. Абай жолы : роман-эпопея / М. Әуезов. – 2-бас. – Москва : Жазушы, 2019. "
        "– 320 б. : сур. ; 21 см. – (Қазақ әдебиеті ; 5-т.). – Библиогр.: 318-б. "
        "– ISBN 978-601-200-001-6 (қат. мұқ.) : 2500 тг. – Мәтін : тікелей."
    )


@pytest.mark.parametrize(
    ("authors", "style", "said"),
    [
        (3, Style.GOST71, "М. Әуезов, О. Сүлейменов, С. Мұратбеков"),
        (4, Style.GOST71, "М. Әуезов [и др.]"),
        (4, Style.GOST2018, "М. Әуезов, О. Сүлейменов, С. Мұратбеков, Ә. Нұрпейісов"),
        (5, Style.GOST2018, "М. Әуезов, О. Сүлейменов, С. Мұратбеков [и др.]"),
    ],
)
def test_of_many_authors_some_are_named(authors, style, said):
    described = entry(book("rus", authors=authors), style)
    assert f" / {said}. – 2-бас." in described.body
    assert bool(described.heading) == (authors <= 3)


def test_the_issn_of_a_series_stands_before_its_number():
    series = Field("225", "1 ", [("a", "Наука"), ("v", "5"), ("x", "0131-6044")])
    marc = MarcRecord("", [Field("200", "1 ", [("a", "Дала")]), series])
    assert entry(marc).body == "Дала. – (Наука, ISSN 0131-6044 ; 5)."


def test_a_volume_carries_the_title_of_its_set():
    marc = MarcRecord("00000nam2 2200000   450 ", [
        Field("101", "0 ", [("a", "rus")]),
        Field("200", "1 ", [("a", "Рассказы")]),
        Field("210", "  ", [("a", "Москва"), ("c", "Худож. лит."), ("d", "1987")]),
        Field("215", "  ", [("a", "350 с.")]),
        linked("461", " 0", [Field("200", "1 ", [
            ("a", "Собрание сочинений"), ("e", "в 6 т."), ("f", "Уильям Фолкнер"), ("v", "Т. 6"),
        ])]),
    ])  # fmt: skip
    assert entry(marc).body == (
        "Собрание сочинений : в 6 т. / Уильям Фолкнер. Т. 6. Рассказы. – Москва : Худож. лит., "
        "1987. – 350 с."
    )


def test_a_volume_named_by_its_number_alone_says_it_once():
    marc = MarcRecord("00000nam2 2200000   450 ", [
        Field("101", "0 ", [("a", "rus")]),
        Field("200", "1 ", [("a", "Т. 1")]),
        linked("461", " 0", [Field("200", "1 ", [("a", "Собрание сочинений"), ("v", "Т. 1")])]),
    ])  # fmt: skip
    assert describe(marc, Classes({}, {})).title == "Собрание сочинений. Т. 1"


def test_the_index_of_a_list_names_a_person_once_an_entry():
    marc = MarcRecord("00000nam0 2200000   450 ", [
        Field("200", "1 ", [("a", "Дала")]),
        Field("700", " 1", [("a", "Ким"), ("b", "А.")]),
        Field("702", " 1", [("a", "Ким"), ("b", "А."), ("4", "570")]),
    ])  # fmt: skip
    made = bibliography([marc, marc], Order.TITLE, Style.GOST71, "")
    assert made.index == [("Ким, А.", [1, 2])]


def article(language, *hosts):
    return MarcRecord("00000naa2 2200000   450 ", [
        Field("101", "0 ", [("a", language)]),
        Field("200", "1 ", [("a", "Қала тарихы")]),
        Field("700", " 1", [("a", "Нәби"), ("b", "Ф.")]),
        *hosts,
    ])  # fmt: skip


def issue(number, pages):
    where = Field("200", "0 ", [("a", number), ("v", pages)])
    return linked("463", " 0", [where, Field("210", "  ", [("d", "2018")])])


def test_an_article_of_a_newspaper_and_of_two_issues_of_a_journal():
    newspaper = linked("461", " 0", [Field("200", "1 ", [("a", "Балқаш өңірі")])])
    assert str(entry(article("kaz", newspaper, issue("9 ақпан (№ 16-17)", "4")))) == (
        "Нәби, Ф. Қала тарихы / Ф. Нәби // Балқаш өңірі. – 2018. – 9 ақпан (№ 16-17). – 4 б."
    )
    journal = linked("461", " 0", [
        Field("011", "  ", [("a", "0230-7673")]), Field("200", "1 ", [("a", "Новый мир")]),
    ])  # fmt: skip
    two = article("rus", journal, issue("№ 4", "12-14"), issue("№ 5", "3-9"))
    assert str(entry(two)) == (
        "Нәби, Ф. Қала тарихы / Ф. Нәби // Новый мир. – 2018. – № 4. – С. 12-14 ; № 5. – С. 3-9. "
        "– ISSN 0230-7673."
    )


def test_an_article_in_a_book():
    host = linked("463", " 0", [
        Field("200", "1 ", [("a", "Край родной"), ("e", "сборник"), ("v", "18-34")]),
        Field("210", "  ", [("a", "Балхаш"), ("d", "2015")]),
    ])  # fmt: skip
    assert str(entry(article("rus", host), Style.GOST2018)) == (
        "Нәби, Ф. Қала тарихы / Ф. Нәби. – Текст : непосредственный // Край родной : сборник. "
        "– Балхаш, 2015. – С. 18-34."
    )


def test_an_electronic_document():
    marc = MarcRecord("00000nlm0 2200000   450 ", [
        Field("101", "0 ", [("a", "rus")]),
        Field("200", "1 ", [("a", "Балхаш"), ("b", "Электронный ресурс")]),
        Field("210", "  ", [("a", "Балхаш"), ("d", "2020")]),
        Field("856", "40", [("u", "https://example.kz/1"), ("d", "05.06.2024")]),
    ])  # fmt: skip
    assert entry(marc).body == (
        "Балхаш [Электронный ресурс]. – Балхаш, 2020. – Режим доступа: https://example.kz/1 "
        "(05.06.2024)."
    )
    assert entry(marc, Style.GOST2018).body == (
        "Балхаш. – Балхаш, 2020. – URL: https://example.kz/1 (дата обращения: 05.06.2024). "
        "– Текст : электронный."
    )


def described(*fields, leader="     nam a22     3i 450 "):
    return str(entry(MarcRecord(leader, list(fields))))


def titled(*pairs, tag="200"):
    return Field(tag, "1 ", list(pairs))


@pytest.mark.parametrize(
    ("pairs", "area"),
    [
        ([("a", "Руслан"), ("f", "А. С. Пушкин"), ("c", "Демон"), ("f", "М. Ю. Лермонтов")],
         "Руслан / А. С. Пушкин. Демон / М. Ю. Лермонтов."),
        ([("a", "Әндер"), ("f", "М. Әуезов"), ("d", "Songs"), ("f", "M. Auezov")],
         "Әндер / М. Әуезов = Songs / M. Auezov."),
        ([("a", "Сочинения"), ("f", "А. Иванов"), ("h", "Ч. 2"), ("i", "Романы"),
          ("f", "ред. П. Ким"), ("g", "худ. О. Ли")],
         "Сочинения / А. Иванов. Ч. 2, Романы / ред. П. Ким ; худ. О. Ли."),
    ],
)  # fmt: skip
def test_each_title_and_part_has_its_own_responsibility(pairs, area):
    assert described(titled(*pairs)) == area


def test_an_article_ends_before_its_source_without_a_full_stop():
    source = linked("463", " 1", [titled(("a", "Простор"), ("v", "С. 5"))])
    leader = "     naa a22     3i 450 "
    for title, said in (("Статья третья.", "Статья третья"), ("Жизнь и т. п.", "Жизнь и т. п.")):
        assert described(titled(("a", title)), source, leader=leader).startswith(
            f"{said} // Простор"
        )


@pytest.mark.parametrize("begun", ["Содержание: Раз", "Содерж.: Раз", "Раз"])
def test_the_word_of_the_contents_stands_once(begun):
    text = described(titled(("a", "Книга")), Field("327", "1 ", [("a", begun)]))
    assert text.endswith("Содерж.: Раз.")


@pytest.mark.parametrize(
    ("whole", "number", "title"),
    [("Велосипед, 1873 г.", "Л. 1", "Велосипед, 1873 г. Л. 1"), ("Жизнь", "Ч. 3.", "Жизнь. Ч. 3.")],
)
def test_a_volume_called_by_its_number_has_no_two_full_stops(whole, number, title):
    own = titled(("a", number))
    set_ = linked("461", " 0", [titled(("a", whole), ("v", number.rstrip(".")))])
    book = MarcRecord("     nam2a22     3i 450 ", [own, set_])
    assert describe(book, Classes({}, {})).title == title
