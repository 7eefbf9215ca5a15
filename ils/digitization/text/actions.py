"""The text of pages: kept when recognised, corrected by people, never lost by recognising again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import clock
from ils.db import new_id
from ils.digitization.scans.models import PageState, ScanPage
from ils.digitization.text import tree
from ils.digitization.text.models import LineRevision, PageText
from ils.errors import N_, NotFound, Refused, Stale


class UnknownLine(NotFound):
    """There is no such line, or not any more."""

    code = "unknown_line"
    message = N_("There is no such line on this page any more.")


class NothingBefore(Refused):
    """The page was not recognised again since."""

    code = "no_former_text"
    message = N_("There is no earlier text of this page.")


def text_of(session: Session, page_id: int) -> tree.Page | None:
    """The text of a page of a scan; ``None``: it has none yet."""
    found = session.get(PageText, page_id)
    return None if found is None else tree.loaded(found.tree)


def store(session: Session, page_id: int, new: tree.Page, *, method: str, rotation: int) -> bool:
    """Keep a reading of a page; whether it was still wanted.

    Where people had put lines right it waits for a decision.

    Args:
        rotation: degrees clockwise the scan was turned for it, in all.
    """
    page = session.get_one(ScanPage, page_id, with_for_update=True, populate_existing=True)
    if page.state != PageState.WAITING:  # another worker was quicker, or somebody decided
        return False
    there = _locked(session, page_id)
    page.state, page.error, page.method = PageState.RECOGNISED, "", method
    if there is not None and any(line.right for line in tree.loaded(there.tree).lines()):
        there.proposal = {**tree.dumped(new), "rotation": rotation % 360}
        session.flush()
        return True
    if there is None:
        there = PageText(id=page_id)
        session.add(there)
    else:
        there.former = there.tree
    page.rotation = rotation % 360
    page.letters, page.confidence = new.sure_letters, new.certainty
    _write(there, new)
    session.flush()
    return True


def _locked(session: Session, page_id: int) -> PageText | None:
    """The text of a page for whoever changes it: nobody else does meanwhile."""
    query = select(PageText).where(PageText.id == page_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def decide(session: Session, page_id: int, *, take: bool) -> None:
    """Take a new reading with the lines people put right in it, or leave all as it is.

    Raises:
        NothingBefore: there is no new reading.
    """
    there = _locked(session, page_id)
    if there is None or there.proposal is None:
        raise NothingBefore
    if take:
        merged = tree.merged(tree.loaded(there.tree), tree.loaded(there.proposal))
        there.former = there.tree
        session.get_one(ScanPage, page_id).rotation = there.proposal["rotation"]
        _write(there, merged.page)
    there.proposal = None
    session.flush()


def note_blank(session: Session, page_id: int) -> None:
    """There is nothing on a page."""
    page = session.get_one(ScanPage, page_id)
    page.state, page.error = PageState.BLANK, ""
    session.flush()


def note_failed(session: Session, page_id: int, why: str) -> None:
    """A page could not be recognised; the others go on."""
    page = session.get_one(ScanPage, page_id)
    page.state, page.error = PageState.FAILED, why
    session.flush()


def correct(
    session: Session, page_id: int, line: str, text: str, *, seen: str, by: int
) -> PageText:
    """Put a line right; the text it has says it is right. Saved as a revision.

    Args:
        seen: the text the person saw.

    Raises:
        UnknownLine: it is not there any more.
        Stale: it has another text meanwhile.
    """
    there = _locked(session, page_id)
    if there is None:
        raise UnknownLine
    page = tree.loaded(there.tree)
    try:
        new, before = tree.corrected(page, line, " ".join(text.split()))
    except KeyError:
        raise UnknownLine from None
    if " ".join(seen.split()) != before:
        raise Stale
    _write(there, new)
    session.add(
        LineRevision(
            page_id=page_id, line=line, before=before, after=" ".join(text.split()), by=by,
            at=clock.now(),
        )
    )  # fmt: skip
    session.flush()
    return there


def take_back(session: Session, page_id: int) -> None:
    """Change the text of a page with the one before it was last recognised again, and back.

    Raises:
        NothingBefore: there is none.
    """
    there = _locked(session, page_id)
    if there is None or there.former is None:
        raise NothingBefore
    there.former, before = there.tree, there.former
    _write(there, tree.loaded(before))
    session.flush()


def _write(there: PageText, page: tree.Page) -> None:
    there.tree, there.plain = tree.dumped(page), tree.joined(page)
    there.doubtful = sum(len(tree.doubtful(line)) for line in page.lines())
    there.change_number = new_id()
