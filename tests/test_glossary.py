"""Every code the program uses is explained in the glossary, in the words of the pages."""

import importlib
import pkgutil
import re
from pathlib import Path

import ils
from ils import i18n
from ils.circulation.desk.rules import Situation
from ils.errors import IlsError
from ils.labels import LABELS

GLOSSARY = Path(__file__).resolve().parents[1] / "docs" / "glossary.md"


def errors(base=IlsError):
    yield base
    for kind in base.__subclasses__():
        yield from errors(kind)


def test_every_code_is_in_the_glossary():
    for module in pkgutil.walk_packages(ils.__path__, "ils."):
        if module.name != "ils.__main__":
            importlib.import_module(module.name)
    lines = set(GLOSSARY.read_text(encoding="utf-8").splitlines())
    wanted = {
        f"| `{error.code}` | {int(error.status)} | {i18n.say(error.message, 'ru')} |"
        for error in errors()
        if error.__module__.startswith("ils.")
    }
    for kind in ("kind", "channel", "status", "material"):
        for code, text in LABELS[kind].items():
            wanted.add(f"| `{code}` | {i18n.say(text, 'ru')} | {i18n.say(text, 'kk')} |")
    assert wanted - lines == set()


def test_every_branch_of_the_tree_is_in_the_glossary():
    text = GLOSSARY.read_text(encoding="utf-8")
    numbered = re.findall(r"^\| S\d+[ab]? `(\w+)` \|", text, re.MULTILINE)
    tree = list(Situation)[: list(Situation).index(Situation.UNAVAILABLE)]
    assert numbered == [situation.value for situation in tree]
