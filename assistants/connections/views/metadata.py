"""Who we are, for authorization servers that have never heard of us."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assistants.connections.mcp_oauth.registration import client_metadata, metadata_url


@require_safe
@cache_control(public=True, max_age=3600)
def client_document(_request: HttpRequest) -> HttpResponse:
    """Our client-id metadata document: its address is our client id."""
    return JsonResponse(client_metadata() | {"client_id": metadata_url()})
