"""Campaigns for the return of overdue copies: set, announced, and what came of them."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from ils import web
from ils.circulation.campaigns import actions, queries
from ils.circulation.campaigns.models import Campaign
from ils.circulation.campaigns.rules import CampaignData
from ils.circulation.debtors.web import debtors
from ils.circulation.notices import announcing
from ils.errors import N_
from ils.organisation.branches.queries import names_of
from ils.organisation.permissions import Permission
from ils.web.filled import Form
from ils.web.lists import Column, ListDefinition, PageAction


@debtors.get("/campaigns/")
@web.page(Permission.VIEW_LOANS)
def campaigns(session: Session) -> ResponseReturnValue:
    """All of them."""
    definition = ListDefinition(
        queries.campaigns(),
        [
            Column("name", N_("Name"), lambda one: one.name, Campaign.name,
                   lambda one: url_for("debtors.campaign", campaign_id=one.id)),
            Column("first", N_("First day"), lambda one: one.first, Campaign.first),
            Column("last", N_("Last day"), lambda one: one.last, Campaign.last),
            Column("announced", N_("Announced"), lambda one: one.announced_at),
        ],
        empty=N_("There were no campaigns yet."),
    )  # fmt: skip
    new = PageAction(N_("New campaign"), url_for("debtors.new_campaign"), main=True)
    may = web.may(Permission.MANAGE_CAMPAIGNS)
    return web.list_page(session, definition, title=N_("Campaigns"), actions=[new] if may else [])


def _form(session: Session, values: dict[str, object] | None) -> Form[CampaignData]:
    branches = [(code, name) for code, name in names_of(session, web.language()).values()]
    return Form(CampaignData, values, choices={"branches": branches})


def _ids(session: Session, data: CampaignData) -> list[int]:
    names = names_of(session, web.language())
    return sorted(number for number, (code, _) in names.items() if code in data.branches)


@debtors.get("/campaigns/new")
@web.page(Permission.MANAGE_CAMPAIGNS)
def new_campaign(session: Session) -> ResponseReturnValue:
    """The form of a campaign."""
    return _new_page(session, _form(session, {}))


def _new_page(session: Session, form: Form[CampaignData]) -> ResponseReturnValue:
    title = N_("New campaign")
    return web.respond(session, "circulation/new_campaign.html", {}, title=title, form=form)


@debtors.post("/campaigns/new")
@web.page(Permission.MANAGE_CAMPAIGNS, write=True)
def add_campaign(session: Session) -> ResponseReturnValue:
    """Set it."""

    def work(data: CampaignData) -> ResponseReturnValue:
        made = actions.save(session, web.origin(), data, _ids(session, data))
        return redirect(url_for("debtors.campaign", campaign_id=made.id))

    return web.handled(session, _form(session, None), work, lambda form: _new_page(session, form))


@debtors.get("/campaigns/<id:campaign_id>")
@web.page(Permission.VIEW_LOANS)
def campaign(session: Session, campaign_id: int) -> ResponseReturnValue:
    """A campaign, and what came of it."""
    one = queries.campaign(session, campaign_id)
    codes = {number: code for number, (code, _) in names_of(session, web.language()).items()}
    values: dict[str, object] = {
        "name": one.name, "first": one.first, "last": one.last, "terms": one.terms,
        "compared": one.compared, "branches": [codes[number] for number in one.branches],
    }  # fmt: skip
    return _page(session, one, _form(session, values))


def _page(session: Session, one: Campaign, form: Form[CampaignData]) -> ResponseReturnValue:
    names = names_of(session, web.language())
    return web.respond(
        session, "circulation/campaign.html", {}, title=one.name, one=one, form=form,
        branches=[names[number][1] for number in one.branches],
        results=announcing.results(session, web.current().config, one),
        copies=announcing.copies_back(session, one), is_over=one.last < web.today(),
    )  # fmt: skip


@debtors.post("/campaigns/<id:campaign_id>")
@web.page(Permission.MANAGE_CAMPAIGNS, write=True)
def change_campaign(session: Session, campaign_id: int) -> ResponseReturnValue:
    """Change its days, branches, words."""
    one = queries.campaign(session, campaign_id, lock=True)

    def work(data: CampaignData) -> ResponseReturnValue:
        actions.save(session, web.origin(), data, _ids(session, data), one)
        flash(gettext("Saved."))
        return redirect(url_for("debtors.campaign", campaign_id=one.id))

    return web.handled(session, _form(session, None), work, lambda form: _page(session, one, form))


@debtors.post("/campaigns/<id:campaign_id>/announce")
@web.page(Permission.MANAGE_CAMPAIGNS, write=True)
def announce_campaign(session: Session, campaign_id: int) -> ResponseReturnValue:
    """Have the debtors told of it."""
    one = queries.campaign(session, campaign_id, lock=True)
    announcing.announce(session, web.origin(), one)
    flash(gettext("Readers are told of it in the hours of their branches."))
    return redirect(url_for("debtors.campaign", campaign_id=one.id))
