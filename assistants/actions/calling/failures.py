"""Answers that say with a good status that a call failed, and those that refuse the credential.

How an API says it stands in an operation's mapping under `failure`: {field, equals, reason, refused[]}, put there by a
connector: where the answer's `field` has the value `equals`, the call failed; the field `reason` says why, and those of
`refused` mean the credential.
"""

from typing import Any

import orjson

from assistants.actions.openapi.documents import Callable
from assistants.connections.credentials import Credential

LONGEST = 200  # characters of a reason
HIDDEN = b"\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"  # three dots, as elsewhere


def failure_of(operation: Callable, status: int, body: bytes) -> str | None:
    """Why a call failed whose answer has a good status, empty where it does not say; None where it did not fail."""
    rule = operation.mapping.get("failure")
    if not rule or status >= 400:
        return None
    try:
        answer: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(answer, dict) or answer.get(rule["field"]) != rule["equals"]:
        return None
    return " ".join(str(answer.get(rule["reason"], "")).split())[:LONGEST]


def refuses_credential(operation: Callable, status: int, body: bytes) -> bool:
    """Whether an answer refuses the token itself (RFC 6750, section 3.1), and nothing was done."""
    if status == 401:
        return True
    said = failure_of(operation, status, body)
    return bool(said) and said in operation.mapping["failure"].get("refused", ())


def without_address(body: bytes, credential: Credential | None) -> bytes:
    """An answer without the secret address that was called, should the service say it back."""
    if credential is None or credential.placement.where != "address":
        return body
    for text in credential.hidden:
        body = body.replace(text.encode(), HIDDEN)
    return body
