"""Secrets stay secrets: a canary in instructions, knowledge and keys is on no page, in no log and in no task."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from assistants.building.actions.publish import publish
from organisations.actions.create_api_key import create_api_key
from organisations.actors import Actor
from organisations.permissions import Permission
from tests.architecture.surface import WayIn, ways_in
from tests.factories.building import make_assistant, make_source, present_publication
from tests.factories.providers import store_provider
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "canary-instructions-91d2"


@pytest.fixture
def published(alice: Actor) -> dict[str, str]:
    """A public assistant whose instructions and sources nobody else may read."""
    assistant = make_assistant(alice, "Harbour", instructions={"text": SECRET, "must_never": [SECRET]})
    make_source(alice, assistant, f"{SECRET}.txt")
    publish(actor=alice, assistant_id=assistant.public_id, visibility="public")
    publication = present_publication(alice, assistant)
    return {
        "assistant_id": assistant.public_id,
        "slug": publication.slug,
        "publication_id": publication.public_id,
        "reference": publication.slug,
    }


def crawl(client: Any, ids: dict[str, str], ways: list[WayIn], secret: str = SECRET) -> Iterator[str]:
    """Addresses that show the secret, one by one."""
    for way in ways:
        answer = client.get(way.path(ids))
        if not answer.streaming and secret in answer.content.decode("utf-8", "replace"):
            yield way.path(ids)


def readable() -> list[WayIn]:
    return [way for way in ways_in() if way.method == "GET"]


def test_21_strangers_and_other_organisations_read_no_instructions(
    published: dict[str, str], charlie: Actor
) -> None:
    assert list(crawl(Client(), published, readable())) == []
    assert list(crawl(client_for(charlie), published, readable())) == []
    assert list(crawl(api_client_for(charlie), published, [way for way in readable() if way.rest])) == []


def test_21_nor_do_members_who_may_only_use_it(published: dict[str, str], bob: Actor) -> None:
    assert list(crawl(client_for(bob), published, readable())) == []


def test_21_its_creator_does(published: dict[str, str], alice: Actor) -> None:
    """So that the crawl above can fail."""
    assert next(crawl(client_for(alice), published, readable()), None)


def test_23_a_key_s_secret_is_never_read_back(alice: Actor) -> None:
    secret = create_api_key(actor=alice, name="Once", scopes=[Permission.USE_ASSISTANTS]).secret
    page = client_for(alice).get("/organisation/keys/").content.decode()
    listed = json.dumps(api_client_for(alice).get("/api/v1/organisation/keys").json())
    log = json.dumps(api_client_for(alice).get("/api/v1/organisation/audit").json())
    assert all(secret not in text and secret[9:] not in text for text in (page, listed, log))


def test_23_nor_is_the_key_of_an_own_provider(alice: Actor, published: dict[str, str]) -> None:
    row = store_provider(alice, "Canary Models", key="sk-canary-provider-55f1")
    ids = published | {"provider_id": row.public_id}
    found = [client_for(alice), api_client_for(alice)]
    assert list(crawl(found[0], ids, readable(), "sk-canary-provider-55f1")) == []
    assert (
        list(crawl(found[1], ids, [way for way in readable() if way.rest], "sk-canary-provider-55f1")) == []
    )
    assert next(crawl(found[0], ids, readable(), "Canary Models"), None)  # so that the two above can fail


def test_24_errors_and_logs_hold_no_secret(alice: Actor, capfd: pytest.CaptureFixture[str]) -> None:
    client = api_client_for(alice)
    refused = client.post("/api/v1/assistants", {"name": "", "draft": {"instructions": {"text": SECRET}}})
    assert refused.status_code == 400
    assert SECRET not in refused.content.decode()
    broken = client.post("/api/v1/assistants", data=f'{{"name": "{SECRET}', content_type="application/json")
    assert broken.status_code == 400
    wrong_key = Client().get("/api/v1/me", headers={"Authorization": f"Bearer bk_{SECRET}"})
    assert wrong_key.status_code == 401
    assert SECRET not in wrong_key.content.decode()
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err
