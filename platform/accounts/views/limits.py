"""What somebody sees who tried too often."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kernel.errors import RateLimited


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429, where allauth's limits end: signing in, resetting passwords, sending links."""
    error = RateLimited(retry_after=60)
    context = {"error": error, "request_id": getattr(request, "request_id", "")}
    response = render(request, "web/error.html", context, status=error.status)
    response["Retry-After"] = str(error.retry_after)
    return response
