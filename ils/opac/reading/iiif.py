"""IIIF for programs of others: Presentation API 3 manifests, Image API 3 at level 0.

Only what everybody may read is told of; the pictures are those of the viewer in their sizes.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ils import web
from ils.digitization.documents import queries
from ils.digitization.documents.models import DigitalDocument, DocumentPage
from ils.digitization.documents.queries import UnknownDocument
from ils.digitization.rights.rules import Why
from ils.digitization.scans import derivatives
from ils.opac.pages import opac
from ils.opac.reading.access import access_of
from ils.web.downloads import shown

PRESENTATION = "http://iiif.io/api/presentation/3/context.json"
IMAGE, PROTOCOL = "http://iiif.io/api/image/3/context.json", "http://iiif.io/api/image"
#: The languages of its texts.
LANGUAGES = ("kk", "ru", "en")


def _open_document(session: Session, document_id: int) -> DigitalDocument:
    """A document everybody may read.

    Raises:
        UnknownDocument: there is none.
    """
    document = queries.document(session, document_id)
    if access_of(document).why not in {Why.OPEN, Why.STAFF}:
        raise UnknownDocument
    return document


def _size_of(page: DocumentPage) -> tuple[int, int]:
    """Width and height of the largest picture of a page."""
    width, height = page.scan.upright
    if page.region is not None:
        width, height = width * page.region[2] // 1000, height * page.region[3] // 1000
    scale = min(1.0, derivatives.SIZES[-1] / max(page.scan.upright))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _told(content: dict[str, Any]) -> Response:
    answer = jsonify(content)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@opac.get("/iiif/<id:document_id>/manifest.json")
@web.public()
def iiif_manifest(session: Session, document_id: int) -> ResponseReturnValue:
    """What a document is and has, for viewers of others."""
    document = _open_document(session, document_id)
    manifest = url_for("opac.iiif_manifest", document_id=document_id, _external=True)
    pages = session.scalars(queries.pages(document_id)).all()
    facts = []
    if document.record is not None:
        record = document.record
        for label, value in (("Author", record.authors), ("Date", str(record.year or ""))):
            if value:
                facts.append({"label": {"en": [label]}, "value": {"none": [value]}})
    return _told({
        "@context": PRESENTATION,
        "id": manifest,
        "type": "Manifest",
        "label": {document.language or "none": [document.title]},
        "metadata": facts,
        "provider": [{
            "id": url_for("opac.start", _external=True),
            "type": "Agent",
            "label": {
                code: [web.current().config.library.name(code)] for code in LANGUAGES
            },
        }],
        "homepage": [{
            "id": url_for("opac.read", document_id=document_id, _external=True),
            "type": "Text", "format": "text/html",
            "label": {document.language or "none": [document.title]},
        }],
        "items": [_canvas(manifest, page, number) for number, page in enumerate(pages, 1)],
    })  # fmt: skip


def _canvas(manifest: str, page: DocumentPage, number: int) -> dict[str, Any]:
    width, height = _size_of(page)
    canvas, service = f"{manifest}#canvas{number}", _service(page)
    picture = {
        "id": f"{service}/full/max/0/default.jpg", "type": "Image", "format": "image/jpeg",
        "width": width, "height": height,
        "service": [{"id": service, "type": "ImageService3", "profile": "level0"}],
    }  # fmt: skip
    annotation = {
        "id": f"{canvas}-picture", "type": "Annotation", "motivation": "painting",
        "body": picture, "target": canvas,
    }  # fmt: skip
    return {
        "id": canvas, "type": "Canvas", "label": {"none": [str(number)]},
        "width": width, "height": height,
        "items": [{"id": f"{canvas}-page", "type": "AnnotationPage", "items": [annotation]}],
    }  # fmt: skip


def _service(page: DocumentPage) -> str:
    info = url_for("opac.iiif_info", document_id=page.document_id, page_id=page.id, _external=True)
    return info.removesuffix("/info.json")


def _sizes(page: DocumentPage) -> dict[int, tuple[int, int]]:
    """Size of ours → width and height of the picture in it."""
    width, height = _size_of(page)
    found = {}
    for size in derivatives.SIZES[1:]:
        scale = min(1.0, size / max(page.scan.upright)) / min(
            1.0, derivatives.SIZES[-1] / max(page.scan.upright)
        )
        found[size] = (max(1, round(width * scale)), max(1, round(height * scale)))
    return found


@opac.get("/iiif/<id:document_id>/<id:page_id>/info.json")
@web.public()
def iiif_info(session: Session, document_id: int, page_id: int) -> ResponseReturnValue:
    """In which sizes a page can be had."""
    page = _page(session, document_id, page_id)
    width, height = _size_of(page)
    sizes = dict.fromkeys(_sizes(page).values())
    return _told({
        "@context": IMAGE, "id": _service(page), "type": "ImageService3", "protocol": PROTOCOL,
        "profile": "level0", "width": width, "height": height,
        "sizes": [{"width": across, "height": down} for across, down in sizes],
    })  # fmt: skip


def _page(session: Session, document_id: int, page_id: int) -> DocumentPage:
    _open_document(session, document_id)
    page = session.get(DocumentPage, page_id)
    if page is None or page.document_id != document_id or page.removed_at is not None:
        raise UnknownDocument
    return page


@opac.get("/iiif/<id:document_id>/<id:page_id>/full/<size>/0/default.jpg")
@web.public()
def iiif_picture(
    session: Session, document_id: int, page_id: int, size: str
) -> ResponseReturnValue:
    """A page in one of its sizes: ``max``, or width and height as `iiif_info` told."""
    page = _page(session, document_id, page_id)
    ours = derivatives.SIZES[-1]
    if size != "max":
        asked = {f"{across},{down}": one for one, (across, down) in _sizes(page).items()}
        if size not in asked:
            raise UnknownDocument
        ours = asked[size]
    path = derivatives.picture(web.current().config.folder, page.scan, ours, page.region)
    answer = shown(path, "image/jpeg")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
