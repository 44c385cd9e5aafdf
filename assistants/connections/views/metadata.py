"""Who we are, for authorization servers that have never heard of us."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control

from assistants.connections.mcp_oauth.registration import client_metadata, metadata_url
from organisations.pages import public_page


@public_page()
@cache_control(public=True, max_age=3600)
def client_document(_request: HttpRequest) -> HttpResponse:
    """Our client-id metadata document: its address is our client id."""
    return JsonResponse(client_metadata() | {"client_id": metadata_url()})
