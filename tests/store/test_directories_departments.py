"""Departments, their publishers, the list of the public store, and guests."""

import pytest

from assistants.building.actions.share_assistant import share_assistant
from assistants.building.opening import pending_opening
from assistants.building.plans import plan_for_publication
from assistants.building.standing import OutsideNotAllowed
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_group import create_group
from organisations.actions.decide_approval import decide_approval
from organisations.actions.set_policy import patch_policy
from organisations.actors import Actor
from organisations.models import Approval, Group, Membership
from organisations.permissions import Level, Role
from organisations.policy_cache import forget_policies
from store.actions.create_department import create_department
from store.actions.place_listing import place_listing
from store.directories.approving import NotYourDepartment
from store.directories.reach import ListingNotAllowed
from store.models import Listing
from store.queries import access_listing, directory_of, visible_listing
from tests.factories.organisations import add_member, make_user
from tests.factories.store import make_listing
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


def place_of(actor: Actor) -> str:
    with tenant_scope(actor.organisation):
        return Membership.objects.for_organisation(actor.organisation).get(pk=actor.membership_id).public_id


def group_of(alice: Actor, *members: Actor, name: str = "Workshop people") -> Group:
    group = create_group(actor=alice, name=name)
    add_to_group(actor=alice, group_id=group.public_id, membership_ids=[place_of(one) for one in members])
    return group


@pytest.fixture
def emil(alice: Actor) -> Actor:
    return add_member(alice.organisation, make_user("emil@example.org"), Role.PUBLISHER)


@pytest.fixture
def fay(alice: Actor) -> Actor:
    return add_member(alice.organisation, make_user("fay@example.org"), Role.PUBLISHER)


def names(actor: Actor) -> list[str]:
    with tenant_scope(actor.organisation):
        return sorted(row.name for row in directory_of(actor))


def test_departments_are_added_ordered_renamed_and_deleted(alice: Actor, bob: Actor) -> None:
    api = api_client_for(alice)
    ids = [
        api.post("/api/v1/directory/departments", {"name": name}).json()["id"] for name in ("Sales", "Office")
    ]
    assert api.post("/api/v1/directory/departments", {"name": "Sales"}).status_code == 400
    assert api_client_for(bob).post("/api/v1/directory/departments", {"name": "X"}).status_code == 403
    listing = make_listing(alice, "Ada", visibility="organisation")
    put = api.put(f"/api/v1/listings/{listing.public_id}/department", {"department": ids[0]})
    assert put.status_code == 200
    api.put("/api/v1/directory/departments/order", {"order": [ids[1], ids[0]]})
    page = client_for(bob).get("/directory/").content.decode()
    assert "Sales" in page and "Ada" in page and "Office" not in page  # an empty shelf is not shown
    assert "Ada" in client_for(bob).get(f"/directory/in/{ids[0]}").content.decode()
    assert api.patch(f"/api/v1/directory/departments/{ids[0]}", {"name": "Shop"}).json()["name"] == "Shop"
    assert api.delete(f"/api/v1/directory/departments/{ids[0]}?move_to={ids[1]}").status_code == 204
    left = api.get("/api/v1/directory/departments").json()["results"]
    assert [(one["name"], one["listings"]) for one in left] == [("Office", 1)]
    assert "Add a department" in client_for(alice).get("/directory/departments").content.decode()


def test_a_department_s_publishers_are_asked_by_others(
    alice: Actor, emil: Actor, fay: Actor, run_jobs: RunJobs
) -> None:
    department = create_department(actor=alice, name="Workshop", publishers=group_of(alice, fay).public_id)
    listing = make_listing(emil, "Ada", visibility="organisation")
    _listing, waiting = place_listing(
        actor=emil, listing_id=listing.public_id, department_id=department.public_id, reason="Machines"
    )
    assert waiting is not None
    queue = client_for(fay).get("/directory/waiting").content.decode()
    assert "Ada → Workshop" in queue and "Machines" in queue
    client_for(fay).post(f"/directory/waiting/{waiting.public_id}", {"decision": "refuse"})
    with tenant_scope(alice.organisation):
        assert Approval.objects.for_organisation(alice.organisation).get(pk=waiting.pk).state == "pending"
    client_for(fay).post(f"/directory/waiting/{waiting.public_id}", {"decision": "approve"})
    with tenant_scope(alice.organisation):
        assert access_listing(emil, listing.public_id).department == department


