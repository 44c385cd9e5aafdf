"""Errors as RFC 9457 problem details, one translation for the REST API and the streaming endpoints."""

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig
from django.core.signals import got_request_exception
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from kernel import errors

logger = structlog.get_logger(__name__)
TYPE_BASE = "https://bottega.dev/problems/"


def problem_document(error: errors.DomainError, request_id: str) -> dict[str, Any]:
    """The body of a problem response for an error."""
    document: dict[str, Any] = {
        "type": TYPE_BASE + error.code,
        "title": error.code.replace("_", " ").capitalize(),
        "status": error.status,
        "detail": error.message,
        "code": error.code,
        "request_id": request_id,
        **error.details,
    }
    if error.errors:
        document["errors"] = [{"field": e.field, "code": e.code, "message": e.message} for e in error.errors]
    return document


def problem_headers(error: errors.DomainError) -> dict[str, str]:
    """Headers that belong to an error."""
    if isinstance(error, errors.RateLimited):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, errors.NotAuthenticated):
        return {"WWW-Authenticate": 'Bearer realm="bottega"'}
    return {}


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response:
    """Turn whatever a REST view raised into problem details."""
    request_id = getattr(context["request"], "request_id", "") or structlog.contextvars.get_contextvars().get(
        "request_id", ""
    )
    error = as_domain_error(exception) or _fault(exception, context)
    headers = problem_headers(error)
    return Response(
        problem_document(error, request_id),
        status=error.status,
        headers=headers,
        content_type="application/problem+json",
    )


def _fault(exception: Exception, context: dict[str, Any]) -> errors.DomainError:
    logger.exception("rest_view_failed", view=type(context["view"]).__name__, exc_info=exception)
    # What Django itself sends for a fault: error reporting listens, and tests see the exception.
    request = getattr(context["request"], "_request", context["request"])
    got_request_exception.send(sender=exception_handler, request=request)
    return errors.InternalError()


def as_domain_error(exception: Exception) -> errors.DomainError | None:
    """Our error for one of Django's or DRF's; None for a real fault."""
    match exception:
        case errors.DomainError():
            return exception
        case exceptions.ValidationError():
            return errors.InvalidInput(errors=list(_field_errors(exception.get_full_details())))
        case Http404() | exceptions.NotFound():
            return errors.NotFound()
        case DjangoPermissionDenied() | exceptions.PermissionDenied():
            return errors.PermissionDenied()
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return errors.NotAuthenticated()
        case RequestDataTooBig():
            return errors.TooLarge(limit="5 MB")
        case exceptions.Throttled():
            return errors.RateLimited(retry_after=int(getattr(exception, "wait", None) or 1))
        case exceptions.APIException():
            return _generic(exception)
        case DataError():
            # A value that passed our checks and does not fit a column: the caller's, not a fault of the house.
            logger.warning("value_refused_by_database", reason=type(exception.__cause__).__name__)
            return errors.InvalidInput()
        case InterfaceError() | OperationalError():
            logger.exception("database_unavailable", exc_info=exception)
            return errors.Unavailable()
    return None


def _generic(exception: exceptions.APIException) -> errors.DomainError:
    detail = str(exception.detail)
    kind = type(
        "ApiError",
        (errors.DomainError,),
        {"code": exception.default_code, "status": exception.status_code, "user_message": detail},
    )
    made: errors.DomainError = kind()
    return made


def _field_errors(details: Any, path: str = "") -> list[errors.FieldError]:
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        return [errors.FieldError(path or "body", str(details["code"]), str(details["message"]))]
    if isinstance(details, dict):
        return [e for key, value in details.items() for e in _field_errors(value, _join(path, str(key)))]
    if isinstance(details, list):
        return [e for value in details for e in _field_errors(value, path)]
    return [errors.FieldError(path or "body", "invalid", _("This is not valid."))]


def _join(path: str, key: str) -> str:
    if key == "non_field_errors":
        return path
    return f"{path}.{key}" if path else key
