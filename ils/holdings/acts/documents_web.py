"""Papers of acts, to be printed and signed."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.holdings.acts import papers, queries
from ils.holdings.acts.papers import ActPaper
from ils.holdings.pages import holdings
from ils.holdings.printing import sent
from ils.organisation.permissions import Permission


@holdings.get("/acts/<id:act_id>/paper.<any(pdf,docx):form>")
@web.page(Permission.VIEW_CATALOGUE)
def act_paper(session: Session, act_id: int, form: str) -> ResponseReturnValue:
    """A paper of an act, in the language of the page or the one asked for."""
    act = queries.act_by_id(session, act_id)
    which = (
        ActPaper(asked)
        if (asked := request.args.get("paper", "act")) in set(ActPaper)
        else ActPaper.ACT
    )
    language = request.args.get("language", web.language())
    paper = papers.paper(session, web.current().config, act, which, language)
    return sent(paper, form, language)
