"""What people may do with one assistant: by their role at all, and by what they were given on it."""

from collections.abc import Callable

import pytest

from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.delete_assistant import delete_assistant
from assistants.building.actions.share_assistant import HolderMayNotBuild, share_assistant
from assistants.building.actions.transfer_assistant import transfer_assistant
from assistants.building.actions.unshare_assistant import unshare_assistant
from assistants.building.actions.update_draft import update_draft
from assistants.building.plans import plan_for_publication
from assistants.building.queries import RESOURCE, LevelMissing, assistants
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_group import create_group
from organisations.actions.put_grant import LastResourceOwner
from organisations.actions.remove_member import remove_member
from organisations.actors import Actor
from organisations.grants import HOLDER_ORDER, Holder, holder_of, holders
from organisations.models import Membership
from organisations.permissions import Level, Role
from tests.factories.building import make_publication, share
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


def membership_id(actor: Actor) -> str:
    with tenant_scope(actor.organisation):
        return Membership.objects.for_organisation(actor.organisation).get(pk=actor.membership_id).public_id


def seen(actor: Actor) -> list[str]:
    with tenant_scope(actor.organisation):
        return [row.public_id for row in assistants(actor)]


def held(actor: Actor, assistant_id: str) -> list[Holder]:
    rows = holders(actor.organisation, RESOURCE, assistant_id).order_by(*HOLDER_ORDER)
    return [holder_of(grant) for grant in rows]


def given(actor: Actor, assistant_id: str) -> list[tuple[str, str]]:
    with tenant_scope(actor.organisation):
        return [(h.label, h.level.value) for h in held(actor, assistant_id)]


@pytest.fixture
def builder(alice: Actor) -> Actor:
    return add_member(alice.organisation, make_user("bo@example.org", name="Bo"), Role.BUILDER)


@pytest.fixture
def other(alice: Actor) -> Actor:
    return add_member(alice.organisation, make_user("cy@example.org", name="Cy"), Role.BUILDER)


@pytest.fixture
def assistant_id(builder: Actor) -> str:
    return create_assistant(actor=builder, name="Plans").public_id


def test_who_makes_it_owns_it_and_others_do_not_see_it(
    builder: Actor, other: Actor, assistant_id: str
) -> None:
    assert given(builder, assistant_id) == [("Bo", "own")]
    assert seen(builder) == [assistant_id]
    assert seen(other) == []
    with pytest.raises(NotFound):
        update_draft(actor=other, assistant_id=assistant_id, patch={})


def test_who_looks_after_all_assistants_reaches_it(alice: Actor, assistant_id: str) -> None:
    assert assistant_id in seen(alice)
    update_draft(actor=alice, assistant_id=assistant_id, patch={"profile": {"tagline": "Seen"}})


@pytest.mark.parametrize(
    ("level", "reads", "changes", "deletes"),
    [
        (Level.USE, False, False, False),
        (Level.VIEW, True, False, False),
        (Level.EDIT, True, True, False),
        (Level.OWN, True, True, True),
    ],
)
def test_each_level_allows_what_it_says(
    builder: Actor, other: Actor, assistant_id: str, level: Level, reads: bool, changes: bool, deletes: bool
) -> None:
    share(builder, assistant_id, other, level)
    client = api_client_for(other)
    path = f"/api/v1/assistants/{assistant_id}"
    assert (client.get(f"{path}/draft").status_code == 200) is reads
    assert (client.get(f"{path}/sources").status_code == 200) is reads
    assert (client.patch(f"{path}/draft", {"profile": {"tagline": "x"}}).status_code == 200) is changes
    added = client.post(f"{path}/sources", {"type": "text", "title": "A", "text": "Words."})
    assert (added.status_code == 201) is changes
    assert (client.delete(path).status_code == 204) is deletes


def test_a_level_that_is_too_low_says_whom_to_ask(builder: Actor, other: Actor, assistant_id: str) -> None:
    share(builder, assistant_id, other, Level.VIEW)
    with pytest.raises(LevelMissing) as refused:
        update_draft(actor=other, assistant_id=assistant_id, patch={})
    assert "Bo" in refused.value.message


def test_a_group_gives_what_it_was_given(
    alice: Actor, builder: Actor, other: Actor, assistant_id: str
) -> None:
    group = create_group(actor=alice, name="Bench")
    share_assistant(actor=builder, assistant_id=assistant_id, holder_id=group.public_id, level=Level.EDIT)
    assert seen(other) == []
    add_to_group(actor=alice, group_id=group.public_id, membership_ids=[membership_id(other)])
    assert seen(other) == [assistant_id]
    update_draft(actor=other, assistant_id=assistant_id, patch={"profile": {"tagline": "By the group"}})


def test_a_private_publication_is_for_those_who_were_given_it(alice: Actor, bob: Actor) -> None:
    publication = make_publication(alice, "private")
    with pytest.raises(NotFound):
        plan_for_publication(bob, publication.slug)
    share(alice, publication.assistant.public_id, bob, Level.USE)
    assert plan_for_publication(bob, publication.slug).assistant_id == publication.assistant.public_id


def test_a_grant_never_goes_beyond_the_role(alice: Actor, bob: Actor) -> None:
    made = create_assistant(actor=alice, name="Plans").public_id
    with pytest.raises(HolderMayNotBuild):
        share(alice, made, bob, Level.EDIT)
    share(alice, made, bob, Level.USE)


