"""Words of the tests of readers."""

from uuid import uuid4

from sqlalchemy import select

from ils import db
from ils.patrons.models import Patron

FORM = {
    "surname": "Ахметова", "given_name": "Айгуль", "birth_date": "31.01.2015",
    "category": "pupil", "language": "kk", "consent": "1", "grade": "4", "school": "№ 5",
    "guardian_name": "Ахметова Г.",
}  # fmt: skip


def patron(library, card):
    with db.reading(library.sessions) as session:
        return session.scalars(select(Patron).where(Patron.card == card)).one_or_none()


def number(answer):
    return int(answer.headers["Location"].rsplit("/", 1)[-1])


def post(page, path, **form):
    return page.post(path, **form, request_id=str(uuid4()))
