"""Encrypt what connections hold anew, after SECRET_KEY was replaced."""

from typing import Any

from assistants.connections.models import AuthProfile, Connection, OAuthAttempt, OAuthClient
from kernel.registries import secret_fields
from kernel.secrets import SecretUnreadable, rotate
from kernel.tenancy import across_organisations

BATCH = 200
HOLDERS: tuple[tuple[Any, str], ...] = (
    (AuthProfile, "client_secret_encrypted"),
    (Connection, "secret_encrypted"),
    (OAuthClient, "client_secret_encrypted"),
    (OAuthAttempt, "verifier_encrypted"),
)


def rotate_secrets() -> tuple[int, int]:
    """Put everything under the present SECRET_KEY; gives how many were, and how many nobody can read any more."""
    done = lost = 0
    for model, field in (*HOLDERS, *secret_fields):
        last = 0
        while keys := _next(model, field, last):
            for key in keys:
                good = _rotate(model, field, key)
                done, lost = done + good, lost + (not good)
            last = keys[-1]
    return done, lost


def _next(model: Any, field: str, last: int) -> list[int]:
    with across_organisations(reason="secrets of all organisations"):
        rows = model.objects.across_organisations(reason="secrets of all organisations")
        found = rows.filter(pk__gt=last).exclude(**{field: ""}).order_by("pk")
        return list(found.values_list("pk", flat=True)[:BATCH])


def _rotate(model: Any, field: str, key: int) -> bool:
    # One row a transaction: a renewal that goes on meanwhile is not overwritten, and waits for no more than this.
    with across_organisations(reason="secrets of all organisations", durable=True):
        rows = model.objects.across_organisations(reason="secrets of all organisations").filter(pk=key)
        row = rows.select_for_update().first()
        if row is None or not getattr(row, field):
            return True
        try:
            rows.update(**{field: rotate(getattr(row, field), row=row.secret_row)})
        except SecretUnreadable:
            return False
    return True
