"""Files that calls gave: to their owner as downloads and pictures, and to a service that holds a link."""

import re
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse

from assistants.actions.files.links import linked_file, own_file
from assistants.actions.models import ActionFile
from kernel.errors import NotFound
from organisations.pages import OrganisationRequest, organisation_page, public_page
from organisations.permissions import Permission

# Pictures that no browser takes for anything else, by how they begin.
_PICTURES = (
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/gif", re.compile(rb"GIF8[79]a")),
    ("image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
)


@organisation_page(Permission.USE_ASSISTANTS, scope=False)
def file_download(request: OrganisationRequest, file_id: str) -> HttpResponse:
    """Send one of the person's own files."""
    return attachment(own_file(request.actor, file_id))


@organisation_page(Permission.USE_ASSISTANTS, scope=False)
def file_picture(request: OrganisationRequest, file_id: str) -> HttpResponse:
    """Show one of the person's own files, where it is a picture; what its bytes say counts, not what was said of them."""
    data = _bytes_of(own_file(request.actor, file_id))
    kind = next((kind for kind, begins in _PICTURES if begins.match(data)), None)
    if kind is None:
        raise NotFound
    response = HttpResponse(data, content_type=kind)
    # Opened on its own it is a document: nothing may run in it, whatever a browser makes of its bytes.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@public_page()
def file_link(request: HttpRequest, token: str) -> HttpResponse:
    """Send the file of a link that a call took along."""
    return attachment(linked_file(token), kind=True)


def attachment(file: ActionFile, *, kind: bool = False) -> HttpResponse:
    """A file as a download that no browser opens, whatever it holds; programs are told its `kind`.

    Raises:
        NotFound: its bytes are gone.
    """
    response = HttpResponse(
        _bytes_of(file), content_type=file.mime_type if kind else "application/octet-stream"
    )
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _bytes_of(file: ActionFile) -> bytes:
    try:
        with default_storage.open(file.storage_key) as opened:
            return bytes(opened.read())
    except FileNotFoundError:
        raise NotFound from None
