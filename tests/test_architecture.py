"""What `docs/architecture.md` asks of the code, asked by machine."""

import ast
import importlib
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ils.labels import LABELS

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = sorted((ROOT / "ils").rglob("*.py"))
ALL = PROGRAM + sorted((ROOT / "tests").rglob("*.py")) + sorted((ROOT / "scripts").glob("*.py"))
ALL += sorted((ROOT / "migrations").rglob("*.py"))
#: A foreign library and the only module that may import it.
HOMES = {
    "pymarc": {"ils/marc/foreign.py"},
    "lxml": {"ils/marc/xml.py"},
    "reportlab": {"ils/documents/pdf.py", "ils/documents/paged.py"},
    "docx": {"ils/documents/docx.py"},
    "barcode": {"ils/documents/barcodes.py"},
    "pyzbar": {"ils/documents/barcodes.py"},
    "PIL": {
        "ils/documents/pictures.py",
        "ils/patrons/photos.py",
        "ils/documents/barcodes.py",
        "ils/documents/labels.py",
        "ils/documents/zpl.py",
        "ils/digitization/scans/pictures.py",
        "ils/digitization/scans/derivatives.py",
        "ils/digitization/ocr/tesseract.py",
        "ils/digitization/ocr/plugin.py",
    },
    "pypdfium2": {"ils/digitization/scans/pictures.py"},
    "pikepdf": {"ils/digitization/ocr/pdf.py"},
    "img2pdf": {"ils/digitization/ocr/pdf.py"},
    "ocrmypdf": {"ils/digitization/ocr/plugin.py"},
    "num2words": {"ils/documents/words.py"},
    "zxingcpp": {"ils/documents/barcodes.py"},
    "openpyxl": {"ils/documents/spreadsheets.py"},
    "xlsxwriter": {"ils/documents/spreadsheets.py"},
    "alembic": {"ils/schema.py"},
    "argon2": {"ils/passwords.py"},
    "limits": {"ils/web/rates.py"},
    "waitress": {"ils/serving.py"},
}


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", ALL, ids=place)
def test_files_and_functions_stay_small(path):
    text = path.read_text(encoding="utf-8")
    if "versions" in path.parts:
        return  # a migration is one listing, as long as the tables have columns
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno + 1 <= 50, node.name


def test_only_db_commits_and_only_the_clock_asks_the_time():
    found = {"commit": set(), "now": set()}
    for path in PROGRAM:
        text = path.read_text(encoding="utf-8")
        if re.search(r"\.commit\(|session\.begin\(", text):
            found["commit"].add(place(path))
        if re.search(r"datetime\.now|datetime\.utcnow|date\.today|time\.time\(", text):
            found["now"].add(place(path))
    of_index = "ils/search/engine.py"  # commits postings, not rows
    assert found == {"commit": {"ils/db.py", of_index}, "now": {"ils/clock.py"}}


def test_only_the_ledger_writes_the_ledger():
    writers = {
        place(path)
        for path in PROGRAM
        if re.search(r"\bEntry\(|insert\(Entry|bulk_insert\(\w+, Entry", path.read_text("utf-8"))
    }
    assert writers == {"ils/ledger/entries.py"}


def test_each_foreign_library_has_one_home():
    homes = {name: set() for name in HOMES}
    for path in PROGRAM:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                if name.split(".")[0] in homes:
                    homes[name.split(".")[0]].add(place(path))
    assert homes == HOMES


def test_a_violation_of_the_import_directions_is_seen(tmp_path):
    shutil.copytree(ROOT / "ils", tmp_path / "ils", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    wrong = tmp_path / "ils" / "stats" / "engine" / "totals.py"
    wrong.write_text(
        "from ils.circulation.loans import models\n" + wrong.read_text(encoding="utf-8")
    )
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(
        command,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "ils.stats.engine.totals -> ils.circulation.loans.models" in done.stdout


def test_no_class_name_stands_twice():
    places = {}
    for path in PROGRAM:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(place(path))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_every_act_written_into_the_audit_trail_has_a_name():
    written = {
        said.value
        for path in PROGRAM
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"audit", "web.note", "note"}
        for said in node.args
        if isinstance(said, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(said.value))
    }
    assert len(written) > 30
    assert written - LABELS["audit"].keys() == set()


def test_programs_kept_in_strings_import_what_there_is():
    imports = [
        (module, name.split(" as ")[0].strip())
        for path in sorted((ROOT / "scripts").glob("*.py"))
        for module, listed in re.findall(
            r"from (ils[\w.]*) import ([\w, ]+)", path.read_text(encoding="utf-8")
        )
        for name in listed.split(",")
    ]
    missing = [
        (module, name)
        for module, name in imports
        if not hasattr(importlib.import_module(module), name)
        and importlib.util.find_spec(f"{module}.{name}") is None
    ]
    assert imports
    assert missing == []


def test_cells_of_lists_say_on_a_phone_what_they_are():
    """A row is a card there: its head is gone, each cell is named by what stands beside it."""
    nameless = [
        f"{page.name}: {cell}"
        for page in sorted((ROOT / "ils/templates").rglob("*.html"))
        if "opac" not in page.parts  # its tables scroll
        for table in re.findall(
            r'<table class="list">.*?</table>', page.read_text("utf-8"), re.DOTALL
        )
        for cell in re.findall(r"<td[^>]*>", table)
        if "data-label" not in cell
    ]
    assert nameless == []
