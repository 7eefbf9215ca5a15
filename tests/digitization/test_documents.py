"""Digital documents: counted once, cut into articles, attached, published, removed by two."""

from dataclasses import replace

import pytest
from reports import cells, report
from scanning import as_file, drawn, masters, page_ids
from sqlalchemy import func, select, update

from ils import db, selfcheck
from ils.catalog.models import BibliographicRecord
from ils.digitization.documents import actions, arranging, queries, removal
from ils.digitization.documents.linking import link
from ils.digitization.documents.models import DigitalDocument
from ils.digitization.documents.rules import (
    AnotherMustAgree,
    DocumentData,
    NoRecord,
    WrongState,
)
from ils.digitization.folders import actions as folders
from ils.digitization.folders.queries import sizes
from ils.digitization.folders.rules import FolderData
from ils.digitization.scans import actions as scans
from ils.digitization.scans.models import ScanPage
from ils.holdings.labels.queries import SEPARATOR
from ils.ledger import Entry, Kind


def digitised(library) -> list[tuple]:
    """(Kind, documents, pages, language, catalogue) of what the ledger says was digitised."""
    with db.reading(library.sessions) as session:
        query = select(
            Entry.detail, func.sum(Entry.count), func.sum(Entry.pages), Entry.language,
            Entry.catalogue,
        )  # fmt: skip
        query = query.where(Entry.kind == Kind.DIGITISED)
        query = query.group_by(Entry.detail, Entry.language, Entry.catalogue).order_by(Entry.detail)
        return [tuple(row) for row in session.execute(query) if row[1] or row[2]]


def attach(digitising, number: int, copy: str) -> None:
    def act(session, origin, one):
        actions.attach(session, origin, one, digitising.library.record(session, copy))

    digitising.act(act, number)


def test_a_document_counts_when_it_is_recognised_and_of_a_record(digitising, library, described):
    number = digitising.recognised("бір", "екі")
    assert digitised(library) == []
    attach(digitising, number, described)
    assert digitised(library) == [("book", 1, 2, "kk", "books")]
    attach(digitising, number, described)
    assert digitised(library) == [("book", 1, 2, "kk", "books")]


def test_it_counts_at_recognition_where_the_record_was_named_before(digitising, library, described):
    digitising.recognised("бір", record=described, language="ru")
    assert digitised(library) == [("book", 1, 1, "ru", "books")]


def test_articles_share_pages_and_each_page_counts_once(digitising, library, described):
    """As in the printed report of 2020: 810 documents on 597 pages."""
    issue = digitising.recognised("бірінші бет", "екінші бет", kind="other", record=described)
    for title, regions in (
        ("Мақала 1", [(1, [0, 0, 500, 1000])]), ("Мақала 2", [(1, [500, 0, 500, 1000]), (2, None)]),
    ):  # fmt: skip
        library.copy(title, title=title)
        article = digitising.act(
            arranging.cut_out, issue, kind="newspaper_article", title=title, regions=regions
        )
        attach(digitising, article.id, title)
    assert digitised(library) == [
        ("newspaper_article", 2, 0, "kk", "books"), ("other", 1, 2, "kk", "books"),
    ]  # fmt: skip


def test_another_kind_or_record_takes_the_first_count_back(digitising, library, described):
    number = digitising.recognised("бір", record=described)
    library.copy("Ж1", title="Журнал", language="ru")
    attach(digitising, number, "Ж1")
    assert digitised(library) == [("book", 1, 1, "kk", "books")]  # its own language stays
    data = DocumentData(title="Журнал", kind="journal_article", language="ru", record="")
    digitising.act(actions.describe, number, data)
    assert digitised(library) == [("journal_article", 1, 1, "ru", "books")]


