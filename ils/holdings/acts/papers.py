"""Acts of the stock as papers to be signed, in Russian or Kazakh."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import i18n
from ils.config import Config
from ils.documents import Block, Heading, Paragraph, Table
from ils.documents.words import sum_in_words
from ils.holdings import papers
from ils.holdings.acts import queries
from ils.holdings.acts.models import (
    AcceptanceLine,
    ActItem,
    ActKind,
    ActState,
    StockAct,
    described_as,
)
from ils.holdings.items.rules import shown_sum
from ils.holdings.papers import PagedColumns, Paper, PaperWords, paged
from ils.labels import LABELS
from ils.ledger import Entry
from ils.organisation.branches.queries import names_of


class ActPaper(StrEnum):
    """Which paper of an act."""

    ACT = "act"
    DISTRIBUTION = "distribution"
    DISCREPANCY = "discrepancy"


@dataclass(frozen=True)
class _Row:
    """A copy, or copies of a line, as the list of an act has it."""

    number: str
    title: str
    branch: str
    area: str
    language: str
    copies: int
    price: int | None

    @property
    def amount(self) -> int:
        return (self.price or 0) * self.copies


def paper(session: Session, config: Config, act: StockAct, which: ActPaper, language: str) -> Paper:
    """One of the papers of an act."""
    say = papers.words(config, language, act.day)
    names = {number: name for number, (_, name) in names_of(session, say.language).items()}
    number = act.called or "___"
    if which is ActPaper.DISTRIBUTION:
        title = say.say("distribution", number=number)
        blocks = list(_distribution(session, say, act, names))
    elif which is ActPaper.DISCREPANCY:
        title = say.say("discrepancy", number=number)
        blocks = list(_discrepancy(session, say, act))
    else:
        title = say.say(act.kind, number=number)
        blocks = list(_act(session, config, say, act, names))
    head = [Paragraph(say.say("draft"))] if act.state == ActState.DRAFT else []
    day = Paragraph(say.say("of_day", day=f"{act.day:%d.%m.%Y}"))
    whole: list[Block] = [*head, Heading(title, 1), day, *blocks]
    return Paper(title, whole, papers.seal(session, say, Entry.act_id == act.id, whole))


def _rows(
    session: Session, config: Config, say: PaperWords, act: StockAct, names: Mapping[int, str]
) -> list[_Row]:
    found: list[_Row] = []
    if act.kind == ActKind.ACCEPTANCE and act.state == ActState.DRAFT:
        found += [
            _row(config, say, line, line.number, names[line.branch_id])
            for line in session.scalars(queries.lines_of(act))
        ]
    else:
        for one in session.scalars(queries.items_of_act(act)):
            branch = names[one.owner_before_id or one.item.owner_branch_id]
            found.append(_row(config, say, one, one.number or one.item.number, branch))
    return found


def _row(
    config: Config, say: PaperWords, one: AcceptanceLine | ActItem, number: str, branch: str
) -> _Row:
    record = one.record if isinstance(one, AcceptanceLine) else one.item.record
    title = "" if isinstance(one, AcceptanceLine) else one.title
    area = config.lists.subject_areas.get(record.subject_area or "", {})
    return _Row(
        number, title or described_as(record), branch, area.get(say.language, "—"),
        record.language or "", one.copies, one.price,
    )  # fmt: skip


def _act(
    session: Session, config: Config, say: PaperWords, act: StockAct, names: Mapping[int, str]
) -> Iterator[Block]:
    if act.kind == ActKind.WITHDRAWAL:
        yield from (Paragraph(say.say(key)) for key in ("approve", "director", "approval_day"))
    yield from _about(session, say, act, names)
    rows = _rows(session, config, say, act, names)
    head = [say.say(key) for key in
            ("number", "inventory", "title", "branch", "copies", "price", "sum")]  # fmt: skip
    cells = [
        ([str(at), row.number, row.title, row.branch, str(row.copies),
          "—" if row.price is None else shown_sum(row.price), shown_sum(row.amount)],
         [row.copies, row.amount])
        for at, row in enumerate(rows, 1)
    ]  # fmt: skip
    widths = (10, 18, 50, 26, 9, 18, 20)
    yield paged(say, PagedColumns(head, widths, {4: str, 6: shown_sum}), cells)
    total = queries.sum_of(session, act)
    yield Paragraph(say.say(
        "total", titles=total.titles, copies=total.copies, sum=shown_sum(total.amount),
        words=sum_in_words(total.amount, say.language),
    ))  # fmt: skip
    yield Heading(say.say("by_area"))
    yield _by_area(say, rows)
    yield from _signatures(say, act)


def _about(
    session: Session, say: PaperWords, act: StockAct, names: Mapping[int, str]
) -> Iterator[Block]:
    people = ", ".join(filter(None, (line.strip() for line in act.commission.splitlines())))
    document = act.document
    if document and act.document_day:
        document = f"{document}, {act.document_day:%d.%m.%Y}"
    said = [
        ("commission", {"people": people}, people),
        ("basis", {"text": act.basis}, act.basis),
        ("source", {"text": _label("accession_source", act.source, say)}, act.source),
        ("reason", {"text": _label("withdrawal_reason", act.reason, say)}, act.reason),
        (f"partner_{act.kind}", {"text": act.partner}, act.partner),
        ("document", {"text": document}, document),
        ("disposal", {"text": act.disposal}, act.disposal),
    ]
    if act.kind == ActKind.REDISTRIBUTION:
        said.append(("to_branch", {"text": names[act.branch_id]}, "1"))
    for key, values, there in said:
        if there:
            yield Paragraph(say.say(key, **values))
    if act.reverses_id is not None:
        first = session.get_one(StockAct, act.reverses_id)
        yield Paragraph(say.say("reversal", number=first.called, day=f"{first.day:%d.%m.%Y}"))


def _label(kind: str, code: str | None, say: PaperWords) -> str:
    return i18n.say(LABELS[kind][code], say.language) if code else ""


def _by_area(say: PaperWords, rows: Iterable[_Row]) -> Table:
    """Copies and sums by subject area and language."""
    copies, amounts = Counter[tuple[str, str]](), Counter[str]()
    for row in rows:
        language = row.language if row.language in {"kk", "ru"} else "other"
        copies[row.area, language] += row.copies
        amounts[row.area] += row.amount
    head = [say.say(key) for key in ("area", "copies", "kazakh", "russian", "other", "sum")]
    body = [
        [area, str(sum(copies[area, one] for one in ("kk", "ru", "other"))),
         *(str(copies[area, one]) for one in ("kk", "ru", "other")), shown_sum(amounts[area])]
        for area in sorted(amounts)
    ]  # fmt: skip
    total = [say.say("whole"), str(copies.total())]
    total += [
        str(sum(number for (_, one), number in copies.items() if one == language))
        for language in ("kk", "ru", "other")
    ]
    body.append([*total, shown_sum(amounts.total())])
    return Table(head, body, [0] * len(body))


def _signatures(say: PaperWords, act: StockAct) -> Iterator[Block]:
    if act.kind == ActKind.REDISTRIBUTION:
        yield Paragraph(say.say("gave"))
        yield Paragraph(say.say("took"))
        return
    yield Paragraph(say.say("signatures"))
    for name in filter(None, (line.strip() for line in act.commission.splitlines())):
        yield Paragraph(say.say("signature", name=name))
    yield Paragraph(say.say("accountant"))


def _distribution(
    session: Session, say: PaperWords, act: StockAct, names: Mapping[int, str]
) -> Iterator[Block]:
    """What each branch gets, a table a branch."""
    by_branch: dict[int, list[AcceptanceLine]] = {}
    for line in session.scalars(queries.lines_of(act)):
        by_branch.setdefault(line.branch_id, []).append(line)
    head = [say.say(key) for key in ("number", "title", "copies", "price", "sum")]
    for branch, lines in sorted(by_branch.items(), key=lambda pair: names[pair[0]]):
        yield Heading(names[branch])
        rows = [
            [str(at), line.record.title, str(line.copies), shown_sum(line.price or 0),
             shown_sum((line.price or 0) * line.copies)]
            for at, line in enumerate(lines, 1)
        ]  # fmt: skip
        amount = sum((line.price or 0) * line.copies for line in lines)
        copies = str(sum(line.copies for line in lines))
        rows.append([say.say("whole"), "", copies, "", shown_sum(amount)])
        yield Table(head, rows, [0] * len(rows), texts=True, widths=(16, 80, 12, 20, 22))
        yield Paragraph(say.say("took"))


def differing(session: Session, act: StockAct) -> list[tuple[str, int, int]]:
    """Records of which another number came than the document says: title, stated, received."""
    stated, came, titles = Counter[int](), Counter[int](), dict[int, str]()
    lines = session.scalars(
        select(AcceptanceLine).where(AcceptanceLine.act_id == act.id).order_by(AcceptanceLine.id)
    ).all()
    said = {line.record_id for line in lines if line.stated is not None}
    for line in lines:
        if line.record_id in said:
            titles[line.record_id] = line.record.title
            stated[line.record_id] += line.stated or 0
            came[line.record_id] += line.copies
    return [(titles[n], stated[n], came[n]) for n in titles if stated[n] != came[n]]


def _discrepancy(session: Session, say: PaperWords, act: StockAct) -> Iterator[Block]:
    yield from _about(session, say, act, {})
    head = [say.say(key) for key in ("title", "stated", "received", "difference")]
    rows = [[title, str(s), str(c), f"{c - s:+}"] for title, s, c in differing(session, act)]
    yield Table(head, rows, [0] * len(rows))
    yield from _signatures(say, act)
