"""Acts drawn up at their pages."""

from uuid import uuid4


def send(browser, path, **form):
    """A form of the stock's pages."""
    return browser.post(f"/staff/holdings/{path}", request_id=str(uuid4()), **form)


def act(browser, kind, **form):
    """An act begun; the address of its page below the stock's."""
    about = {"source": "budget", "reason": "worn", "branch": "ЦБ"}
    about |= dict.fromkeys(("partner", "document", "document_day", "document_sum", "basis",
                            "commission", "disposal", "note"), "")  # fmt: skip
    answer = send(browser, f"acts/new/{kind}", **about | form)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("/staff/holdings/")


def line(browser, place, record, shares, **form):
    """A line of an act of acceptance."""
    names = ("stated", "price", "number", "part", "location", "shelf_mark", "replaces")
    about = dict.fromkeys(names, "")
    return send(browser, f"{place}/lines", record=record, shares=shares, **about | form)
