"""The entry form by keyboard alone: an issue article by article, suggestions, Ctrl+S, leaving."""

import pytest
from playwright.sync_api import expect
from served import sign_in
from sqlalchemy import select

from ils import db
from ils.catalog.authorities.actions import HeadingData, OtherForm, add_heading
from ils.catalog.editing.actions import save_new
from ils.catalog.models import AuthorityKind, BibliographicRecord, FormRelation
from ils.catalog.subjects import classes_of
from ils.catalog.worksheets.definitions import worksheets
from ils.marc.record import Field, MarcRecord
from ils.organisation.staff.models import Role


@pytest.fixture
def cataloguer(page, served, library):
    library.account("каталогизатор", Role.CATALOGUER, language="kk")
    with db.transaction(library.sessions) as session:
        paper = MarcRecord("00000nas1 2200000   450 ", [
            Field("101", "0 ", [("a", "kaz")]),
            Field("110", "  ", [("a", "caauu   0yy")]),
            Field("200", "1 ", [("a", "Балқаш өңірі")]),
        ])  # fmt: skip
        classes = classes_of(library.config.lists)
        save_new(
            session,
            library.origin(),
            marc=paper,
            classes=classes,
            sheets=worksheets(library.config),
            catalogue="periodicals",
        )
        names = (OtherForm(FormRelation.SEE, "Ауезов, М."),)
        data = HeadingData(AuthorityKind.PERSON, (("a", "Әуезов"), ("b", "М. О.")), names)
        add_heading(session, library.origin(), data)
    sign_in(page, served, "каталогизатор", then="/staff/catalog/articles")
    return Keys(page)


class Keys:
    """A keyboard that counts."""

    def __init__(self, page):
        self.page = page
        self.count = 0

    def type(self, text):
        self.page.keyboard.type(text)
        self.count += len(text)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1


def titles(library):
    with db.reading(library.sessions) as session:
        query = select(BibliographicRecord.title).order_by(BibliographicRecord.id)
        return list(session.scalars(query.where(BibliographicRecord.worksheet == "article")))


def test_an_issue_is_described_article_after_article(page, served, library, cataloguer):
    expect(page.locator("#f-host")).to_be_focused()
    cataloguer.press("Tab", "Tab")
    cataloguer.type("9 ақпан (№ 16-17)")
    cataloguer.press("Enter")
    page.wait_for_url("**/new?**host=**")
    counted = []
    for number, title in enumerate(("Бірінші мақала", "Екінші мақала"), 1):
        expect(page.locator('[data-tag="463"] input[name$=".200v"]')).to_be_focused()
        cataloguer.count = 0
        cataloguer.type(str(number))
        cataloguer.press("Enter")
        cataloguer.type("Нәби")
        cataloguer.press("Enter")
        cataloguer.type("Ф.")
        cataloguer.press("Enter")
        cataloguer.type(title)
        if number == 1:
            cataloguer.press("Alt+k")  # stays for the next articles of the issue
        counted.append(cataloguer.count + 1 - len(f"{number}НәбиФ.{title}"))
        expect(page.locator("#preview .gost").first).to_contain_text(f"{title} / Ф. Нәби // Балқаш")
        with page.expect_navigation():
            cataloguer.press("Control+Enter")
    assert titles(library) == ["Бірінші мақала", "Екінші мақала"]
    # Besides the letters themselves; docs say these figures.
    assert counted == [5, 4]
    with db.reading(library.sessions) as session:
        query = select(BibliographicRecord).where(BibliographicRecord.worksheet == "article")
        records = session.scalars(query).all()
        assert [(r.local_history, r.year, r.language) for r in records] == [(True, 2026, "kk")] * 2


def test_a_name_typed_in_russian_gives_the_kazakh_heading(page, served, library, cataloguer):
    page.goto(f"{served.url}/staff/catalog/new?worksheet=book")
    page.locator('[data-tag="700"] input[name$=".a"]').focus()
    cataloguer.type("ауез")
    expect(page.locator("#suggestions li")).to_have_count(1)
    cataloguer.press("ArrowDown", "Enter")
    expect(page.locator('[data-tag="700"] input[name$=".a"]')).to_have_value("Әуезов")
    expect(page.locator('[data-tag="700"] input[name$=".b"]')).to_have_value("М. О.")
    page.locator('[data-tag="200"] textarea').first.focus()
    cataloguer.type("Абай жолы")
    with page.expect_navigation():
        cataloguer.press("Control+s")
    with db.reading(library.sessions) as session:
        record = session.scalars(
            select(BibliographicRecord).order_by(BibliographicRecord.id.desc())
        ).first()
        assert record.marc_record().get("700", "3")
        assert record.authors == "Әуезов, М. О."


def test_leaving_an_unsaved_form_asks_first(page, served, library, cataloguer):
    page.goto(f"{served.url}/staff/catalog/new?worksheet=book")
    page.locator('[data-tag="200"] textarea').first.focus()
    cataloguer.type("Дала")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{served.url}/staff/catalog/")
    assert asked == ["beforeunload"]


def test_a_field_is_repeated_by_key(page, served, library, cataloguer):
    page.goto(f"{served.url}/staff/catalog/new?worksheet=book")
    page.locator('[data-tag="200"] textarea').first.fill("Дала")
    page.locator('[data-tag="701"] input[name$=".a"]').focus()
    cataloguer.type("Нәби")
    cataloguer.press("Alt+n")
    cataloguer.type("Сәкен")
    with page.expect_navigation():
        cataloguer.press("Control+s")
    with db.reading(library.sessions) as session:
        record = session.scalars(
            select(BibliographicRecord).order_by(BibliographicRecord.id.desc())
        ).first()
        assert [f.get("a") for f in record.marc_record().each("701")] == ["Нәби", "Сәкен"]
