"""The cataloguer's import: what would become of a file is shown, then it comes in as shown."""

import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from library import Browser, iso
from sqlalchemy import func, select

from ils import db
from ils.catalog.models import BibliographicRecord
from ils.cataloguing.imports import jobs
from ils.holdings.items.models import Item
from ils.organisation.audit.models import AuditEntry
from ils.organisation.staff.models import Role, Staff

pytestmark = pytest.mark.usefixtures("library_clock")
BRANCH = "\x1fdЦБ"


def book(number, title, *more):
    return iso(("001", number), ("200", f"1 \x1fa{title}"), ("801", " 0\x1faKZ\x1fbA"), *more)


ISBN = ("010", "  \x1fa978-601-200-001-6")


def sent(cataloguer, library, content, **said):
    """The address of what a file is shown at, when it is read."""
    answer = cataloguer.post(
        "/staff/catalog/import",
        file=(io.BytesIO(content), "книги.iso"),
        request_id=str(uuid4()),
        **{"catalogue": "", "encoding": "", "source": "", "rules": ["0", "1", "2"], **said},
    )
    assert answer.status_code == 302, answer.text
    library.work()
    return answer.location


def facts(page):
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))


def decisions(page):
    """Of each record shown: its number in the file, its title, what becomes of it."""
    rows = re.findall(r"<tr><td>(\d+)</td>(.*?)</tr>", page)
    return [
        (int(number), *(re.sub("<[^>]*>", "", cell).split(" · ")[0]
                        for cell in reversed(cells.split("</td>")[:2])))
        for number, cells in rows
    ]  # fmt: skip


def test_a_file_is_shown_and_changes_nothing_until_it_is_brought_in(library, cataloguer, bring):
    bring(book("1", "Абай жолы", ISBN) + book("2", "Қан мен тер"))
    content = (
        book("1", "Абай жолы", ISBN)
        + book("2", "Қан мен тер : роман")
        + book("77", "Абай жолы", ISBN)
        + book("3", "Дала", ("910", f"  \x1fa0\x1fb100{BRANCH}"))
        + book("1", "Мүлдем басқа кітап")[:24]
    )
    address = sent(cataloguer, library, content, with_copies="1")
    page = cataloguer.get(address).text
    assert decisions(page) == [
        (1, "Абай жолы", "без изменений"),
        (2, "Қан мен тер : роман", "изменена в источнике"),
        (3, "Абай жолы", "дублет, хранится скрытой"),
        (4, "Дала", "новая"),
    ]
    with db.reading(library.sessions) as session:
        assert session.scalar(select(func.count()).select_from(BibliographicRecord)) == 2
    answer = cataloguer.post(address, request_id=str(uuid4()))
    library.work()
    done = cataloguer.get(answer.location).text
    assert facts(done) == {
        "новая": "1", "изменена в источнике": "1", "без изменений": "1",
        "дублет, хранится скрытой": "1", "не читается": "1", "Экземпляры": "1",
    }  # fmt: skip
    with db.reading(library.sessions) as session:
        titles = select(BibliographicRecord.title).order_by(BibliographicRecord.id)
        assert session.scalars(titles).all() == [
            "Абай жолы", "Қан мен тер : роман", "Абай жолы", "Дала",
        ]  # fmt: skip
        assert session.scalar(select(func.count()).select_from(Item)) == 1
        told = session.scalars(select(AuditEntry).where(AuditEntry.action == "record.import")).one()
        assert told.changes["items"] == 1
    rejects = cataloguer.get(re.search(r"/staff/catalog/import/\d+/rejects", done)[0])
    assert rejects.data.startswith(book("1", "Мүлдем басқа кітап")[:24])


def test_rules_that_are_not_ticked_find_no_duplicate(library, cataloguer, bring):
    bring(book("1", "Абай жолы", ISBN))
    address = sent(cataloguer, library, book("77", "Абай жолы", ISBN), rules=["1"])
    assert decisions(cataloguer.get(address).text) == [(1, "Абай жолы", "новая")]


def test_later_records_of_the_file_may_double_earlier_ones(library, cataloguer):
    content = book("1", "Дала", ISBN) + book("2", "Дала", ISBN)
    address = sent(cataloguer, library, content)
    assert [one[2] for one in decisions(cataloguer.get(address).text)] == [
        "новая", "дублет, хранится скрытой",
    ]  # fmt: skip


