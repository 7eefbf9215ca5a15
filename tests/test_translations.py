"""Every text exists in Russian and in Kazakh, with the same values in it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from ils import selfcheck
from ils.circulation.desk.rules import STATUS_TEXTS
from ils.holdings.items.models import ItemStatus
from ils.jobs.models import JobState
from ils.labels import LABELS
from ils.ledger import Channel, Kind, Material
from ils.operations.worker import HEAVY, JOBS
from ils.organisation.branches.models import BranchType, PointType

ROOT = Path(__file__).resolve().parent.parent
VALUE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """The texts of the program as they are now."""
    target = tmp_path_factory.mktemp("texts") / "messages.pot"
    tool = Path(sys.executable).parent / "pybabel"
    command = [tool, "-q", "extract", "-F", "babel.cfg", "-k", "N_", "-o", target, "."]
    subprocess.run(command, cwd=ROOT, check=True)
    with target.open("rb") as file:
        return {m.id for m in read_po(file) if m.id}


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_translations_are_complete_and_hold_the_same_values(texts, language):
    path = ROOT / "ils" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = {m.id: m for m in read_po(file) if m.id}
    assert catalogue.keys() == texts
    for text, message in catalogue.items():
        assert message.string, text
        assert not message.fuzzy, text
        assert sorted(VALUE.findall(text)) == sorted(VALUE.findall(message.string)), text


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("branch_type", BranchType),
        ("point_type", PointType),
        ("status", ItemStatus),
        ("material", Material),
        ("kind", Kind),
        ("channel", Channel),
        ("job_state", JobState),
    ],
)
def test_every_code_has_a_label(kind, codes):
    assert LABELS[kind].keys() == {code.value for code in codes}


def test_every_kind_of_task_has_a_label():
    assert LABELS["job"].keys() == {kind.name for kind in (*JOBS, *HEAVY)}


def test_texts_said_by_number_are_marked_for_translation(texts):
    assert {message for message, _ in selfcheck.CHECKS.values()} <= texts
    assert set(STATUS_TEXTS.values()) <= texts
    assert {text for labels in LABELS.values() for text in labels.values()} <= texts


def test_every_list_of_codes_that_pages_name_is_there():
    named = re.compile(r"""\bcode_names?\(\s*["'](\w+)["']""")
    files = [*(ROOT / "ils").rglob("*.html"), *(ROOT / "ils").rglob("*.py")]
    asked = {(f.name, kind) for f in files for kind in named.findall(f.read_text(encoding="utf-8"))}
    assert len(asked) > 50
    assert {one for one in asked if one[1] not in LABELS} == set()


def test_every_message_to_readers_has_a_name():
    written = tomllib.loads((ROOT / "config/messages.toml").read_text(encoding="utf-8"))
    assert set(LABELS["message"]) == set(written)
