"""Every page, in Kazakh and Russian, wide and narrow: axe finds nothing, nothing overflows."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from served import sign_in
from sqlalchemy import select

from ils import db, passwords
from ils.organisation.staff.models import Role
from ils.patrons import site_access
from ils.patrons.models import Patron

SIZES = {"wide": (1366, 768), "narrow": (390, 844)}
#: `SANDYQ_SCREENSHOTS=folder scripts/test tests/browser` keeps what was seen.
SCREENSHOTS = os.environ.get("SANDYQ_SCREENSHOTS")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}

MARCH = "2026-03-01..2026-03-31"


@pytest.fixture(autouse=True)
def once(prepared):
    if prepared[0] != "sqlite":
        pytest.skip("pages look the same on both databases; other tests ask for them on both")


PAGES = {
    "start": "/staff/",
    "readers": "/staff/patrons/",
    "own-password": "/staff/password",
    "reader-form": "/staff/patrons/new",
    "catalogue": "/staff/catalog/?q=абай",
    "catalogue-narrowed": "/staff/catalog/?q=абай&language=kk&from=1900",
    "catalogue-nothing": "/staff/catalog/?q=зыбля крымпа",
    "searched-in-vain": "/staff/catalog/searched-in-vain",
    "statistics": "/staff/stats/",
    "report": f"/staff/stats/month/{MARCH}/all/indicators/",
    "report-branches": f"/staff/stats/month/{MARCH}/all/activity_by_branch/",
    "report-fund": f"/staff/stats/annual/{MARCH}/all/fund_state/",
    "report-everything": f"/staff/stats/month/{MARCH}/all/everything/",
    "report-loans-by": f"/staff/stats/loans/{MARCH}/all/loans_by/?by=category,language",
    "diary": f"/staff/stats/diary/{MARCH}/all/diary/",
    "plan-and-fact": f"/staff/stats/plan/{MARCH}/all/everything/",
    "plans": "/staff/stats/plans?year=2026",
    "declared": "/staff/stats/declared",
    "closing": "/staff/stats/closing",
    "verified": "/staff/stats/verify",
    "schedules": "/staff/stats/schedules",
    "settings": "/staff/settings/",
    "branch": "/staff/settings/branch/ЦБ",
    "accounts": "/staff/settings/staff",
    "account": "/staff/settings/staff/admin",
    "audit": "/staff/settings/audit",
    "rules": "/staff/settings/lending/?card=R1&code=B9",
    "holds-fetch": "/desk/holds?list=fetch",
    "holds-shelf": "/desk/holds?list=shelf",
    "holds-leaving": "/desk/holds?list=leaving",
    "hold-form": "/desk/hold/new?card=R1",
    "boxes": "/desk/boxes",
    "home-delivery": "/desk/home-delivery",
    "tally": "/staff/services/tally",
    "tally-visits": "/staff/services/tally?what=visit",
    "tally-electronic": "/staff/services/tally?what=viewed",
    "events": "/staff/services/events",
    "event-form": "/staff/services/events/new",
    "references": "/staff/services/enquiries",
    "refusals": "/staff/services/refusals",
    "questions": "/staff/services/questions",
    "topics": "/staff/services/topics",
    "wanted": "/staff/services/wanted",
    "reregistration": "/staff/patrons/reregister",
    "school-year": "/staff/patrons/school-year",
    "import-readers": "/staff/patrons/import",
    "debtors": "/staff/debtors/?branch=-",
    "notices": "/staff/debtors/notices",
    "campaigns": "/staff/debtors/campaigns/",
    "new-campaign": "/staff/debtors/campaigns/new",
    "phones": "/staff/patrons/phones",
    "partners": "/staff/holdings/partners",
    "new-partner": "/staff/holdings/partners/new",
    "missing": "/nowhere",
    "help": "/help/desk",
    "from-others": "/staff/catalog/copy",
    "due-dates": "/staff/settings/lending/due-dates",
    "new-record": "/staff/catalog/new",
    "form-book": "/staff/catalog/new?worksheet=book",
    "form-article": "/staff/catalog/new?worksheet=article",
    "form-marc": "/staff/catalog/new?worksheet=map&view=marc",
    "articles": "/staff/catalog/articles",
    "headings": "/staff/catalog/headings",
    "heading": "/staff/catalog/headings/new?kind=person",
    "import-records": "/staff/catalog/import",
    "duplicates": "/staff/catalog/duplicates",
    "to-mend": "/staff/catalog/to-mend",
    "batch": "/staff/catalog/batch?operation=set&tag=200&code=a&value=X",
}


def seen(page, name, size):
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0, f"{name} is wider than the window"
    assert "Project-Id-Version" not in page.content(), f"{name} translates an empty text"
    if SCREENSHOTS:
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}-{size}.png", full_page=True)


def test_every_page_is_accessible(page, served, library, language, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    library.account("admin", *Role, language=language)
    patron = library.reader("R1", language=language)
    desk = library.desk()
    for number in range(4):
        library.copy(f"B{number}", title="Абай жолы. Бірінші кітап : роман-эпопея")
        desk.issue("R1", f"B{number}")
    library.copy("B9")
    library.copy("B8", title="Көшпенділер")
    other = library.reader("R2", home_delivery=True, address="Алматы, Абай даңғылы, 10", grade="5")
    library.rule(category="pupil", loan_days=10)
    desk.wait_for("R2", "B9")
    desk.take_back("B9")
    desk.wait_for("R2", "B8")
    page.goto(f"{served.url}/sign-in")
    seen(page, f"{language}-sign-in", size)
    sign_in(page, served, "admin", then="/staff/")
    for name, path in {
        **PAGES,
        "reader": f"/staff/patrons/{patron}",
        "merge-readers": f"/staff/patrons/{patron}/merge?other={other}",
        "receipt": f"/desk/receipt/{patron}",
        "forget": f"/staff/patrons/{patron}/forget",
    }.items():
        page.goto(f"{served.url}{path}")
        assert page.locator("html").get_attribute("lang") == language
        seen(page, f"{language}-{name}", size)
    records_in_use(page, served, language, size)
    page.goto(f"{served.url}/staff/stats/month/{MARCH}/all/activity_by_branch/")
    figure = page.locator(".report a").first
    entries = figure.get_attribute("href")
    figure.click()
    page.wait_for_selector("#behind[open] h2")
    seen(page, f"{language}-entries-over", size)
    page.goto(f"{served.url}/staff/stats/month/{MARCH}/all/activity_by_branch/{entries}")
    seen(page, f"{language}-entries", size)
    desk_in_use(page, served, language, size)


PUBLIC = {
    "public-start": "/",
    "public-results": "/search?q=абай",
    "public-narrowed": "/search?q=абай&language=kk",
    "public-nothing": "/search?q=зыбля крымпа",
    "public-advanced": "/search/advanced",
    "public-new": "/new",
    "public-missing": "/record/1",
    "public-browse": "/browse",
    "public-libraries": "/libraries",
    "public-letters": "/browse/authors?letter=Ә",
    "public-classes": "/browse/udc?at=5",
    "public-sign-in": "/my/sign-in",
    "public-large": "/search?q=абай&view=large",
    "public-usual": "/?view=usual",
}


def test_every_public_page_is_accessible(page, served, library, language, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    library.reader("R1")
    for number in range(4):
        library.copy(f"B{number}", title="Абай жолы. Бірінші кітап : роман-эпопея")
        library.desk().issue("R1", f"B{number}")
    library.copy("B9", title="Көшпенділер")
    page.goto(f"{served.url}/?lang={language}")
    for name, path in PUBLIC.items():
        page.goto(f"{served.url}{path}")
        assert page.locator("html").get_attribute("lang") == language
        seen(page, f"{language}-{name}", size)
    page.goto(f"{served.url}/search?q=көшпенділер")
    page.locator(".cards a").first.click()
    page.wait_for_url("**/record/*")
    seen(page, f"{language}-public-record", size)
    record = page.url
    with db.transaction(library.sessions) as session:
        reader = session.scalars(select(Patron)).one()
        site_access.set_password(session, reader, passwords.hashed("своя книга"))
    page.goto(f"{served.url}/my")
    page.fill("[name=card]", "R1")
    page.fill("[name=password]", "своя книга")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.url}/my")
    seen(page, f"{language}-my", size)
    for name in ("settings", "history", "suggestions", "password", "lists", "topics", "questions"):
        page.goto(f"{served.url}/my/{name}")
        seen(page, f"{language}-my-{name}", size)
    page.goto(f"{record}/hold")
    seen(page, f"{language}-my-hold", size)
    page.goto(f"{served.url}/kiosk")
    seen(page, f"{language}-kiosk", size)
    page.goto(f"{served.url}/search?q=көшпенділер")
    seen(page, f"{language}-kiosk-results", size)


def copies_in_use(page, served, language, size):
    record = page.url
    page.locator("a.button.main[href*=holdings]").click()
    page.wait_for_url("**/holdings/new*")
    seen(page, f"{language}-copies-new", size)
    page.locator("form.card button.main").click()
    page.wait_for_url("**/catalog/*made=*")
    page.locator("tbody th a[href*=holdings]").last.click()
    page.wait_for_url("**/holdings/*")
    seen(page, f"{language}-copy", size)
    page.goto(record)
    page.locator("a.button[href*=sets]").click()
    page.wait_for_url("**/acquisition/sets/*")
    page.locator("form.card input").last.fill("1–3")
    page.keyboard.press("Enter")
    expect(page.locator("table")).to_be_visible()
    seen(page, f"{language}-set", size)


def records_in_use(page, served, language, size):
    page.goto(f"{served.url}/staff/catalog/?q=абай")
    page.locator("tbody a").first.click()
    record = page.url
    page.locator("#main summary").first.click()
    seen(page, f"{language}-record", size)
    copies_in_use(page, served, language, size)
    page.goto(f"{record}/edit")
    expect(page.locator("#preview h2").first).to_be_visible()
    seen(page, f"{language}-edit", size)
    page.goto(f"{record}/versions")
    seen(page, f"{language}-versions", size)
    page.goto(f"{served.url}/staff/catalog/?q=абай")
    first, second = [
        a.get_attribute("href").split("/")[-1] for a in page.locator("tbody a").all()[:2]
    ]
    page.goto(f"{served.url}/staff/catalog/merge?kept={first}&dropped={second}")
    seen(page, f"{language}-merge", size)


def desk_in_use(page, served, language, size):
    page.goto(f"{served.url}/desk")
    for code in ("B9", "нет такого", "R1", "B9", "12345"):
        page.locator("#scan").fill(code)
        page.keyboard.press("Enter")
        expect(page.locator(".waiting")).to_have_count(0)
    expect(page.locator(".fast-add")).to_be_visible()
    seen(page, f"{language}-desk", size)