def test_without_the_tick_no_copies_come_in(library, cataloguer):
    content = book("3", "Дала", ("910", f"  \x1fa0\x1fb100{BRANCH}"))
    address = sent(cataloguer, library, content)
    cataloguer.post(address, request_id=str(uuid4()))
    library.work()
    with db.reading(library.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 0


def test_what_is_no_file_of_records_is_told(library, cataloguer):
    address = sent(cataloguer, library, b"%PDF-1.4 nothing of ours")
    assert "нет библиографических записей" in cataloguer.get(address).text


def test_remarks_are_in_the_language_of_the_page(library, cataloguer, bring):
    bring(book("1", "Абай жолы"))
    address = sent(cataloguer, library, book("1", "Мүлдем басқа кітап"))
    page = cataloguer.get(address).text
    assert "другой документ" in page
    done = cataloguer.post(address, request_id=str(uuid4())).location
    library.work()
    reasons = re.search(r'href="([^"]*reasons[^"]*)"', cataloguer.get(done).text)[1]
    assert "другой документ" in cataloguer.get(reasons).data.decode("utf-8-sig")


@pytest.fixture
def articles_only(library, cataloguer):
    """The cataloguer may fill one catalogue only."""

    def limit():
        with db.transaction(library.sessions) as session:
            session.scalars(select(Staff)).one().catalogues = frozenset({"articles"})

    return limit


def test_records_of_other_catalogues_are_left_alone(library, cataloguer, bring, articles_only):
    bring(book("1", "Абай жолы", ISBN))
    articles_only()
    content = book("1", "Абай жолы : роман", ISBN) + book("2", "Дала")
    address = sent(cataloguer, library, content)
    page = cataloguer.get(address).text
    assert [one[2] for one in decisions(page)] == ["конфликт, отложена", "конфликт, отложена"]
    assert "в каталоге, который вам нельзя изменять" in page
    cataloguer.post(address, request_id=str(uuid4()))
    library.work()
    with db.reading(library.sessions) as session:
        found = session.scalars(select(BibliographicRecord)).one()
        assert (found.title, found.revision) == ("Абай жолы", 1)


def test_who_lost_the_right_meanwhile_brings_nothing_in(library, cataloguer, articles_only):
    address = sent(cataloguer, library, book("2", "Дала"), catalogue="books")
    articles_only()
    cataloguer.post(address, request_id=str(uuid4()))
    library.work()
    with db.reading(library.sessions) as session:
        assert session.scalars(select(BibliographicRecord)).all() == []


def test_a_catalogue_one_may_not_fill_is_refused(cataloguer, articles_only):
    articles_only()
    answer = cataloguer.post(
        "/staff/catalog/import", file=(io.BytesIO(book("1", "Дала")), "a.iso"),
        request_id=str(uuid4()), catalogue="books", encoding="", source="",
    )  # fmt: skip
    assert answer.status_code == 422


def test_another_cataloguer_neither_sees_nor_runs_it(app, library, cataloguer):
    address = sent(cataloguer, library, book("1", "Дала"))
    library.account("басқа", Role.CATALOGUER)
    other = Browser(app.test_client())
    other.sign_in("басқа")
    assert other.get(address).status_code == 404
    assert other.post(address, request_id=str(uuid4())).status_code == 404


def test_pressed_again_it_leads_to_the_same_import(library, cataloguer):
    address = sent(cataloguer, library, book("1", "Дала"))
    first = cataloguer.post(address, request_id=str(uuid4())).location
    library.work()
    again = cataloguer.post(address, request_id=str(uuid4()))
    assert (again.status_code, again.location) == (302, first)
    refused = cataloguer.post(first, request_id=str(uuid4()))
    assert (refused.status_code, 'data-code="not_looked_at"' in refused.text) == (409, True)


def test_an_import_whose_worker_died_counts_each_record_as_it_came_in(
    library, cataloguer, monkeypatch
):
    content = b"".join(
        book(str(n), f"Кітап {n}", ("910", f"  \x1fa0\x1fb{n}00{BRANCH}")) for n in range(1, 6)
    )
    address = sent(cataloguer, library, content, with_copies="1")
    monkeypatch.setattr(jobs, "PART", 2)

    def killed(_):
        raise KeyboardInterrupt  # as near to kill -9 as a test inside comes

    page = cataloguer.post(address, request_id=str(uuid4())).location
    with monkeypatch.context() as patch:
        patch.setattr(jobs.time, "sleep", killed)
        with pytest.raises(KeyboardInterrupt):
            library.work()
    library.now += timedelta(minutes=2)
    library.work()
    came = {"новая": "5", "Экземпляры": "5"}
    assert facts(cataloguer.get(page).text) == came
