"""The papers of acts: in two languages and forms; what is executed says the same for ever."""

import acting
import pytest
from sqlalchemy import select

from ils import db
from ils.catalog.models import BibliographicRecord
from ils.documents import PagedTable
from ils.holdings.acts import papers, queries
from ils.holdings.acts.papers import ActPaper
from ils.holdings.printing import written

pytestmark = pytest.mark.usefixtures("library_clock")


def send(browser, path, **form):
    return acting.send(browser, f"acts{path}", **form)


def new(browser, kind, **form):
    """An act begun at its page; its id."""
    return int(acting.act(browser, kind, **form).rsplit("/", 1)[1])


def line(browser, act, record, shares, **form):
    return acting.line(browser, f"acts/{act}", record, shares, **form)


@pytest.mark.parametrize("form", ["pdf", "docx"])
@pytest.mark.parametrize("language", ["ru", "kk"])
def test_papers_of_acts_are_written(library, stock, form, language):
    library.copy("К-1")
    act = new(stock, "acceptance", document="Накладная 1")
    line(stock, act, "К-1", "ЦБ 25, Ф1 5", price="2300,50", stated="32")
    send(stock, f"/{act}/execute")
    for paper in ActPaper:
        path = f"/staff/holdings/acts/{act}/paper.{form}?language={language}&paper={paper}"
        assert stock.get(path).status_code == 200
    with db.reading(library.sessions) as session:
        of = queries.act_by_id(session, act)
        made = papers.paper(session, library.config, of, ActPaper.ACT, language)
        said = [getattr(block, "text", "") for block in made.blocks]
        total = {"ru": "Всего: названий — 1, экземпляров — 30, на сумму 69\xa0015,00 тенге "
                       "(Шестьдесят девять тысяч пятнадцать тенге 00 тиын).",
                 "kk": "Барлығы: атау — 1, дана — 30, сомасы 69\xa0015,00 теңге "
                       "(Алпыс тоғыз мың он бес теңге 00 тиын)."}  # fmt: skip
        assert total[language] in said
        assert papers.differing(session, of) == [("Абай жолы", 32, 30)]
        (table,) = (block for block in made.blocks if isinstance(block, PagedTable))
        assert [line[6] for line in table.totals(20, 30)] == ["23\xa0005,00", "69\xa0015,00"]
        assert written(made, form, language)[:2] in {b"%P", b"PK"}


def test_an_executed_act_says_the_same_for_ever(library, stock):
    """Its copies are renumbered, described anew, and turned round; another reader borrows."""
    library.copy("К-1", title="Абай жолы")
    act = new(stock, "acceptance")
    line(stock, act, "К-1", "ЦБ 12", number="А-1")
    send(stock, f"/{act}/execute")

    def printed():
        with db.reading(library.sessions) as session:
            made = papers.paper(session, library.config, queries.act_by_id(session, act),
                                ActPaper.ACT, "ru")  # fmt: skip
            table = next(block for block in made.blocks if isinstance(block, PagedTable))
            return [cells[1:3] for cells, _ in table.rows], made.foot

    before = printed()
    assert [number for number, _ in before[0]] == [f"А-{n}" for n in range(1, 13)]
    with db.transaction(library.sessions) as session:
        for record in session.scalars(select(BibliographicRecord)):
            record.title = "Иначе"
    library.reader("R1")
    library.desk().issue("R1", "К-1")
    assert printed() == before
    send(stock, f"/{act}/reverse")
    assert printed()[0] == before[0]
