"""The format of `assistant.yaml`, for editors and other programs."""

from django.http import HttpRequest, JsonResponse

from assistants.building.portability.assistant_file import json_schema
from organisations.pages import public_page

DAY = 24 * 3600


@public_page()
def assistant_schema(request: HttpRequest) -> JsonResponse:
    """The JSON Schema, which anybody may read, from any page."""
    response = JsonResponse(json_schema(), content_type="application/schema+json")
    response["Cache-Control"] = f"public, max-age={DAY}"
    response["Access-Control-Allow-Origin"] = "*"
    return response
