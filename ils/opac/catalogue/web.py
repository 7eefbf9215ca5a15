"""The start page, results, a record, what came last; for people and for robots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func
from sqlalchemy.orm import Session

from ils import clock, web
from ils.catalog import issues
from ils.catalog import queries as catalog
from ils.catalog.authorities.rules import spoken
from ils.catalog.models import BibliographicRecord, RecordState
from ils.catalog.wholes import described
from ils.circulation.rankings.queries import most_lent
from ils.clock import Period
from ils.digitization.documents.queries import published_of
from ils.digitization.fulltext import queries as fulltext
from ils.digitization.fulltext.queries import PageHit
from ils.errors import NotFound
from ils.holdings.items.queries import copies_by_branch, newest_records, shelves_of
from ils.holdings.periodicals.queries import holdings_of
from ils.marc import citations
from ils.marc.gost import Style, entry
from ils.marc.record import MarcRecord
from ils.opac import pages
from ils.opac.catalogue import structured
from ils.opac.catalogue.cards import availability, cards
from ils.opac.catalogue.expected import Expected, expected
from ils.opac.pages import opac
from ils.opac.reading.access import access_of, may_read
from ils.organisation.branches.queries import branch_by_code, names_of
from ils.search import queries as search
from ils.search.actions import note_miss
from ils.search.asking import HITS, Step
from ils.search.pages import asked_for, facets, free, how
from ils.web.downloads import download

ON_A_PAGE = 20
ON_THE_START = 8
#: Parts of one year on a page.
PARTS = 500
#: Seconds for which what everybody sees on the start page is not counted anew.
KEPT = 600
LOCAL_HISTORY = "local_history"


@opac.get("/")
@web.public()
def start(session: Session) -> ResponseReturnValue:
    """One field, what came last, what is read most."""
    now = int(clock.now().timestamp()) // KEPT
    folder = str(web.current().config.folder)
    newest = newest_records(session, ON_THE_START)
    return pages.page(
        "start.html",
        session,
        newest=cards(session, newest),
        most_read=cards(session, _most_read(session, folder, now)),
        local_history=LOCAL_HISTORY in web.current().config.lists.catalogues,
    )


#: (data folder, moment) → what was lent most, of the last moment it was asked for.
_counted: dict[tuple[str, int], list[int]] = {}


def _most_read(session: Session, folder: str, moment: int) -> list[int]:
    """What was lent most in a month; it is dear to count, so it is kept for a while."""
    kept = _counted.get((folder, moment))
    if kept is None:
        today = pages.today()
        period = Period.inclusive(today - timedelta(days=30), today)
        rows = session.execute(most_lent(period, ()).limit(ON_THE_START))
        kept = [record.id for record, _ in rows if record.active]
        _counted.clear()
        _counted[folder, moment] = kept
    return kept


@opac.get("/search")
@web.public()
def results(session: Session) -> ResponseReturnValue:
    """What is found, best first, with what narrows it."""
    data = web.current().config.folder
    number = max(1, min(web.argument_int("page") or 1, HITS // ON_A_PAGE))
    only_free = request.args.get("free") == "1"
    asked = asked_for(HITS if only_free else number * ON_A_PAGE)
    found = search.found(session, data, asked, facets=True)
    ids, total = found.ids, found.total
    if only_free:
        query = free(session, search.ranked(session, ids)).with_only_columns(BibliographicRecord.id)
        ids = list(session.scalars(query))
        total = len(ids)
    if found.step is Step.NOTHING and asked.text:
        _note_miss_afterwards(session, asked.text)
    shown = ids[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    return pages.page(
        "results.html",
        session,
        text=request.args.get("q", ""),
        asked=asked,
        cards=cards(session, shown, found.text or asked.text),
        total=total,
        number=number,
        last=max(1, -(-min(total, HITS) // ON_A_PAGE)),
        first=(number - 1) * ON_A_PAGE + 1,
        said=how(found, asked.text),
        corrected=found.text if found.step is Step.AS_ASKED else "",
        facets=facets(session, found),
        only_free=only_free,
        address=_address,
        in_texts=_in_texts(session, asked.text) if number == 1 else [],
    )


def _in_texts(session: Session, text: str) -> Sequence[PageHit]:
    """Some pages of digitised documents with the words."""
    found, _ = fulltext.hits(session, web.current().config.folder, text, may_read, most=3)
    return found


def _address(**changed: object) -> str:
    """This search with something else about it; ``None`` takes it away."""
    args = {name: request.args.getlist(name) for name in request.args if name not in changed}
    args |= {name: [str(value)] for name, value in changed.items() if value is not None}
    return str(url_for("opac.results", **args))  # type: ignore[arg-type]  # lists repeat


def _note_miss_afterwards(session: Session, text: str) -> None:
    branch_id, day, language = pages.central_id(session), pages.today(), g.language
    web.afterwards(
        lambda session: note_miss(session, text, language=language, branch_id=branch_id, day=day)
    )


@opac.get("/search/advanced")
@web.public()
def advanced(session: Session) -> ResponseReturnValue:
    """The fields of a search one by one."""
    branches = [(str(n), name) for n, (_, name) in names_of(session, g.language).items()]
    return pages.page("advanced.html", session, branches=branches)


@opac.get("/search/by-fields")
@web.public()
def by_fields(session: Session) -> ResponseReturnValue:
    """The fields of the form as one search that can be read and changed."""
    del session
    names = ("author", "title", "subject", "series", "publisher")
    words = [(name, request.args.get(name, "").split()) for name in names]
    text = " ".join(f"{name}:{word}" for name, said in words for word in said)
    text = " ".join(filter(None, (request.args.get("all", "").strip(), text)))
    kept = {
        name: values
        for name in ("language", "catalogue", "material", "branch", "from", "to", "free", "sort")
        if (values := list(filter(None, request.args.getlist(name))))
    }
    return redirect(url_for("opac.results", q=text, **kept))  # type: ignore[arg-type]  # repeat


@opac.get("/record/<id:record_id>")
@web.public()
def record(session: Session, record_id: int) -> ResponseReturnValue:
    """A record: its description, where its copies are, its parts, what is like it."""
    found = catalog.record(session, record_id)
    if found.state == RecordState.MERGED and found.merged_into_id:
        return redirect(url_for("opac.record", record_id=found.merged_into_id), 301)
    if not found.active:
        raise catalog.RecordGone
    marc, data = described(session, found), web.current().config.folder
    branches = names_of(session, g.language)
    copies = copies_by_branch(session, [found.id]).get(found.id, [])
    surname = marc.get("700", "a") or marc.get("701", "a")
    alike = search.similar(session, data, found.id, marc)
    others = search.by_author(session, data, found.id, surname) if surname else []
    address = url_for("opac.record", record_id=found.id, _external=True)
    return pages.page(
        "record.html",
        session,
        record=found,
        entry=entry(marc),
        copies=copies,
        branches=branches,
        shelves=shelves_of(session, [found.id]),
        availability=availability(copies, branches),
        expected=_expected(session, found) if copies and not copies[0].free else None,
        parts=_parts(session, found),
        serials=holdings_of(session, found.id),
        subjects=_subjects(marc),
        author=surname,
        alike=list(session.scalars(search.ranked(session, alike))),
        others=list(session.scalars(search.ranked(session, others))),
        structured=structured.described(marc, found, address),
        address=address,
        digital=[one for one in session.scalars(published_of(found.id)) if access_of(one).read],
    )


def _expected(session: Session, record: BibliographicRecord) -> Expected | None:
    zone = web.current().config.library.timezone
    return expected(session, record.id, record.material, zone, pages.today())


def _subjects(marc: MarcRecord) -> list[tuple[str, str]]:
    """Headings: how they are said, and the search for all under them."""
    fields = [f for f in marc.each("600", "601", "606", "607", "610") if f.get("a").strip()]
    return [(spoken(f), f'subject:"{f.get("a").strip()}"') for f in fields]


@dataclass(frozen=True)
class PartsOfRecord:
    """Issues, volumes or articles: the years there are with their numbers, and those of one."""

    years: Sequence[tuple[int | None, int]]
    year: int | None
    shown: Sequence[BibliographicRecord]
    more: bool


def _parts(session: Session, record: BibliographicRecord) -> PartsOfRecord:
    """The parts of the year the address asks for, or of the latest."""
    parts, year = issues.parts_of(session, record).order_by(None), BibliographicRecord.year
    counted = parts.with_only_columns(year, func.count()).group_by(year)
    rows = session.execute(counted.order_by(year.desc().nulls_last())).all()
    years = [(one, number) for one, number in rows]
    asked = web.argument_int("year") or None
    chosen = asked if asked in dict(years) else next((one for one, _ in years), None)
    own = parts.where(year == chosen if chosen is not None else year.is_(None))
    found = session.scalars(own.order_by(BibliographicRecord.title).limit(PARTS + 1)).all()
    return PartsOfRecord(years, chosen, found[:PARTS], len(found) > PARTS)


@opac.get("/record/<id:record_id>/reference.<any(bib, ris, json, txt):form>")
@web.public()
def reference(session: Session, record_id: int, form: str) -> ResponseReturnValue:
    """A reference for a list of literature."""
    marc = described(session, catalog.active_record(session, record_id))
    key = f"sandyq{record_id}"
    if form == "txt":
        text = f"{entry(marc, Style.GOST2018)}\r\n"
        return download(text.encode(), f"{key}.txt", "text/plain; charset=utf-8")
    return download(
        citations.written(marc, key, form).encode(), f"{key}.{form}", citations.TYPES[form]
    )


@opac.get("/new")
@web.public()
def newest(session: Session) -> ResponseReturnValue:
    """What came last, to all branches or to one."""
    code = request.args.get("branch", "")
    branch = branch_by_code(session, code) if code else None
    ids = newest_records(session, 3 * ON_A_PAGE, branch.id if branch else None)
    choices = list(names_of(session, g.language).values())
    shown = cards(session, ids)
    return pages.page("newest.html", session, cards=shown, branch=branch, choices=choices)


@opac.get("/new.atom")
@web.public()
def feed(session: Session) -> ResponseReturnValue:
    """The same for programs that tell of news (Atom, RFC 4287)."""
    code = request.args.get("branch", "")
    branch = branch_by_code(session, code) if code else None
    ids = newest_records(session, 3 * ON_A_PAGE, branch.id if branch else None)
    text = render_template("opac/feed.xml", cards=cards(session, ids), branch=branch)
    return text, {"Content-Type": "application/atom+xml; charset=utf-8"}


@opac.get("/robots.txt")
@web.public()
def robots(session: Session) -> ResponseReturnValue:
    """Robots read records, and nothing that is made for each question."""
    del session
    closed = ("/search", "/my", "/staff/", "/desk", "/sign-in", "/record/*/reference")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "Crawl-delay: 5",
             f"Sitemap: {url_for('opac.sitemap', _external=True)}", ""]  # fmt: skip
    return "\n".join(lines), {"Content-Type": "text/plain; charset=utf-8"}


@opac.get("/sitemap.xml")
@web.public()
def sitemap(session: Session) -> ResponseReturnValue:
    """The files with addresses of all records (sitemaps.org)."""
    return _sitemap(files=range(structured.sitemap_files(session)))


@opac.get("/sitemap-<int:number>.xml")
@web.public()
def sitemap_part(session: Session, number: int) -> ResponseReturnValue:
    """Addresses of some records."""
    if number >= structured.sitemap_files(session):
        raise NotFound
    return _sitemap(ids=structured.sitemap_ids(session, number))


def _sitemap(**shown: Sequence[int]) -> ResponseReturnValue:
    text = render_template("opac/sitemap.xml", **shown)
    return text, {"Content-Type": "application/xml; charset=utf-8"}
