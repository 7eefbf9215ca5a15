"""A demonstration library: branches, accounts, books of `config/demo`, readers, some loans.

Everything is made by the actions staff use. Names of readers are put together by numbers.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import db
from ils.catalog.authorities.actions import HeadingData, OtherForm, add_heading
from ils.catalog.editing.actions import save_new
from ils.catalog.models import AuthorityKind, FormRelation
from ils.catalog.subjects import classes_of
from ils.catalog.worksheets.definitions import worksheets
from ils.cataloguing.imports.actions import import_rules
from ils.circulation.context import Desk
from ils.circulation.desk import actions as desk
from ils.config import ROOT, Config
from ils.console import Console
from ils.demo_digitization import build_digitised
from ils.demo_history import build_history
from ils.demo_life import build_life
from ils.demo_stock import build_stock
from ils.errors import N_, Refused
from ils.holdings.items.actions import Destination, import_batch
from ils.holdings.items.models import Item
from ils.ledger import Channel, Origin
from ils.marc.iso2709 import Chunk
from ils.marc.reading import ReadRecord
from ils.marc.record import Field, MarcRecord
from ils.organisation.branches.actions import add_branch, add_service_point
from ils.organisation.branches.models import Branch, BranchType, PointType
from ils.organisation.staff.actions import add_staff
from ils.organisation.staff.models import Role, Staff
from ils.organisation.staff.queries import is_empty
from ils.patrons.actions import register_patron
from ils.patrons.fields import PatronData

PASSWORD = "sandyq-demo"  # noqa: S105 -- printed for everybody to try
READERS = 60
DAYS, REGISTERED = 20, 90
LOANS_A_DAY = 6
COPIES_LENT = 20
FIRST_NUMBER = 2_021_001
BRANCHES = (
    ("CGB", "Центральная городская библиотека", "Орталық қалалық кітапхана", BranchType.CENTRAL),
    ("CDB", "Центральная детская библиотека", "Орталық балалар кітапханасы", BranchType.CHILDREN),
    ("F1", "Библиотека-филиал № 1", "№ 1 кітапхана-филиал", BranchType.CITY),
    ("F2", "Библиотека-филиал № 2", "№ 2 кітапхана-филиал", BranchType.CITY),
)
POINTS = (
    ("CZ", "Читальный зал", "Оқу залы", PointType.READING_ROOM),
    ("P1", "Пункт выдачи в посёлке", "Ауылдағы кітап беру пункті", PointType.OUTREACH),
    ("HOME", "Доставка на дом", "Үйге жеткізу", PointType.HOME_DELIVERY),
)
ACCOUNTS = (
    ("admin", tuple(Role), "CGB", "ru"),
    ("desk", (Role.DESK,), "CGB", "ru"),
    ("kitaphana", (Role.DESK,), "F1", "kk"),
    ("stats", (Role.STATISTICIAN,), "CGB", "ru"),
    ("senior", (Role.DESK, Role.SENIOR), "CGB", "ru"),
    ("catalog", (Role.CATALOGUER,), "CGB", "kk"),
    ("fond", (Role.STOCK,), "CGB", "ru"),
    ("scans", (Role.DIGITISER,), "CGB", "ru"),
    ("director", (Role.DIRECTOR,), "CGB", "ru"),
)
#: No library has an account of this name by itself.
_ONLY_HERE = "kitaphana"
#: Common names, put together by number: they are nobody's.
SURNAMES: Mapping[str, Sequence[str]] = {
    "kk f": ("Әбенова", "Қалиева", "Нұрланова", "Серікбаева", "Төлегенова", "Жүнісова", "Оспанова"),
    "kk m": ("Әбенов", "Қалиев", "Нұрланов", "Серікбаев", "Төлегенов", "Жүнісов", "Оспанов"),
    "ru f": ("Иванова", "Ким", "Петренко", "Соколова", "Шмидт", "Морозова", "Ахметова"),
    "ru m": ("Иванов", "Ким", "Петренко", "Соколов", "Шмидт", "Морозов", "Ахметов"),
}
GIVEN_NAMES: Mapping[str, Sequence[str]] = {
    "kk f": ("Айгүл", "Жанар", "Гүлнәр", "Әсел", "Дана"),
    "kk m": ("Ержан", "Қанат", "Нұрлан", "Бауыржан", "Әлихан"),
    "ru f": ("Анна", "Ольга", "Марина", "Елена", "Светлана"),
    "ru m": ("Сергей", "Андрей", "Виктор", "Олег", "Павел"),
}
AGES = {"pupil": 10, "student": 18, "worker": 34, "employee": 41, "pensioner": 64, "other": 28}
CATEGORIES = tuple(AGES)


_SIGN_IN = N_("Accounts: %(logins)s; the password of each is %(password)s")


class NotEmpty(Refused):
    """Demonstration data goes only into an empty library."""

    code = "not_empty"
    message = N_("The library has data already; demonstration data was not added.")


def build(console: Console) -> str:
    """Fill the library; returns what to tell.

    Raises:
        NotEmpty: it has a branch already.
    """
    with db.transaction(console.sessions) as session:
        if not is_empty(session):
            raise NotEmpty
        branches = _organisation(session, console.config)
        for index, branch in enumerate(branches):
            _catalogue(session, console, branch, index)
        _serials(session, console, branches[0])
        numbers = _readers(session, console, branches)
    with db.transaction(console.sessions) as session:
        first = _first_day(console.origin(branches[0], Channel.DESK).day)
        told = build_history(session, console.config, branches, first)
    with db.transaction(console.sessions) as session:
        lent = _lending(session, console, branches[0], numbers)
    with db.transaction(console.sessions) as session:
        origin = console.origin(branches[0], Channel.DESK)
        build_life(session, console.config, origin, branches, numbers)
    with db.transaction(console.sessions) as session:
        origin = console.origin(branches[0], Channel.SYSTEM)
        build_stock(session, console.config, origin, branches)
    with db.transaction(console.sessions) as session:
        origin = console.origin(branches[0], Channel.SYSTEM)
        build_digitised(session, console.config, origin)
    made = N_(
        "Demonstration library made: branches %(branches)s, readers %(readers)s, loans %(loans)s, "
        "entries of the years before %(entries)s."
    )
    return "\n".join((
        console.told(made, branches=len(branches), readers=len(numbers), loans=lent, entries=told),
        _sign_in(console, [login for login, *_ in ACCOUNTS]),
    ))  # fmt: skip


def way_in(console: Console) -> str:
    """How to sign in to a demonstration library that was made before; nothing to another."""
    known = select(Staff.login).where(Staff.login.in_([login for login, *_ in ACCOUNTS]))
    with db.reading(console.sessions) as session:
        found = session.scalars(known.order_by(Staff.id)).all()
    return _sign_in(console, found) if _ONLY_HERE in found else ""


def _sign_in(console: Console, logins: Sequence[str]) -> str:
    return console.told(_SIGN_IN, logins=", ".join(logins), password=PASSWORD)


def _organisation(session: Session, config: Config) -> list[Branch]:
    branches = [
        add_branch(
            session,
            None,
            code=code,
            name_ru=name_ru,
            name_kk=name_kk,
            timezone=config.library.timezone,
            type=kind,
            closed_weekdays="7",
        )
        for code, name_ru, name_kk, kind in BRANCHES
    ]
    for code, name_ru, name_kk, kind in POINTS:
        add_service_point(
            session,
            None,
            branches[0],
            code=code,
            name_ru=name_ru,
            name_kk=name_kk,
            type=kind,
        )
    by_code = {branch.code: branch for branch in branches}
    for login, roles, branch, language in ACCOUNTS:
        add_staff(
            session,
            None,
            config,
            login=login,
            name=login,
            password=PASSWORD,
            roles=roles,
            branch=by_code[branch],
            language=language,
        )
    return branches


def _catalogue(session: Session, console: Console, branch: Branch, index: int) -> None:
    """The books, with one copy at each branch; a copy's record is made once."""
    books = json.loads((ROOT / "config" / "demo" / "books.json").read_text(encoding="utf-8"))
    share = books[index :: len(BRANCHES)]
    records = []
    for at, book in enumerate(share):
        number = FIRST_NUMBER + (at * len(BRANCHES) + index) * 2
        records.append(ReadRecord(Chunk(at + 1, 0, b""), _marc(book, number)))
    import_batch(
        session,
        console.origin(branch, Channel.IMPORT),
        records=records,
        to=Destination(branch.id, {}, import_rules(console.config)),
        seen=Counter(),
    )


