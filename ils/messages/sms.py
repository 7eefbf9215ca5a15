"""Short messages: how many parts they are, and the gateway that takes them over HTTP."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request

from ils.settings import Sms

TIMEOUT = 20  # seconds, for a gateway that does not answer
#: Letters of a whole message and of a part of a longer one: plain, and with any other letter
#: (3GPP TS 23.038 and 23.040); Kazakh and Russian are never plain.
PLAIN, UNICODE = (160, 153), (70, 67)
_PLAIN_LETTERS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Plain letters that take two places.
_DOUBLE = frozenset("^{}\\[~]|€")


class NotTaken(Exception):
    """The gateway did not take a message; it is tried again."""


class Unanswered(Exception):
    """The gateway has the message and did not say whether it takes it: nobody can know."""


def parts(text: str) -> int:
    """How many parts a message is sent and paid in.

    >>> parts("Kitaptar"), parts("Қ" * 70), parts("Қ" * 71), parts("")
    (1, 1, 2, 0)
    """
    if set(text) <= _PLAIN_LETTERS | _DOUBLE:
        (whole, part), length = PLAIN, len(text) + sum(letter in _DOUBLE for letter in text)
    else:
        (whole, part), length = UNICODE, len(text.encode("utf-16-le")) // 2
    return -(-length // (whole if length <= whole else part))


def send(settings: Sms, phone: str, text: str) -> None:
    """Hand a message to the gateway.

    Raises:
        NotTaken: it answered that it does not, or is not there.
        Unanswered: it had the message, and did not answer.
    """
    said = {"phone": phone, "text": text}
    quoted = {name: urllib.parse.quote(one, safe="") for name, one in said.items()}
    address = _filled(settings.url, quoted)
    body = None
    if settings.body:
        is_json = settings.type.endswith("json")
        escaped = {name: json.dumps(one, ensure_ascii=False)[1:-1] for name, one in said.items()}
        body = _filled(settings.body, escaped if is_json else quoted).encode()
    request = urllib.request.Request(address, data=body)  # noqa: S310 -- of the settings
    if body is not None:
        request.add_header("Content-Type", settings.type)
    if settings.authorization:
        request.add_header("Authorization", settings.authorization)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            answer.read(1000)
    except urllib.error.HTTPError as error:
        raise NotTaken(f"HTTP {error.code}") from error
    except urllib.error.URLError as error:  # before it was sent
        raise NotTaken(type(error.reason).__name__) from error
    except (OSError, http.client.HTTPException) as error:
        raise Unanswered(type(error).__name__) from error


def _filled(template: str, values: dict[str, str]) -> str:
    """A template with its values; braces of JSON stay as they are."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template
