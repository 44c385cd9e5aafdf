"""What a person keeps: pins in their order, what they have to have, and collections."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Notification
from kernel.tenancy import tenant_scope
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_group import create_group
from organisations.actors import Actor
from organisations.models import Membership
from store.actions.collect_listing import collect_listing
from store.actions.create_collection import create_collection
from store.actions.delete_collection import delete_collection
from store.actions.drop_requirement import drop_requirement
from store.actions.install_listing import install_listing
from store.actions.require_listing import require_listing
from store.actions.uninstall_listing import ListingRequired, uninstall_listing
from store.library.personal_data import erase, export
from store.models import Collection
from tests.factories.store import make_listing
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


def text(response) -> str:
    assert response.status_code == 200, response.content[:400]
    return response.content.decode()


def test_pins_keep_the_order_that_a_person_gives_them(alice: Actor, charlie: Actor) -> None:
    for name in ("Ada", "Bea", "Cid"):
        make_listing(alice, name)
        install_listing(actor=charlie, reference=name.lower())
    browser, api = client_for(charlie), api_client_for(charlie)
    assert api.put("/api/v1/installs/order", {"order": ["cid", "gone"]}).status_code == 204
    assert [pin["slug"] for pin in api.get("/api/v1/library").json()["pinned"]] == ["cid", "ada", "bea"]
    rail = text(browser.get("/store/pins"))
    assert rail.index("Cid") < rail.index("Ada") < rail.index("Bea")
    assert (
        browser.post("/library/order/pins", {"order": []}, headers={"Accept": "application/json"}).status_code
        == 204
    )
    assert "Move Ada up" in text(browser.get("/library"))


def test_what_is_required_stands_first_is_told_once_and_cannot_be_taken_off(
    alice: Actor, bob: Actor, run_jobs: RunJobs
) -> None:
    make_listing(alice, "Ada", visibility="organisation")
    make_listing(alice, "Bea", visibility="organisation")
    install_listing(actor=bob, reference="bea")
    install_listing(actor=bob, reference="ada")
    made = require_listing(actor=alice, listing="ada")
    assert require_listing(actor=alice, listing="ada").pk == made.pk
    group = create_group(actor=alice, name="Sales")
    require_listing(actor=alice, listing="ada", group=group.public_id)
    run_jobs()
    with tenant_scope(alice.organisation):
        told = Notification.objects.for_organisation(alice.organisation).filter(user=bob.user)
        assert told.filter(kind="listing_required").count() == 1
    rail = text(client_for(bob).get("/store/pins"))
    assert rail.index("Ada") < rail.index("Bea") and rail.count("/a/ada") == 1
    assert "Pinned by Harbour" in text(client_for(bob).get("/a/ada"))
    with pytest.raises(ListingRequired):
        uninstall_listing(actor=bob, reference="ada")
    with pytest.raises(ListingRequired):
        uninstall_listing(
            actor=bob, reference=api_client_for(bob).get("/api/v1/installs").json()["results"][0]["id"]
        )
    drop_requirement(actor=alice, requirement_id=made.public_id)
    uninstall_listing(actor=bob, reference="ada")


def test_a_group_s_pin_is_the_group_s_alone(alice: Actor, bob: Actor) -> None:
    make_listing(alice, "Ada", visibility="organisation")
    group = create_group(actor=alice, name="Sales")
    require_listing(actor=alice, listing="ada", group=group.public_id)
    assert "Ada" not in text(client_for(bob).get("/store/pins"))

    with tenant_scope(alice.organisation):
        place = Membership.objects.for_organisation(alice.organisation).get(pk=bob.membership_id).public_id
    add_to_group(actor=alice, group_id=group.public_id, membership_ids=[place])
    assert "Ada" in text(client_for(bob).get("/store/pins"))


def test_collections_hold_what_may_be_seen_and_come_back_after_a_deletion(
    alice: Actor, charlie: Actor
) -> None:
    ada = make_listing(alice, "Ada")
    make_listing(alice, "Bea")
    api, browser = api_client_for(charlie), client_for(charlie)
    made = api.post("/api/v1/collections", {"name": "First day"})
    assert made.status_code == 201
    path = f"/api/v1/collections/{made.json()['id']}"
    api.post(f"{path}/listings", {"listing": "ada"})
    held = api.post(f"{path}/listings", {"listing": "bea"}).json()
    assert [one["slug"] for one in held["results"]] == ["ada", "bea"]
    bea = held["results"][1]["id"]
    held = api.put(f"{path}/listings", {"order": [bea, ada.public_id]}).json()
    assert [one["slug"] for one in held["results"]] == ["bea", "ada"]
    assert api.post("/api/v1/collections", {"name": "First day"}).status_code == 400
    assert "First day" in text(browser.get("/library"))
    assert "Move Bea down" in text(browser.get(f"/library/collections/{made.json()['id']}"))
    assert api.delete(path).status_code == 204 and api.get(path).status_code == 404
    assert api.post(f"{path}/restore").json()["listings"] == 2
    assert api.delete(f"{path}/listings/{bea}").status_code == 204
    assert api_client_for(alice).get(path).status_code == 404


def test_the_menu_of_a_page_puts_it_into_a_collection_and_takes_it_out(alice: Actor, charlie: Actor) -> None:
    make_listing(alice, "Ada")
    browser = client_for(charlie)
    menu = text(browser.post("/library/collections", {"name": "Mine", "listing": "ada"}))
    assert 'aria-pressed="true"' in menu
    address = menu.split('action="/a/ada/keep/')[1].split('"')[0]
    assert 'aria-pressed="false"' in text(browser.post(f"/a/ada/keep/{address}"))


def test_what_was_deleted_long_ago_goes_for_good(alice: Actor) -> None:
    old, new = (create_collection(actor=alice, name=name) for name in ("Old", "New"))
    delete_collection(actor=alice, collection_id=old.public_id)
    with tenant_scope(alice.organisation):
        rows = Collection.objects.for_organisation(alice.organisation)
        rows.filter(pk=old.pk).update(deleted_at=timezone.now() - timedelta(days=2))
    delete_collection(actor=alice, collection_id=new.public_id)
    with tenant_scope(alice.organisation):
        assert list(rows.values_list("name", flat=True)) == ["New"]


def test_all_of_it_is_exported_and_erased(alice: Actor, charlie: Actor) -> None:
    make_listing(alice, "Ada")
    install_listing(actor=charlie, reference="ada")
    made = create_collection(actor=charlie, name="Mine")
    collect_listing(actor=charlie, collection_id=made.public_id, listing="ada")
    held = export(charlie.user_id)
    assert held["pins"][0]["name"] == "Ada" and len(held["collections"][0]["listings"]) == 1
    erase(charlie.user_id)
    assert not any(export(charlie.user_id).values())
