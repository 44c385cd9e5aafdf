"""Every way in × every role: allowed exactly as the table says, over the browser's session and over an API key.

`matrix.py` holds the table that people reviewed: a route whose declaration changes, or that is new, fails here until its
row says so too. What is then allowed is worked out from the table of roles, not from the view.

Roles have permissions and routes ask for one, so `make test` sends those two to each route between whom its answer changes:
of those who may, who has the fewest rights, and of those who may not, who has the most. `make test-full` sends everybody.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from kernel.asgi import StreamingApplication, StreamRoute
from kernel.tenancy import tenant_scope
from organisations.actions.create_custom_role import create_custom_role
from organisations.actors import Actor
from organisations.models import Membership
from organisations.permissions import ROLE_PERMISSIONS, Permission, Role
from tests.architecture.matrix import MATRIX, STREAMS
from tests.architecture.surface import WayIn, sample_path, streams, ways_in
from tests.factories.organisations import add_member, make_actor, make_user
from tests.fixtures.people import JsonClient, client_for

pytestmark = pytest.mark.django_db(transaction=True)
AUDITOR = frozenset({Permission.VIEW_ORGANISATION, Permission.VIEW_AUDIT, Permission.MANAGE_KEYS})
REFUSED = {"permission_denied", "not_authenticated"}
# What ends the very session or organisation that asks: tested in its own place.
ENDS_ITSELF = {
    "POST organisations:member_leave",
    "POST organisations:switch",
    "POST accounts:sign_out_everywhere",
}


@pytest.fixture
def people(alice: Actor) -> dict[str, Actor]:
    """Somebody of every role, one of them of the organisation's own."""
    found = {Role.OWNER.value: alice}
    for role in Role:
        if role != Role.OWNER:
            found[role.value] = add_member(alice.organisation, make_user(f"{role}@example.org"), role)
    custom = create_custom_role(actor=alice, name="Auditor", permissions=AUDITOR)
    auditor = make_user("auditor@example.org")
    with tenant_scope(alice.organisation):
        Membership.objects.create(organisation=alice.organisation, user=auditor, custom_role=custom)
    found["auditor"] = make_actor(auditor, alice.organisation)
    return found


def may(role: str, permission: str | None) -> bool:
    """What the table of roles says."""
    if permission is None:
        return True
    allowed = AUDITOR if role == "auditor" else ROLE_PERMISSIONS[Role(role)]
    return Permission(permission) in allowed


def test_the_table_has_a_row_for_every_way_in() -> None:
    declared = {way.key: way.permission or ("public" if way.public else "signed in") for way in ways_in()}
    assert declared == MATRIX


def test_the_table_of_streams_is_whole() -> None:
    assert {route.name for route in streams()} == set(STREAMS)


def _answers(
    people: dict[str, Actor], ways: list[WayIn], make_client: Any
) -> Iterator[tuple[str, WayIn, bool]]:
    for role, actor in people.items():
        client = make_client(actor)
        for way in ways:
            if way.key in ENDS_ITSELF or role not in _asking(way):
                continue
            answer = _ask(client, way)
            assert answer.status_code < 500, (role, way.key, answer.status_code)
            yield role, way, _refused(answer)


def _asking(way: WayIn) -> set[str]:
    """The roles that are sent to a route."""
    ranks = sorted([*map(str, Role), "auditor"], key=_rights)
    if os.environ.get("BOTTEGA_LARGE") == "1":
        return set(ranks)
    allowed = [role for role in ranks if may(role, way.permission)]
    refused = [role for role in ranks if not may(role, way.permission)]
    return {*allowed[:1], *refused[-1:]}


def _rights(role: str) -> int:
    return len(AUDITOR if role == "auditor" else ROLE_PERMISSIONS[Role(role)])


def _ask(client: Any, way: WayIn) -> Any:
    send = getattr(client, way.method.lower())
    if way.rest:
        return send(
            way.path({}),
            {} if way.method != "GET" else None,
            **({"format": "json"} if way.method != "GET" else {}),
        )
    return send(way.path({}))


def _refused(answer: Any) -> bool:
    if answer.status_code == 401:
        return True
    if answer.status_code != 403:
        return False
    if "json" in answer.get("Content-Type", ""):
        return answer.json().get("code") in REFUSED
    return True


def test_pages_are_open_to_just_the_roles_of_the_table(people: dict[str, Actor]) -> None:
    ways = [way for way in ways_in() if not way.rest]
    wrong = [
        (role, way.key)
        for role, way, refused in _answers(people, ways, client_for)
        if refused == may(role, way.permission)
    ]
    assert wrong == []


def test_rest_is_open_to_just_the_roles_of_the_table(people: dict[str, Actor]) -> None:
    ways = [way for way in ways_in() if way.rest]
    wrong = [
        (role, way.key)
        for role, way, refused in _answers(people, ways, _rest_client)
        if refused == may(role, way.permission)
    ]
    assert wrong == []


def _rest_client(actor: Actor) -> JsonClient:
    client = JsonClient()
    client.force_login(actor.user)
    session = client.session
    from organisations.actors import SESSION_KEY

    session[SESSION_KEY] = actor.organisation.pk
    session.save()
    return client


@pytest.mark.parametrize("route", streams(), ids=lambda route: route.name)
async def test_streams_are_open_to_just_the_roles_of_the_table(
    route: StreamRoute, people: dict[str, Actor]
) -> None:
    from asgiref.sync import sync_to_async

    from tests.fixtures.people import api_key_for

    path = sample_path(route)
    wrong = []
    for role, actor in people.items():
        if not may(role, Permission.MANAGE_KEYS.value):  # cannot have a key; the session is tested above
            continue
        key = await sync_to_async(api_key_for)(actor)
        status, code = await _stream(route.method, path, key)
        refused = status in (401, 403) and code in {*REFUSED, "insufficient_permissions"}
        if refused == may(role, STREAMS[route.name]):
            wrong.append((role, status, code))
    assert wrong == []


async def _stream(method: str, path: str, key: str) -> tuple[int, str]:
    import orjson

    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {
            "type": "http.request",
            "body": b'{"text": "?", "model": "none", "messages": []}',
            "more_body": False,
        }

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [
        (b"host", b"localhost"),
        (b"content-type", b"application/json"),
        (b"authorization", b"Bearer " + key.encode()),
    ]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
    await StreamingApplication(django=None)(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    document = orjson.loads(body) if body.startswith(b"{") else {}
    code = document.get("code") or (document.get("error") or {}).get("code") or ""
    return int(sent[0]["status"]), str(code)
