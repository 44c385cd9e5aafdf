"""Errors in OpenAI's shape: all four keys, always."""

from typing import Any

from kernel.errors import DomainError

CODES = {
    "invalid_api_key": ("invalid_request_error", "invalid_api_key"),
    "not_authenticated": ("invalid_request_error", "invalid_api_key"),
    "not_found": ("invalid_request_error", "model_not_found"),
    "publication_unavailable": ("invalid_request_error", "model_not_found"),
    "rate_limited": ("rate_limit_error", "rate_limit_exceeded"),
    "provider_rate_limited": ("rate_limit_error", "rate_limit_exceeded"),
    "allowance_used_up": ("insufficient_quota", "insufficient_quota"),
    "overage_limit_reached": ("insufficient_quota", "insufficient_quota"),
    "budget_used_up": ("insufficient_quota", "insufficient_quota"),
    "payment_needed": ("insufficient_quota", "payment_needed"),
    "price_not_accepted": ("insufficient_quota", "price_not_accepted"),
    "spending_cap_reached": ("insufficient_quota", "spending_cap_reached"),
    "wallet_too_low": ("insufficient_quota", "wallet_too_low"),
}


def error_body(error: DomainError, request_id: str) -> dict[str, Any]:
    """The body of an error response."""
    default = "invalid_request_error" if error.status < 500 else "server_error"
    kind, code = CODES.get(error.code, (default, error.code))
    param = error.errors[0].field if error.errors else None
    message = error.errors[0].message if error.errors else error.message
    return {"error": {"message": message, "type": kind, "param": param, "code": code, **error.details}}
