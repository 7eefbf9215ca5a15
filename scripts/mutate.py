"""Plants faults in a package, one at a time, runs the tests that reach the line, counts survivors.

A fault is a small change of the syntax tree: a comparison turned, a condition negated, a number
one larger, a statement left out. One that no test notices is a fault nobody would notice.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parent.parent
#: What decides: rules, acts, questions to the database, rights, checks, the queue.
PATTERN = (
    "rules actions queries permissions selfcheck undo answers runner idempotency entries visits"
)
COPIED = (
    ".gitignore", "babel.cfg", "config", "docs", "ils", "migrations", "pyproject.toml",
    "scripts", "tests", "README.md", "CHANGELOG.md", "CONTRIBUTING.md",
)  # fmt: skip
MAX_TESTS = 60
TIMEOUT = 240  # seconds for the tests of one fault: longer is a hang, which is noticed too
WORKERS = 2
#: Programs of their own, whose lines nobody sees from here.
NOT_TRACED = ("--ignore", "tests/browser", "--ignore", "tests/test_serve.py")
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A change of one place of a file: ``number`` in the order of a walk over its tree."""

    path: str
    line: int
    number: int
    what: str


class _Planter(ast.NodeVisitor):
    """Counts the places where a fault can be planted; plants the one that is asked for."""

    def __init__(self, wanted: int | None = None) -> None:
        self.wanted, self.places = wanted, 0
        self.found: list[tuple[int, str]] = []

    def place(self, node: ast.AST, what: str) -> bool:
        """Note a place; whether it is the one to change."""
        self.found.append((getattr(node, "lineno", 0), what))
        self.places += 1
        return self.wanted == self.places - 1

    def visit_Compare(self, node: ast.Compare) -> None:
        if type(node.ops[0]) in COMPARED:
            new = COMPARED[type(node.ops[0])]
            if self.place(node, f"{type(node.ops[0]).__name__} → {new.__name__}"):
                node.ops[0] = new()
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        if self.place(node, f"{type(node.op).__name__} → {other.__name__}"):
            node.op = other()
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if self.place(node, "if not"):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        if self.place(node, "else ↔ if"):
            node.body, node.orelse = node.orelse, node.body
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            if self.place(node, f"{node.value} → {not node.value}"):
                node.value = not node.value
        elif isinstance(node.value, int) and self.place(node, f"{node.value} → {node.value + 1}"):
            node.value += 1

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Add | ast.Sub):
            other = ast.Sub if isinstance(node.op, ast.Add) else ast.Add
            if self.place(node, f"{type(node.op).__name__} → {other.__name__}"):
                node.op = other()
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            if self.place(node, "left out"):
                node.value = ast.Constant(None)
                return
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        changes = isinstance(node.targets[0], ast.Attribute)
        if changes and self.place(node, "not set"):
            node.targets = [ast.Name("_", ast.Store())]
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Columns and fields: what they are is the database's and the type checker's."""

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """What a class is made of; its decorators are the type checker's."""
        for statement in node.body:
            self.visit(statement)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for statement in node.body:
            self.visit(statement)


def faults_of(path: Path, root: Path) -> list[Fault]:
    """Every fault that can be planted in a file."""
    planter = _Planter()
    planter.visit(ast.parse(path.read_text(encoding="utf-8")))
    name = str(path.relative_to(root))
    return [Fault(name, line, n, what) for n, (line, what) in enumerate(planter.found)]


def planted(text: str, fault: Fault) -> str:
    """The file with a fault."""
    tree = copy.deepcopy(ast.parse(text))
    _Planter(fault.number).visit(tree)
    return ast.unparse(ast.fix_missing_locations(tree))


