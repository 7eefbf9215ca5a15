"""Notices planned, sent, settled: each once, and none about a copy that is back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from ils import clock
from ils.circulation.campaigns.models import LEVEL, Campaign
from ils.circulation.debtors import actions as debtors
from ils.circulation.debtors.models import DebtChannel
from ils.circulation.loans.models import Loan, LoanEnd
from ils.circulation.losses import queries as loss_queries
from ils.circulation.notices import queries, rules
from ils.circulation.notices.models import Notice, NoticeChannel, NoticeReason, NoticeState
from ils.circulation.notices.rules import NoticeLevel, Reach
from ils.config import Config
from ils.jobs.actions import enqueue
from ils.ledger import Channel
from ils.messages.outbox import MessageChannel, OutgoingMessage
from ils.messages.templates import Composed, compose
from ils.organisation.branches.models import Branch
from ils.organisation.branches.queries import origin_now
from ils.patrons.models import Patron
from ils.patrons.phones import is_mobile, normal_phone

SEND = "send_notice"
#: A message nobody takes for so long is given up: somebody has to call.
PATIENCE = timedelta(days=2)
#: Titles a message names: a short one costs by its letters.
TITLES = {MessageChannel.EMAIL: 20, MessageChannel.SMS: 2}
#: The words of a campaign.
CAMPAIGN = "campaign"
#: A campaign is told by any way there is.
WAYS = NoticeLevel(days=1, channels=("email", "sms"), template=CAMPAIGN)
#: Ways somebody has to go.
BY_HAND = frozenset((NoticeChannel.VISIT, NoticeChannel.SCHOOL))
#: So much of a title a short message names.
SHORT_TITLE = 30
#: The words of a level nobody knows any more.
WORDS = "notice_late"
_ENDS = {
    LoanEnd.RETURNED: NoticeReason.RETURNED,
    LoanEnd.LOST: NoticeReason.LOST,
    LoanEnd.UNDONE: NoticeReason.UNDONE,
}


def usable(config: Config) -> list[str]:
    """The ways there is a server or gateway for; in a test all of them."""
    if config.notices.mode == "test":
        return ["email", "sms"]
    known = {"email": config.mail.host, "sms": config.sms.url}
    return [name for name, address in known.items() if address]


def reach_of(patron: Patron) -> Reach:
    """Where a reader can be reached; of a child who has no address, its guardian."""
    numbers = (patron.phone_number, normal_phone(patron.guardian_phone))
    phone = next((number for number in numbers if is_mobile(number)), "")
    return Reach(patron.email, phone, patron.school)


def plan(session: Session, config: Config, branch: Branch, ids: Sequence[int]) -> int:
    """Plan what readers are to be told of some loans today; returns how many are new.

    A level that a later one overtook is not told any more.
    """
    today = clock.local_day(clock.now(), branch.timezone)
    known, ways = rules.levels(config), usable(config)
    there: dict[int, list[Notice]] = {}
    for notice in session.scalars(queries.of_loans(ids)):
        there.setdefault(notice.loan_id, []).append(notice)
    planned = 0
    for loan, patron in session.execute(queries.with_readers(ids)):
        path = config.lists.category_path(patron.category)
        fitting = {code: one for code, one in known.items() if one.fits(branch.code, path)}
        found = rules.reached(fitting, loan.due, today, config.notices.catch_up_days)
        own = [one for one in there.get(loan.id, []) if one.due == loan.due]
        if found is None or patron.notices_off:
            continue
        same = next((one for one in own if one.level == found[0]), None)
        if same is not None and not _may_begin_anew(same, config):
            continue
        for one in own:
            if one.state == NoticeState.PLANNED and one.level in known:
                settle(one, NoticeState.CANCELLED, NoticeReason.SUPERSEDED)
        channel = rules.channel(found[1], reach_of(patron), ways)
        by_hand = channel in BY_HAND
        if by_hand and not found[1].is_late:  # nobody calls on a reader who owes nothing yet
            continue
        notice = same or Notice(
            loan_id=loan.id, patron_id=patron.id, branch_id=branch.id, due=loan.due,
            level=found[0],
        )  # fmt: skip
        notice.channel, notice.planned_at, notice.message_id = channel, clock.now(), None
        notice.state = NoticeState.BY_HAND if by_hand else NoticeState.PLANNED
        notice.reason = notice.settled_at = None
        session.add(notice)
        planned += 1
    session.flush()
    return planned


def _may_begin_anew(notice: Notice, config: Config) -> bool:
    """Whether what became of a notice is no reason any more: a return was undone, a test is over.

    Its loan is open, and due on the day it was made for.
    """
    if notice.state == NoticeState.TESTED:
        return config.notices.mode == "on"
    return notice.state == NoticeState.CANCELLED and notice.reason != NoticeReason.SUPERSEDED


def settle(notice: Notice, state: NoticeState, reason: NoticeReason | None = None) -> None:
    """Say what became of a notice."""
    notice.state, notice.reason, notice.settled_at = state, reason, clock.now()


def ask_to_send(session: Session, branch: Branch, readers: Iterable[int], *, testing: bool) -> int:
    """Have readers told today, one message each; those who were told today wait for tomorrow."""
    now = clock.now()
    day = clock.local_day(now, branch.timezone)
    asked = 0
    for patron_id in readers:
        since = clock.day_start(day, branch.timezone)
        if not queries.told_since(session, patron_id, since, testing=testing):
            args = {"patron_id": patron_id, "branch_id": branch.id}
            kind = "test" if testing else SEND
            enqueue(session, SEND, args, key=f"{kind}:{patron_id}:{day}")
            asked += 1
    return asked


def take_up(
    session: Session, config: Config, patron_id: int, today: date
) -> OutgoingMessage | None:
    """Make the message of a reader from what is true now; ``None``: there is nothing to tell.

    What came back, was renewed or lost meanwhile is not told of. A message that was being handed
    over when the computer stopped is not sent a second time: nobody knows whether it left.
    """
    notices = list(session.scalars(queries.planned_of(patron_id, today).with_for_update()))
    patron = session.get(Patron, patron_id)
    if patron is None:
        return None
    tried = _tried(session, notices)
    hopeless = _hopeless(tried)
    if tried is not None and hopeless is not None:
        _fail(tried, notices, hopeless)
        tried = None
    planned = [one for one in notices if one.state == NoticeState.PLANNED]
    standing = _standing(session, config, patron, planned, today)
    if not standing:
        session.flush()
        return None
    channel, to = _addressed(config, patron, standing)
    if channel is None:
        session.flush()
        return None
    text = told(session, config, patron, standing, channel)
    message = tried or OutgoingMessage(patron_id=patron.id, written_at=clock.now())
    message.channel, message.to, message.handed_at = channel, to, clock.now()
    message.subject, message.body = text.subject, text.body
    session.add(message)
    session.flush()
    for notice in standing:
        notice.message_id = message.id
    session.flush()
    return message


def _tried(session: Session, notices: Sequence[Notice]) -> OutgoingMessage | None:
    """The message some notices were to leave with before."""
    number = next((one.message_id for one in notices if one.message_id is not None), None)
    return session.get(OutgoingMessage, number) if number is not None else None


def _addressed(
    config: Config, patron: Patron, notices: Sequence[Notice]
) -> tuple[MessageChannel | None, str]:
    """Where a reader is told now; where there is no address any more, notices wait for a visit."""
    known, reach = rules.levels(config), reach_of(patron)
    level = known.get(notices[-1].level, WAYS)
    way = rules.channel(level, reach, usable(config))
    for notice in notices:
        if way not in BY_HAND:
            notice.channel = way
        elif known.get(notice.level, WAYS).is_late:
            notice.channel = way
            settle(notice, NoticeState.BY_HAND)
        else:
            settle(notice, NoticeState.CANCELLED, NoticeReason.NO_ADDRESS)
    if way in BY_HAND:
        return None, ""
    channel = MessageChannel(way)
    if config.notices.mode == "test":
        is_email = "@" in config.notices.test_to
        fits = is_email == (channel == MessageChannel.EMAIL)
        return channel, config.notices.test_to if fits else ""
    return channel, reach.email if channel == MessageChannel.EMAIL else reach.phone


def _hopeless(tried: OutgoingMessage | None) -> NoticeReason | None:
    """Why a message is not tried again."""
    if tried is None:
        return None
    if tried.handed_at is not None:
        return NoticeReason.UNKNOWN
    return NoticeReason.NOT_TAKEN if tried.written_at < clock.now() - PATIENCE else None


def _fail(message: OutgoingMessage, notices: Sequence[Notice], reason: NoticeReason) -> None:
    """Give a message up with what it was to tell."""
    message.given_up_at, message.handed_at = clock.now(), None
    for notice in notices:
        if notice.message_id == message.id:
            settle(notice, NoticeState.FAILED, reason)


def _standing(
    session: Session, config: Config, patron: Patron, notices: Sequence[Notice], today: date
) -> list[Notice]:
    """Those whose loan is still as it was when they were planned; the others are cancelled."""
    found = {
        loan.id: loan
        for loan in session.scalars(queries.loans_with_titles([one.loan_id for one in notices]))
    }
    claimed = set(session.scalars(loss_queries.claimed_among(list(found))))
    standing, known = [], rules.levels(config)
    for notice in notices:
        loan = found[notice.loan_id]
        if loan.ended_at is not None:
            settle(notice, NoticeState.CANCELLED, _ENDS[LoanEnd(str(loan.ended_by))])
        elif loan.id in claimed:
            settle(notice, NoticeState.CANCELLED, NoticeReason.CLAIMED)
        elif loan.due != notice.due:
            settle(notice, NoticeState.CANCELLED, NoticeReason.RENEWED)
        elif patron.notices_off:
            settle(notice, NoticeState.CANCELLED, NoticeReason.SWITCHED_OFF)
        elif not _is_timely(session, notice, known, today):
            settle(notice, NoticeState.CANCELLED, NoticeReason.TOO_LATE)
        else:
            standing.append(notice)
    return standing


def _is_timely(
    session: Session, notice: Notice, known: Mapping[str, NoticeLevel], today: date
) -> bool:
    """Whether its words are still true: the day is to come, the campaign not over."""
    campaign = _campaign(session, [notice.level])
    if campaign is not None:
        return today <= campaign.last
    level = known.get(notice.level)
    return level is not None and (level.is_late or today <= notice.due)


def told(
    session: Session,
    config: Config,
    patron: Patron,
    notices: Sequence[Notice],
    channel: MessageChannel,
) -> Composed:
    """One message of all that is to be told, in the words of the latest level."""
    known, most = rules.levels(config), TITLES[channel]
    loans = session.scalars(queries.loans_with_titles([one.loan_id for one in notices])).all()
    short = channel == MessageChannel.SMS
    lines = [_line(loan, short=short) for loan in loans[:most]]
    more = [f"+{len(loans) - most}"] if len(loans) > most else []
    codes = {one.level for one in notices}
    templates = [level.template for code, level in known.items() if code in codes]
    if any(code.startswith(LEVEL) for code in codes):
        templates.append(CAMPAIGN)
    branch = session.get_one(Branch, notices[-1].branch_id)
    campaign = _campaign(session, codes)
    values: Mapping[str, str] = {
        "campaign": campaign.name if campaign else "",
        "days": f"{campaign.first:%d.%m}–{campaign.last:%d.%m.%Y}" if campaign else "",
        "terms": campaign.terms if campaign else "",
        "reader": patron.name, "library": config.library.name(patron.language),
        "branch": branch.name(patron.language), "where": branch.where(patron.language),
        "loans": ("; " if short else "\n").join([*lines, *more]),
    }  # fmt: skip
    template = templates[-1] if templates else WORDS
    return compose(
        config, f"{template}{rules.SHORT}" if short else template, patron.language, values
    )


def _campaign(session: Session, codes: Iterable[str]) -> Campaign | None:
    """The latest campaign among the levels of some notices."""
    numbers = [int(code.removeprefix(LEVEL)) for code in codes if code.startswith(LEVEL)]
    return session.get(Campaign, max(numbers)) if numbers else None


def _line(loan: Loan, *, short: bool) -> str:
    if short:
        title = loan.item.record.title
        return f"{loan.due:%d.%m} {title[:SHORT_TITLE]}{'…' if len(title) > SHORT_TITLE else ''}"
    return f"{loan.due:%d.%m.%Y}  {loan.item.record.title}"


def note_sent(session: Session, config: Config, message_id: int, branch_id: int) -> None:
    """A message left: its notices are told; late ones count as a reminder, once a month."""
    message = session.get(OutgoingMessage, message_id)
    if message is None:  # the reader was erased meanwhile
        return
    message.sent_at, message.handed_at = clock.now(), None
    testing = config.notices.mode == "test"
    notices = session.scalars(queries.with_message(message_id).with_for_update()).all()
    for notice in notices:
        settle(notice, NoticeState.TESTED if testing else NoticeState.SENT)
    levels = rules.levels(config)
    late = [one for one in notices if one.level not in levels or levels[one.level].is_late]
    if late and not testing:
        origin = origin_now(session, branch_id, Channel.SYSTEM)
        patron = session.get_one(Patron, late[0].patron_id)
        debtors.note_told(session, origin, patron, DebtChannel(message.channel))
    session.flush()
