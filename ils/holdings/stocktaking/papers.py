"""The act of a check of the stock as a paper."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from ils.config import Config
from ils.documents import Block, Heading, Paragraph
from ils.holdings import papers
from ils.holdings.items.rules import shown_sum
from ils.holdings.papers import PagedColumns, Paper, PaperWords, paged
from ils.holdings.stocktaking import queries
from ils.holdings.stocktaking.models import Stocktake, StocktakeState
from ils.ledger import Entry
from ils.organisation.branches.queries import names_of


def act(session: Session, config: Config, stocktake: Stocktake, language: str) -> Paper:
    """What a check came to, with the list of what was not found."""
    say = papers.words(config, language, stocktake.day)
    title = say.say("stocktaking", name=stocktake.name)
    branch = names_of(session, say.language)[stocktake.branch_id][1]
    where = ", ".join(filter(None, (branch, stocktake.location)))
    blocks: list[Block] = []
    if stocktake.state != StocktakeState.CLOSED:
        blocks.append(Paragraph(say.say("draft")))
    blocks += [Heading(title, 1), Paragraph(f"{where}, {stocktake.day:%d.%m.%Y}")]
    people = [line.strip() for line in stocktake.commission.splitlines() if line.strip()]
    if people:
        blocks.append(Paragraph(say.say("commission", people=", ".join(people))))
    if stocktake.basis:
        blocks.append(Paragraph(say.say("basis", text=stocktake.basis)))
    blocks += _results(session, say, stocktake)
    blocks.append(Heading(say.say("missing_list")))
    blocks += _missing(session, say, stocktake)
    blocks.append(Paragraph(say.say("signatures")))
    blocks += [Paragraph(say.say("signature", name=name)) for name in people]
    blocks.append(Paragraph(say.say("accountant")))
    seal = papers.seal(session, say, Entry.posted < stocktake.day, blocks)
    return Paper(title, blocks, seal)


def _results(session: Session, say: PaperWords, stocktake: Stocktake) -> Iterator[Paragraph]:
    counts = queries.counts(session, stocktake)
    yield Paragraph(say.say("expected", number=counts.expected))
    yield Paragraph(say.say("present", number=counts.present))
    if stocktake.seen_since is not None:
        share = f"{100 * counts.seen / max(counts.expected, 1):.1f}".replace(".", ",")
        day = f"{stocktake.seen_since:%d.%m.%Y}"
        yield Paragraph(say.say("seen", day=day, number=counts.seen, share=share))
    yield Paragraph(say.say("on_loan", number=counts.on_loan))
    yield Paragraph(say.say("in_transit", number=counts.in_transit))
    yield Paragraph(say.say("missing", number=counts.missing))
    for key in ("elsewhere", "unknown"):
        yield Paragraph(say.say(key, number=counts.scans.get(key, 0)))


def _missing(session: Session, say: PaperWords, stocktake: Stocktake) -> Iterator[Block]:
    head = [say.say(key) for key in ("number", "inventory", "title", "price")]
    rows = []
    for at, item in enumerate(session.scalars(queries.missing_items(stocktake)), 1):
        record = item.record
        parts = (record.authors, record.title, str(record.year) if record.year else "")
        price = "—" if item.price is None else shown_sum(item.price)
        cells = [str(at), item.number, ", ".join(filter(None, parts)), price]
        rows.append((cells, [item.price or 0]))
    yield paged(say, PagedColumns(head, (10, 26, 90, 24), {3: shown_sum}), rows)
