"""The words tests are written in: a library, its desks, a browser."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import null, select
from sqlalchemy.orm import Session

from ils import clock, db, logs, selfcheck
from ils.catalog.models import BibliographicRecord
from ils.catalog.records.actions import add_provisional
from ils.circulation.context import Desk as DeskWork
from ils.circulation.context import Override
from ils.circulation.desk import actions as desk_actions
from ils.circulation.desk import answers
from ils.circulation.desk.results import Answer
from ils.circulation.desk.undo import undo
from ils.circulation.holds.actions import place_hold
from ils.circulation.holds.models import Hold
from ils.circulation.loans import queries as loan_queries
from ils.circulation.policy.actions import save_rule
from ils.config import Config
from ils.holdings.items.actions import add_provisional_item
from ils.holdings.items.models import Item, ItemStatus
from ils.holdings.items.queries import record_named
from ils.idempotency import once
from ils.ledger import Channel, Entry, Origin, ServicePlace
from ils.operations import worker as operations
from ils.organisation.branches import actions as branch_actions
from ils.organisation.branches.models import Branch
from ils.organisation.staff import actions as staff_actions
from ils.organisation.staff.models import Role
from ils.patrons.actions import register_patron, reregister_patron
from ils.patrons.fields import PatronData
from ils.patrons.models import Patron
from ils.stats.closing.actions import close_month
from ils.stats.closing.queries import checklist
from ils.stats.models import WORKER, Heartbeat

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data"
PASSWORD = "пароль для проверки"
NOON = datetime(2026, 3, 4, 7, 0, tzinfo=UTC)  # noon in Almaty


@dataclass
class Library:
    """A library with a clock that stands until it is moved."""

    sessions: db.Sessions
    config: Config
    branches: dict[str, Branch] = field(default_factory=dict)
    now: datetime = NOON
    #: What desks were answered, by request.
    answers: dict[str, Answer] = field(default_factory=dict, repr=False)

    def open_branch(self, code: str, **details: str) -> Branch:
        with db.transaction(self.sessions) as session:
            names = {"name_ru": f"Филиал {code}", "name_kk": f"{code} филиалы"}
            self.branches[code] = branch_actions.add_branch(
                session, None, code=code, timezone="Asia/Almaty", **names | details
            )
        return self.branches[code]

    def account(self, login: str, *roles: Role, branch: str = "ЦБ", language: str = "ru") -> int:
        with db.transaction(self.sessions) as session:
            return staff_actions.add_staff(
                session,
                None,
                self.config,
                login=login,
                name=login,
                password=PASSWORD,
                roles=roles or (Role.DESK,),
                branch=self.branches[branch],
                language=language,
            ).id

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def origin(self, branch: str = "ЦБ", request: UUID | None = None) -> Origin:
        place = self.branches[branch]
        return Origin(
            at=self.now,
            day=clock.local_day(self.now, place.timezone),
            branch_id=place.id,
            staff_id=None,
            channel=Channel.DESK,
            request_id=request or uuid4(),
        )

    def reader(self, card: str, **details: object) -> int:
        data = PatronData(
            surname="Оқырман",
            given_name=card,
            birth_date=date(1990, 5, 6),
            category="student",
            card=card,
            consent=True,
        )
        with db.transaction(self.sessions) as session:
            changed = replace(data, **details)
            return register_patron(session, self.origin(), changed, self.config.lists.categories).id

    def reregister(self, card: str) -> None:
        with db.transaction(self.sessions) as session:
            patron = session.scalars(select(Patron).where(Patron.card == card)).one()
            reregister_patron(session, self.origin(), patron)

    def rule(
        self, *, branch: str = "", category: str = "", material: str = "", **values: int | str
    ) -> None:
        with db.transaction(self.sessions) as session:
            save_rule(
                session,
                None,
                None,
                branch=session.get(Branch, self.branches[branch].id) if branch else None,
                category=category or None,
                material=material or None,
                values=values,
                categories=self.config.lists.categories,
            )

    def group(self, number: str, copies: int) -> int:
        """A group of copies; its number is a barcode on the box."""
        item_id = self.copy(number, title="Брошюры")
        with db.transaction(self.sessions) as session:
            item = session.get(Item, item_id)
            item.copies, item.barcode, item.inventory_number = copies, number, None
        return item_id

    def state(self, number: str) -> tuple[str, str]:
        """The status of a copy and the code of the branch it was seen in last."""
        with db.reading(self.sessions) as session:
            either = (Item.inventory_number == number) | (Item.barcode == number)
            item = session.scalars(select(Item).where(either)).one()
            return item.status, session.get(Branch, item.branch_id).code

    def holds(self) -> list[str]:
        """The states of all holds in their order."""
        with db.reading(self.sessions) as session:
            return list(session.scalars(select(Hold.status).order_by(Hold.id)))

    def copy(
        self,
        number: str,
        *,
        title: str = "Абай жолы",
        branch: str = "ЦБ",
        language: str = "kk",
        subject_area: str = "literature",
        status: ItemStatus = ItemStatus.AVAILABLE,
    ) -> int:
        with db.transaction(self.sessions) as session:
            origin = self.origin(branch)
            record = add_provisional(
                session,
                origin,
                title=title,
                author="М. Әуезов",
                subject_area=subject_area,
                language=language,
            )
            item = add_provisional_item(session, origin, record=record, number=number)
            item.status = status
            return item.id

    def record(self, session: Session, number: str) -> BibliographicRecord:
        """The record of a copy."""
        return record_named(session, number)

    def desk(self, branch: str = "ЦБ") -> Desk:
        return Desk(self, branch)

    def kinds(self) -> list[str]:
        """The kinds of desk entries in their order; corrections with a minus."""
        about = ("loan", "return", "renewal", "in_house_use", "lost", "found")
        with db.reading(self.sessions) as session:
            entries = session.scalars(select(Entry).where(Entry.kind.in_(about)).order_by(Entry.id))
            return [e.kind if e.count > 0 else f"-{e.kind}" for e in entries]

    def count(self, kind: str) -> int:
        with db.reading(self.sessions) as session:
            return sum(session.scalars(select(Entry.count).where(Entry.kind == kind)))

    def status(self, number: str) -> str:
        with db.reading(self.sessions) as session:
            query = select(Item.status).where(Item.inventory_number == number)
            return session.scalars(query).one()

    def close_until(self, day: date) -> None:
        """Close the months before a day."""
        month = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
        with db.transaction(self.sessions) as session:
            seen = checklist(session, month)
            close_month(
                session, month, seen, today=day, staff_id=None, accepted=True, clock_is_right=True
            )

    def check(self) -> None:
        with db.reading(self.sessions) as session:
            assert selfcheck.findings(session) == []

    def work(self) -> list[str]:
        """What the worker does when it comes by; returns the codes of what failed."""
        operations.work(self.sessions, self.config, threading.Event(), once=True)
        with db.reading(self.sessions) as session:
            problem = session.get_one(Heartbeat, WORKER).problem
        return problem.split(", ") if problem else []

    def check_log(self) -> None:
        """Nothing that is logged names a reader or says what was read."""
        logged = logs.lines(self.config.folder, clock.now() - timedelta(hours=1))
        text = "\n".join(str(line) for line in logged)
        with db.reading(self.sessions) as session:
            words = {w for row in session.execute(PERSONAL) for w in row if w and len(w) > 3}
        assert [word for word in words if word in text] == []


def every_row(sessions: db.Sessions) -> dict[str, list[str]]:
    """Every row of every table that a backup has, as texts."""
    with db.reading(sessions) as session:
        return {
            table.name: sorted(map(str, session.execute(select(table)).all()))
            for table in db.Base.metadata.sorted_tables
            if not table.info.get("transient")
        }


#: What must not be logged: a reader's names, ways to reach them, cards; what they read.
PERSONAL = select(
    Patron.surname, Patron.given_name, Patron.phone, Patron.email, Patron.card
).union_all(select(BibliographicRecord.title, null(), null(), null(), null()))


@dataclass
class Desk:
    """A desk of a branch, worked as librarians do: by scans."""

    library: Library
    branch: str
    patron: int | None = None
    place: ServicePlace = ServicePlace.HOME
    override: Override = field(default_factory=Override)
    returned_on: date | None = None
    channel: Channel = Channel.DESK
    point: int | None = None

    def do(self, act, /, request: UUID | None = None, **values: object) -> Answer:
        def work(session: Session) -> Answer:
            origin = self.library.origin(self.branch, request)
            if self.point is not None:
                origin = origin.at_point(self.point)
            if self.channel is not Channel.DESK:
                origin = replace(origin, channel=self.channel)
            config = self.library.config
            here = DeskWork(session, origin, config, self.place, self.override, self.returned_on)
            asked = [getattr(act, "__name__", ""), self.branch, values]
            answers = self.library.answers

            def keep(answer: Answer) -> dict[str, str]:
                answers[str(origin.request_id)] = answer
                return {"answer": str(origin.request_id)}

            return once(
                session,
                origin.request_id,
                asked,
                lambda: act(here, **values),
                dump=keep,
                load=lambda kept: answers[kept["answer"]],
            )

        return db.run(self.library.sessions, work)

    def scan(self, code: str, request: UUID | None = None) -> Answer:
        answer = self.do(desk_actions.scan, request, code=code, patron_id=self.patron)
        if answer.situation == "card":
            self.patron = answer.patron.id
        return answer

    def close(self) -> None:
        self.patron = None

    def issue(self, card: str, number: str, request: UUID | None = None) -> Answer:
        self.close()
        self.scan(card)
        return self.scan(number, request)

    def take_back(self, number: str, request: UUID | None = None) -> Answer:
        self.close()
        return self.scan(number, request)

    def undo(self, act: UUID, request: UUID | None = None) -> Answer:
        return self.do(undo, request, act=act)

    def wait_for(
        self,
        card: str,
        number: str,
        *,
        at: str = "",
        only: bool = False,
        request: UUID | None = None,
    ) -> Hold:
        """Let a reader wait for a document, by the number of any copy."""

        def work(desk: DeskWork) -> Hold:
            patron = desk.session.scalars(select(Patron).where(Patron.card == card)).one()
            query = select(Item).where(Item.inventory_number == number)
            item = desk.session.scalars(query).one()
            return place_hold(
                desk,
                patron=patron,
                record=item.record,
                branch_id=self.library.branches[at or self.branch].id,
                item=item if only else None,
                own_due=loan_queries.own_due(desk.session, patron.id, item.record_id),
            )

        return self.do(work, request)

    def renew(self, answer: Answer, request: UUID | None = None) -> Answer:
        return self.do(answers.renew, request, loan_id=answer.loan.id)


@dataclass
class Browser:
    """A test client that signs in and sends tokens, as a page does."""

    client: object
    token: str = ""

    def get(self, path: str, **options: object):
        answer = self.client.get(path, **options, buffered=True)
        assert b"Project-Id-Version" not in answer.data, f"{path} translates an empty text"
        return answer

    def sign_in(self, login: str, password: str = PASSWORD):
        self.token = self.token_of("/sign-in")
        answer = self.post("/sign-in", login=login, password=password)
        if answer.status_code == 302:
            self.token = self.token_of("/staff/")
        return answer

    def post(self, path: str, *, headers: dict[str, str] | None = None, **form: object):
        values = {"csrf_token": self.token, **form}
        return self.client.post(path, data=values, headers=headers)

    def scan(self, code: str, patron: object = "", request: UUID | None = None):
        return self.by_script("scan", code=code, patron=patron, request=request)

    def by_script(self, to: str, request: UUID | None = None, **form: object):
        return self.by_script_to(f"/desk/{to}", request, **form)

    def by_script_to(self, path: str, request: UUID | None = None, **form: object):
        headers = {"X-Requested-With": "desk", "X-CSRFToken": self.token}
        data = {**form, "request_id": str(request or uuid4())}
        return self.client.post(path, data=data, headers=headers)

    def token_of(self, path: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(path).text)
        return found.group(1) if found else ""


RUSSIAN = "Краткая история книжного дела и библиотек в степном крае, с указателем имён"


def iso(*fields, encoding="utf-8", leader="nam0 22", tail="   450 "):
    """An ISO 2709 record of (tag, text) pairs."""
    directory, body = b"", b""
    for tag, text in fields:
        raw = text.encode(encoding) + b"\x1e"
        directory += f"{tag}{len(raw):04}{len(body):05}".encode()
        body += raw
    base = 25 + len(directory)
    head = f"{base + len(body) + 1:05}{leader}{base:05}{tail}".encode()
    return head + directory + b"\x1e" + body + b"\x1d"


def book(number, title=RUSSIAN, **options):
    fields = [
        ("001", f"N{number}"),
        ("101", "0 \x1farus"),
        ("200", f"1 \x1fa{title} {number}\x1ffА. Автор"),
        ("210", "  \x1faАлматы\x1fd1998"),
        ("675", "  \x1fa94(574)"),
        ("700", " 1\x1faАвтор\x1fbА. А."),
    ]
    return iso(*fields, **options)
