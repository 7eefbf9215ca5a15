"""The page of one reader: what is known, registrations, loans, holds, blocks, family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.desk.panel import here, panel
from ils.circulation.holds import queries as hold_queries
from ils.circulation.loans import queries as loan_queries
from ils.circulation.loans.models import Loan
from ils.codes import queries as code_queries
from ils.errors import N_
from ils.fields import FieldInfo, FieldKind, described
from ils.labels import LABELS
from ils.ledger import Channel
from ils.organisation.branches.queries import names_of, working
from ils.organisation.permissions import Permission
from ils.patrons import queries as patron_queries
from ils.patrons.fields import INFOS
from ils.patrons.models import Patron, PatronPhoto
from ils.web.cells import ListCell
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, RowAction

#: Past loans shown at once.
PAST = 20


@dataclass(frozen=True)
class NewCard:
    """The form of another card."""

    card: str = described(
        N_("Card barcode"), default="", width="phone", scan=True,
        hint=N_("Scan it; left empty, the next free one is given"),
    )  # fmt: skip
    reason: str = described(N_("Reason"), default="")


@dataclass(frozen=True)
class BlockData:
    """The form of a block."""

    reason: str = described(N_("Reason"))
    until: date | None = described(N_("Until"), FieldKind.DAY, default=None, width="date")


@dataclass(frozen=True)
class RenewalData:
    """The form of a renewal asked for from afar: by which way, and of what."""

    channel: str = described(N_("The reader asked"), FieldKind.CHOICE, default="phone")
    loan: str = described(N_("to renew"), FieldKind.CHOICE, default="", empty=N_("everything"))


@dataclass(frozen=True)
class TakenBackData:
    """The form of a registration that was a mistake."""

    year: str = described(N_("Registration of"), FieldKind.CHOICE)
    reason: str = described(
        N_("Reason"), default="", hint=N_("for a registration that is not your own of today")
    )


@dataclass(frozen=True)
class TwinData:
    """The form of another registration of the same person."""

    card: str = described(
        N_("The other card"), width="phone", scan=True, hint=N_("Scan it; both are shown first")
    )


@dataclass(frozen=True)
class PhotoData:
    """The form of a photo."""

    photo: None = described(
        N_("Photo"), FieldKind.FILE, default=None, accept="image/jpeg,image/png,image/webp",
        hint=N_("Picture in JPEG, PNG or WebP"),
    )  # fmt: skip


def renewal_form(session: Session, patron_id: int, values: dict[str, Any] | None) -> Form[Any]:
    """The form of a renewal from afar, of one reader's loans."""
    loans = session.scalars(loan_queries.open_loans(patron_id))
    titles = [(str(loan.id), loan.item.record.title[:50]) for loan in loans]
    ways = [(code, web.code_name("channel", code)) for code in (Channel.PHONE, Channel.EMAIL)]
    return Form(RenewalData, values, name="renewal", choices={"channel": ways, "loan": titles})


def taken_back_form(
    session: Session, patron_id: int, values: dict[str, Any] | None
) -> Form[TakenBackData]:
    """The form of taking a registration back, of one reader's years."""
    years = [
        (str(y.year), str(y.year)) for y in session.scalars(patron_queries.years_of(patron_id))
    ]
    return Form(TakenBackData, values, name="taken_back", choices={"year": years})


def reader_page(
    session: Session, found: Patron, sent: Form[Any] | None = None
) -> ResponseReturnValue:
    """The page; ``sent`` is one of its forms that could not be done."""
    forms: dict[str, Form[Any]] = {
        "card": Form(NewCard, {}, name="card"),
        "block": Form(BlockData, {}, name="block"),
        "photo": Form(PhotoData, {}, name="photo"),
        "renewal": renewal_form(session, found.id, {}),
        "taken_back": taken_back_form(session, found.id, {}),
        "twin": Form(TwinData, {}, name="twin"),
    }
    if sent is not None:
        forms[sent.name] = sent
    names = names_of(session, web.language())
    return web.respond(
        session,
        "circulation/patron.html",
        {"open_loans": _open_loans(found, names), "past_loans": _past_loans(found, names)},
        title=found.name,
        facts=_facts(found),
        forms=forms,
        years=session.scalars(patron_queries.years_of(found.id)).all(),
        holds=session.scalars(hold_queries.holds_of(found.id)).all(),
        all_blocks=session.scalars(patron_queries.blocks(found.id)).all(),
        merges=session.scalars(patron_queries.merges_of(found.id)).all(),
        former_cards=session.scalars(code_queries.former_cards(found.id)).all(),
        family=[p for p in session.scalars(patron_queries.household_of(found)) if p.id != found.id],
        has_photo=session.get(PatronPhoto, found.id) is not None,
        branches=names,
        pickup=working(session, web.language()),
        **dict[str, Any](panel(session, here(session, found.id))),
    )


