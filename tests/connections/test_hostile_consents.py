"""Answers that belong to nobody, to somebody else, or to another time: a clear page, and nothing is linked."""

from datetime import timedelta

import pytest
from django.db.models import F

from assistants.connections.actions.update_profile import update_profile
from assistants.connections.auth_settings import read_settings
from assistants.connections.models import OAuthAttempt
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.connections.helpers import SECRET, World, begin, come_back, connections, query_of
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_missing_or_unknown_state_is_refused(world: World) -> None:
    client = client_for(world.bob)
    for query in ("", "?code=x", "?code=x&state=", "?code=x&state=nonsense"):
        answer = client.get(f"/connections/oauth/callback{query}")
        assert answer.status_code == 400
        assert "no consent that you began" in answer.content.decode()


def test_another_persons_answer_links_nothing(world: World) -> None:
    profile = world.profile()
    attackers = world.server.consent(begin(client_for(world.bob), profile))
    answer = come_back(client_for(world.alice), attackers)
    assert answer.status_code == 400
    assert connections(profile) == []
    assert world.server.asked_for("authorization_code") == []


def test_another_session_of_the_same_person_links_nothing(world: World) -> None:
    profile = world.profile()
    back = world.server.consent(begin(client_for(world.bob), profile))
    answer = come_back(client_for(world.bob), back)
    assert answer.status_code == 403
    assert "another browser" in answer.content.decode()
    assert connections(profile) == []


def test_an_outsider_cannot_begin_without_a_key_of_ours(world: World, charlie: Actor) -> None:
    profile = world.profile()
    answers = {
        client_for(charlie).get(f"/connections/start/{name}").status_code
        for name in (profile.public_id, "x:y:z")
    }
    assert answers == {404}


def test_ten_minutes_and_no_longer(world: World) -> None:
    profile = world.profile()
    client = client_for(world.bob)
    back = world.server.consent(begin(client, profile))
    with tenant_scope(world.bob.organisation):
        OAuthAttempt.objects.for_organisation(world.bob.organisation).update(
            expires_at=F("expires_at") - timedelta(minutes=11)
        )
    answer = come_back(client, back)
    assert answer.status_code == 410
    assert "ten minutes" in answer.content.decode()
    assert connections(profile) == []


def test_no_said_at_the_service_is_a_clear_page_and_spends_the_state(world: World) -> None:
    profile = world.profile()
    client = client_for(world.bob)
    back = world.server.consent(begin(client, profile), allow=False)
    assert query_of(back)["error"] == "access_denied"
    answer = come_back(client, back)
    assert answer.status_code == 400
    assert "said no" in answer.content.decode()
    assert come_back(client, back).status_code == 410


def test_what_did_not_work_leads_back_to_where_it_began(world: World) -> None:
    client, profile = client_for(world.bob), world.profile()
    address = begin(client, profile, return_to="/chats/conv_waiting")
    answered = come_back(client, world.server.consent(address, allow=False))
    assert answered.status_code == 400
    assert 'href="/chats/conv_waiting"' in answered.content.decode()
    # Somebody else's is told nothing of it.
    assert (
        "conv_waiting"
        not in client_for(world.alice)
        .get(f"/connections/oauth/callback?state={query_of(address)['state']}")
        .content.decode()
    )


def test_a_code_that_the_service_refuses_links_nothing(world: World) -> None:
    profile = world.profile()
    client = client_for(world.bob)
    address = begin(client, profile)
    world.server.consent(address)
    answer = client.get(f"/connections/oauth/callback?code=stolen&state={query_of(address)['state']}")
    assert answer.status_code == 400
    assert connections(profile) == []


@pytest.mark.parametrize(
    ("granted", "said"), [("read", "missing: write"), ("read write admin", "too much: admin")]
)
def test_other_scopes_than_asked_for_link_nothing_and_are_given_back(
    world: World, granted: str, said: str
) -> None:
    profile = world.profile()
    client = client_for(world.bob)
    world.server.granted = granted
    answer = come_back(client, world.server.consent(begin(client, profile)))
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert connections(profile) == []
    assert all(token.revoked for token in world.server.tokens)


def test_settings_that_change_meanwhile_link_nothing(world: World) -> None:
    profile = world.profile()
    client = client_for(world.bob)
    back = world.server.consent(begin(client, profile))
    wider = read_settings({"kind": "oauth2", "oauth": world.oauth(scopes=["read", "write", "admin"])})
    update_profile(
        actor=world.alice, profile_id=profile.public_id, settings=wider, server_url=world.server.api_url
    )
    answer = come_back(client, back)
    assert answer.status_code == 409
    assert connections(profile) == []


def test_the_answer_counts_at_the_address_it_was_asked_for_alone(world: World) -> None:
    profile = world.profile(assistant_id="asst_wood")
    client = client_for(world.bob)
    back = world.server.consent(begin(client, profile))
    assert "/aip/asst_wood/oauth/callback" in back
    elsewhere = client.get("/connections/oauth/callback?" + back.partition("?")[2])
    assert elsewhere.status_code == 400
    assert come_back(client, back).status_code == 302


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_it_leads_back_to_this_site_only(world: World, path: str) -> None:
    profile = world.profile()
    client = client_for(world.bob)
    answer = come_back(client, world.server.consent(begin(client, profile, return_to=path)))
    assert answer["Location"] == "/connections/"


def test_connecting_needs_the_form_of_our_own_page(world: World) -> None:
    from assistants.connections.queries import ref_of
    from assistants.connections.refs import start_url

    address = start_url(ref_of(world.profile()), return_to="")
    strict = client_for(world.bob, enforce_csrf_checks=True)
    assert strict.post(f"{address}/connect").status_code == 403
    shown = strict.get(address).content.decode()
    for words in ("Wood Library", "Harbour &amp; Pine", world.server.host, "Read and change your data"):
        assert words in shown
    assert SECRET not in shown
