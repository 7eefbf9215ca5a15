"""Records of other libraries: SRU over HTTP, Z39.50 through yaz, ranked, taken over into a form."""

import re
import shutil
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from ils.catalog.subjects import Classes
from ils.cataloguing.copying import asking, sru, z3950
from ils.cataloguing.copying import web as pages
from ils.cataloguing.copying.targets import NoAnswer, SoughtRecord, Target, targets
from ils.organisation.staff.models import Role

RECORD = """<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader>
<controlfield tag="001">{number}</controlfield><controlfield tag="003">DE-1</controlfield>
<datafield tag="020" ind1=" " ind2=" "><subfield code="a">9786010412347</subfield></datafield>
<datafield tag="041" ind1="0" ind2=" "><subfield code="a">{language}</subfield></datafield>
<datafield tag="245" ind1="1" ind2="0"><subfield code="a">{title} /</subfield>
<subfield code="c">М. Әуезов</subfield></datafield>{more}
<datafield tag="951" ind1=" " ind2=" "><subfield code="a">полка 7</subfield></datafield></record>"""
MORE = """<datafield tag="300" ind1=" " ind2=" "><subfield code="a">400 с.</subfield></datafield>
<datafield tag="520" ind1=" " ind2=" "><subfield code="a">Роман</subfield></datafield>"""
ANSWER = """<?xml version="1.0"?><zs:searchRetrieveResponse xmlns:zs="http://www.loc.gov/zing/srw/">
<zs:version>1.1</zs:version><zs:numberOfRecords>{number}</zs:numberOfRecords><zs:records>{records}
</zs:records></zs:searchRetrieveResponse>"""


def answer(*records):
    wrapped = "".join(
        f"<zs:record><zs:recordData>{record}</zs:recordData></zs:record>" for record in records
    )
    return ANSWER.format(number=len(records), records=wrapped)


RUSSIAN = RECORD.format(number="r1", language="rus", title="Путь Абая", more=MORE)
KAZAKH = RECORD.format(number="k1", language="kaz", title="Абай жолы", more="")
FULL = RECORD.format(number="k2", language="kaz", title="Абай жолы: роман", more=MORE)
GERMAN = RECORD.format(number="d1", language="ger", title="Vor Tau und Tag", more=MORE)


