"""Files that calls gave, as downloads: to their owner, and to a service that holds a link."""

from urllib.parse import quote

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse

from assistants.actions.files.links import linked_file, own_file
from assistants.actions.models import ActionFile
from kernel.errors import NotFound
from organisations.pages import OrganisationRequest, organisation_page, public_page
from organisations.permissions import Permission


@organisation_page(Permission.USE_ASSISTANTS, scope=False)
def file_download(request: OrganisationRequest, file_id: str) -> HttpResponse:
    """Send one of the person's own files."""
    return attachment(own_file(request.actor, file_id))


@public_page()
def file_link(request: HttpRequest, token: str) -> HttpResponse:
    """Send the file of a link that a call took along."""
    return attachment(linked_file(token), kind=True)


def attachment(file: ActionFile, *, kind: bool = False) -> HttpResponse:
    """A file as a download that no browser opens, whatever it holds; programs are told its `kind`.

    Raises:
        NotFound: its bytes are gone.
    """
    try:
        with default_storage.open(file.storage_key) as opened:
            data = opened.read()
    except FileNotFoundError:
        raise NotFound from None
    response = HttpResponse(data, content_type=file.mime_type if kind else "application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
