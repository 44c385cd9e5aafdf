"""Machines that act by themselves and belong to no person."""

import pytest

from kernel.errors import NotFound, PermissionDenied
from organisations.actions.create_api_key import ServiceAccountDisabled, create_api_key
from organisations.actions.create_service_account import create_service_account
from organisations.actions.disable_service_account import disable_service_account
from organisations.actions.update_service_account import update_service_account
from organisations.actors import Actor
from organisations.models import ServiceAccount
from organisations.permissions import Permission, Role
from organisations.ranks import RoleAboveYours
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import JsonClient, api_client_for, client_for
from tests.organisations.helpers import audit_of
from tests.organisations.test_create_api_key import with_key

PATH = "/api/v1/organisation/service-accounts"
BUILD = [
    Permission.VIEW_ORGANISATION,
    Permission.USE_ASSISTANTS,
    Permission.BUILD_ASSISTANTS,
    Permission.PUBLISH_ASSISTANTS,
    Permission.MANAGE_ASSISTANTS,
]


@pytest.fixture
def robot(alice: Actor) -> ServiceAccount:
    return create_service_account(actor=alice, name="Nightly build", permissions=BUILD)


def client_of(actor: Actor, account: ServiceAccount) -> JsonClient:
    made = create_api_key(
        actor=actor, name="Its key", scopes=account.allowed, service_account=account.public_id
    )
    return with_key(made.secret)


def test_its_key_acts_for_it(alice: Actor, robot: ServiceAccount) -> None:
    client = client_of(alice, robot)
    assert client.get("/api/v1/organisation").json()["id"] == alice.organisation.public_id
    me = client.get("/api/v1/me").json()
    assert (me["user"], me["service_account"]["id"], me["role"]) == (None, robot.public_id, None)
    assert client.get("/api/v1/organisation/invitations").status_code == 403


def test_it_builds_and_publishes_within_the_organisation(alice: Actor, robot: ServiceAccount) -> None:
    client = client_of(alice, robot)
    made = client.post("/api/v1/assistants", {"name": "Made by a machine"})
    assert made.status_code == 201, made.content
    number = made.json()["id"]
    draft = client.get(f"/api/v1/assistants/{number}/draft")
    changed = client.patch(
        f"/api/v1/assistants/{number}/draft",
        {"instructions": {"text": "Be brief."}},
        headers={"If-Match": draft["ETag"]},
    )
    assert changed.status_code == 200, changed.content
    published = client.post(f"/api/v1/assistants/{number}/versions", {})
    assert published.status_code in (200, 201), published.content
    assert "Nightly build" in str(client.get(f"/api/v1/assistants/{number}/versions").json())


def test_conversations_and_pins_need_a_person(alice: Actor, robot: ServiceAccount) -> None:
    client = client_of(alice, robot)
    number = client.post("/api/v1/assistants", {"name": "X"}).json()["id"]
    answer = client.post("/api/v1/conversations", {"assistant": number})
    assert (answer.status_code, answer.json()["code"]) == (403, "person_needed")
    assert client.get("/api/v1/conversations").status_code in (200, 403)


def test_the_audit_log_names_it(alice: Actor, robot: ServiceAccount) -> None:
    client_of(alice, robot).post("/api/v1/assistants", {"name": "X"})
    assert "assistant.created" in audit_of(alice)
    assert "Nightly build" in client_for(alice).get("/organisation/audit/").content.decode()


def test_it_never_may_more_than_its_maker(alice: Actor) -> None:
    admin = add_member(alice.organisation, make_user("dora@example.org"), Role.ADMIN)
    with pytest.raises(RoleAboveYours):
        create_service_account(actor=admin, name="Money", permissions=[Permission.MANAGE_BILLING])
    rich = create_service_account(actor=alice, name="Rich", permissions=[Permission.MANAGE_BILLING])
    with pytest.raises(RoleAboveYours):
        update_service_account(actor=admin, account_id=rich.public_id, permissions=BUILD)


def test_its_keys_follow_what_it_may(alice: Actor, robot: ServiceAccount) -> None:
    client = client_of(alice, robot)
    update_service_account(
        actor=alice, account_id=robot.public_id, permissions=[Permission.VIEW_ORGANISATION]
    )
    assert client.get("/api/v1/organisation").status_code == 200
    assert client.post("/api/v1/assistants", {"name": "X"}).status_code == 403


def test_disabled_its_keys_end(alice: Actor, robot: ServiceAccount) -> None:
    client = client_of(alice, robot)
    disable_service_account(actor=alice, account_id=robot.public_id)
    disable_service_account(actor=alice, account_id=robot.public_id)
    assert client.get("/api/v1/organisation").status_code == 401
    assert audit_of(alice).count("service_account.disabled") == 1
    with pytest.raises(ServiceAccountDisabled):
        client_of(alice, robot)


def test_a_member_may_not(bob: Actor, robot: ServiceAccount) -> None:
    with pytest.raises(PermissionDenied):
        create_service_account(actor=bob, name="Mine", permissions=[Permission.USE_ASSISTANTS])
    with pytest.raises(PermissionDenied):
        create_api_key(
            actor=bob, name="X", scopes=[Permission.USE_ASSISTANTS], service_account=robot.public_id
        )
    assert api_client_for(bob).get(PATH).status_code == 403


def test_an_outsiders_and_a_missing_id_read_alike(charlie: Actor, robot: ServiceAccount) -> None:
    for number in (robot.public_id, "svc_nothing"):
        with pytest.raises(NotFound):
            disable_service_account(actor=charlie, account_id=number)
        assert api_client_for(charlie).get(f"{PATH}/{number}").status_code == 404


def test_the_api(alice: Actor) -> None:
    client = api_client_for(alice)
    made = client.post(PATH, {"name": "Robot", "permissions": ["assistants:use"]})
    assert made.status_code == 201
    number = made.json()["id"]
    assert client.post(PATH, {"name": "robot", "permissions": ["assistants:use"]}).status_code == 400
    assert client.patch(f"{PATH}/{number}", {"name": "Renamed"}).json()["name"] == "Renamed"
    key = {"name": "Key", "scopes": ["assistants:use"], "service_account": number}
    made_key = client.post("/api/v1/organisation/keys", key).json()
    assert (made_key["user"], made_key["service_account"]["name"]) == (None, "Renamed")
    assert client.post("/api/v1/organisation/keys", {**key, "scopes": ["members:manage"]}).status_code == 400
    assert client.delete(f"{PATH}/{number}").status_code == 204
    assert client.get(PATH).json()["results"][0]["disabled_at"]


def test_the_pages(alice: Actor, robot: ServiceAccount) -> None:
    browser = client_for(alice)
    base = "/organisation/service-accounts/"
    assert "Nightly build" in browser.get(base).content.decode()
    assert browser.get(f"{base}new").status_code == 200
    form = {"name": "From a page", "permissions": ["assistants:use"]}
    made = browser.post(f"{base}create", form)
    assert made.status_code == 302
    assert "From a page" in browser.get(made.url).content.decode()
    assert browser.post(f"{base}{robot.public_id}/save", {**form, "name": "Renamed"}).status_code == 302
    assert "Renamed" in browser.get(f"{base}{robot.public_id}/").content.decode()
    assert (
        robot.public_id
        in browser.get(f"/organisation/keys/new?service_account={robot.public_id}").content.decode()
    )
    assert browser.post(f"{base}{robot.public_id}/disable").status_code == 302
    assert "disabled" in browser.get(base).content.decode()
