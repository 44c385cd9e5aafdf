"""Every route is public by this list, or refuses strangers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from kernel import registries
from kernel.asgi import StreamingApplication, StreamRoute
from tests.architecture.surface import sample_path

SAMPLE = "1"
# What a stranger may open, by the beginning of its route's name, and why.
PUBLIC: dict[str, str] = {
    "tools:python_frame": "the empty document that programs run in; nothing of anybody's is in it",
    "account_": "signing in and up; the library guards what needs a session",
    "schema": "the API's description holds no data",
    "web:manifest": "names and icons of the installed web app",
    "web:favicon": "the icon",
    "web:preferences_update": "a visitor's own language and theme",
    "web:component_gallery": "shows the design system; holds no data",
    "api-store-listings": "the public store",
    "events:unsubscribe": "a signed link from an e-mail; it ends e-mails of one kind and shows nothing",
    "billing:pool_rules": "how the pool is shared out; holds no data",
    "billing:stripe_webhook": "Stripe posts its news, which are signed; limited, and nothing is told",
    "building:assistant_schema": "the format of assistant.yaml, for editors and other programs",
    "store:home": "the public store",
    "store:search": "the public store",
    "store:suggest": "the public store",
    "store:shared": "what a secret address leads to; it says that it has ended to whoever knows no secret",
    "store:takedown": "outsiders ask for something to be taken down; limited, and confirmed by e-mail",
    "store:proof_confirm": "a link from an e-mail to an address at a domain; it names the domain, and proves it once",
    "store:sitemap_part": "addresses of public listings, for search engines",
    "store:sitemap": "addresses of public listings, for search engines",
    "store:robots": "what search engines may read",
    "connections:client_document": "who we are, for authorization servers that fetch it; holds no data",
    "api-docs": "the API's description holds no data",
}


def _patterns(resolver: Any, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        pattern = prefix + entry.pattern.regex.pattern.lstrip("^")
        if isinstance(entry, URLResolver):
            inner = ":".join(filter(None, (namespace, entry.namespace)))
            yield from _patterns(entry, pattern, inner)
        elif isinstance(entry, URLPattern):
            yield ":".join(filter(None, (namespace, entry.name or entry.lookup_str))), pattern


def _path(pattern: str) -> str:
    shape, names = normalize(pattern.replace("\\Z", ""))[0]
    return "/" + (shape % dict.fromkeys(names, SAMPLE)).lstrip("/")


def routes() -> list[tuple[str, str]]:
    return [(name, _path(pattern)) for name, pattern in _patterns(get_resolver())]


def is_public(name: str) -> bool:
    return any(name.startswith(beginning) for beginning in PUBLIC)


async def answer_of(application: Any, method: str, path: str) -> int:
    """The status of a request without credentials, through the streaming application."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
    await application(scope, receive, send)
    return int(sent[0]["status"])


def _refuses(response: Any) -> bool:
    if response.status_code in (301, 302):
        return "/login" in response["Location"]
    return response.status_code in (401, 403, 404)


@pytest.mark.django_db(transaction=True)
def test_a_stranger_is_refused(client: Client) -> None:
    open_, useless = [], []
    for name, path in routes():
        if is_public(name):
            continue
        answers = [client.get(path), client.post(path, data="{}", content_type="application/json")]
        allowed = [answer for answer in answers if answer.status_code != 405]
        useless += [] if allowed else [name]
        open_ += [(name, path, answer.status_code) for answer in allowed if not _refuses(answer)]
    assert open_ == []
    assert useless == [], "serve neither GET nor POST"


def test_the_list_names_only_routes_that_exist() -> None:
    names = [name for name, _ in routes()]
    assert [beginning for beginning in PUBLIC if not any(name.startswith(beginning) for name in names)] == []


def test_every_streaming_route_says_whether_it_is_public() -> None:
    assert {route.name for route in registries.stream_routes if route.public} == {
        "health-live",
        "health-ready",
        "metrics",
        "trial_ask",  # strangers, where a creator lets them; needs our page's token and a visitor's cookie
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "route", [route for route in registries.stream_routes if not route.public], ids=lambda r: r.name
)
async def test_a_stranger_is_refused_by_streaming_routes(route: StreamRoute) -> None:
    path = sample_path(route)
    assert await answer_of(StreamingApplication(django=None), route.method, path) in (401, 403, 404)
