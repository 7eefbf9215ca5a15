"""Measures the catalogue: import of the sample sets and of a large base, export, checks.

Usage: scripts/bench catalog [--samples FOLDER] [--records N] [--postgresql URL]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bench_data

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT.parent / "shared" / "data" / "marc"
FORMATS = ("iso2709", "marc21", "marcxml", "marcxchange", "irbis-text", "csv")


@contextmanager
def library(postgresql: str | None) -> Iterator[dict[str, str]]:
    """An empty library; the environment its commands need."""
    folder = Path(tempfile.mkdtemp())
    environ = {k: v for k, v in os.environ.items() if not k.startswith("ILS_")}
    environ |= {"ILS_DATA": str(folder)}
    if postgresql:
        environ["ILS_DATABASE"] = postgresql
        import psycopg  # noqa: PLC0415 -- only where there is a server

        with psycopg.connect(postgresql, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
    ils(environ, "init")
    try:
        yield environ
    finally:
        shutil.rmtree(folder)


def ils(environ: dict[str, str], *arguments: str) -> tuple[float, str]:
    """Run a command; its seconds and what it printed."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "ils", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    )
    return time.perf_counter() - start, done.stdout


def start_of_a_command(environ: dict[str, str]) -> float:
    """What a command costs before it begins: taken off the figures below."""
    return min(ils(environ, "catalog", "show", "--help")[0] for _ in range(3))


def samples(environ: dict[str, str], folder: Path) -> None:
    """All public samples in one command, as a library brings its files in."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = [str(folder / about["file"]) for about in manifest]
    idle = start_of_a_command(environ)
    took, said = ils(environ, "catalog", "import", *files, "--json")
    records = sum(file["records"] for file in json.loads(said)["files"])
    print(f"import of all samples: {records} records, {records / (took - idle):.0f} records/s")


def large(environ: dict[str, str], number: int) -> None:
    idle = start_of_a_command(environ)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "base.iso"
        bench_data.records(file, number, 0)
        for name in ("import", "import again"):
            took, _ = ils(environ, "catalog", "import", str(file), "--json")
            print(f"{name}, {number} records: {number / (took - idle):.0f} records/s")
        for form in FORMATS:
            out = str(Path(folder) / "out")
            took, _ = ils(environ, "catalog", "export", "--format", form, "-o", out, "--json")
            print(f"export {form}: {number / (took - idle):.0f} records/s")
        took, _ = ils(environ, "catalog", "lint", "--json")
        print(f"lint: {number / (took - idle):.0f} records/s")
        took, _ = ils(environ, "catalog", "duplicates", "--json")
        print(f"suspected duplicates: {took - idle:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=Path, default=SAMPLES)
    parser.add_argument("--records", type=int, default=60_000)
    parser.add_argument("--postgresql", help="URL of a database that may be emptied")
    arguments = parser.parse_args()
    for url in filter(lambda u: u is not None, ("", arguments.postgresql)):
        print(f"· {'PostgreSQL' if url else 'SQLite'}")
        if arguments.samples.exists():
            with library(url or None) as environ:
                samples(environ, arguments.samples)
        with library(url or None) as environ:
            large(environ, arguments.records)


if __name__ == "__main__":
    main()
