import json

import pytest
from click.testing import CliRunner
from telling import gateway, mail, told

from ils.cli import main
from ils.organisation.staff.models import Role

__all__ = ["gateway", "mail", "told"]


@pytest.fixture
def stocked(library):
    library.reader("R1")
    library.reader("R2")
    library.copy("B1")
    library.copy("B2", title="Степь", language="ru")
    return library


@pytest.fixture
def page(browser, library):
    library.account("admin", *Role)
    browser.sign_in("admin")
    return browser


@pytest.fixture
def run(environ, library, monkeypatch):
    for key, value in environ.items():
        monkeypatch.setenv(key, value)

    def run(*arguments):
        done = CliRunner().invoke(main, ["patrons", *map(str, arguments)])
        assert done.exit_code == 0, (done.output, done.exception)
        return json.loads(done.stdout)

    return run
