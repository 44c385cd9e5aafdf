"""Attacks across organisations, on a running server: Alice's house is the victim, Charlie attacks with his own owner's key.

One test a case; each ends with the answer that an attacker gets and with Alice's rows as they were.
"""

from collections.abc import Iterator

import httpx2
import pytest
from django.db import connection

from kernel.tenancy import tenant_scope
from organisations.actions.create_api_key import create_api_key
from organisations.actors import Actor
from organisations.models import Membership
from organisations.permissions import Permission
from tests.architecture.test_cross_tenant import CANARY, House, fingerprint, furnish
from tests.architecture.test_models import tenant_models
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1"


@pytest.fixture
def victim(alice: Actor) -> House:
    return furnish(alice, CANARY)


@pytest.fixture
def attacker(charlie: Actor) -> House:
    return furnish(charlie, "feather-1b2c")


@pytest.fixture
def client(live_app: LiveApp, attacker: House) -> httpx2.Client:
    return live_app.client(api_key_for(attacker.actor))


@pytest.fixture(autouse=True)
def unchanged(victim: House, client: httpx2.Client) -> Iterator[None]:
    """Whatever happens in a test, nothing of Alice's changes."""
    before = fingerprint(victim.actor)
    yield
    assert fingerprint(victim.actor) == before


def refused(answer: httpx2.Response, *statuses: int) -> None:
    assert answer.status_code in (statuses or (404,)), answer.text[:300]
    assert CANARY not in answer.text


def source_of(house: House) -> str:
    return house.ids["source_id"]


def test_1_ids_in_paths(client: httpx2.Client, victim: House) -> None:
    assistant, ids = victim.ids["assistant_id"], victim.ids
    for path in (
        f"/assistants/{assistant}",
        f"/assistants/{assistant}/draft",
        f"/assistants/{assistant}/versions",
        f"/assistants/{assistant}/versions/1",
        f"/assistants/{assistant}/sources",
        f"/assistants/{assistant}/sources/{source_of(victim)}",
        f"/conversations/{ids['conversation_id']}",
        f"/organisation/groups/{ids['group_id']}",
        f"/organisation/groups/{ids['group_id']}/members",
        f"/organisation/roles/{ids['role_id']}",
        f"/store/listings/{ids['slug']}",
    ):
        refused(client.get(API + path))


def test_2_ids_in_queries_bodies_and_lists(client: httpx2.Client, victim: House, attacker: House) -> None:
    group = attacker.ids["group_id"]
    refused(
        client.post(
            f"{API}/organisation/groups/{group}/members", json={"members": [victim.ids["membership_id"]]}
        )
    )
    listed = client.get(f"{API}/organisation/grants", params={"assistant": victim.ids["assistant_id"]})
    assert listed.json()["results"] == []


def test_3_4_foreign_parts_in_own_things(client: httpx2.Client, victim: House, attacker: House) -> None:
    own = attacker.ids["assistant_id"]
    patched = client.patch(
        f"{API}/assistants/{own}/draft", json={"knowledge": {"documents": [victim.ids["document_id"]]}}
    )
    refused(patched, 400)
    refused(client.post(f"{API}/conversations", json={"assistant": victim.ids["assistant_id"]}))


def test_5_an_own_parent_with_a_foreign_child(client: httpx2.Client, victim: House, attacker: House) -> None:
    own = attacker.ids["assistant_id"]
    refused(client.get(f"{API}/assistants/{own}/sources/{source_of(victim)}"))
    refused(client.delete(f"{API}/assistants/{own}/sources/{source_of(victim)}"))
    refused(client.post(f"{API}/assistants/{own}/versions/99/restore"))
    group, member = attacker.ids["group_id"], victim.ids["membership_id"]
    refused(client.delete(f"{API}/organisation/groups/{group}/members/{member}"))


def test_8_going_on_with_a_foreign_conversation(client: httpx2.Client, victim: House) -> None:
    path = f"{API}/conversations/{victim.ids['conversation_id']}"
    refused(client.post(f"{path}/messages", json={"text": "Go on"}))
    refused(client.delete(path))


def test_9_deleting_a_foreign_source(client: httpx2.Client, victim: House) -> None:
    refused(client.delete(f"{API}/assistants/{victim.ids['assistant_id']}/sources/{source_of(victim)}"))


