"""What codes of digitisation are called."""

from __future__ import annotations

from ils.errors import N_

DIGITISATION: dict[str, dict[str, str]] = {
    "document_kind": {
        "newspaper_article": N_("newspaper article"),
        "journal_article": N_("journal article"),
        "chapter": N_("chapter of a book"),
        "book": N_("whole book"),
        "other": N_("other document"),
    },
    "document_state": {
        "uploaded": N_("taken in"),
        "queued": N_("waiting to be recognised"),
        "recognising": N_("being recognised"),
        "recognised": N_("recognised"),
        "checked": N_("text checked"),
        "published": N_("published"),
        "withheld": N_("taken from readers"),
    },
    "page_state": {
        "waiting": N_("not recognised yet"),
        "recognised": N_("recognised"),
        "failed": N_("could not be recognised"),
        "blank": N_("empty page"),
    },
    "pdf_state": {
        "none": N_("not made yet"),
        "valid": N_("PDF/A-2b, checked"),
        "unchecked": N_("PDF/A-2b, not checked"),
        "plain": N_("plain PDF"),
        "stale": N_("older than the text"),
        "failed": N_("could not be made"),
    },
    "issue_step": {
        "missing": N_("did not come"),
        "arrived": N_("came, not described"),
        "described": N_("described, not scanned"),
        "scanned": N_("scanned, not recognised"),
        "recognised": N_("recognised"),
        "published": N_("published"),
    },
    "rights": {
        "public_domain": N_("public domain"),
        "contract": N_("by contract"),
        "own": N_("published by the library itself"),
        "unknown": N_("unknown: for staff only"),
    },
    "rights_scope": {
        "in_library": N_("inside the library"),
        "internet": N_("on the internet"),
    },
    "access_why": {
        "open": N_("open to everybody"),
        "in_library": N_("readable inside the library"),
        "only_inside": N_("It may be read only on the computers of the library."),
        "not_yet": N_("The contract that allows reading it has not begun yet."),
        "ended": N_("The contract that allowed reading it has ended."),
        "unknown": N_("It is not known yet whether it may be shown."),
        "not_published": N_("The document is not published."),
        "staff": N_("You see it as staff."),
    },
}
