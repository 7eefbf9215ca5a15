"""Issues of journals keep what they are, and are found by their journal's name."""

import pytest
from entry_form import entries, filled, make, number_of, record
from sqlalchemy import Engine, event, select

from ils import db
from ils.catalog import issues, queries
from ils.catalog.models import BibliographicRecord
from ils.marc.gost import entry

JOURNAL = "#920: J\r\n#903: Ж24\r\n#200: ^AПростор^Eлит. журн.\r\n#11: ^A0131-5587\r\n*****\r\n"
ISSUE = "#920: NJ\r\n#903: Ж24/2015/7\r\n#933: Ж24\r\n#934: 2015\r\n#936: 7\r\n*****\r\n"
ARTICLE = (
    "#920: ASP\r\n#200: ^AПовесть о степи\r\n"
    "#463: ^CПростор^J2015^H7^SС. 3-50^WЖ24/2015/7\r\n*****\r\n"
)


def test_an_issue_without_a_title_of_its_own_is_described_and_saved_as_it_is(
    library, cataloguer, bring
):
    bring((JOURNAL + ISSUE).encode(), name="1.txt")
    with db.reading(library.sessions) as session:
        found = session.scalars(select(BibliographicRecord)).all()
        issue = next(one.id for one in found if one.title == "Простор. 2015. 7")
    assert "Простор. 2015. 7" in cataloguer.get(f"/staff/catalog/{issue}").text
    before = record(library, issue)[1].dump()
    page = cataloguer.get(f"/staff/catalog/{issue}/edit").text
    saved = cataloguer.post(f"/staff/catalog/{issue}/edit", **filled(page, {}))
    assert (saved.status_code, record(library, issue)[1].dump()) == (302, before)


def test_an_issue_called_as_its_journal_is_told_from_the_others(library, bring):
    own = ISSUE.replace("#933: Ж24", "#200: ^AПростор\r\n#933: Ж24")
    bring((JOURNAL.replace("^Eлит. журн.", "") + own).encode(), name="1.txt")
    with db.reading(library.sessions) as session:
        titles = session.scalars(select(BibliographicRecord.title)).all()
        (issue,) = session.scalars(
            queries.records().where(BibliographicRecord.worksheet == "issue")
        )
        described = str(entry(issue.marc_record()))
    assert sorted(titles) == ["Простор", "Простор. 2015. 7"]
    assert described.startswith("Простор. 2015. 7")


def test_an_issue_has_the_articles_that_name_its_journal_and_number(library, cataloguer, bring):
    bring((JOURNAL + ISSUE + ISSUE.replace("/7", "/8").replace("936: 7", "936: 8")).encode(),
          name="1.txt")  # fmt: skip
    with db.reading(library.sessions) as session:
        ids = {r.title: r.id for r in session.scalars(select(BibliographicRecord))}
    asked = f"worksheet=article&host={ids['Простор : лит. журн.']}&year=2015&number=№ 7"
    page = cataloguer.get(f"/staff/catalog/new?{asked}").text
    number_of(cataloguer.post("/staff/catalog/new", **filled(page, {"200a": "Дала әңгімесі"})))
    for address in ("/staff/catalog/", "/record/"):
        there = [
            "Дала әңгімесі" in cataloguer.get(f"{address}{ids[f'Простор. 2015. {n}']}").text
            for n in (7, 8)
        ]
        assert there == [True, False], address


def test_the_articles_of_an_issue_are_read_at_once(library, cataloguer, bring):
    bring((JOURNAL + ISSUE).encode(), name="1.txt")
    with db.reading(library.sessions) as session:
        ids = {r.title: r.id for r in session.scalars(select(BibliographicRecord))}
    asked = f"worksheet=article&host={ids['Простор : лит. журн.']}&year=2015&number=№ 7"
    counts = []
    for names in (("Бір",), ("Екі", "Үш", "Төрт")):
        for name in names:
            page = cataloguer.get(f"/staff/catalog/new?{asked}").text
            number_of(cataloguer.post("/staff/catalog/new", **filled(page, {"200a": name})))
        with db.reading(library.sessions) as session:
            issue = session.get_one(BibliographicRecord, ids["Простор. 2015. 7"])
            issue.marc_record()
            asked_for = []

            def note(*args, said=asked_for):
                said.append(args[2])

            event.listen(Engine, "before_cursor_execute", note)
            found = session.scalars(issues.parts_of(session, issue)).all()
            event.remove(Engine, "before_cursor_execute", note)
        counts.append((len(found), len(asked_for)))
    assert counts == [(1, 2), (4, 2)]


def parts_of(library):
    with db.reading(library.sessions) as session:
        found = session.scalars(select(BibliographicRecord)).all()
        return {r.title: [p.title for p in session.scalars(queries.parts(r))] for r in found}


@pytest.mark.parametrize("order", [(JOURNAL, ISSUE, ARTICLE), (ARTICLE, ISSUE, JOURNAL)])
@pytest.mark.parametrize("together", [True, False])
def test_an_issue_of_irbis_is_called_by_its_journal_and_has_its_articles(
    library, bring, order, together
):
    files = ["".join(order)] if together else order
    for at, data in enumerate(files):
        bring(data.encode(), name=f"{at}.txt")
    assert parts_of(library) == {
        "Простор : лит. журн.": ["Простор. 2015. 7"],
        "Простор. 2015. 7": ["Повесть о степи"],
        "Повесть о степи": [],
    }
    with db.reading(library.sessions) as session:
        query = queries.records().where(queries.matches("простор"))
        named = [r.title for r in session.scalars(query)]
    assert "Простор. 2015. 7" in named
    for at, data in enumerate(files):  # as it came, for the next import
        told = bring(data.encode(), name=f"{at}.txt")
        assert set(told) == {"unchanged"}
    library.check()


def test_an_issue_without_issn_stays_an_issue(library, cataloguer):
    made = number_of(
        make(
            cataloguer,
            worksheet="issue",
            _461200a="Жұлдыз",
            _200a="№ 5",
            _210d="2024",
            _101a="kaz",
        )
    )
    one, marc = record(library, made)
    assert (one.worksheet, one.material, marc.leader[6:9]) == ("issue", "journal", "as2")
    page = cataloguer.get(f"/staff/catalog/{made}/edit").text
    assert 'name="worksheet" value="issue"' in page
    cataloguer.post(f"/staff/catalog/{made}/edit", **filled(page, {"300a": "Ескертпе"}))
    assert record(library, made)[0].worksheet == "issue"
    assert len(entries(library, "record_added")) == 1


def test_the_journal_is_suggested_while_its_name_is_typed(library, cataloguer, bring):
    bring(JOURNAL.encode(), name="j.txt")
    found = cataloguer.get("/staff/catalog/suggest?kind=whole&q=прост").json
    assert found == [
        {
            "label": "Простор : лит. журн.",
            "values": {"200a": "Простор", "011a": "0131-5587", "001": "()Ж24"},
            "link": "",
        }
    ]