def _open_loans(found: Patron, names: Mapping[int, tuple[str, str]]) -> ListDefinition:
    """What the reader has."""
    return ListDefinition(
        loan_queries.open_loans(found.id),
        (
            *_what_and_when(names),
            Column("due", N_("Due"), _due, Loan.due),
            Column("number", N_("Inventory number"), lambda loan: loan.item.number),
            Column("copies", N_("Copies"), lambda loan: loan.quantity_out),
            Column("renewals", N_("Renewals"), lambda loan: loan.renewals, Loan.renewals),
        ),
        row_actions=[
            RowAction(
                N_("Renew"),
                lambda _: url_for("desk.renew"),
                lambda loan: loan.item.record.title,
                sends=lambda loan: {
                    "loan": loan.id,
                    "next": url_for("patrons.patron", patron_id=found.id),
                },
                shown=lambda _: web.may(Permission.OPERATE_DESK),
            ),
            RowAction(
                N_("Return"),
                lambda _: url_for("desk.choose"),
                lambda loan: loan.item.record.title,
                sends=lambda loan: {"item": loan.item_id},
                shown=lambda loan: not loan.is_bulk and web.may(Permission.OPERATE_DESK),
            ),
            RowAction(
                N_("Lost, claimed…"),
                lambda loan: url_for("losses.loss", loan_id=loan.id),
                lambda loan: loan.item.record.title,
            ),
        ],
        name="loans",
    )


def _what_and_when(names: Mapping[int, tuple[str, str]]) -> tuple[Column, ...]:
    """What a list of loans begins with: what was lent, when and where."""

    def since(loan: Loan) -> ListCell:
        return ListCell(loan.issued_at, note=names[loan.branch_id][1])

    return (
        Column("title", N_("Title"), _title),
        Column("since", N_("Lent on"), since, Loan.issued_at),
    )


def _past_loans(found: Patron, names: Mapping[int, tuple[str, str]]) -> ListDefinition:
    """What the reader had."""
    return ListDefinition(
        loan_queries.past_loans(found.id),
        (
            *_what_and_when(names),
            Column("ended", N_("Came back"), lambda loan: loan.ended_at, Loan.ended_at),
            Column("end", N_("State"), lambda loan: web.code_name("loan_end", loan.ended_by)),
            Column("number", N_("Inventory number"), lambda loan: loan.item.number),
        ),
        empty=N_("Nothing came back yet."),
        name="past",
        size=PAST,
    )


def _title(loan: Loan) -> ListCell:
    record = loan.item.record
    return ListCell(record.title, note=record.authors)


def _due(loan: Loan) -> ListCell:
    return ListCell(loan.due, mood="late" if loan.due < web.today() else "")


def _facts(patron: Patron) -> list[tuple[str, str]]:
    """What is known of a reader, in words; what says nothing is left out."""
    said = [(gettext(info.label), in_words(patron, info)) for info in INFOS]
    found = [(label, value) for label, value in said if value]
    return [*found, (gettext("Consent"), web.shown_value(patron.consent_at))]


def in_words(patron: Patron, info: FieldInfo) -> str:
    """A value of a reader as people read it; empty where it says nothing."""
    value = getattr(patron, info.name, None)
    if info.codes == "categories":
        value = web.listed(web.current().config.lists.categories, value)
    elif info.codes == "language":
        value = web.language_name(value)
    elif info.codes in LABELS and value:
        value = web.code_name(info.codes, value)
    elif isinstance(value, bool):
        value = gettext("yes") if value else ""
    return "" if value in {None, ""} else web.shown_value(value)