def test_only_owners_share(builder: Actor, other: Actor, assistant_id: str) -> None:
    share(builder, assistant_id, other, Level.EDIT)
    with pytest.raises(LevelMissing):
        share_assistant(
            actor=other, assistant_id=assistant_id, holder_id=membership_id(other), level=Level.OWN
        )


def test_it_keeps_an_owner(builder: Actor, other: Actor, assistant_id: str) -> None:
    with tenant_scope(builder.organisation):
        (own,) = held(builder, assistant_id)
    with pytest.raises(LastResourceOwner):
        unshare_assistant(actor=builder, grant_id=own.grant.public_id)
    with pytest.raises(LastResourceOwner):
        share(builder, assistant_id, builder, Level.EDIT)
    share(builder, assistant_id, other, Level.OWN)
    unshare_assistant(actor=builder, grant_id=own.grant.public_id)
    assert given(other, assistant_id) == [("Cy", "own")]


def test_handing_over_leaves_the_former_owner_editing(
    builder: Actor, other: Actor, assistant_id: str
) -> None:
    transfer_assistant(actor=builder, assistant_id=assistant_id, holder_id=membership_id(other))
    assert given(other, assistant_id) == [("Cy", "own"), ("Bo", "edit")]
    with pytest.raises(LevelMissing):
        delete_assistant(actor=builder, assistant_id=assistant_id)


def test_an_administrator_reassigns_what_somebody_left_behind(
    alice: Actor, builder: Actor, other: Actor, assistant_id: str
) -> None:
    remove_member(actor=alice, membership_id=membership_id(builder))
    assert given(alice, assistant_id) == []
    transfer_assistant(actor=alice, assistant_id=assistant_id, holder_id=membership_id(other))
    assert given(alice, assistant_id) == [("Cy", "own")]


def test_an_outsider_and_a_missing_id_get_the_same_answer(
    charlie: Actor, assistant_id: str, alice: Actor
) -> None:
    client = api_client_for(charlie)
    own = create_assistant(actor=charlie, name="Mine").public_id
    with tenant_scope(alice.organisation):
        grant = held(alice, assistant_id)[0].grant.public_id
    for foreign, missing in ((assistant_id, "asst_none"), (membership_id(alice), "mem_none")):
        bodies = []
        for name in (foreign, missing):
            body = {"assistant": own, "holder": name, "level": "use"}
            if name.startswith("asst_"):
                body = {"assistant": name, "holder": membership_id(charlie), "level": "use"}
            answer = client.post("/api/v1/organisation/grants", body)
            assert answer.status_code == 404
            bodies.append({**answer.json(), "request_id": ""})
        assert bodies[0] == bodies[1]
    assert client.delete(f"/api/v1/organisation/grants/{grant}").status_code == 404


def test_the_same_over_rest(builder: Actor, other: Actor, assistant_id: str) -> None:
    client = api_client_for(builder)
    body = {"assistant": assistant_id, "holder": membership_id(other), "level": "view"}
    made = client.post("/api/v1/organisation/grants", body)
    assert made.status_code == 201
    listed = client.get(f"/api/v1/organisation/grants?assistant={assistant_id}").json()["results"]
    assert {(row["name"], row["level"]) for row in listed} == {("Bo", "own"), ("Cy", "view")}
    assert api_client_for(other).get("/api/v1/organisation/grants").json()["results"] == []
    assert client.delete(f"/api/v1/organisation/grants/{made.json()['id']}").status_code == 204
    moved = client.post(f"/api/v1/assistants/{assistant_id}/transfer", {"holder": membership_id(other)})
    assert moved.status_code == 200


def test_the_page(builder: Actor, other: Actor, assistant_id: str) -> None:
    browser = client_for(builder)
    path = f"/build/{assistant_id}/share"
    assert b"cy@example.org" in browser.get(f"{path}?find=cy").content
    browser.post(f"{path}/put", {"holder": membership_id(other), "level": "view"})
    looking = client_for(other).get(path)
    assert looking.status_code == 200
    assert b"share/put" not in looking.content
    assert (
        client_for(other).post(f"{path}/put", {"holder": membership_id(other), "level": "own"}).status_code
        == 403
    )


def test_who_sees_its_settings_may_duplicate_it(
    builder: Actor, other: Actor, assistant_id: str, run_jobs: Callable[[], None]
) -> None:
    client = api_client_for(builder)
    path = f"/api/v1/assistants/{assistant_id}"
    client.post(f"{path}/sources", {"type": "text", "title": "Oak", "text": "Oak is sold by the board."})
    run_jobs()
    share(builder, assistant_id, other, Level.USE)
    theirs = api_client_for(other)
    assert theirs.post(f"{path}/duplicate").status_code == 403
    share(builder, assistant_id, other, Level.VIEW)
    copy = theirs.post(f"{path}/duplicate").json()
    run_jobs()
    assert copy["name"] == "Copy of Plans"
    assert given(other, copy["id"]) == [("Cy", "own")]
    (source,) = theirs.get(f"/api/v1/assistants/{copy['id']}/sources").json()["results"]
    assert (source["name"], source["state"], source["passages"]) == ("Oak", "ready", 1)
    found = theirs.post(f"/api/v1/assistants/{copy['id']}/retrieve", {"query": "oak"}).json()["passages"]
    assert found[0]["text"] == "Oak is sold by the board."
