"""The store's part of the REST API, by its published names."""

import pytest

from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.update_draft import update_draft
from assistants.openai_api.queries import usable_models
from store.actions.install_listing import install_listing
from tests.factories.store import make_listing, make_published
from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_a_version_to_the_store(alice, client):
    assistant = make_published(alice, "Reply Desk")
    api = api_client_for(alice)
    body = {
        "assistant": assistant.public_id,
        "visibility": "public",
        "category": "work",
        "tagline": "Drafts replies",
    }
    body |= {
        "description": "From your help centre.",
        "statements": "We keep nothing.",
        "privacy_policy_url": "https://example.org/privacy",
    }
    made = api.post("/api/v1/listings", body)
    assert made.status_code == 201 and made.json()["state"] == "draft"
    assert client.get("/api/v1/store/listings").json()["results"] == []
    live = api.post(f"/api/v1/listings/{made.json()['id']}/submit").json()
    assert (live["state"], live["slug"]) == ("live", "reply-desk")
    found = client.get("/api/v1/store/listings", {"search": "reply"}).json()["results"]
    assert [row["slug"] for row in found] == ["reply-desk"]
    page = client.get("/api/v1/store/listings/reply-desk").json()
    told = page["disclosures"]
    assert set(told) == {
        "hosts",
        "models",
        "stored",
        "visible_to",
        "limits",
        "made_from",
        "statements",
        "privacy_policy_url",
        "verified_at",
    }
    assert told["statements"] == "We keep nothing." and told["hosts"] == []
    assert {"id", "provider", "region"} <= set(told["models"][0])
    assert api.post(f"/api/v1/listings/{made.json()['id']}/unpublish").json()["state"] == "unpublished"
    assert client.get("/api/v1/store/listings/reply-desk").status_code == 404


def test_a_listing_is_read_and_changed_by_its_id(alice):
    listing = make_listing(alice)
    api = api_client_for(alice)
    path = f"/api/v1/listings/{listing.public_id}"
    assert api.patch(path, {"tagline": "Better"}).json()["tagline"] == "Better"
    assert api.get(path).json()["tagline"] == "Better"
    assert [row["id"] for row in api.get("/api/v1/listings").json()["results"]] == [listing.public_id]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"featured": True}, "featured"),
        ({"state": "live"}, "state"),
        ({"visibility": "everybody"}, "visibility"),
        ({"category": "astrology"}, "category"),
        ({"privacy_policy_url": "javascript:alert(1)"}, "privacy_policy_url"),
        ({"tagline": "x" * 121}, "tagline"),
        ({"statements": {"a": 1}}, "statements"),
    ],
)
def test_wrong_and_unknown_fields_are_named(alice, body, field):
    listing = make_listing(alice)
    answer = api_client_for(alice).patch(f"/api/v1/listings/{listing.public_id}", body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_searching_is_strict_too(client):
    for query in ({"sort": "stars"}, {"category": "x"}, {"q": "x"}, {"cursor": "x"}, {"limit": "0"}):
        assert client.get("/api/v1/store/listings", query).status_code == 400


def test_outsiders_members_and_strangers(alice, bob, charlie, client):
    listing = make_listing(alice, live=False)
    path = f"/api/v1/listings/{listing.public_id}"
    assert api_client_for(charlie).get(path).status_code == 404
    assert api_client_for(charlie).post(f"{path}/submit").status_code == 404
    assert api_client_for(bob).post(f"{path}/submit").status_code == 403
    assert client.get(path).status_code == 401
    assert client.get("/api/v1/directory/listings").status_code == 401


def test_the_directory_holds_what_is_for_the_organisation(alice, bob, charlie, client):
    make_listing(alice, "House rules", visibility="organisation")
    assert [
        row["name"] for row in api_client_for(bob).get("/api/v1/directory/listings").json()["results"]
    ] == ["House rules"]
    assert api_client_for(bob).get("/api/v1/directory/listings/house-rules").json()["disclosures"]["models"]
    assert api_client_for(charlie).get("/api/v1/directory/listings").json()["results"] == []
    assert client.get("/api/v1/store/listings/house-rules").status_code == 404


def test_pins(alice, bob, charlie, run_jobs, client):
    listing = make_listing(alice, "Reply Desk")
    api = api_client_for(charlie)
    assert api.post("/api/v1/installs", {"listing": listing.public_id}).status_code == 201
    assert api.post("/api/v1/installs", {"listing": "reply-desk"}).status_code == 201
    assert [row["slug"] for row in api.get("/api/v1/installs").json()["results"]] == ["reply-desk"]
    assert api_client_for(bob).get("/api/v1/installs").json()["results"] == []
    run_jobs()
    assert client.get("/api/v1/store/listings/reply-desk").json()["installs"] == 1
    assert api.delete("/api/v1/installs/reply-desk").status_code == 204
    assert api.delete("/api/v1/installs/reply-desk").status_code == 404
    run_jobs()
    assert client.get("/api/v1/store/listings/reply-desk").json()["installs"] == 0


def test_what_cannot_be_seen_cannot_be_pinned(alice, charlie):
    make_listing(alice, "House rules", visibility="organisation")
    assert api_client_for(charlie).post("/api/v1/installs", {"listing": "house-rules"}).status_code == 404


def test_drafts_never_show(alice, client):
    listing = make_listing(alice, "Reply Desk")
    update_draft(
        actor=alice,
        assistant_id=listing.publication.assistant.public_id,
        patch={"profile": {"tagline": "SECRET"}},
    )
    assert "SECRET" not in client.get("/api/v1/store/listings/reply-desk").content.decode()
    publish_version(actor=alice, assistant_id=listing.publication.assistant.public_id)


def test_what_is_pinned_can_be_called_as_a_model(alice, charlie):
    make_listing(alice, "Reply Desk")
    assert "reply-desk" not in [model.id for model in usable_models(charlie)]
    install_listing(actor=charlie, reference="reply-desk")
    assert "reply-desk" in [model.id for model in usable_models(charlie)]
