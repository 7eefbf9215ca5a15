"""What happens between two backups."""

from sqlalchemy import select

from ils import db
from ils.circulation.readers.actions import set_photo
from ils.files import receive_bytes
from ils.operations.backup import journal
from ils.patrons.models import Patron


def append(library):
    return journal.append(library.config, library.sessions)


def a_morning(library):
    """Loans, returns, an undone act, a reader more, one erased, a photo, a month closed."""
    desk = library.desk()
    desk.issue("R1", "B1")
    append(library)
    desk.take_back("B0")
    desk.undo(desk.issue("R1", "B2").act)
    library.reader("R3")
    desk.wait_for("R3", "B1")
    with db.transaction(library.sessions) as session:
        patron = session.scalars(select(Patron).where(Patron.surname == "Сейтова")).one()
        set_photo(session, None, patron, receive_bytes(library.config.folder, b"jpeg"))
    append(library)
    library.wait(days=31)
    library.desk().issue("R1", "B3")
    library.close_until(library.now.date().replace(day=1))
    append(library)