def test_the_report_of_digitisation_comes_out_by_itself(digitising, library, described):
    digitising.recognised("бір", "екі", record=described)
    digitising.recognised("үш", record=described, kind="chapter", language="ru")
    found = {
        (row, column): value
        for (table, row, column), value in cells(
            report(library, "month", table="digitisation")
        ).items()
        if table == "digitisation"
    }
    assert found["total", "documents"] == 2
    assert found["total", "documents.kk"] == 1
    assert found["total", "pages"] == 3
    assert found["total", "pages.kk"] == 2
    assert (found["book", "documents"], found["chapter", "pages"]) == (1, 1)
    assert found["total", "bytes"] == sum(
        path.stat().st_size for path in masters(library.config.folder)
    )


def test_only_what_is_described_and_recognised_is_published(digitising, library, described):
    number = digitising.take_in()
    with pytest.raises(NoRecord):
        digitising.act(actions.publish, number)
    attach(digitising, number, described)
    with pytest.raises(WrongState):
        digitising.act(actions.publish, number)


def test_field_856_names_what_is_published_and_foreign_links_stay(digitising, library, described):
    numbers = [digitising.recognised(text, record=described) for text in ("бір", "екі")]
    with db.transaction(library.sessions) as session:
        record = library.record(session, described)
        for number in numbers:
            actions.publish(session, library.origin(), queries.document(session, number))
        link(session, library.origin(), library.config, record)
    assert links(library, described) == [f"/read/{number}" for number in numbers]
    with db.transaction(library.sessions) as session:
        actions.withhold(session, queries.document(session, numbers[0]))
        link(session, library.origin(), library.config, library.record(session, described))
    assert links(library, described) == [f"/read/{numbers[1]}"]


def links(library, copy: str) -> list[str]:
    with db.reading(library.sessions) as session:
        marc = library.record(session, copy).marc_record()
        return [field.get("u") for field in marc.each("856")]


def test_two_people_remove_a_document_and_its_figures_go_too(digitising, library, described):
    number = digitising.recognised("бір", record=described)
    first, second = library.account("бірінші"), library.account("екінші")

    def agree(by: int) -> None:
        with db.transaction(library.sessions) as session:
            origin = db_origin(library, by)
            removal.remove(session, origin, queries.document(session, number, lock=True))

    with pytest.raises(AnotherMustAgree):
        agree(second)
    digitising.do(removal.ask_removal, number, first, "екі рет сканерленді")
    with pytest.raises(AnotherMustAgree):
        agree(first)
    agree(second)
    library.work()
    assert digitised(library) == []
    assert masters(library.config.folder) == []
    with db.reading(library.sessions) as session:
        assert session.scalars(select(DigitalDocument.id)).all() == []
        assert session.scalars(select(ScanPage.id)).all() == []


def db_origin(library, staff_id: int):
    return replace(library.origin(), staff_id=staff_id)


def test_scans_that_articles_use_stay_and_their_pages_count_with_one_of_them(
    digitising, library, described
):
    issue = digitising.recognised("бір", "екі", kind="other", record=described)
    library.copy("М", title="Мақала")
    article = digitising.act(
        arranging.cut_out, issue, kind="newspaper_article", title="М", regions=[(1, None)]
    )
    attach(digitising, article.id, "М")
    assert digitised(library) == [
        ("newspaper_article", 1, 0, "kk", "books"), ("other", 1, 2, "kk", "books"),
    ]  # fmt: skip
    first, second = library.account("бірінші"), library.account("екінші")
    digitising.do(removal.ask_removal, issue, first, "қате")
    with db.transaction(library.sessions) as session:
        folder = folders.add_folder(
            session, library.origin(), FolderData(name_ru="Н", name_kk="Н", public=True)
        )
        folders.put_in(session, folder, issue)
    with db.transaction(library.sessions) as session:
        removal.remove(session, db_origin(library, second), queries.document(session, issue))
    library.work()
    assert digitised(library) == [("newspaper_article", 1, 1, "kk", "books")]
    assert len(masters(library.config.folder)) == 1  # that of the page the article has
    for kind in ("attached", "published"):
        assert net(library, kind) == {"attached": 1, "published": 0}[kind]


def net(library, kind: str) -> int:
    with db.reading(library.sessions) as session:
        return session.scalar(select(func.sum(Entry.count)).where(Entry.kind == kind)) or 0


