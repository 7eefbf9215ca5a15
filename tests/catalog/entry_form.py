"""The entry form as a browser without scripts fills and sends it."""

import re
from html import unescape

from sqlalchemy import select

from ils import db
from ils.catalog import queries
from ils.ledger import Entry


def values(page):
    """What a browser would send back: the form's fields with their values."""
    text = page.split('id="entry"')[1]
    sent = []
    for match in re.finditer(
        r"<input[^>]*>|<textarea[^>]*>.*?</textarea>|<select.*?</select>", text, re.DOTALL
    ):
        tag = match.group()
        name = re.search(r'name="([^"]*)"', tag)
        if not name or name[1] == "csrf_token":
            continue
        if tag.startswith("<input"):
            value = re.search(r'value="([^"]*)"', tag)
            sent.append((name[1], unescape(value[1]) if value else ""))
        elif tag.startswith("<textarea"):
            sent.append((name[1], unescape(re.search(r">(.*)</textarea>", tag, re.DOTALL)[1])))
        else:
            chosen = re.search(r'value="([^"]*)" selected', tag)
            sent.append((name[1], unescape(chosen[1]) if chosen else ""))
    return sent


def filled(page, changes):
    """The form with some values typed; a key is ``TAG`` and subfield, for the tag's first row."""
    sent = values(page)
    rows = {}
    for name, value in sent:
        if name == "row":
            number, tag, _ = value.split("|")
            rows.setdefault(tag, number)
    wanted = {
        f"{rows[key[:3]]}.{key[3:]}": value
        for key, value in changes.items()
        if key[:3].isdigit() and key[3:]
    }
    wanted |= {key: value for key, value in changes.items() if not key[:3].isdigit()}
    out = {}
    for name, value in sent:
        if name in wanted:
            out.setdefault(name, []).append(wanted.pop(name))
        else:
            out.setdefault(name, []).append(value)
    assert not wanted
    return out


def make(browser, worksheet="book", **changes):
    page = browser.get(f"/staff/catalog/new?worksheet={worksheet}").text
    said = {key.lstrip("_"): value for key, value in changes.items()}
    return browser.post("/staff/catalog/new", **filled(page, said))


def number_of(answer):
    assert answer.status_code == 302, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def book(browser, title="Абай жолы", **changes):
    said = {"_200a": title, "_210a": "Алматы", "_210d": "2019", "_215a": "320 б.", "_101a": "kaz"}
    return number_of(make(browser, **(said | changes)))


def record(library, record_id):
    with db.reading(library.sessions) as session:
        found = queries.record(session, record_id)
        return found, found.marc_record()


def entries(library, kind):
    with db.reading(library.sessions) as session:
        return session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id)).all()
