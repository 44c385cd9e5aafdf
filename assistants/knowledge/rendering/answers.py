"""A page's picture as an answer to a browser."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags

from assistants.knowledge.models import Document
from assistants.knowledge.rendering.pages import SIZES, page_picture


def answer_picture(request: HttpRequest, document: Document, page: int, *, size: str = "") -> HttpResponse:
    """The picture of a page, or 304 where the browser has it. Blocks, and is called outside of transactions.

    Args:
        page: from 1; the caller has seen that it is one of the document's and may be shown. size: a name of `SIZES`.

    Raises:
        PageUnavailable: it cannot be drawn just now.
    """
    seed = f"{document.sha256}/{page}/{SIZES[size]}"
    etag = f'"{hashlib.sha256(seed.encode()).hexdigest()[:32]}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(page_picture(document, page, size=size), content_type="image/webp")
    response["ETag"] = etag
    # Asked again each time: who may see it can change.
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response
