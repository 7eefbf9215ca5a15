"""Bringing readers in, with the copies they have; nothing is lost, nothing counted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ils import clock, ledger
from ils.catalog.identifiers import heading_key
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.facts import loan_facts
from ils.circulation.loans.models import Loan
from ils.circulation.patron_import import rules as import_rules
from ils.circulation.patron_import.rules import ImportedPatron, LegacyLoan
from ils.codes import actions as codes
from ils.config import Lists
from ils.errors import N_, IlsError, Refused
from ils.holdings.items.models import ItemStatus
from ils.holdings.items.queries import item_by_code
from ils.ledger import Channel, Kind, OpeningOf, Origin
from ils.patrons import queries as patron_queries
from ils.patrons import rules
from ils.patrons.actions import (
    add_patron,
    change_imported,
    check_alike,
    give_consent,
    register_year,
)
from ils.patrons.models import Patron, PatronYear


class OtherReader(Refused):
    """The number is somebody's of another name or birth date."""

    code = "other_reader"
    message = N_("The number “%(number)s” belongs to another reader.")


class RowRefused(Refused):
    """The database holds something that contradicts a row."""

    code = "row_refused"
    message = N_("This row contradicts what is there already.")


@dataclass
class PatronImportReport:
    """What became of the readers of a file.

    Attributes:
        counts: new, unchanged, changed, rejected; loans, loans_left.
        problems: (number in the file, error) for each that needs a look.
    """

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[int, IlsError]] = field(default_factory=list)


@dataclass(frozen=True)
class ImportOptions:
    """How readers are brought in.

    Attributes:
        source: whose ids the keys are.
        consent: their consent is kept on paper.
        allow_duplicate: although somebody alike is there.
        others: numbers of the readers of the file who are others than those alike.
    """

    source: str
    timezone: str
    consent: bool = False
    allow_duplicate: bool = False
    others: frozenset[int] = frozenset()

    def may_be_alike(self, reader: ImportedPatron) -> bool:
        """Whether a reader comes in although somebody alike is there."""
        return self.allow_duplicate or reader.number in self.others


class NoSuchCopy(Refused):
    """A loan of the other system names a copy the catalogue has not."""

    code = "no_such_copy"
    message = N_("The reader has “%(title)s” (%(number)s), but there is no such copy to lend.")


def import_patrons(
    session: Session,
    origin: Origin,
    readers: Iterable[ImportedPatron],
    how: ImportOptions,
    lists: Lists,
) -> PatronImportReport:
    """Add readers, or change those that came from the same source before.

    One that cannot be used is told and passed over; the others come in.
    """
    outcome = PatronImportReport()
    for reader in readers:
        try:
            with session.begin_nested():
                done, left = _one(session, origin, reader, how, lists)
        except (IlsError, IntegrityError) as error:
            outcome.counts["rejected"] += 1
            why = error if isinstance(error, IlsError) else RowRefused()
            outcome.problems.append((reader.number, why))
            continue
        outcome.counts[done] += 1
        outcome.counts["loans"] += len(reader.loans) - len(left)
        outcome.counts["loans_left"] += len(left)
        outcome.problems += [(reader.number, error) for error in left]
    return outcome


def _one(
    session: Session, origin: Origin, reader: ImportedPatron, how: ImportOptions, lists: Lists
) -> tuple[str, Sequence[IlsError]]:
    data = rules.checked(reader.data, lists.categories, origin.day, consent=False)
    patron, done = _whom(session, origin.day, reader, how), "unchanged"
    if patron is None:
        patron, done = add_patron(session, origin, data), "new"
    elif change_imported(session, origin, patron, data, reader.told):
        done = "changed"
    patron.import_key = patron.import_key or _key(reader, how)
    if how.consent and patron.consent_at is None:
        give_consent(session, origin, patron, given=True)
    if reader.registered is not None:
        _registered(session, origin, patron, reader.registered, how)
    left = [error for loan in reader.loans if (error := _lent(session, origin, patron, loan, how))]
    session.flush()
    return done, left


def _key(reader: ImportedPatron, how: ImportOptions) -> str | None:
    return f"{how.source}|{reader.import_key}" if reader.import_key else None


