"""Pages read beside their picture and corrected line by line; what is to be checked."""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.digitization.checking import queries
from ils.digitization.checking.quality import qualities
from ils.digitization.documents import actions as documents
from ils.digitization.documents import queries as document_queries
from ils.digitization.documents.arranging import cut_out
from ils.digitization.documents.reading import note_read
from ils.digitization.documents.rules import parsed_region
from ils.digitization.pages import digitisation
from ils.digitization.scans import derivatives
from ils.digitization.scans.queries import scan_page
from ils.digitization.text import actions, tree
from ils.digitization.text.actions import UnknownLine
from ils.digitization.text.models import PageText
from ils.errors import N_
from ils.organisation.permissions import Permission
from ils.web.downloads import shown
from ils.web.lists import Column, ListDefinition


@digitisation.get("/to-check")
@web.page(Permission.VIEW_DIGITISATION)
def to_check(session: Session) -> ResponseReturnValue:
    """Pages with words nobody is sure of: where most readers meet most of them first."""
    definition = ListDefinition(
        queries.to_check(),
        [
            Column("document", N_("Document"), lambda row: row.title, None,
                   lambda row: url_for("digitisation.correct_page", document_id=row.document_id,
                                       number=row.number)),
            Column("page", N_("Page"), lambda row: row.number),
            Column("doubtful", N_("Doubtful words"), lambda row: row.doubtful, PageText.doubtful),
            Column("views", N_("Views"), lambda row: row.views),
        ],
        empty=N_("No page has doubtful words."),
    )  # fmt: skip
    return web.list_page(session, definition, title=N_("Pages to check"))


@digitisation.get("/quality")
@web.page(Permission.VIEW_DIGITISATION)
def quality(session: Session) -> ResponseReturnValue:
    """How many letters of a hundred were wrong, where people looked."""
    return web.respond(
        session, "digitization/quality.html", {}, title=N_("Quality of the texts"),
        rows=qualities(session),
    )  # fmt: skip


@digitisation.get("/<id:document_id>/page/<id:number>")
@web.page(Permission.VIEW_DIGITISATION)
def correct_page(session: Session, document_id: int, number: int) -> ResponseReturnValue:
    """A page with its lines: the picture of each above its field."""
    page = document_queries.page(session, document_id, number)
    one = document_queries.document(session, document_id)
    note_read(one)
    text = actions.text_of(session, page.scan_page_id)
    lines = list(tree.within(text, page.region).lines()) if text is not None else []
    whole = {line.id: line for line in text.lines()} if text is not None else {}
    return web.respond(
        session, "digitization/page.html", {},
        title=gettext("%(title)s: page %(number)s", title=one.title, number=number),
        one=one, page=page, number=number, last=document_queries.count_pages(session, one.id),
        lines=[(whole[line.id], tree.doubtful(whole[line.id])) for line in lines],
        other=queries.other_text(session, page.scan_page_id),
        right=sum(line.right for line in lines), kinds=web.code_names("document_kind"),
    )  # fmt: skip


@digitisation.get("/line/<id:page_id>/<line>.jpg")
@web.page(Permission.VIEW_DIGITISATION)
def line_picture(session: Session, page_id: int, line: str) -> ResponseReturnValue:
    """A line cut out of the picture of its page."""
    page = scan_page(session, page_id)
    text = actions.text_of(session, page_id)
    found = None if text is None else next((one for one in text.lines() if one.id == line), None)
    if text is None or found is None:
        raise UnknownLine
    strip = derivatives.strip(web.current().config.folder, page, found.box, text.width, text.height)
    answer = make_response(shown(strip, "image/jpeg"))
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@digitisation.post("/<id:document_id>/page/<id:number>/line")
@web.page(Permission.DIGITISE, write=True)
def correct_line(session: Session, document_id: int, number: int) -> ResponseReturnValue:
    """Save a line: corrected, or said to be right."""
    page = document_queries.page(session, document_id, number)
    line = request.form.get("line", "")
    actions.correct(
        session, page.scan_page_id, line, request.form.get("text", "")[:2000],
        seen=request.form.get("seen", "")[:2000], by=g.staff.id,
    )  # fmt: skip
    documents.note_text_changed(session, page.scan_page_id)
    if web.by_script():
        text = actions.text_of(session, page.scan_page_id)
        saved = [one for one in text.lines() if one.id == line] if text is not None else []
        return render_template("digitization/_saved.html", line=saved[0] if saved else None)
    return redirect(
        url_for("digitisation.correct_page", document_id=document_id, number=number,
                _anchor=f"l{line}")
    )  # fmt: skip


@digitisation.post("/<id:document_id>/page/<id:number>/<any(again, former, take, discard):act>")
@web.page(Permission.DIGITISE, write=True)
def read_again(session: Session, document_id: int, number: int, act: str) -> ResponseReturnValue:
    """Recognise a page again; or have the text it had before."""
    one = document_queries.document(session, document_id, lock=True)
    page = document_queries.page(session, document_id, number)
    if act == "again":
        documents.recognise_again(session, one, [page.scan_page_id])
        flash(gettext("The page is recognised again; nothing is lost before you decide."))
    elif act == "former":
        actions.take_back(session, page.scan_page_id)
        flash(gettext("The earlier text is back."))
    else:
        actions.decide(session, page.scan_page_id, take=act == "take")
        flash(gettext("Saved."))
    if act != "again":
        documents.note_text_changed(session, page.scan_page_id)
    return redirect(url_for("digitisation.correct_page", document_id=document_id, number=number))


@digitisation.post("/<id:document_id>/cut-out")
@web.page(Permission.DIGITISE, write=True)
def cut_out_article(session: Session, document_id: int) -> ResponseReturnValue:
    """Make an article of pages from one to another, or of a part of one page."""
    one = document_queries.document(session, document_id, lock=True)
    first = web.form_int("first")
    last = web.form_int("last")
    region = parsed_region(request.form.get("region", ""))
    until = min(last or first or 1, document_queries.count_pages(session, one.id))
    article = cut_out(
        session, web.origin(), one, kind=request.form.get("kind", ""),
        title=" ".join(request.form.get("title", "").split())[:500],
        regions=[(place, region) for place in range(first or 1, until + 1)],
    )  # fmt: skip
    flash(gettext("The article is a document of its own now."))
    return redirect(url_for("digitisation.document", document_id=article.id))
