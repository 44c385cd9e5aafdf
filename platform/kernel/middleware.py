"""Around every Django request: its id, and the page for an error that people can be told."""

import re
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from kernel import errors
from kernel.ids import new_public_id
from kernel.problems import problem_document, problem_headers

GetResponse = Callable[[HttpRequest], HttpResponse]
_SAFE_ID = re.compile(r"^[A-Za-z0-9_.\-]{1,64}$")


def request_id_from(header: str | None) -> str:
    """The caller's request id where it is harmless, else a new one."""
    return header if header and _SAFE_ID.match(header) else new_public_id("req_")


class RequestContextMiddleware:
    """Gives each request an id, in the logs and in the response."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_from(request.headers.get("X-Request-ID"))
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class DomainErrorMiddleware:
    """Turns a DomainError that a page raised into a page, or a fragment, that says what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        error = _unusable_address(request)
        return self._answer(request, error) if error else self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a DomainError; anything else stays a fault."""
        return self._answer(request, exception) if isinstance(exception, errors.DomainError) else None

    def _answer(self, request: HttpRequest, error: errors.DomainError) -> HttpResponse:
        return self._json(request, error) if _wants_json(request) else self._page(request, error)

    @staticmethod
    def _json(request: HttpRequest, error: errors.DomainError) -> HttpResponse:
        document = problem_document(error, getattr(request, "request_id", ""))
        response = JsonResponse(document, status=error.status, content_type="application/problem+json")
        for name, value in problem_headers(error).items():
            response[name] = value
        return response

    @staticmethod
    def _page(request: HttpRequest, error: errors.DomainError) -> HttpResponse:
        fragment = bool(getattr(request, "htmx", False))
        template = "web/error_fragment.html" if fragment else "web/error.html"
        response = render(
            request,
            template,
            {"error": error, "request_id": getattr(request, "request_id", "")},
            status=error.status,
        )
        patch_vary_headers(response, ["HX-Request"])
        return response


def _unusable_address(request: HttpRequest) -> errors.DomainError | None:
    # PostgreSQL stores no NUL, so nothing of ours has one in its name and no search can find one.
    if "\x00" in request.path_info:
        return errors.NotFound()
    return errors.InvalidInput() if "%00" in request.META.get("QUERY_STRING", "") else None


def _wants_json(request: HttpRequest) -> bool:
    if request.path_info.startswith("/api/"):
        return True
    return (
        "application/json" in request.headers.get("Accept", "") or request.content_type == "application/json"
    )
