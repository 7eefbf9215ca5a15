"""The books on screen, and asked for as papers."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import files, web
from ils.errors import N_
from ils.files import Purpose
from ils.holdings import papers as words
from ils.holdings.books import papers, queries
from ils.holdings.books.jobs import BOOKS, WRITE_BOOK
from ils.holdings.items.models import Item
from ils.holdings.items.rules import shown_sum
from ils.holdings.pages import branch_choices, branch_ids, holdings
from ils.jobs import queries as job_queries
from ils.jobs.actions import UnknownJob, enqueue
from ils.ledger import Entry
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.downloads import download
from ils.web.lists import Column, Filter, ListDefinition


@holdings.get("/ksu")
@web.page(Permission.VIEW_CATALOGUE)
def ksu(session: Session) -> ResponseReturnValue:
    """The summary register of the days asked for."""
    days, config = web.asked_days(of_year=True), web.current().config
    branch_id = branch_ids(session).get(request.args.get("branch", ""))
    say = words.words(config, web.language(), days.last)
    book = queries.ksu(session, days, branch_id)
    movements = [book.start, book.came, book.went]
    movements += [row.movement for row in (*book.arrivals, *book.withdrawals)]
    return web.respond(
        session, "holdings/ksu.html", {}, title=N_("Summary register of the stock"), days=days,
        book=book, cut=papers.Cut(config, say, movements), say=say, about=papers.about,
        shown_sum=shown_sum, branches=branch_choices(session),
    )  # fmt: skip


@holdings.get("/inventory-book")
@web.page(Permission.VIEW_CATALOGUE)
def inventory_book(session: Session) -> ResponseReturnValue:
    """Registered copies that came in the days asked for."""
    days, config = web.asked_days(of_year=True), web.current().config
    branch_id = branch_ids(session).get(request.args.get("branch", ""))
    names = {number: name for number, (_, name) in names_of(session, web.language()).items()}
    say = words.words(config, web.language(), days.last)
    labels = (N_("Day"), N_("Inventory number"), N_("Entry of КСУ"), N_("Title"),
              N_("Price of a copy, ₸"), N_("Shelf mark"), N_("Branch"),
              N_("Act of withdrawal"))  # fmt: skip

    def column(at: int) -> Column:
        def value(row: queries.BookRow) -> str:
            return papers.line(config, say, names, row, branch_id)[at]

        sort = {0: Entry.posted, 1: Item.inventory_number, 4: Entry.amount}
        link = (lambda row: url_for("holdings.copy", item_id=row[1].id)) if at == 1 else None
        return Column(f"c{at}", labels[at], value, sort.get(at), link)

    definition = ListDefinition(
        queries.inventory_book(days, branch_id),
        [column(at) for at in range(len(labels))],
        filters=[*web.days_filters(days), Filter("branch", N_("Branch"), branch_choices(session))],
    )
    return web.list_page(
        session, definition, title=N_("Inventory book"), template="holdings/inventory_book.html",
        days=days,
    )  # fmt: skip


@holdings.post("/books/<any(ksu,'inventory-book'):book>")
@web.page(Permission.VIEW_CATALOGUE, write=True)
def write_book(session: Session, book: str) -> ResponseReturnValue:
    """Have a book written as a paper."""
    days = web.asked_days(of_year=True)
    form = request.form.get("form", "pdf")
    args = {
        "book": book, "form": form if form in {"pdf", "docx"} else "pdf",
        "start": days.start.isoformat(), "end": days.end.isoformat(),
        "branch_id": branch_ids(session).get(request.args.get("branch", "")),
        "language": web.language(), "staff_id": g.staff.id,
    }  # fmt: skip
    job = enqueue(session, WRITE_BOOK, args, created_by=g.staff.id)
    job.args = {**args, "page": url_for("holdings.written_book", job_id=job.id)}
    return redirect(url_for("operations.job", job_id=job.id))


@holdings.get("/books/<id:job_id>")
@web.page(Permission.VIEW_CATALOGUE)
def written_book(session: Session, job_id: int) -> ResponseReturnValue:
    """A book that was written."""
    job = job_queries.job(session, job_id, kinds={WRITE_BOOK})
    if not job.result or job.args["book"] not in BOOKS:
        raise UnknownJob
    file = files.stored_file(session, job.result["file"], Purpose.ATTACHMENT)
    return download(files.path_of(web.current().config.folder, file), file.name, file.type)