def copied(folder: Path) -> Path:
    """A copy of the project, to be broken."""
    folder.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def pytest_of(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run tests of a copy, on SQLite."""
    kept = {k: v for k, v in os.environ.items() if k != "SANDYQ_TEST_POSTGRESQL"}
    return subprocess.run(
        [Path(sys.executable).parent / "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=kept | {"PYTHONPATH": f"{folder}:{folder / 'scripts'}"} | environ,
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )


def reach(folder: Path, targets: list[Path]) -> dict[tuple[str, int], list[str]]:
    """(file, line) → the tests that run it."""
    written = folder / "reached"
    written.mkdir()
    names = "\n".join(str(path) for path in targets)
    done = pytest_of(
        folder, "-n", str(WORKERS), "-p", "mutate_reach", *NOT_TRACED,
        MUTATE_TARGETS=names, MUTATE_REACH=str(written),
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"the tests fail without a fault:\n{done.stdout[-3000:]}")
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for file in written.glob("*.json"):
        for place, tests in json.loads(file.read_text()).items():
            name, _, line = place.rpartition(":")
            found[str(Path(name).relative_to(folder)), int(line)] += tests
    return found


def noticed(folder: Path, fault: Fault, tests: list[str]) -> bool:
    """Whether a test fails with a fault."""
    path = folder / fault.path
    text = path.read_text(encoding="utf-8")
    path.write_text(planted(text, fault), encoding="utf-8")
    command = [str(Path(sys.executable).parent / "pytest"), "-q", "-x", "-p", "no:cacheprovider"]
    environ = {k: v for k, v in os.environ.items() if k != "SANDYQ_TEST_POSTGRESQL"}
    try:
        done = subprocess.run(
            [*command, *tests], cwd=folder, env=environ | {"PYTHONPATH": str(folder)},
            capture_output=True, timeout=TIMEOUT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(text, encoding="utf-8")
    return done.returncode != 0


def targets_in(folder: Path, package: str, pattern: str) -> Iterator[Path]:
    """The files faults are planted in."""
    wanted = set(pattern.split())
    source = folder / package
    files = [source] if source.is_file() else sorted(source.rglob("*.py"))
    for path in files:
        if path.stem in wanted or source.is_file():
            yield path


def likely(tests: list[str], seen: Counter[str], package: str) -> list[str]:
    """Of many tests those that would notice: of the package's own folder, then of others.

    Most of them see much of the file; the rest see little else than the line.
    """
    home = f"tests/{Path(package).relative_to('ils').parts[0]}"
    ranked = sorted(tests, key=lambda test: (not test.startswith(home), -seen[test]))
    broad = ranked[: MAX_TESTS // 2]
    narrow = sorted(
        ranked[MAX_TESTS // 2 :], key=lambda test: (not test.startswith(home), seen[test])
    )
    return [*broad, *narrow[: MAX_TESTS - len(broad)]]


def main() -> None:
    """Plant, run, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", help="a folder or a file, as ils/circulation")
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", default=PATTERN, help="names of modules, with blanks between")
    arguments = parser.parse_args()
    start, chance = time.monotonic(), random.Random(arguments.seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as temporary:
        first = copied(Path(temporary) / "0")
        targets = list(targets_in(first, arguments.package, arguments.files))
        reached = reach(first, targets)
        places = [fault for path in targets for fault in faults_of(path, first)]
        sample = chance.sample(places, min(arguments.sample, len(places)))
        print(f"{len(places)} places, {len(sample)} faults; {time.monotonic() - start:.0f} s")
        of_file: dict[str, Counter[str]] = defaultdict(Counter)
        for (path, _), tests in reached.items():
            of_file[path].update(filter(None, tests))
        folders: Queue[Path] = Queue()
        for number in range(WORKERS):
            folders.put(first if not number else copied(Path(temporary) / str(number)))

        def judged(fault: Fault) -> tuple[Fault, str]:
            # What runs only when a module is read is used by whoever reaches the module.
            tests = [t for t in reached.get((fault.path, fault.line), []) if t]
            tests = tests or list(of_file[fault.path])
            if not tests:
                return fault, "not reached"
            chosen = likely(tests, of_file[fault.path], arguments.package)
            folder = folders.get()
            try:
                return fault, "noticed" if noticed(folder, fault, chosen) else "survived"
            finally:
                folders.put(folder)

        counts: dict[str, int] = defaultdict(int)
        with ThreadPoolExecutor(WORKERS) as pool:
            for fault, outcome in pool.map(judged, sample):
                counts[outcome] += 1
                if outcome != "noticed":
                    print(f"{outcome}: {fault.path}:{fault.line}: {fault.what}", flush=True)
        share = 100 * counts["noticed"] / max(len(sample), 1)
        print(f"{dict(counts)}, {share:.0f} % noticed, {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
