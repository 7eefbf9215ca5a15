"""The index follows the catalogue: by itself, whenever somebody searches, and in the worker.

It is a projection that can be thrown away. A file beside it says up to which change it stands; it
is written after the index, so that a crash has some records indexed twice and none left out. The
folder is named by the database and by a hash of what words become: another of either is another
index. One process writes at a time; the others see what it wrote at their next search.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import math
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from ils import changes, db
from ils.catalog import queries as catalog
from ils.catalog.models import BibliographicRecord, RecordState
from ils.catalog.wholes import all_described
from ils.codes.models import Code
from ils.db import id_before
from ils.holdings.items.models import Item, ItemStatus
from ils.ledger import Entry, Kind
from ils.search import analysis, engine
from ils.search.documents import SOURCES, CopyFacts, Searchable, classes_of, codes_of, texts_of

#: So many records a search brings up to date itself; the rest is the worker's.
AT_ONCE = 500
#: So many of the last that were indexed are known by their numbers.
REMEMBERED = 20_000
WAIT_SECONDS, NAP_SECONDS = 0.5, 0.01
STATE = "state.json"
#: Entries that change which copies a record has, and where.
_OF_COPIES = (
    Kind.ACCESSION, Kind.WITHDRAWAL, Kind.REDISTRIBUTION, Kind.OPENING, Kind.LOST, Kind.FOUND,
)  # fmt: skip

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Reached:
    """Up to where an index stands.

    Attributes:
        change, entry: number of the last change of a record, id of the last entry of the ledger.
        index: which index this is; another one where it was made anew or thrown away.
        writings: how often it was written to.
    """

    change: int = 0
    entry: int = 0
    index: str = ""
    writings: int = 0


@dataclass
class _Pending:
    """(record, change number) to be indexed, and entries of copies that ask for it."""

    records: list[tuple[int, int]] = field(default_factory=list)
    entries: set[int] = field(default_factory=set)


class SearchIndex:
    """The index of one library in this process."""

    def __init__(self, data: Path) -> None:
        self.place = data / "search"
        self._guard = threading.Lock()
        self._opened: tuple[Reached, engine.Engine] | None = None
        self._folder: Path | None = None
        # What this process has indexed lately, and of which index that is true.
        self._of = ""
        self._indexed: dict[int, int] = {}
        self._entries: set[int] = set()
        self._looked_at = 0

    def current(self, session: Session) -> engine.Engine:
        """The postings, as up to date as they can be made without waiting long."""
        self.catch_up(session, most=AT_ONCE, wait=False)
        with self._guard:
            reached = self.reached(session)
            if self._opened is None or self._opened[0] != reached:
                self._opened = reached, engine.Engine(self._folder_of(session))
            return self._opened[1]

    def behind(self, session: Session) -> int:
        """How many changed records the index does not know yet."""
        after = self.reached(session).change
        number = BibliographicRecord.change_number
        return session.scalar(select(func.count()).where(number > after)) or 0

    def catch_up(
        self,
        session: Session,
        *,
        most: int | None = None,
        wait: bool = True,
        progress: Progress = lambda *_: None,
    ) -> int:
        """Bring in what changed; returns how many records.

        Args:
            most: not more of them.
            wait: for another process that is at it, however long.
        """
        reached, newest = self.reached(session), _newest(session)
        if not self._pending(session, reached, 1).records:
            return 0
        with self._writing(wait=wait) as ours:
            if not ours:
                self._wait_for(session, newest)
                return 0
            reached = self.reached(session)
            pending = self._pending(session, reached, most)
            for done, part in _parts(pending.records):
                self._bring_in(session, part)
                progress(done, len(pending.records))
            self._entries = set(sorted(self._entries | pending.entries)[-REMEMBERED:])
            if most is not None and len(pending.records) == most:
                last = max(reached.change, pending.records[-1][1])
                newest = replace(reached, change=last)
            self._of = self._note(session, reached, newest)
        return len(pending.records)

    def rebuild(self, session: Session, *, progress: Progress = lambda *_: None) -> int:
        """Make the index anew, beside the one that is searched meanwhile; returns how many."""
        folder = self._folder_of(session)
        beside = folder.with_name(f"{folder.name}.new")
        with self._writing(wait=True):
            shutil.rmtree(beside, ignore_errors=True)
            newest = _newest(session)
            total = session.scalar(select(func.count(BibliographicRecord.id))) or 0
            number = engine.write(
                beside, _counted(_all(session), total, progress), (),
                heap=engine.REBUILD_HEAP, fresh=True,
            )  # fmt: skip
            _write_state(beside, replace(newest, index=uuid4().hex))
            old = folder.with_name(f"{folder.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            if folder.exists():
                folder.rename(old)
            beside.rename(folder)
            for other in self.place.glob("*-*"):  # the former one, and those of other databases
                if other != folder:
                    shutil.rmtree(other, ignore_errors=True)
        return number

    # What is there

    def reached(self, session: Session) -> Reached:
        """Up to where it stands; nowhere if there is none."""
        try:
            text = (self._folder_of(session) / STATE).read_text(encoding="utf-8")
            return Reached(**json.loads(text))
        except (OSError, ValueError, TypeError):
            return Reached()

    def _folder_of(self, session: Session) -> Path:
        if self._folder is None:
            database = changes.mark(session).database.hex
            self._folder = self.place / f"{database}-{fingerprint()}"
        return self._folder

    def _note(self, session: Session, before: Reached, now: Reached) -> str:
        """Write down up to where it stands; returns which index it is."""
        index = before.index or uuid4().hex
        noted = replace(now, index=index, writings=before.writings + 1)
        _write_state(self._folder_of(session), noted)
        return index

    @contextmanager
    def _writing(self, *, wait: bool) -> Iterator[bool]:
        self.place.mkdir(parents=True, exist_ok=True)
        with (self.place / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True

    def _wait_for(self, session: Session, newest: Reached) -> None:
        """Another process brings it in: give it a moment."""
        end = time.monotonic() + WAIT_SECONDS
        while self.reached(session).change < newest.change and time.monotonic() < end:
            time.sleep(NAP_SECONDS)

    # Bringing in

    def _pending(self, session: Session, reached: Reached, most: int | None) -> _Pending:
        """What is to be indexed, in the order of the changes; ``most``: not more of it.

        PostgreSQL may commit a smaller number later: some are looked at again, and those that
        this process has indexed are passed over.
        """
        overlapping = session.get_bind().dialect.name == "postgresql"
        if not reached.index or reached.index != self._of:
            self._of, self._indexed = reached.index, {}
            self._entries, self._looked_at = set(), 0
        after = catalog.round_after(reached.change) if overlapping else reached.change
        found = _Pending()
        for one, number in session.execute(catalog.changes(after)).yield_per(AT_ONCE):
            if self._indexed.get(one) != number:
                found.records.append((one, number))
                if len(found.records) == most:
                    return found
        self._add_copies(session, reached, found, overlapping=overlapping)
        return found

    def _add_copies(
        self, session: Session, reached: Reached, found: _Pending, *, overlapping: bool
    ) -> None:
        """Records whose copies came, went or moved since."""
        newest = session.scalar(select(func.max(Entry.id))) or 0
        if overlapping:
            after = id_before(reached.entry, catalog.SLOWEST_TRANSACTION)
        else:
            after = max(reached.entry, self._looked_at)
        if newest <= after:
            return
        # Only the new entries are looked through: by their ids, and by no index of kinds.
        query = (
            select(Entry.id, Entry.record_id, BibliographicRecord.change_number)
            .join(BibliographicRecord, BibliographicRecord.id == Entry.record_id)
            .where(Entry.id > after, Entry.kind.concat("").in_(_OF_COPIES))
            .order_by(Entry.id)
        )
        known = {one for one, _ in found.records}
        for entry, record, number in session.execute(query):
            if entry not in self._entries:
                found.entries.add(entry)
                if record is not None and record not in known:
                    found.records.append((record, number))
                    known.add(record)
        if not found.entries:
            self._looked_at = newest

    def _bring_in(self, session: Session, part: Sequence[tuple[int, int]]) -> None:
        numbers = [one for one, _ in part]
        numbers += session.scalars(catalog.volumes_of(numbers)).all()
        records = list(_loaded(session, numbers))
        gone = set(numbers) - {record.id for record in records}
        folder = self._folder_of(session)
        engine.write(folder, records, gone, heap=engine.LIVE_HEAP, fresh=False)
        self._opened = None  # what this process wrote it sees, noted or not
        self._indexed = {**dict(list(self._indexed.items())[-REMEMBERED:]), **dict(part)}


_indexes: dict[Path, SearchIndex] = {}
_indexes_guard = threading.Lock()


def index_of(data: Path) -> SearchIndex:
    """The index of the library in a data folder."""
    with _indexes_guard:
        return _indexes.setdefault(data, SearchIndex(data))


def fingerprint() -> str:
    """Another one: the index must be made anew."""
    said = [
        analysis.VERSION,
        engine.FIELDS,
        engine.FACETS,
        engine.CLASSES,
        engine.GAP,
        sorted(SOURCES.items()),
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


def _newest(session: Session) -> Reached:
    change = session.scalar(select(func.max(BibliographicRecord.change_number))) or 0
    return Reached(change, session.scalar(select(func.max(Entry.id))) or 0)


def _write_state(folder: Path, reached: Reached) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{STATE}.part"
    part.write_text(json.dumps(asdict(reached)), encoding="utf-8")
    part.rename(folder / STATE)


def _parts(changed: list[tuple[int, int]]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    for start in range(0, len(changed), AT_ONCE):
        part = changed[start : start + AT_ONCE]
        yield start + len(part), part


def _all(session: Session) -> Iterator[Searchable]:
    last = 0
    query = select(BibliographicRecord.id).order_by(BibliographicRecord.id).limit(AT_ONCE)
    while True:
        numbers = list(session.scalars(query.where(BibliographicRecord.id > last)))
        if not numbers:
            return
        yield from _loaded(session, numbers)
        session.expunge_all()
        last = numbers[-1]


def _counted(records: Iterator[Searchable], total: int, progress: Progress) -> Iterator[Searchable]:
    for number, record in enumerate(records):
        if number % AT_ONCE == 0:
            progress(number, total)
        yield record


def _loaded(session: Session, numbers: Sequence[int]) -> Iterator[Searchable]:
    """Records of the catalogue as the index takes them."""
    query = (
        select(BibliographicRecord)
        .where(BibliographicRecord.id.in_(numbers), BibliographicRecord.state == RecordState.ACTIVE)
        .options(undefer(BibliographicRecord.marc))
        .execution_options(populate_existing=True)
    )
    copies, lent = _copies(session, numbers), _lent(session, numbers)
    found = list(session.scalars(query))
    for record, marc in zip(found, all_described(session, found), strict=True):
        own = copies.get(record.id, [])
        facets = {
            "catalogue": record.catalogue, "language": record.language,
            "material": record.material, "division": record.subject_area,
        }  # fmt: skip
        yield Searchable(
            record.id,
            texts_of(marc),
            codes_of(marc, own),
            {name: [value] for name, value in facets.items() if value}
            | {"branch": sorted({str(copy.branch_id) for copy in own})}
            | classes_of(marc),
            record.year,
            record.title,
            record.authors,
            record.language,
            math.log10(1 + lent.get(record.id, 0)) / 20,
        )


def _copies(session: Session, numbers: Sequence[int]) -> dict[int, list[CopyFacts]]:
    query = (
        select(Item.id, Item.record_id, Item.branch_id, Item.shelf_mark, Code.folded)
        .outerjoin(Code, Code.item_id == Item.id)
        .where(Item.record_id.in_(numbers), Item.status != ItemStatus.WITHDRAWN)
    )
    facts: dict[int, tuple[int, int, str, list[str]]] = {}
    for item, record, branch, mark, code in session.execute(query):
        found = facts.setdefault(item, (record, branch, mark, []))
        if code:
            found[3].append(code)
    by_record: dict[int, list[CopyFacts]] = {}
    for record, branch, mark, codes in facts.values():
        by_record.setdefault(record, []).append(CopyFacts(branch, tuple(codes), mark))
    return by_record


def _lent(session: Session, numbers: Sequence[int]) -> dict[int, int]:
    query = (
        select(Item.record_id, func.sum(Entry.count))
        .join(Entry, Entry.item_id == Item.id)
        .where(Item.record_id.in_(numbers), Entry.kind == Kind.LOAN)
        .group_by(Item.record_id)
    )
    return {record: int(number) for record, number in session.execute(query)}


def follow(data: Path, sessions: db.Sessions) -> int:
    """What the worker does now and then: bring everything in."""
    with db.reading(sessions) as session:
        index = index_of(data)
        if not index.reached(session).index:
            return index.rebuild(session)
        return index.catch_up(session, wait=False)
