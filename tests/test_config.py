"""Settings: three sources, and a clear stop where one is wrong."""

import shutil
import tomllib

import pytest
from click.testing import CliRunner

from ils import config as configuration
from ils.catalog.worksheets.definitions import worksheets
from ils.cli import main
from ils.config import ROOT
from ils.datafiles import BadConfiguration
from ils.secret import secret_key
from ils.stats.definitions.loading import definitions


@pytest.fixture
def folder(tmp_path):
    shutil.copy(ROOT / "config" / "default.toml", tmp_path)
    return tmp_path


def test_local_overrides_default_and_environment_overrides_both(folder):
    (folder / "local.toml").write_text("[circulation]\nloan_days = 20\nmax_loans = 7\n")

    config = configuration.load(folder, {"ILS_CIRCULATION_LOAN_DAYS": "30", "ILS_PORT": "9000"})

    assert (config.circulation.loan_days, config.circulation.max_loans) == (30, 7)
    assert config.server.port == 9000


def test_a_postgresql_address_is_spoken_to_by_psycopg(folder):
    config = configuration.load(folder, {"ILS_DATABASE": "postgresql://u@h/d"})
    assert config.database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("local", "environ", "place"),
    [
        ("[circulation]\nloan_dayz = 3", {}, "local.toml"),
        ("[circulaton]\nloan_days = 3", {}, "local.toml"),
        ("[circulation]\nloan_days = 'three'", {}, "local.toml, circulation.loan_days"),
        ("[circulation]\nloan_days = 0", {}, "local.toml, circulation.loan_days"),
        ("[library]\nlanguage = 'de'", {}, "local.toml, library.language"),
        ("loan_days = ", {}, "local.toml"),
        ("[sms]\nurl = 'ftp://x/{phone}{text}'", {}, "local.toml, sms"),
        ("[sms]\nurl = 'http://x/send'", {}, "local.toml, sms"),
        ("[notices]\nfrom_hour = 20", {}, "local.toml, notices"),
        ("", {"ILS_NONSENSE": "1"}, "ILS_NONSENSE"),
        ("", {"ILS_SERVER_PRT": "1"}, "ILS_SERVER_PRT"),
        ("", {"ILS_PORT": "many"}, "ILS_PORT"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_names_its_place(folder, local, environ, place):
    (folder / "local.toml").write_text(local)
    with pytest.raises(BadConfiguration) as wrong:
        configuration.load(folder, environ)
    assert wrong.value.facts["place"] == place


def test_every_default_has_a_comment():
    lines = (ROOT / "config" / "default.toml").read_text(encoding="utf-8").splitlines()
    keys = [line for line in lines if " = " in line and not line.startswith("#")]
    bare = [line for line in keys if "#" not in line and not line.startswith("name_")]
    assert bare == []


def test_a_list_without_a_name_in_a_language_is_refused(tmp_path):
    for name in ("subject_areas.toml", "holidays.toml"):
        shutil.copy(ROOT / "config" / name, tmp_path)
    lists = (ROOT / "config" / "lists.toml").read_text(encoding="utf-8")
    (tmp_path / "lists.toml").write_text(lists.replace('kk = "Кітаптар", ', ""))
    with pytest.raises(BadConfiguration) as wrong:
        configuration.load_lists(tmp_path)
    assert wrong.value.facts["place"] == "lists.toml, catalogues.books"


@pytest.mark.parametrize(
    ("name", "old", "new", "place"),
    [
        ("lists.toml", 'parent = "worker"', 'parent = "king"', "lists.toml, categories.builder"),
        ("lists.toml", 'parent = "worker"', 'parent = "teacher"', "lists.toml, categories.builder"),
        ("holidays.toml", '"03-08"', '"02-31"', "holidays.toml, fixed.02-31"),
        ("holidays.toml", '"2026-05-27"', '"2026"', "holidays.toml, moving.2026"),
    ],
)
def test_a_list_that_cannot_be_is_refused_with_its_place(tmp_path, name, old, new, place):
    for copied in ("lists.toml", "subject_areas.toml", "holidays.toml"):
        shutil.copy(ROOT / "config" / copied, tmp_path)
    text = (tmp_path / name).read_text("utf-8")
    (tmp_path / name).write_text(text.replace(old, new), "utf-8")
    with pytest.raises(BadConfiguration) as wrong:
        configuration.load_lists(tmp_path)
    assert wrong.value.facts["place"] == place


def test_a_division_nobody_named_is_refused(tmp_path):
    for name in ("lists.toml", "holidays.toml"):
        shutil.copy(ROOT / "config" / name, tmp_path)
    (tmp_path / "subject_areas.toml").write_text('[udc]\n"1" = "magic"\n[bbk]\n')
    with pytest.raises(BadConfiguration):
        configuration.load_lists(tmp_path)


def test_the_version_is_the_projects():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert CliRunner().invoke(main, ["--version"]).output.strip().endswith(project["version"])


def test_all_of_the_configuration_is_read_from_the_chosen_folder(tmp_path):
    chosen = tmp_path / "ours"
    shutil.copytree(ROOT / "config", chosen)
    (chosen / "local.toml").write_text("[circulation]\nloan_days = 21\n")
    book = chosen / "worksheets" / "book.toml"
    book.write_text(book.read_text("utf-8").replace('en = "Book"', 'en = "Volume"', 1), "utf-8")

    config = configuration.load(environ={"ILS_CONFIG": str(chosen)})

    assert config.circulation.loan_days == 21
    assert worksheets(config).form("book").names["en"] == "Volume"
    assert worksheets(configuration.load(environ={})).form("book").names["en"] == "Book"


def test_what_is_read_from_the_folder_is_read_once():
    config = configuration.load(environ={})
    assert definitions(config) is definitions(config)


@pytest.mark.parametrize("content", [b"", b"x"])
def test_a_damaged_key_stops_the_start(tmp_path, content):
    (tmp_path / "secret.key").write_bytes(content)
    with pytest.raises(BadConfiguration):
        secret_key(tmp_path)
