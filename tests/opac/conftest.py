"""A public catalogue, and somebody at home who reads it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "search"))
sys.path.append(str(Path(__file__).parent.parent / "catalog"))

from ils.ledger import Kind
from ils.web import rates

PERSON = {"User-Agent": "Mozilla/5.0 (Android 13) Firefox/130.0", "Accept-Language": "ru"}


class Visitor:
    """A browser at home: it keeps cookies and says what it is."""

    def __init__(self, app, library) -> None:
        self.client, self.library = app.test_client(), library

    def get(self, path: str, **headers: str):
        return self.client.get(path, headers={**PERSON, **headers})

    def post(self, path: str, **form: object):
        return self.client.post(path, data=form, headers=PERSON)

    @property
    def visits(self) -> int:
        return self.library.count(Kind.CATALOGUE_VISIT)


@pytest.fixture(autouse=True)
def _nobody_asked_yet():
    rates.forget()


@pytest.fixture
def visitor(app, library) -> Visitor:
    app.config["WTF_CSRF_ENABLED"] = False
    return Visitor(app, library)