def test_10_retrieving_from_foreign_knowledge(client: httpx2.Client, victim: House) -> None:
    path = f"{API}/assistants/{victim.ids['assistant_id']}/retrieve"
    refused(client.post(path, json={"query": CANARY}))
    refused(client.post(path, json={"query": CANARY, "version": 1}))


@pytest.mark.parametrize("name", ["assistant_id", "slug", "publication_id"])
def test_12_a_private_assistant_through_v1(client: httpx2.Client, victim: House, name: str) -> None:
    body = {"model": victim.ids[name], "messages": [{"role": "user", "content": "?"}]}
    answer = client.post("/v1/chat/completions", json=body)
    refused(answer)
    assert answer.json()["error"]["code"] == "model_not_found"
    refused(client.get(f"/v1/models/{victim.ids[name]}"))


@pytest.mark.parametrize("field", ["id", "owner", "is_staff", "balance", "password", "kind", "mfa_required"])
def test_13_fields_that_are_not_the_callers(client: httpx2.Client, attacker: House, field: str) -> None:
    answer = client.patch(f"{API}/organisation", json={"name": "Foxglove", field: "1"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert (
        client.patch(f"{API}/assistants/{attacker.ids['assistant_id']}", json={field: "1"}).status_code == 400
    )


def test_14_no_upsert(client: httpx2.Client, victim: House) -> None:
    answer = client.post(f"{API}/assistants", json={"name": "Mine", "id": victim.ids["assistant_id"]})
    assert answer.status_code == 400
    answer = client.put(
        f"{API}/assistants/{victim.ids['assistant_id']}/draft", json={"profile": {"name": "x"}}
    )
    refused(answer, 404, 428)


@pytest.mark.parametrize(
    "path",
    [
        "/assistants", "/conversations", "/listings", "/installs", "/organisation/members", "/organisation/groups",
        "/organisation/roles", "/organisation/grants", "/organisation/keys", "/organisation/invitations",
        "/organisation/audit", "/organisation/approvals", "/organisation/service-accounts", "/notifications",
    ],
)  # fmt: skip
def test_15_lists_show_ones_own(client: httpx2.Client, victim: House, path: str) -> None:
    for query in ({}, {"search": CANARY}, {"search": "canary"}, {"organisation": victim.ids["organisation"]}):
        answer = client.get(API + path, params=query)
        assert answer.status_code == 200
        assert CANARY not in answer.text
        assert not any(value in answer.text for value in victim.ids.values() if len(value) > 8)


def test_19_foreign_and_missing_ids_answer_alike(client: httpx2.Client, victim: House) -> None:
    for template, name in (
        ("/assistants/{}", "assistant_id"),
        ("/assistants/{}/draft", "assistant_id"),
        ("/conversations/{}", "conversation_id"),
        ("/organisation/groups/{}", "group_id"),
        ("/organisation/roles/{}", "role_id"),
        ("/organisation/members/{}", "membership_id"),
    ):
        answers = []
        for value in (victim.ids[name], victim.ids[name][:-4] + "0000"):
            call = client.delete if "members" in template else client.get
            answer = call(API + template.format(value))
            answers.append((answer.status_code, {**answer.json(), "request_id": "", "instance": ""}))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404


def test_20_sql_without_a_scope_sees_nothing(victim: House) -> None:
    with connection.cursor() as cursor:
        for model in tenant_models():
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
            assert cursor.fetchone() == (0,), model


def test_16_keys_of_who_was_removed(live_app: LiveApp, attacker: House, alice: Actor) -> None:
    """Pages, keys and streams within five seconds: tests/organisations/test_within_five_seconds.py."""
    secret = create_api_key(actor=attacker.actor, name="Short", scopes=[Permission.VIEW_ORGANISATION]).secret
    gone = live_app.client(secret)
    assert gone.get(f"{API}/me").status_code == 200
    with tenant_scope(attacker.actor.organisation):
        Membership.objects.for_organisation(attacker.actor.organisation).filter(
            pk=attacker.actor.membership_id
        ).delete()
    assert gone.get(f"{API}/me").status_code == 401
