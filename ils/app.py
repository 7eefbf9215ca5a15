"""The web application: the only module that knows all the others."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from ils import config as configuration
from ils import db, logs, web
from ils.acquisition.web import acquisition
from ils.catalog.worksheets.definitions import Worksheets, worksheets
from ils.cataloguing.web import BLUEPRINTS as CATALOGUING
from ils.circulation.due_dates.queries import number_due_when_closed
from ils.circulation.notices.rules import levels
from ils.circulation.web import BLUEPRINTS as CIRCULATION
from ils.config import Config
from ils.datafiles import BadConfiguration
from ils.digitization.rights import rules as rights
from ils.digitization.scans import rules as scans
from ils.digitization.web import BLUEPRINT as DIGITISATION
from ils.documents.labels import layouts
from ils.holdings import papers
from ils.holdings.periodicals.rules import patterns
from ils.holdings.web import holdings
from ils.internal_loans.ties import ties
from ils.internal_loans.web import BLUEPRINT as INTERNAL_LOANS
from ils.messages.templates import templates
from ils.opac import kiosk
from ils.opac.web import BLUEPRINTS as OPAC
from ils.operations.web import operations
from ils.organisation.audit.actions import audit
from ils.organisation.permissions import PERMISSIONS
from ils.organisation.staff import queries as organisation
from ils.organisation.web import pages as organisation_pages
from ils.organisation.web import settings
from ils.secret import secret_key
from ils.services.web import services
from ils.shell import navigation
from ils.shell.web import help_pages, shell
from ils.stats.definitions.loading import definitions
from ils.stats.web import statistics

MAX_BODY_BYTES = 1_000_000  # bytes of a request: forms only; uploads set their own limit


def create_app(config: Config | None = None) -> Flask:
    """The application, ready to serve.

    Raises:
        BadConfiguration: a setting cannot be used.
    """
    config = config or configuration.load()
    logs.install(config.folder, "web")
    engine = db.connect(config)
    app = Flask(__name__, static_folder=None)  # `web` serves them under addresses that change
    app.config.update(
        SECRET_KEY=secret_key(config.folder),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=config.sign_in.hours),
        SESSION_REFRESH_EACH_REQUEST=False,  # a sign-in ends when it was said to
        SESSION_COOKIE_NAME="sandyq",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.server.https,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the sign-in
        WTF_CSRF_SSL_STRICT=config.server.https,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
        BABEL_DEFAULT_LOCALE=config.library.language,
        BABEL_DEFAULT_TIMEZONE=config.library.timezone,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    sessions = db.sessions_of(engine)
    system = web.Ils(
        config, sessions, organisation.signed_in, audit, PERMISSIONS, ties, number_due_when_closed
    )
    web.install(app, system, CSRFProtect())
    navigation.install(app)
    pages = (organisation_pages, settings, services, statistics, operations, shell, help_pages)
    stock = (holdings, acquisition, INTERNAL_LOANS, DIGITISATION)
    for blueprint in (*pages, *stock, *CATALOGUING, *CIRCULATION, *OPAC):
        app.register_blueprint(blueprint)
    kiosk.install(app)
    sheets = _checked_data(config)
    app.jinja_env.globals["place_name"] = lambda place: web.place_name(sheets.fields, place)
    if proxies := config.server.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way to wrap
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    return app


def _checked_data(config: Config) -> Worksheets:
    """The entry forms; a wrong form or report stops the start, not who first needs it.

    Raises:
        BadConfiguration: a file cannot be used, or names a catalogue there is not.
    """
    definitions(config)
    templates(config)
    layouts(config)
    papers.check(config)
    patterns(config)
    scans.checks(config)
    rights.terms(config)
    levels(config)
    sheets = worksheets(config)
    for form in sheets.forms.values():
        if form.catalogue not in config.lists.catalogues:
            problem = f"unknown catalogue “{form.catalogue}”"
            raise BadConfiguration(place=f"worksheets/{form.code}.toml", problem=problem)
    return sheets
