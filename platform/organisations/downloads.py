"""Answers that are files, made while they are read."""

from collections.abc import AsyncIterator, Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from kernel.db import run_db


def download(
    request: HttpRequest, chunks: Iterator[bytes], *, name: str, content_type: str
) -> StreamingHttpResponse:
    """An attachment whose bytes come from database phases, one for each chunk.

    Under ASGI, Django would read a synchronous iterator to its end before it sent anything.
    """
    body = _in_phases(chunks) if isinstance(request, ASGIRequest) else chunks
    response = StreamingHttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def _in_phases(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (chunk := await run_db(next, chunks, None)) is not None:
        yield chunk