def _whom(session: Session, day: date, reader: ImportedPatron, how: ImportOptions) -> Patron | None:
    """The reader a row means; ``None``: somebody new.

    Raises:
        OtherReader: its number is somebody else's.
        PossibleDuplicate: somebody alike is there.
        CodeTaken: its card was a reader's, or is a copy's.
        Invalid: it says what has not happened yet.
    """
    import_rules.check_days(reader, day)
    key, card = _key(reader, how), reader.data.card
    found = session.scalar(select(Patron).where(Patron.import_key == key)) if key else None
    number = reader.import_key
    if found is None and card:
        found, number = patron_queries.patron_by_card(session, [card]), card
    if found is not None:
        if not rules.same_person(reader.data, found):
            raise OtherReader(number=number)
        return found
    if not how.may_be_alike(reader):
        check_alike(session, reader.data)
    if card:
        codes.check_free(session, card)
    return None


def preview(
    session: Session, day: date, readers: Iterable[ImportedPatron], how: ImportOptions
) -> PatronImportReport:
    """What would become of readers, row by row; nothing is changed."""
    outcome, first = PatronImportReport(), dict[str, ImportedPatron]()
    earlier: dict[object, list[ImportedPatron]] = {}
    for reader in readers:
        try:
            for number in filter(None, (reader.import_key, reader.data.card)):
                before = first.setdefault(number, reader)
                if not rules.same_person(reader.data, before.data):
                    raise OtherReader(number=number)
            known = _whom(session, day, reader, how)
            if known is None:
                _check_earlier(reader, earlier, how)
        except IlsError as error:
            outcome.counts["rejected"] += 1
            outcome.problems.append((reader.number, error))
            continue
        outcome.counts["new" if known is None else "known"] += 1
        outcome.counts["loans"] += len(reader.loans)
    return outcome


def _check_earlier(
    reader: ImportedPatron, earlier: dict[object, list[ImportedPatron]], how: ImportOptions
) -> None:
    """Look for the same person among the new readers of the file; who is none is one of them.

    Only those are compared that the database would be asked for: of the same birth date, or of
    that year with that surname.

    Raises:
        PossibleDuplicate: somebody alike stands before.
    """
    born = reader.data.birth_date
    near = [
        earlier.setdefault(key, []) for key in (born, (born.year, heading_key(reader.data.surname)))
    ]
    if not how.may_be_alike(reader):
        for one in chain(*near):
            if rules.possible_duplicates(reader.data, one.data):
                person = f"{one.data.surname} {one.data.given_name}, {one.data.birth_date.year}"
                raise rules.PossibleDuplicate([], f"{person} (№ {one.number})")
    for those in near:
        those.append(reader)


def _registered(
    session: Session, origin: Origin, patron: Patron, day: date, how: ImportOptions
) -> PatronYear:
    """The registration of a year, as it was made elsewhere."""
    found = patron_queries.patron_year(session, patron.id, day.year)
    if found is not None:
        return found
    part = origin.derive(f"registered:{patron.id}:{day.year}")
    at = min(clock.noon(day, how.timezone), origin.at)
    then = replace(part, at=at, day=day, channel=Channel.IMPORT)
    return register_year(session, then, patron, new=False)


def _lent(
    session: Session, origin: Origin, patron: Patron, lent: LegacyLoan, how: ImportOptions
) -> IlsError | None:
    """Make the loan of the other system ours, as an opening balance; or say why not."""
    codes = [code for code in (lent.barcode, lent.inventory_number) if code]
    item = item_by_code(session, codes, lock=True)
    if item is None:
        return NoSuchCopy(title=lent.title, number=codes[0])
    at = min(clock.noon(lent.issued, how.timezone), origin.at)
    if session.scalar(loan_queries.loans_made(item.id, patron.id, at)) is not None:
        return None  # brought in before; it may be back since
    if item.status != ItemStatus.AVAILABLE or item.copies > 1:
        return NoSuchCopy(title=lent.title or item.record.title, number=codes[0])
    year = _registered(session, origin, patron, lent.issued, how)
    loan = Loan(
        item=item,
        patron=patron,
        patron_year=year,
        branch_id=origin.branch_id,
        staff_id=origin.staff_id,
        material=item.record.material,
        issued_at=at,
        due=lent.due or lent.issued,
    )
    item.status = ItemStatus.ON_LOAN
    session.add(loan)
    session.flush()
    part = origin.derive(f"loan:{loan.id}")
    opening = replace(part, channel=Channel.IMPORT)
    facts = loan_facts(loan, opening)
    ledger.record(session, Kind.OPENING, opening, {**facts, "opening_of": OpeningOf.LOANS})
    return None