def test_pages_added_and_taken_out_later_reach_the_figures(digitising, library, described):
    number = digitising.recognised("бір", "екі", record=described)
    assert digitised(library) == [("book", 1, 2, "kk", "books")]
    with db.reading(library.sessions) as session:
        _, second = (page.id for page in session.scalars(queries.pages(number)))
    digitising.act(arranging.remove_page, number, second, back=False)
    assert digitised(library) == [("book", 1, 1, "kk", "books")]
    digitising.act(arranging.remove_page, number, second, back=True)
    with db.transaction(library.sessions) as session:
        arrived = digitising.arrive(as_file(drawn("үш")), "3.png")
        scan = scans.keep(session, library.config, arrived, "book", None)
        arranging.add_scan(session, queries.document(session, number), scan)
    digitising.do(actions.recognise, number, at_once=10)
    library.work()
    assert digitised(library) == [("book", 1, 3, "kk", "books")]
    with db.transaction(library.sessions) as session:
        one = queries.document(session, number)
        (cut,) = arranging.split(session, library.origin(), one, [second])
        rest = cut.id
    attach(digitising, rest, described)
    assert digitised(library) == [("book", 2, 3, "kk", "books")]


def test_a_correction_counts_on_the_day_and_at_the_branch_of_the_first_count(
    digitising, library, described
):
    number = digitising.recognised("бір", record=described)
    library.wait(days=40)
    with db.transaction(library.sessions) as session:
        one = queries.document(session, number)
        data = DocumentData(title="Ж", kind="chapter", language="ru", record="")
        actions.describe(session, library.origin("Ф1"), one, data)
    with db.reading(library.sessions) as session:
        entries = session.scalars(select(Entry).where(Entry.kind == Kind.DIGITISED)).all()
        home = library.branches["ЦБ"].id
        assert {(entry.day.month, entry.branch_id) for entry in entries} == {(3, home)}
    assert digitised(library) == [("chapter", 1, 1, "ru", "books")]


def test_publishing_again_is_no_second_publication(digitising, library, described):
    number = digitising.recognised("бір", record=described)
    for act in (actions.publish, None, actions.publish):
        if act is None:
            digitising.do(actions.withhold, number)
        else:
            digitising.act(act, number)
    assert net(library, "published") == 1


def test_the_pdf_of_other_pages_is_nobodys_any_more(digitising, library, described):
    number = digitising.recognised("бір", "екі", record=described)
    library.work()
    data = library.config.folder
    assert queries.pdf_of(data, digitising.document(number)) is not None
    with db.reading(library.sessions) as session:
        page = queries.page(session, number, 2).id
    digitising.act(arranging.remove_page, number, page, back=False)
    assert queries.pdf_of(data, digitising.document(number)) is None


def test_what_readers_have_is_not_cut(digitising, library, described):
    number = digitising.recognised("бір", "екі", record=described)
    digitising.act(actions.publish, number)
    with pytest.raises(WrongState):
        digitising.act(arranging.split, number, [])


def test_pages_are_moved_turned_taken_out_and_put_back(digitising, library):
    number = digitising.take_in(*(as_file(drawn(f"бет {n}", (300, 424), 16)) for n in range(3)))
    order = [page.id for page in digitising.pages(number)]

    ids = page_ids(library, number)
    digitising.do(arranging.move_page, number, ids[2], -1)
    assert [page.id for page in digitising.pages(number)] == [order[0], order[2], order[1]]
    digitising.do(arranging.move_page, number, ids[0], -1)  # before the first it stays
    digitising.act(arranging.remove_page, number, ids[1], back=False)
    assert [page.id for page in digitising.pages(number)] == [order[0], order[2]]
    digitising.act(arranging.remove_page, number, ids[1], back=True)
    digitising.do(arranging.turn_page, number, ids[0], 270)
    assert [page.rotation for page in digitising.pages(number)] == [270, 0, 0]
    other = digitising.take_in(as_file(drawn("басқа")))
    with pytest.raises(queries.UnknownDocument):
        digitising.act(arranging.remove_page, other, ids[0], back=False)


