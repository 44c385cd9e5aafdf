"""What the pages' scripts are answered."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from kernel.errors import DomainError
from organisations.pages import OrganisationRequest
from organisations.permissions import Permission

CHANGED = "actions-changed"


def refusal(request: OrganisationRequest, error: DomainError) -> HttpResponse:
    """Why something was not done, with the line and the fields that it is about, for the form that asked."""
    context = {
        "error": error,
        "line": getattr(error, "line", None),
        "column": getattr(error, "column", None),
        # A sentence that the error itself says is not said again by its field.
        # The page where whoever looks may do what is missing.
        "page": getattr(error, "page", "") if request.actor.can(Permission.MANAGE_ORGANISATION) else "",
        "fields": [one for one in error.errors if one.message != error.message],
    }
    return render(request, "actions/_refusal.html", context, status=error.status)


def moved(url: str) -> HttpResponse:
    """Leads on to another page."""
    return HttpResponse(status=204, headers={"HX-Redirect": url})


def said(text: str, *, response: HttpResponse | None = None, **more: Any) -> HttpResponse:
    """Tells the page that something changed, in a toast; `response` is what takes the place of a part of it."""
    answer = response or HttpResponse(status=204)
    answer["HX-Trigger"] = json.dumps({CHANGED: True, "toast": {"text": text, "level": "success", **more}})
    return answer
