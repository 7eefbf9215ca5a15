"""Phones as Kazakhstan writes them, addresses of messages. Pure."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import quote

from ils.circulation.debtors.models import DebtChannel, DebtResult
from ils.errors import N_, NotFound

#: Codes of operators behind +7: 70x, 74x, 75x, 76x, 77x are mobile, 71x and 72x are towns.
_mobile = re.compile(r"\+77(?:0[0-8]|4[67]|5[01]|6[0-4]|7[1-8])\d{7}")
_kazakh = re.compile(r"(?:8|\+?7)?(7\d{9})")
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


def normal_phone(text: str) -> str:
    """The first number of a field as it is dialled; empty if it is none.

    >>> normal_phone("8 (701) 123-45-67"), normal_phone("+7 7213 45 67 89")
    ('+77011234567', '+77213456789')
    >>> normal_phone("12-34"), normal_phone("8 701 123 45 67, 8 702 000 00 00")
    ('', '+77011234567')
    """
    for part in re.split(r"[,;/]", text):
        digits = re.sub(r"[^\d+]", "", part)
        if match := _kazakh.fullmatch(digits):
            return f"+7{match[1]}"
        if digits.startswith("+") and 10 <= len(digits) <= 16:
            return digits
    return ""


def is_mobile(phone: str) -> bool:
    """Whether a number takes messages.

    >>> is_mobile("+77011234567"), is_mobile("+77213456789")
    (True, False)
    """
    return _mobile.fullmatch(phone) is not None


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
