"""Notices: what is planned and what it will cost, what left, what did not and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.campaigns.models import LEVEL
from ils.circulation.debtors.web import debtors
from ils.circulation.notices import actions, queries, rules
from ils.circulation.notices.models import Notice
from ils.circulation.notices.rules import NoticeLevel
from ils.errors import N_
from ils.messages import sms
from ils.messages.outbox import MessageChannel
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.patrons import queries as patron_queries
from ils.web.lists import Column, Filter, ListDefinition

#: Planned short messages that are counted part by part; more are reckoned from these.
RECKONED = 200


@debtors.get("/notices")
@web.page(Permission.VIEW_LOANS)
def notices(session: Session) -> ResponseReturnValue:
    """What readers are told by themselves."""
    args, known = request.args, rules.levels(web.current().config)
    names = names_of(session, web.language())
    ids = {code: number for number, (code, _) in names.items()}
    branch_id = ids.get(args.get("branch", g.staff.branch.code))
    problems: dict[int, str] = {}

    def with_problems(session: Session, rows: Sequence[Any]) -> Sequence[Any]:
        numbers = [row[0].message_id for row in rows if row[0].message_id]
        problems.update(queries.problems(session, numbers))
        return rows

    definition = ListDefinition(
        queries.notices(branch_id, args.get("state", ""), args.get("level", "")),
        [
            Column("reader", N_("Reader"), _reader, None,
                   lambda row: url_for("debtors.debtor", patron_id=row[1].id)),
            Column("level", N_("When"), lambda row: _said(known, row[0].level)),
            Column("due", N_("Due"), lambda row: row[0].due, Notice.due),
            Column("channel", N_("How"),
                   lambda row: web.code_name("notice_channel", row[0].channel), Notice.channel),
            Column("state", N_("State"), lambda row: _state(row[0], problems), Notice.state),
            Column("planned", N_("Planned"), lambda row: row[0].planned_at, Notice.planned_at),
            Column("settled", N_("Settled"), lambda row: row[0].settled_at, Notice.settled_at),
        ],
        filters=[
            Filter("branch", N_("Branch"), [("-", gettext("all")), *names.values()],
                   value=args.get("branch", g.staff.branch.code), always=True),
            Filter("state", N_("State"), web.code_names("notice_state")),
            Filter("level", N_("When"), [(code, _said(known, code)) for code in known]),
        ],
        empty=N_("Nothing was planned yet."),
        enrich=with_problems,
    )  # fmt: skip
    config = web.current().config
    return web.list_page(
        session, definition, title=N_("Notices"), template="circulation/notices.html",
        counts=queries.counts(session, branch_id), mode=config.notices.mode,
        cost=_cost(session, branch_id), hours=config.notices,
    )  # fmt: skip


def _reader(row: Any) -> web.ListCell:
    patron = row[1]
    where = (patron.phone, patron.school, patron.address)
    return web.ListCell(patron.name, note=" · ".join(filter(None, where)))


def _said(known: Mapping[str, NoticeLevel], code: str) -> str:
    """A level in words: 3 days after, 2 days before."""
    if code.startswith(LEVEL):
        return str(gettext("campaign"))
    level = known.get(code)
    if level is None:
        return code
    if level.days == 0:
        return str(gettext("on the day"))
    if level.days < 0:
        return str(gettext("%(days)s d. before", days=-level.days))
    return str(gettext("%(days)s d. after", days=level.days))


def _state(notice: Notice, problems: dict[int, str]) -> web.ListCell:
    why = web.code_name("notice_reason", notice.reason) if notice.reason else ""
    note = problems.get(notice.message_id or 0, "")
    said = ": ".join(filter(None, (web.code_name("notice_state", notice.state), why)))
    return web.ListCell(said, note=note)


def _cost(session: Session, branch_id: int | None) -> tuple[int, int, int]:
    """(Short messages planned, their parts, what they cost in tiyn)."""
    readers = session.scalars(queries.short_messages(branch_id, web.today())).all()
    config = web.current().config
    parts = 0
    for patron_id in readers[:RECKONED]:
        parts += sms.parts(_text(session, patron_id))
    if len(readers) > RECKONED:
        parts = parts * len(readers) // RECKONED
    return len(readers), parts, parts * config.sms.part_price


def _text(session: Session, patron_id: int) -> str:
    planned = session.scalars(queries.planned_of(patron_id, web.today())).all()
    patron = patron_queries.patron(session, patron_id)
    config = web.current().config
    return actions.told(session, config, patron, planned, MessageChannel.SMS).body
