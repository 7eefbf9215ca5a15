"""What counts as a reminder, addresses that open a message. Pure."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from ils.circulation.debtors.models import DebtChannel, DebtResult
from ils.errors import N_, NotFound
from ils.patrons.phones import is_mobile

#: Programs a message is opened in that give no receipt.
NO_RECEIPT = (DebtChannel.WHATSAPP, DebtChannel.SMS, DebtChannel.EMAIL)
#: Results that mean the reader knows: they are counted as a reminder.
REMINDED = (DebtResult.SENT, DebtResult.REACHED, DebtResult.PROMISED, DebtResult.REFUSED)


class NoDebtor(NotFound):
    """The reader has nothing overdue."""

    code = "no_debtor"
    message = N_("This reader has nothing overdue.")


def reminder_key(patron_id: int, branch_id: int, day: date) -> str:
    """What the one counted reminder of a reader by a branch in a month is known by."""
    return f"reminder:{patron_id}:{branch_id}:{day:%Y-%m}"


def links(phone: str, email: str, subject: str, body: str) -> dict[str, str]:
    """Channel → the address that opens it with the text."""
    found = {}
    if phone:
        found["phone"] = f"tel:{phone}"
    if is_mobile(phone):
        found["whatsapp"] = f"https://wa.me/{phone.lstrip('+')}?text={quote(body)}"
        found["sms"] = f"sms:{phone}?body={quote(body)}"
    if email:
        found["email"] = (
            f"mailto:{quote(email, safe='@')}?subject={quote(subject)}&body={quote(body)}"
        )
    return found
