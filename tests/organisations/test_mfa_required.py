"""An organisation that asks everybody for a second factor."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.db import run_db
from organisations.actors import SESSION_KEY, Actor
from organisations.models import Organisation
from organisations.permissions import MfaRequired, Permission
from organisations.queries import actor_for, memberships_of
from organisations.stream_auth import authenticate, forget_cached_actors
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.test_stream_auth import cookie_of, request


@pytest.fixture
def strict(alice: Actor, bob: Actor) -> Actor:
    Organisation.objects.filter(pk=alice.organisation.pk).update(mfa_required=True)
    return alice


def give_factor(actor: Actor) -> None:
    TOTP.activate(actor.user, generate_totp_secret())


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    forget_cached_actors()


def test_pages_lead_to_where_it_is_set_up(strict: Actor, bob: Actor) -> None:
    browser = client_for(bob)
    for path in ("/organisation/", "/organisation/members/", "/build/", "/"):
        assert browser.get(path).url == "/account/security", path
    page = browser.get("/account/security").content.decode()
    assert "asks everybody for a second factor" in page
    assert browser.post("/organisation/members/leave").url == "/account/security"
    assert browser.get("/organisation/", headers={"HX-Request": "true"}).status_code == 204


def test_sessions_are_refused_by_the_api(strict: Actor, bob: Actor) -> None:
    browser = client_for(bob)
    for path in ("/api/v1/organisation", "/api/v1/organisation/members", "/api/v1/me", "/api/v1/assistants"):
        answer = browser.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "mfa_required"), path


def test_with_a_second_factor_all_is_as_ever(strict: Actor, bob: Actor) -> None:
    give_factor(bob)
    assert client_for(bob).get("/organisation/").status_code == 200
    assert client_for(bob).get("/api/v1/organisation").status_code == 200


def test_keys_are_not_affected(strict: Actor, bob: Actor) -> None:
    assert api_client_for(bob).get("/api/v1/organisation").status_code == 200


def test_another_organisation_is_open_and_can_be_switched_to(strict: Actor, bob: Actor) -> None:
    browser = client_for(bob)
    assert browser.get("/organisations/menu").status_code == 200
    assert bob.user is not None
    personal = memberships_of(bob.user)[0].organisation
    assert browser.post("/organisations/switch", {"organisation": personal.public_id}).status_code == 302
    assert browser.session[SESSION_KEY] == personal.pk
    assert browser.get("/organisation/").status_code == 200


def test_others_pay_no_query_for_it(bob: Actor) -> None:
    assert bob.user is not None
    with CaptureQueriesContext(connection) as asked:
        actor_for(bob.user, bob.organisation.pk)
    assert not any("mfa_authenticator" in query["sql"] for query in asked.captured_queries)


@pytest.mark.django_db(transaction=True)
async def test_streams_are_refused(strict: Actor, bob: Actor) -> None:
    with pytest.raises(MfaRequired):
        await authenticate(
            request(cookie=cookie_of(await run_db(client_for, bob))), Permission.USE_ASSISTANTS
        )
