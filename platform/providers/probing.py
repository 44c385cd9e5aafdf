"""Trying a provider out: its list of models, and one tiny answer. Never inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.egress import EgressError, EgressRefused, EgressTimeout, guarded_client
from providers.adapters.endpoint import Endpoint, key_headers
from providers.adapters.failures import failure_of
from providers.adapters.payload import body_of
from providers.adapters.sse import EventStream
from providers.errors import ProviderError
from providers.known import known_model
from providers.listing import MAX_BYTES, names_in
from providers.ports import ChatMessage, ChatRequest, Usage

STEP, TOTAL = 8.0, 20.0  # seconds
QUESTION = "Reply with the word: ready"
# Room for a model that thinks before it says one word.
REQUEST = ChatRequest(
    messages=[ChatMessage("user", QUESTION)], question=QUESTION, parameters={"max_output_tokens": 1000}
)
OK = "ok"
# Nothing of what the other side says goes into these: it could be anything, also an echo of the key.
SENTENCES: dict[str, str | Promise] = {
    OK: _("It answered."),
    "refused": _("The address cannot be reached from here. Check it: public https addresses work."),
    "timeout": _("It took too long to answer. Try again, or check the address."),
    "interrupted": _("It broke off, or what it sent makes no sense. Check the address."),
    "unauthorised": _("It does not accept the key (401 or 403). Enter the key again."),
    "unknown_model": _("It does not know the model %(model)s. Check the model's name."),
    "not_found": _("There is no such interface at this address (404). It often ends with /v1."),
    "no_models": _("It gives no list of its models. Name at least one that answers questions."),
    "limited": _(
        "It takes no more questions on this key now (429): too many, or its money is used up. Try again later."
    ),
    "unavailable": _("It reports a failure of its own. Try again later."),
    "bad_request": _("It did not accept a plain question to %(model)s. Choose a model that chats."),
    "key_missing": _("The key cannot be read any more. Enter it again."),
}


@dataclass(frozen=True, slots=True)
class Probe:
    """What a test found.

    Attributes:
        code: one of `SENTENCES`.
        model: the model that was asked.
        models: what it lists, in its own order; None where it gives no list.
    """

    code: str
    model: str = ""
    models: tuple[str, ...] | None = None

    @property
    def ok(self) -> bool:
        return self.code == OK


def sentence(code: str, model: str) -> str:
    """What a test found, in words."""
    return str(SENTENCES.get(code, "")) % {"model": model}


def probe(*, base_url: str, key: str, key_header: str, models: Sequence[str] = ()) -> Probe:
    """Ask for the list of models, then one of them for a word.

    Args:
        models: those that are wanted; the first one that chats is asked, else the first of the list.
    """
    assert not connection.in_atomic_block, "no network inside a transaction"
    with guarded_client(timeout=STEP, total=TOTAL, max_bytes=MAX_BYTES) as client:
        code, listed = _listed(client, base_url, key_headers(key, key_header))
        if code:
            return Probe(code)
        asked = next(filter(_chats, models or listed or ()), "")
        if not asked:
            return Probe("no_models", models=listed)
        endpoint = Endpoint(
            model=asked,
            base_url=base_url,
            key=key,
            upstream_name=asked,
            max_output=None,
            key_header=key_header,
        )
        return Probe(_answered(client, endpoint, knows_models=listed is not None), asked, listed)


def _chats(name: str) -> bool:
    return known_model(name, host="").kind == "chat"


def _listed(client: Any, base_url: str, headers: dict[str, str]) -> tuple[str, tuple[str, ...] | None]:
    """What went wrong, if that settles it, and the list, if there is one."""
    try:
        response = client.get(f"{base_url}/models", headers=headers)
    except EgressError as error:
        return _egress_code(error), None
    if response.status_code in (401, 403):
        return "unauthorised", None
    if response.status_code != 200:  # some speak chat alone
        return "", None
    names = names_in(response.content)
    return "", tuple(names) if names is not None else None


def _answered(client: Any, endpoint: Endpoint, *, knows_models: bool) -> str:
    body = body_of(REQUEST, endpoint)
    try:
        response = _asked(client, endpoint, body)
        changed = _changed(endpoint, response, body)
        if changed is not None:
            response = _asked(client, endpoint, changed)
    except EgressError as error:
        return _egress_code(error)
    if response.status_code != 200:
        return _refusal(response.status_code, response.content, knows_models=knows_models)
    events = EventStream(endpoint.model)
    try:
        events.feed(response.content)
        events.finish(lambda _answer: Usage(0, 0))
    except ProviderError:
        return "interrupted"
    return OK


def _asked(client: Any, endpoint: Endpoint, body: dict[str, Any]) -> Any:
    return client.post(
        f"{endpoint.base_url}/chat/completions", headers=endpoint.headers, content=orjson.dumps(body)
    )


def _changed(endpoint: Endpoint, response: Any, body: dict[str, Any]) -> dict[str, Any] | None:
    """The question as this model wants it asked, where it said that it wants it otherwise."""
    if response.status_code != 400:
        return None
    failure = failure_of(model=endpoint.model, status=400, headers={}, said=response.content, body=body)
    return failure.changed_body


def _refusal(status: int, said: bytes, *, knows_models: bool) -> str:
    match status:
        case 401 | 403:
            return "unauthorised"
        case 404:
            return "unknown_model" if knows_models or b"model" in said[:2000].lower() else "not_found"
        case 429:
            return "limited"
        case status if status >= 500:
            return "unavailable"
    return "unknown_model" if b"model_not_found" in said[:2000] else "bad_request"


def _egress_code(error: EgressError) -> str:
    if isinstance(error, EgressRefused):
        return "refused"
    return "timeout" if isinstance(error, EgressTimeout) else "interrupted"
