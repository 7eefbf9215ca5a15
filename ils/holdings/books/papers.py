"""The summary register (КСУ) and the inventory book as papers, in Russian or Kazakh."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from ils import i18n
from ils.clock import Period
from ils.config import Config
from ils.documents import Block, Heading, PageBreak, Paragraph, Table
from ils.holdings import papers
from ils.holdings.acts.models import described_as
from ils.holdings.books import queries
from ils.holdings.books.queries import NONE, BookRow, Ksu, KsuRow, Movement
from ils.holdings.items.rules import shown_sum
from ils.holdings.papers import PagedColumns, Paper, PaperWords, paged
from ils.labels import LABELS
from ils.ledger import Kind
from ils.organisation.branches.queries import names_of

#: Languages as the register cuts them.
_LANGUAGES = ("kk", "ru", "other", NONE)
_LANGUAGE_WORDS = {"kk": "kazakh", "ru": "russian", "other": "other"}


def ksu(
    session: Session, config: Config, days: Period, branch_id: int | None, language: str
) -> Paper:
    """The three parts of the register of a period."""
    say = papers.words(config, language, days.last)
    book = queries.ksu(session, days, branch_id)
    cut = Cut(config, say, [book.start, book.came, book.went, *(
        row.movement for row in (*book.arrivals, *book.withdrawals)
    )])  # fmt: skip
    title = say.say("ksu")
    blocks: list[Block] = [Heading(title, 1), *_head(session, say, days, branch_id)]
    blocks += [Heading(say.say("ksu_1")), *_part(say, cut, book.arrivals, arrivals=True)]
    blocks += [PageBreak(), Heading(say.say("ksu_2"))]
    blocks += _part(say, cut, book.withdrawals, arrivals=False)
    blocks += [PageBreak(), Heading(say.say("ksu_3")), _totals(say, cut, book, days)]
    seal = papers.seal(session, say, papers.of_stock(days), blocks)
    return Paper(title, blocks, seal)


def _head(
    session: Session, say: PaperWords, days: Period, branch_id: int | None
) -> Iterator[Paragraph]:
    period = say.say("period", first=f"{days.start:%d.%m.%Y}", last=f"{days.last:%d.%m.%Y}")
    branch = "" if branch_id is None else names_of(session, say.language)[branch_id][1]
    yield Paragraph(", ".join(filter(None, (branch, period))))


class Cut:
    """The columns by which copies are cut: kinds, subject areas and languages that occur."""

    def __init__(self, config: Config, say: PaperWords, movements: Sequence[Movement]) -> None:
        self.materials = [
            (code, i18n.say(name, say.language))
            for code, name in LABELS["material"].items()
            if any(one.by_material[code] for one in movements)
        ]
        used = {code for one in movements for code in one.by_area if one.by_area[code]}
        self.areas = [
            (code, names[say.language])
            for code, names in config.lists.subject_areas.items()
            if code in used
        ]
        if NONE in used:
            self.areas.append((NONE, "—"))
        languages = {code for one in movements for code in one.by_language if one.by_language[code]}
        self.languages = [
            (code, say.say(_LANGUAGE_WORDS[code]) if code else "—")
            for code in _LANGUAGES
            if code in languages
        ]

    @property
    def head(self) -> list[str]:
        """The names of the columns."""
        return [name for _, name in (*self.materials, *self.areas, *self.languages)]

    def numbers(self, movement: Movement) -> list[int]:
        """The values of the columns."""
        return [
            *(movement.by_material[code] for code, _ in self.materials),
            *(movement.by_area[code] for code, _ in self.areas),
            *(movement.by_language[code] for code, _ in self.languages),
        ]


def _part(say: PaperWords, cut: Cut, rows: Sequence[KsuRow], *, arrivals: bool) -> Iterator[Block]:
    """Part 1 or 2: a row an act."""
    first = ["day", "act", "from", "paper"] if arrivals else ["day", "act", "why", "paper"]
    counted = ["copies", "titles", "sum"] if arrivals else ["copies", "sum"]
    head = [*(say.say(key) for key in (*first, *counted)), *cut.head]
    sums: dict[int, Callable[[int], str]] = {}
    body = []
    for row in rows:
        moved = row.movement
        own = [moved.copies, *([moved.titles] if arrivals else []), moved.amount]
        numbers = [*own, *cut.numbers(moved)]
        shown = [str(number) for number in numbers]
        shown[len(own) - 1] = shown_sum(moved.amount)
        body.append(([*about(say, row), *shown], numbers))
    for at in range(len(head) - len(first)):
        money = at == len(counted) - 1
        sums[len(first) + at] = shown_sum if money else str
    widths = [16, 14, 26, 26, *[12] * (len(counted) - 1), 20, *[12] * len(cut.head)]
    yield paged(say, PagedColumns(head, widths, sums), body)


def about(say: PaperWords, row: KsuRow) -> list[str]:
    """Day, number, where from or why, paper of a row."""
    act = row.act
    kind = "accession_source" if row.code in LABELS["accession_source"] else "withdrawal_reason"
    code = i18n.say(LABELS[kind][row.code], say.language) if row.code else ""
    if row.redistribution:
        code = i18n.say(LABELS["kind"]["redistribution"], say.language)
    number = say.say("no_act") if act is None else act.called
    if row.correction:
        number = f"{number}, {say.say('correction')}"
    partner = "" if act is None else act.partner
    document = "" if act is None else act.document or act.basis
    return [
        f"{row.day:%d.%m.%Y}", number, ", ".join(filter(None, (code, partner))), document,
    ]  # fmt: skip


def _totals(say: PaperWords, cut: Cut, book: Ksu, days: Period) -> Table:
    """Part 3: what there was, what came and went, what there is."""
    head = ["", say.say("copies"), say.say("sum"), *cut.head]
    lines = (
        (say.say("at_start", day=f"{days.start:%d.%m.%Y}"), book.start),
        (say.say("came"), book.came),
        (say.say("went"), book.went),
        (say.say("at_end", day=f"{days.end:%d.%m.%Y}"), book.end),
    )
    rows = [
        [name, str(one.copies), shown_sum(one.amount), *map(str, cut.numbers(one))]
        for name, one in lines
    ]
    widths = (36, 14, 22, *[12] * len(cut.head))
    return Table(head, rows, [0] * len(rows), widths=widths)


def inventory_book(
    session: Session, config: Config, days: Period, branch_id: int | None, language: str
) -> Paper:
    """The inventory book of a period, each page with its total."""
    say = papers.words(config, language, days.last)
    names = {number: name for number, (_, name) in names_of(session, say.language).items()}
    title = say.say("inventory_book")
    keys = ("day", "inventory", "ksu_number", "title", "price", "index", "branch", "withdrawn")
    head = [say.say(key) for key in keys]
    body = [
        (line(config, say, names, row, branch_id), [row[0].amount or 0])
        for row in session.execute(queries.inventory_book(days, branch_id))
    ]
    columns = PagedColumns(head, (17, 22, 17, 70, 20, 24, 34, 30), {4: shown_sum})
    blocks: list[Block] = [Heading(title, 1), *_head(session, say, days, branch_id)]
    blocks.append(paged(say, columns, body))
    seal = papers.seal(session, say, papers.of_stock(days), blocks)
    return Paper(title, blocks, seal)


def line(
    config: Config, say: PaperWords, names: Mapping[int, str], row: BookRow, branch_id: int | None
) -> list[str]:
    """A row of the inventory book; of a branch, with where the copy went from it."""
    entry, item, listed, act = row
    area = config.lists.subject_areas.get(item.record.subject_area or "", {})
    last = entry.id if act is None else act.last_entry_id or entry.id
    mended = entry.reverses_id is not None or entry.id > last
    at = entry.owner_branch_id or entry.branch_id
    if entry.kind == Kind.REDISTRIBUTION:
        at = entry.other_branch_id or at
    left = branch_id is not None and item.owner_branch_id != branch_id
    marks = (
        say.say("correction") if mended else "", item.withdrawal_act,
        say.say("moved_on", branch=names[item.owner_branch_id]) if left else "",
    )  # fmt: skip
    return [
        f"{entry.posted:%d.%m.%Y}",
        (listed.number if listed else "") or item.inventory_number or "",
        act.called if act else item.ksu,
        (listed.title if listed else "") or described_as(item.record),
        "—" if entry.amount is None else shown_sum(entry.amount),
        item.shelf_mark or area.get(say.language, ""), names[at],
        ", ".join(filter(None, marks)),
    ]  # fmt: skip
