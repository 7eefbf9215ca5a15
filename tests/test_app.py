"""What the application makes for itself when it first starts."""

import gc
import gzip
import secrets
import shutil
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from ils.organisation.staff.models import Role
from ils.secret import secret_key


def test_web_processes_that_start_together_sign_with_one_key(tmp_path, monkeypatch):
    """None sees a key half made, or another's replaced, however slowly each is made."""
    path, turn, make = tmp_path / "data" / "secret.key", count(1), secrets.token_bytes

    def slowly(length):
        time.sleep(0.05 * next(turn))  # all have seen that there is none before the first is made
        return make(length)

    monkeypatch.setattr(secrets, "token_bytes", slowly)
    with ThreadPoolExecutor(6) as pool:
        keys = set(pool.map(secret_key, [path.parent] * 6))
    assert [len(key) for key in keys] == [32]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["secret.key"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_database_that_was_restarted_stops_nobody(library, browser, prepared):
    """PostgreSQL ends its connections; whoever comes next does not see it."""
    if prepared[0] != "postgresql":
        return
    library.account("desk")
    library.reader("R1")
    browser.sign_in("desk")
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = :name AND pid <> pg_backend_pid()"
    )
    for ask in (lambda: browser.get("/desk"), lambda: browser.scan("R1")):
        end = create_engine(prepared[1].replace("postgresql:", "postgresql+psycopg:"))
        with end.begin() as connection:
            connection.execute(text(others), {"name": prepared[1].rsplit("/", 1)[1]})
        end.dispose()
        assert ask().status_code == 200
    library.sessions.kw["bind"].dispose()
    gc.collect()  # the connections that were ended, here and not in another test


def test_health_says_when_nothing_can_be_written(browser, monkeypatch):
    assert browser.get("/healthz").status_code == 200
    full = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    assert browser.get("/healthz").status_code == 503


def encoding(answer):
    return answer.headers.get("Content-Encoding", "")


GZIP = {"Accept-Encoding": "gzip, deflate"}


def test_files_and_pages_come_compressed_where_that_tells_no_secret(library, browser):
    library.account("admin", *Role)
    assert encoding(browser.get("/", headers=GZIP)) == "gzip"
    style = browser.get("/sign-in").text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert encoding(browser.get(style)) == ""
    small = browser.get(style, headers=GZIP)
    assert (encoding(small), "Accept-Encoding" in small.vary) == ("gzip", True)
    assert gzip.decompress(small.data) == browser.get(style).data
    other = style.replace("base.css", "./base.css")  # another spelling is not kept once more
    assert browser.get(other, headers=GZIP).status_code == 404
    browser.sign_in("admin")
    assert encoding(browser.get("/desk", headers=GZIP)) == "gzip"
    assert encoding(browser.get("/staff/patrons/?q=абай", headers=GZIP)) == ""
    form = {"code": "R1", "patron": "", "request_id": str(uuid4())}
    assert encoding(browser.post("/desk/scan", headers=GZIP, **form)) == ""


def test_a_file_is_kept_whatever_becomes_of_the_cookie_and_says_little(browser):
    answer = browser.get("/static/x/base.css")
    names = {name for name, _ in answer.headers if name not in {"Date", "Server"}}
    assert names == {
        "Cache-Control", "Content-Length", "Content-Security-Policy", "Content-Type",
        "X-Content-Type-Options",
    }  # fmt: skip
    assert "immutable" in answer.headers["Cache-Control"]
    kept = browser.get("/static/x/base.css", headers={"Accept-Encoding": "gzip"})
    assert kept.headers["Vary"] == "Accept-Encoding"
