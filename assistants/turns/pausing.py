"""A turn that waits for a person: what is asked of them.

A call that needs somebody's word raises `Paused`. The turn keeps its state, and goes on in whatever process once every
request is answered: the calls that waited are prepared again, and find what was decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

CONFIRMATION: Literal["confirmation"] = "confirmation"
CONNECTION: Literal["connection"] = "connection"
COMPUTATION: Literal["computation"] = "computation"
ANSWERED_FIRST = frozenset({CONFIRMATION, COMPUTATION})  # kinds without whose answer a turn does not go on
REQUIRES_ACTION = "requires_action"  # the state of an answer that waits, as clients read it


@dataclass(frozen=True, slots=True)
class PauseRequest:
    """Something that a person has to answer before a call is made.

    Attributes:
        id: public id. kind: a word on this very call, a connection to the service that it calls, or something that the
            person's browser works out for it.
        document: its public form.
    """

    id: str
    kind: Literal["confirmation", "connection", "computation"]
    document: Mapping[str, Any]
    expires_at: datetime


class Paused(Exception):
    """One call waits for a person."""

    def __init__(self, request: PauseRequest) -> None:
        super().__init__(request.id)
        self.request = request


class TurnPaused(Exception):
    """The whole turn waits: no call of the round can be made without an answer to these."""

    def __init__(self, requests: Sequence[PauseRequest]) -> None:
        super().__init__(", ".join(request.id for request in requests))
        self.requests = tuple(requests)


def requires_action(requests: Sequence[PauseRequest]) -> dict[str, Any]:
    """What an answer that waits wants, in its public form."""
    return requires_action_document(
        [dict(request.document) for request in requests], min(request.expires_at for request in requests)
    )


def requires_action_document(requests: Sequence[Mapping[str, Any]], expires_at: datetime) -> dict[str, Any]:
    """The same of requests in their public form, each with its `kind`."""
    return {
        "confirmations": [request for request in requests if request["kind"] == CONFIRMATION],
        "connections": [request for request in requests if request["kind"] == CONNECTION],
        "computations": [request for request in requests if request["kind"] == COMPUTATION],
        "expires_at": expires_at.isoformat().replace("+00:00", "Z"),
    }
