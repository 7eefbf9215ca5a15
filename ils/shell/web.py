"""The palette: pages, readers, records and copies by a few letters."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.organisation.branches.models import Branch
from ils.organisation.permissions import Permission
from ils.shell import guides, navigation, queries
from ils.shell import home as home_work
from ils.shell.home import SetUpStep
from ils.stats.definitions.loading import definitions
from ils.stats.overview import queries as overview
from ils.stats.overview.figures import month_figures
from ils.stats.overview.web import said
from ils.web.downloads import shown

shell = Blueprint("shell", __name__, url_prefix="/staff")
LONGEST = 80
#: A letter fits half of a catalogue.
SHORTEST = 2


@shell.get("/")
@web.public()
def home(session: Session) -> ResponseReturnValue:
    """What waits for whoever is signed in; others go and sign in."""
    if g.staff is None:
        return redirect(url_for("organisation.sign_in"))
    config, sees_all = web.current().config, web.may(Permission.VIEW_STATISTICS_OF_ALL)
    branch = session.get_one(Branch, g.staff.branch.id)
    steps: Sequence[SetUpStep] = ()
    if web.may(Permission.ADMINISTER):
        steps = home_work.set_up(session, config, branch)
    return render_template(
        "shell/home.html",
        sections=home_work.waiting(session, web.may, branch.id, web.today()),
        steps=steps,
        figures=month_figures(session, config, web.today()) if sees_all else (),
        doubts=_doubts(session) if sees_all else (),
    )


def _doubts(session: Session) -> list[tuple[str, str]]:
    """What makes figures doubtful, in words, and where it is put right."""
    config, today = web.current().config, web.today()
    found = overview.doubts(
        session, definitions(config), overview.month_so_far(today), None,
        backs_up=config.backup.every_hours > 0,
    )  # fmt: skip
    return [(said(one), web.open_address(one.page)) for one in found]


@shell.get("/find")
@web.page(Permission.VIEW_CATALOGUE)
def find(session: Session) -> ResponseReturnValue:
    """What a text may mean, for the palette; without script a page of its own."""
    text = " ".join(request.args.get("q", "").split())[:LONGEST]
    found = [(gettext("Page"), label, address) for label, address in navigation.found_places(text)]
    if len(text) >= SHORTEST:
        found = [*_copies(session, text), *_readers(session, text), *found]
        found += _records(session, text)
    bare = request.headers.get("X-Requested-With") == "palette"
    template = "shell/_found.html" if bare else "shell/find.html"
    return render_template(template, found=found, text=text)


help_pages = Blueprint("help", __name__, url_prefix="/help")


@help_pages.get("/")
@web.public()
def start(session: Session) -> ResponseReturnValue:
    """The guides there are, and where to find what."""
    return _guide(session, guides.START)


@help_pages.get("/<name>")
@web.public()
def guide(session: Session, name: str) -> ResponseReturnValue:
    """One guide, in the language of the page."""
    return _guide(session, name)


@help_pages.get("/pictures/<any(ru, kk):language>/<name>.png")
@web.public()
def picture(session: Session, language: str, name: str) -> ResponseReturnValue:
    """A picture of a guide."""
    del session
    return shown(guides.picture(language, name), "image/png")


def _guide(session: Session, name: str) -> str:
    del session
    title, text = guides.guide(web.language(), name)
    written = guides.WRITTEN.get(web.language(), "ru")
    start_ = name == guides.START
    return render_template("shell/guide.html", name=title, text=text, start=start_, written=written)


def _readers(session: Session, text: str) -> list[tuple[str, str, str]]:
    if not web.may(Permission.MANAGE_PATRONS):
        return []
    return [
        (gettext("Reader"), f"{reader.name}, {reader.card}",
         url_for("patrons.patron", patron_id=reader.id))
        for reader in queries.readers(session, text)
    ]  # fmt: skip


def _records(session: Session, text: str) -> list[tuple[str, str, str]]:
    return [
        (gettext("Record"), record.title, url_for("catalogue.record", record_id=record.id))
        for record in queries.records(session, web.current().config.folder, text)
    ]


def _copies(session: Session, text: str) -> list[tuple[str, str, str]]:
    return [
        (gettext("Copy"), f"{item.number} · {item.record.title}",
         url_for("catalogue.record", record_id=item.record_id, _anchor=f"copy{item.id}"))
        for item in queries.copies(session, text)
    ]  # fmt: skip