def test_separator_sheets_and_labels_say_whose_the_pages_are(digitising, library):
    library.copy("1001", title="Бірінші кітап")
    item = library.copy("1002", title="Екінші кітап")
    number = digitising.take_in(
        *(as_file(drawn(f"бет {n}", (300, 424), 16)) for n in range(7)), title="Партия"
    )
    codes = [["1001"], [], [f"{SEPARATOR}{item}"], [f"{SEPARATOR}{item}"], [], ["99999"], []]
    with db.transaction(library.sessions) as session:
        for page, found in zip(session.scalars(queries.pages(number)), codes, strict=True):
            page.scan.barcodes = found
    with db.transaction(library.sessions) as session:
        ids = [page.id for page in session.scalars(queries.pages(number))]
        one = queries.document(session, number)
        made = arranging.split(session, library.origin(), one, [ids[2]])
        for part in (one, *made):
            arranging.follow_code(session, library.origin(), part)
    with db.reading(library.sessions) as session:
        found = [
            (one.title, one.record.title, queries.count_pages(session, one.id))
            for one in session.scalars(select(DigitalDocument).order_by(DigitalDocument.id))
        ]
    assert found == [("Бірінші кітап",) * 2 + (2,), ("Екінші кітап",) * 2 + (3,)]


def test_a_separator_that_is_dropped_from_a_counted_document_is_counted_no_more(
    digitising, library
):
    item = library.copy("1001", title="Кітап")
    number = digitising.recognised("бөлгіш", "бет", record="1001")
    assert digitised(library) == [("book", 1, 2, "kk", "books")]
    with db.transaction(library.sessions) as session:
        queries.page(session, number, 1).scan.barcodes = [f"{SEPARATOR}{item}"]
    revision = digitising.document(number).revision
    digitising.act(arranging.follow_code, number)
    assert digitised(library) == [("book", 1, 1, "kk", "books")]
    assert digitising.document(number).revision > revision


def test_turning_a_page_turns_it_for_the_articles_cut_out_of_it(digitising, library, described):
    issue = digitising.recognised("газет беті", record=described)
    article = digitising.act(
        arranging.cut_out, issue, kind="newspaper_article", title="М",
        regions=[(1, [0, 100, 500, 250])],
    ).id  # fmt: skip
    with db.transaction(library.sessions) as session:
        queries.document(session, article).pdf_state = "unchecked"
    digitising.do(arranging.turn_page, issue, page_ids(library, issue)[0], 90)
    with db.reading(library.sessions) as session:
        one = queries.document(session, article)
        assert (one.state, one.pdf_state) == ("uploaded", "none")
        assert queries.page(session, article, 1).region == [650, 0, 250, 500]


def test_a_folder_counts_documents_and_each_file_once(digitising, library, described):
    issue = digitising.recognised("бір", record=described)
    article = digitising.act(
        arranging.cut_out, issue, kind="newspaper_article", title="М", regions=[(1, None)]
    )
    with db.transaction(library.sessions) as session:
        folder = folders.add_folder(
            session,
            library.origin(),
            FolderData(name_ru="Наш край", name_kk="Біздің өлке", public=True),
        )
        for number in (issue, article.id, issue):
            folders.put_in(session, folder, number)
    (path,) = masters(library.config.folder)
    with db.reading(library.sessions) as session:
        assert sizes(session) == {folder.id: (2, path.stat().st_size)}


def test_the_self_check_notices_pages_that_are_counted_nowhere(digitising, library, described):
    digitising.recognised("бір", record=described)
    with db.transaction(library.sessions) as session:
        session.execute(update(DigitalDocument).values(counted_by=None, record_id=None))
        found = [finding.check for finding in selfcheck.findings(session)]
        session.rollback()
    assert found == ["documents"]


def test_records_merged_take_their_documents_along(digitising, library, described):
    digitising.recognised("бір", record=described)
    with db.reading(library.sessions) as session:
        column = DigitalDocument.__table__.c.record_id
        assert column.info == {"follows": "record"}
        assert session.scalar(select(func.count(BibliographicRecord.id))) == 1