@pytest.fixture
def service():
    """A library with SRU: what it answers, and what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(parse_qs(urlsplit(self.path).query))
            body = self.server.said.encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.said = [], answer(RUSSIAN, GERMAN, KAZAKH, FULL)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def over(server, code="sru", **about):
    address = f"http://127.0.0.1:{server.server_port}/sru"
    name = {"ru": "Библиотека", "kk": "Кітапхана", "en": "Library"}
    return Target(code, "DE-1", name, "sru", address, **about)


def silent():
    """A port that takes connections and says nothing."""
    port = socket.create_server(("127.0.0.1", 0))
    return port, f"http://127.0.0.1:{port.getsockname()[1]}/sru"


def asked(target, **wanted):
    return asking.ask([target], SoughtRecord(**wanted), Classes({}, {}))


def test_records_come_by_language_and_by_how_much_they_say(service):
    offers, [said] = asked(over(service), title="Абай жолы", author="Әуезов")
    assert [offer.about.title.partition(" :")[0] for offer in offers] == [
        "Абай жолы: роман", "Абай жолы", "Путь Абая", "Vor Tau und Tag",
    ]  # fmt: skip
    assert (said.total, len(said.records), said.problem) == (4, 4, "")
    assert service.asked[0]["query"] == ['dc.title="Абай жолы" and dc.creator="Әуезов"']
    assert service.asked[0]["recordSchema"] == ["marcxml"]


def test_what_is_of_the_other_library_alone_stays_there(service):
    service.said = answer(FULL)
    [offer], _ = asked(over(service), isbn="9786010412347")
    assert offer.converted
    assert offer.marc.get("035", "a") == "(DE-1)k2"
    assert {f.tag for f in offer.marc.fields} & {"001", "003", "801", "886", "951"} == set()
    assert asking.unpacked(offer.packed) == offer.marc


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("<html>404</html>", "the answer is no SRU"),
        ("<d:diagnostic xmlns:d='x'><d:message>Unsupported index</d:message></d:diagnostic>",
         "Unsupported index"),
        (answer("<x/>"), "the answer holds no MARC records"),
        (answer(), ""),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_says_why(service, said, why):
    service.said = said
    offers, [one] = asked(over(service), title="x")
    assert (offers, one.problem) == ([], why)


def test_an_answer_that_breaks_off_costs_its_library_only(service):
    with socket.create_server(("127.0.0.1", 0)) as broken:

        def half():
            one, _ = broken.accept()
            one.recv(4096)
            one.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n900\r\n<zs:search")
            one.close()

        threading.Thread(target=half, daemon=True).start()
        address = f"http://127.0.0.1:{broken.getsockname()[1]}/sru"
        half_said = Target("half", "X", {"ru": "Половина"}, "sru", address, seconds=3)
        offers, said = asking.ask(
            [half_said, over(service)], SoughtRecord(title="x"), Classes({}, {})
        )
    assert said[0].problem.startswith("IncompleteRead(")
    assert len(offers) == 4


def test_an_endless_answer_is_not_read(service, monkeypatch):
    monkeypatch.setattr(sru, "MOST_BYTES", 1000)
    service.said = answer(FULL) * 3
    assert asked(over(service), title="x")[1][0].problem == "the answer is too long"


def test_a_dead_library_keeps_the_others_from_nothing(service):
    port, address = silent()
    dead = Target("dead", "X", {"ru": "Немая"}, "sru", address, seconds=1)
    gone = Target("gone", "X", {"ru": "Ушла"}, "sru", "http://127.0.0.1:9/sru", seconds=1)
    began = time.monotonic()
    offers, said = asking.ask([dead, gone, over(service)], SoughtRecord(title="x"), Classes({}, {}))
    assert time.monotonic() - began < 5
    assert [bool(one.problem) for one in said] == [True, True, False]
    assert len(offers) == 4
    port.close()


def test_only_so_many_wait_for_others_at_once(service):
    port, address = silent()
    dead = Target("dead", "X", {"ru": "Немая"}, "sru", address, seconds=2)
    waiting = [threading.Thread(target=asked, args=(dead,), kwargs={"title": "x"}) for _ in "12"]
    for one in waiting:
        one.start()
    time.sleep(0.2)
    with pytest.raises(asking.TooManyAsk):
        asked(over(service), title="x")
    for one in waiting:
        one.join()
    assert asked(over(service), title="x")[0]
    port.close()


def test_a_file_of_settings_is_no_address():
    with pytest.raises(NoAnswer, match="no address of HTTP"):
        sru.ask(Target("x", "X", {}, "sru", "file:///etc/passwd"), SoughtRecord(title="x"))


# --- Z39.50


@pytest.fixture(scope="module")
def z_server():
    if shutil.which("yaz-ztest") is None:
        pytest.skip("the Debian package yaz is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [shutil.which("yaz-ztest"), f"tcp:127.0.0.1:{port}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, **quiet)
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield port
    server.terminate()
    server.wait(10)


def z_target(port, **about):
    about = {"schema": "usmarc", **about}
    return Target("z", "Z", {"ru": "Z"}, "z39.50", f"127.0.0.1:{port}/Default", **about)


def test_records_come_over_z39_50(z_server):
    offers, [said] = asked(z_target(z_server), title="computer")
    assert said.problem == ""
    assert (said.total > 0, len(offers)) == (True, min(said.total, z3950.MOST_RECORDS))
    assert "How to program a computer" in {offer.about.title for offer in offers}


def test_nobody_behind_a_port_is_told_in_words(z_server):
    del z_server
    assert asked(z_target(9), title="computer")[1][0].problem == "the connection was refused"


def test_without_yaz_sru_still_answers(service, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    both = [z_target(9), over(service)]
    offers, said = asking.ask(both, SoughtRecord(title="x"), Classes({}, {}))
    assert said[0].problem == "Z39.50 needs the Debian package yaz"
    assert len(offers) == 4


def test_a_text_breaks_out_of_no_command():
    wanted = SoughtRecord(title='x" @attr 1=4 "y\nquit')
    assert z3950.query(wanted) == '@attr 1=4 "x attr 1=4 yquit"'


# --- the page


@pytest.fixture
def page(browser, library, service, monkeypatch):
    library.account("каталог", Role.CATALOGUER)
    browser.sign_in("каталог")
    monkeypatch.setattr(pages, "targets", lambda _: (over(service),))
    return browser


def test_a_record_is_found_shown_and_taken_over_into_the_form(page, service):
    service.said = answer(FULL)
    assert service.asked == []
    page.get("/staff/catalog/copy")
    assert service.asked == []  # nothing is asked before something is said
    text = page.get("/staff/catalog/copy?isbn=978-601-04-1234-7&target=sru").text
    assert service.asked[0]["query"] == ['bath.isbn="9786010412347"']
    assert "Библиотека: найдено 1, показано 1" in text
    assert "преобразовано из MARC21" in text
    record, worksheet = (
        re.search(rf'name="{name}" value="([^"]+)"', text)[1] for name in ("record", "worksheet")
    )
    form = page.post("/staff/catalog/copy", record=record, worksheet=worksheet).text
    assert "Абай жолы: роман" in form
    assert 'action="/staff/catalog/new"' in form


@pytest.mark.parametrize("record", ["", "x", "AAAA", "eJwDAAAAAAE="])
def test_what_was_never_offered_is_not_taken_over(page, record):
    answer = page.post("/staff/catalog/copy", record=record, worksheet="book")
    assert answer.status_code == 422


def test_the_libraries_of_the_settings_can_be_read(config):
    known = targets(config)
    assert {target.protocol for target in known} == {"sru", "z39.50"}
    assert all(set(target.name) == {"ru", "kk", "en"} for target in known)
