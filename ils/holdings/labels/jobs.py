"""Labels sent to a printer in the network."""

from __future__ import annotations

import socket
from typing import Any

from ils import db
from ils.documents import zpl
from ils.documents.zpl import Printing
from ils.errors import N_, NotFound, Unavailable
from ils.holdings.labels import queries
from ils.holdings.labels.queries import LabelSelection
from ils.jobs.runner import JobContext, JobKind

PRINT_LABELS = "print_labels"
#: Seconds a printer has to take what it is sent.
PATIENCE = 10
PORT = 9100
#: Labels sent between two looks whether the task is cancelled.
AT_ONCE = 20


class UnknownPrinter(NotFound):
    """The settings name no such printer."""

    code = "unknown_printer"
    message = N_("There is no label printer of this name in the settings.")


def _print(context: JobContext) -> dict[str, Any]:
    """Send labels to a printer, from the one on where an attempt before stopped."""
    args = context.args
    address = context.config.labels.printers.get(args["printer"])
    if address is None:
        raise UnknownPrinter
    with db.reading(context.sessions) as session:
        items = session.scalars(queries.chosen(LabelSelection(ids=args["ids"]))).all()
        made = queries.made(session, context.config, items, args["kind"], args["language"])
    printing = Printing(context.config.labels.dpi, args["right"], args["down"])
    commands = list(zpl.written(made, printing))
    sent = 0 if context.result is None else context.result["sent"]
    for start in range(sent, len(commands), AT_ONCE):
        part = commands[start : start + AT_ONCE]
        send(address, "".join(part))
        with context.transaction() as session:
            ids = [item.id for item in items[start : start + AT_ONCE]]
            queries.mark_labelled(session, ids, args["kind"])
            context.keep_result(session, {"sent": start + len(part)})
        context.progress(start + len(part), len(commands))
    return {"sent": len(commands)}


def send(address: str, commands: str) -> None:
    """Send commands to a printer.

    Raises:
        Unavailable: it does not answer.
    """
    host, _, port = address.partition(":")
    try:
        with socket.create_connection((host, int(port or PORT)), PATIENCE) as line:
            line.sendall(commands.encode("ascii"))
    except (OSError, ValueError) as error:
        raise Unavailable(reason=f"{address}: {error}") from error


JOBS = (JobKind(PRINT_LABELS, _print),)