def test_where_the_policy_wants_it_a_listing_waits_for_the_word_of_its_department(
    alice: Actor, emil: Actor, fay: Actor, run_jobs: RunJobs
) -> None:
    gil = add_member(alice.organisation, make_user("gil@example.org"), Role.PUBLISHER)
    department = create_department(actor=alice, name="Workshop", publishers=group_of(alice, fay).public_id)
    patch_policy(actor=alice, patch={"publishing": {"directory_approval": True}})
    listing = make_listing(emil, "Ada", visibility="organisation", live=False)
    with tenant_scope(alice.organisation):
        Listing.objects.for_organisation(alice.organisation).filter(pk=listing.pk).update(
            department=department
        )
    client_for(emil).post(f"/store/panel/{listing.publication.assistant_public_id}/save", {"wish": "save"})
    from store.actions.submit_listing import submit_listing

    submit_listing(actor=emil, listing_id=listing.public_id)
    with tenant_scope(alice.organisation):
        request = pending_opening(alice.organisation, listing.publication.assistant_public_id)
    assert request is not None
    assert "Ada" not in client_for(gil).get("/directory/waiting").content.decode()
    with pytest.raises(NotYourDepartment, match="Workshop people decides"):
        decide_approval(actor=gil, approval_id=request.public_id, approve=True)
    decide_approval(actor=fay, approval_id=request.public_id, approve=True)
    run_jobs()
    assert names(gil) == ["Ada"]


def test_guests_find_and_use_only_what_is_shared_with_them_or_their_groups(alice: Actor) -> None:
    guest = add_member(alice.organisation, make_user("gast@example.org"), Role.GUEST)
    for name in ("Ada", "Bea", "Cid"):
        make_listing(alice, name, visibility="organisation")
    secret = make_listing(alice, "Dot", visibility="private")
    assert names(guest) == []
    with pytest.raises(NotFound):
        plan_for_publication(guest, "ada")
    ids = {}
    with tenant_scope(alice.organisation):
        for row in Listing.objects.for_organisation(alice.organisation).select_related("publication"):
            ids[row.name] = row.publication.assistant_public_id
    share_assistant(actor=alice, assistant_id=ids["Ada"], holder_id=place_of(guest), level=Level.USE)
    group = group_of(alice, guest, name="Visitors")
    for name in ("Bea", "Dot"):
        share_assistant(actor=alice, assistant_id=ids[name], holder_id=group.public_id, level=Level.USE)
    hall = create_department(actor=alice, name="Hall")
    assert client_for(guest).get("/api/v1/directory/departments").json()["results"] == []
    assert client_for(guest).get(f"/directory/in/{hall.public_id}").status_code == 404
    assert names(guest) == ["Ada", "Bea", "Dot"] and secret.name == "Dot"
    browser = client_for(guest)
    assert "Ada" in browser.get("/directory/").content.decode()
    assert browser.get("/a/cid").status_code == 404 and browser.get("/a/bea").status_code == 200
    assert plan_for_publication(guest, "dot").assistant_name == "Dot"
    assert browser.get("/organisation/members/").status_code == 403


def let_choose(actor: Actor) -> None:
    patch_policy(actor=actor, patch={"store": {"public": "chosen"}})
    forget_policies()


def test_only_what_was_allowed_is_found_and_used(alice: Actor, charlie: Actor) -> None:
    make_listing(alice, "Ada")
    make_listing(alice, "Bea")
    api, browser = api_client_for(charlie), client_for(charlie)
    assert api.post("/api/v1/directory/allowed", {"listing": "ada", "note": "For letters"}).status_code == 201
    let_choose(charlie)
    assert plan_for_publication(charlie, "ada").assistant_name == "Ada"
    with tenant_scope(charlie.organisation), pytest.raises(ListingNotAllowed):
        visible_listing(charlie, "bea")
    found = browser.get("/store/search").content.decode()
    assert "Ada" in found and "Bea" not in found
    assert [one["slug"] for one in api.get("/api/v1/store/listings").json()["results"]] == ["ada"]
    assert api.post("/api/v1/installs", {"listing": "bea"}).json()["code"] == "listing_not_allowed"
    assert browser.get("/a/bea").url == "/a/bea/ask"
    assert "Bea" in browser.get("/directory/store").content.decode()
    assert "For letters" in browser.get("/directory/allowed").content.decode()
    listed = api.get("/api/v1/directory/allowed").json()["results"][0]["listing"]
    assert api.delete(f"/api/v1/directory/allowed/{listed}").status_code == 204
    with pytest.raises(OutsideNotAllowed):
        plan_for_publication(charlie, "ada")


def test_members_ask_and_administrators_decide(alice: Actor, bob: Actor, charlie: Actor) -> None:
    make_listing(charlie, "Ada")
    let_choose(alice)
    page = client_for(bob).get("/a/ada/ask").content.decode()
    assert "Ask for it" in page
    client_for(bob).post("/a/ada/ask/send", {"wish": "ask", "reason": "For translations"})
    assert "You asked for it" in client_for(bob).get("/a/ada/ask").content.decode()
    queue = client_for(alice).get("/directory/waiting").content.decode()
    assert "For translations" in queue
    address = queue.split('action="/directory/waiting/')[1].split('"')[0]
    client_for(alice).post(f"/directory/waiting/{address}", {"decision": "approve"})
    assert plan_for_publication(bob, "ada").assistant_name == "Ada"
    assert client_for(bob).get("/a/ada").status_code == 200
