"""A cataloguer at work."""

import json

import pytest
from bringing import TOLD
from click.testing import CliRunner

from ils.cli import main
from ils.organisation.staff.models import Role


@pytest.fixture
def cataloguer(library, browser):
    library.account("каталогизатор", Role.CATALOGUER)
    browser.sign_in("каталогизатор")
    return browser


@pytest.fixture
def run(environ, library, monkeypatch):
    for key, value in environ.items():
        monkeypatch.setenv(key, value)

    def run(*arguments, code=0):
        done = CliRunner().invoke(main, ["catalog", *map(str, arguments)])
        assert done.exit_code == code, (done.output, done.exception)
        return json.loads(done.stdout) if "--json" in arguments else done.output

    return run


@pytest.fixture
def bring(run, tmp_path):
    def bring(data, *options, name="file.iso"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        (one,) = run("import", path, "--json", *options)["files"]
        return {key: one[key] for key in TOLD if one[key]}

    return bring
