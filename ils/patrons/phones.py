"""Phones as Kazakhstan writes them. Pure."""

from __future__ import annotations

import re

#: Codes of operators behind +7: 70x, 74x, 75x, 76x, 77x are mobile, 71x and 72x are towns.
_mobile = re.compile(r"\+77(?:0[0-8]|4[67]|5[01]|6[0-4]|7[1-8])\d{7}")
_kazakh = re.compile(r"(?:8|\+?7)?(7\d{9})")
#: A number with words beside it: 8 701 123-45-67 доб. 12.
_within = re.compile(r"(?<![\d+])(?:\+?7|8)[\s()-]*(7(?:[\s()-]*\d){9})(?!\d)")
#: Signs people write within a number.
BETWEEN_DIGITS = " \N{NO-BREAK SPACE}()+.-‐‑–—−"
_number = re.compile(rf"[\d{re.escape(BETWEEN_DIGITS)}]+")
#: Fewer digits are no part of a number anybody looks for.
LEAST_DIGITS = 5


def normal_phone(text: str) -> str:
    """The first number of a field as it is dialled; empty if it is none.

    >>> normal_phone("8 (701) 123-45-67"), normal_phone("+7 7213 45 67 89")
    ('+77011234567', '+77213456789')
    >>> normal_phone("12-34"), normal_phone("8 701 123 45 67, 8 702 000 00 00")
    ('', '+77011234567')
    >>> normal_phone("8 701 123 45 67 (мама) 8 702 000 00 00")
    '+77011234567'
    >>> normal_phone("+7 701 123 45 67 доб. 12"), normal_phone("+49 30 901820")
    ('+77011234567', '+4930901820')
    """
    for part in re.split(r"[,;/]|\(\D*\)|(?<=\d)\s+(?=\+)", text):
        if match := _within.search(part):
            return "+7" + re.sub(r"\D", "", match[1])
        digits = re.sub(r"[^\d+]", "", part)
        if match := _kazakh.fullmatch(digits):
            return f"+7{match[1]}"
        if digits.startswith("+") and not digits.startswith("+7") and 10 <= len(digits) <= 16:
            return digits
    return ""


def is_mobile(phone: str) -> bool:
    """Whether a number takes messages.

    >>> is_mobile("+77011234567"), is_mobile("+77213456789")
    (True, False)
    """
    return _mobile.fullmatch(phone) is not None


def digits_of(text: str) -> str:
    """The digits of what may be a part of a number; empty: it is something else.

    >>> digits_of("8 701 123-45-67"), digits_of("23-45-67"), digits_of("R0000001"), digits_of("12")
    ('7011234567', '234567', '', '')
    """
    digits = re.sub(r"\D", "", text) if _number.fullmatch(text.strip()) else ""
    if len(digits) == 11 and digits[0] in "78":
        digits = digits[1:]
    return digits if len(digits) >= LEAST_DIGITS else ""