SERIALS = (
    ("newspaper", "Балқаш өңірі", "kaz", "c"),
    ("newspaper", "Северное Прибалхашье", "rus", "c"),
    ("journal", "Жұлдыз", "kaz", "a"),
)
HEADINGS = (
    (AuthorityKind.PERSON, (("a", "Әуезов"), ("b", "М. О."), ("f", "1897-1961")), "Ауэзов, М. О."),
    (AuthorityKind.PLACE, (("a", "Балқаш қаласы"),), "Балхаш (город)"),
    (AuthorityKind.SUBJECT, (("a", "Кітапхана ісі"),), "Библиотечное дело"),
)


def _serials(session: Session, console: Console, branch: Branch) -> None:
    """Newspapers whose issues can be described, and headings to be suggested."""
    lists = console.config.lists
    for worksheet, title, language, kind in SERIALS:
        marc = MarcRecord("00000nas1 2200000   450 ", [
            Field("100", "  ", [("a", "20260105a19309999m  y0rusy50      ca")]),
            Field("101", "0 ", [("a", language)]),
            Field("110", "  ", [("a", f"{kind}f||||||||||"[:11])]),
            Field("200", "1 ", [("a", title)]),
            Field("210", "  ", [("a", "Алматы" if worksheet == "journal" else "Балқаш")]),
        ])  # fmt: skip
        origin = console.origin(branch, Channel.SYSTEM)
        save_new(
            session,
            origin,
            marc=marc,
            classes=classes_of(lists),
            sheets=worksheets(console.config),
            catalogue="periodicals",
        )
    for authority, name, other in HEADINGS:
        form = OtherForm(FormRelation.SEE, other, "rus")
        data = HeadingData(authority, name, (form,))
        add_heading(session, console.origin(branch, Channel.SYSTEM), data)


def _marc(book: dict[str, Any], number: int) -> MarcRecord:
    record = MarcRecord("00000nam0 2200000   450 ")

    def add(tag: str, indicators: str, **values: str | None) -> None:
        pairs = [(code.strip("_"), value) for code, value in values.items() if value]
        if pairs:
            record.fields.append(Field(tag, indicators, pairs))

    add("101", "0 ", a={"kk": "kaz", "ru": "rus"}.get(book["language"], "eng"))
    add("200", "1 ", a=book["title"], e=book["subtitle"], f=book["author"])
    add("210", "  ", a=book["place"], c=book["publisher"], d=book["year"])
    add("215", "  ", a=book["pages"] and f"{book['pages']} с.")
    add("675", "  ", a=book["udc"])
    author, _, initials = (book["author"] or "").partition(", ")
    add("700", " 1", a=author, b=initials)
    for copy in (number, number + 1):
        add("910", "  ", a="0", b=str(copy), h=str(copy), e="2500.00")
    return record


def _readers(session: Session, console: Console, branches: list[Branch]) -> list[int]:
    """Readers, registered in the first days of this year or a quarter ago, whichever is later."""
    now = console.origin(branches[0], Channel.DESK)
    day = max(date(now.day.year, 1, 3), now.day - timedelta(days=REGISTERED))
    ids = []
    for number in range(1, READERS + 1):
        kk = number % 2 == 0
        branch = branches[number % len(branches)]
        category = CATEGORIES[number % len(CATEGORIES)]
        data = PatronData(
            surname=_name(SURNAMES, number, kk=kk, female=number % 3 != 0),
            given_name=_name(GIVEN_NAMES, number * 7, kk=kk, female=number % 3 != 0),
            birth_date=date(
                now.day.year - AGES[category] - number % 4, 1 + number % 12, 1 + number % 28
            ),
            category=category,
            sex="f" if number % 3 else "m",
            language="kk" if kk else "ru",
            consent=True,
        )
        origin = replace(_on(now, day, hour=number % 8), branch_id=branch.id)
        patron = register_patron(session, origin, data, console.config.lists.categories)
        ids.append(patron.id)
    return ids


def _name(names: Mapping[str, Sequence[str]], number: int, *, kk: bool, female: bool) -> str:
    """One of the names of a language and sex, by a number."""
    some = names[f"{'kk' if kk else 'ru'} {'f' if female else 'm'}"]
    return some[number % len(some)]


def _first_day(today: date) -> date:
    """The first day of the demonstration library's own desk."""
    return max(today - timedelta(days=DAYS), date(today.year, 1, 4))


def _lending(session: Session, console: Console, branch: Branch, readers: list[int]) -> int:
    """Three weeks of loans and returns at the central library, some of them overdue."""
    now = console.origin(branch, Channel.DESK)
    staff = session.scalars(select(Staff).where(Staff.login == "desk")).one()
    first = _first_day(now.day)
    shelf = deque(session.scalars(select(Item.barcode).where(Item.branch_id == branch.id)))
    away = deque[str | None]()
    lent = 0
    for ahead in range((now.day - first).days):
        day = first + timedelta(days=ahead)
        if str(day.isoweekday()) in branch.closed_weekdays:
            continue
        for turn in range(LOANS_A_DAY):
            at = replace(_on(now, day, hour=turn), staff_id=staff.id)
            if len(away) > COPIES_LENT:
                shelf.append(away.popleft())
                _scan(session, console, at, shelf[-1], None)
            away.append(shelf.popleft())
            later = replace(_on(now, day, hour=turn + 1), staff_id=staff.id)
            _scan(session, console, later, away[-1], readers[(lent * 7) % len(readers)])
            lent += 1
    return lent


def _scan(
    session: Session, console: Console, origin: Origin, code: str | None, reader: int | None
) -> None:
    work = Desk(session, origin, console.config)
    desk.scan(work, code=code or "", patron_id=reader)


def _on(now: Origin, day: date, *, hour: int) -> Origin:
    """An origin at an hour of a day."""
    at = now.at.replace(hour=4, minute=0) - (now.day - day) + timedelta(hours=hour)
    return replace(now, at=at, day=day, request_id=uuid4())
