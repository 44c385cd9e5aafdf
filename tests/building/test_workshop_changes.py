"""Changes that the builder made: undone singly, kept, and never taken back over somebody's own words."""

from typing import Any

import pytest

from assistants.building.actions.edit_draft import edit_draft
from assistants.building.actions.keep_changes import keep_change, keep_changes
from assistants.building.actions.undo_change import ChangeSettled, FieldChangedSince, undo_change
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant, DraftChange
from assistants.building.workshop_edits import LABELS
from assistants.building.workshop_queries import open_changes
from kernel.errors import NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Level, Role
from tests.factories.building import make_assistant, present_draft, share
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
VALUES: dict[str, Any] = {
    "profile.name": "First Fortnight",
    "profile.picture": "abcd1234",
    "profile.tagline": "One sentence",
    "profile.description": "Many\nlines",
    "profile.welcome_message": "Hello",
    "profile.starters": ["One?", "Two?"],
    "instructions.role": "You know.",
    "instructions.behaviour": "You ask back.",
    "instructions.must_never": ["Guess"],
    "instructions.output_format": "Short.",
    "instructions.text": "More.",
    "instructions.examples": [{"question": "Q", "answer": "A"}],
    "answer_policy.grounding": "only",
    "answer_policy.citations": False,
    "answer_policy.show_steps": True,
    "answer_policy.verification": True,
    "answer_policy.not_enough_information": "Ask Jun.",
    "answer_policy.language": "en",
}


@pytest.fixture
def assistant(alice: Actor) -> Assistant:
    return make_assistant(alice, "New assistant")


def patch_of(path: str, value: Any) -> dict[str, Any]:
    section, field = path.split(".")
    return {section: {field: value}}


def edit(actor: Actor, assistant: Assistant, path: str, value: Any) -> DraftChange:
    made = edit_draft(
        actor=actor, assistant_id=assistant.public_id, edit=lambda _draft: patch_of(path, value)
    )
    return made[0]


def waiting(actor: Actor, assistant: Assistant) -> list[str]:
    with tenant_scope(actor.organisation):
        return [change.path for change in open_changes(assistant)]


def test_every_field_that_can_be_changed_is_tried_here() -> None:
    assert set(VALUES) == set(LABELS)


@pytest.mark.parametrize("path", VALUES)
def test_taking_one_back_restores_that_field_alone(alice: Actor, assistant: Assistant, path: str) -> None:
    before = present_draft(alice, assistant)
    other = "profile.tagline" if path != "profile.tagline" else "instructions.role"
    change = edit(alice, assistant, path, VALUES[path])
    edit(alice, assistant, other, "Stays")
    assert set(waiting(alice, assistant)) == {path, other}
    undo_change(actor=alice, assistant_id=assistant.public_id, change_id=change.public_id)
    section, field = path.split(".")
    after = present_draft(alice, assistant)
    assert after[section][field] == before[section][field]
    assert after[other.split(".")[0]][other.split(".")[1]] == "Stays"
    assert waiting(alice, assistant) == [other]


def test_the_draft_of_two_edits_is_taken_back_step_by_step(alice: Actor, assistant: Assistant) -> None:
    first = edit(alice, assistant, "instructions.role", "One")
    second = edit(alice, assistant, "instructions.role", "Two")
    with pytest.raises(FieldChangedSince):
        undo_change(actor=alice, assistant_id=assistant.public_id, change_id=first.public_id)
    undo_change(actor=alice, assistant_id=assistant.public_id, change_id=second.public_id)
    undo_change(actor=alice, assistant_id=assistant.public_id, change_id=first.public_id)
    assert present_draft(alice, assistant)["instructions"]["role"] == ""


def test_what_somebody_wrote_since_is_not_overwritten_and_both_texts_are_shown(
    alice: Actor, assistant: Assistant
) -> None:
    update_draft(actor=alice, assistant_id=assistant.public_id, patch=patch_of("instructions.role", "Old"))
    change = edit(alice, assistant, "instructions.role", "The builder's")
    update_draft(actor=alice, assistant_id=assistant.public_id, patch=patch_of("instructions.role", "Mine"))
    with pytest.raises(FieldChangedSince) as refusal:
        undo_change(actor=alice, assistant_id=assistant.public_id, change_id=change.public_id)
    assert "Mine" in str(refusal.value.message) and "Old" in str(refusal.value.message)
    assert present_draft(alice, assistant)["instructions"]["role"] == "Mine"
    page = client_for(alice).post(
        f"/build/{assistant.public_id}/changes/{change.public_id}/undo", headers={"HX-Request": "true"}
    )
    assert "was changed again since" in page.content.decode()
    assert "Somebody changed this again since." in page.content.decode()


def test_an_edit_that_changes_nothing_leaves_no_mark(alice: Actor, assistant: Assistant) -> None:
    same = present_draft(alice, assistant)["profile"]["name"]
    made = edit_draft(
        actor=alice, assistant_id=assistant.public_id, edit=lambda _draft: {"profile": {"name": same}}
    )
    assert (made, waiting(alice, assistant)) == ([], [])


def test_a_change_moves_the_revision_on_so_that_open_editors_notice(
    alice: Actor, assistant: Assistant
) -> None:
    api = api_client_for(alice)
    address = f"/api/v1/assistants/{assistant.public_id}/draft"
    before = api.get(address)["ETag"]
    change = edit(alice, assistant, "profile.tagline", "New")
    between = api.get(address)["ETag"]
    undo_change(actor=alice, assistant_id=assistant.public_id, change_id=change.public_id)
    assert len({before, between, api.get(address)["ETag"]}) == 3


def test_kept_ones_are_marked_no_more_and_cannot_be_taken_back(alice: Actor, assistant: Assistant) -> None:
    older = edit(alice, assistant, "profile.tagline", "One")
    newer = edit(alice, assistant, "profile.tagline", "Two")
    edit(alice, assistant, "instructions.role", "Other")
    keep_change(actor=alice, assistant_id=assistant.public_id, change_id=newer.public_id)
    assert waiting(alice, assistant) == ["instructions.role"]
    for change in (older, newer):
        with pytest.raises(ChangeSettled):
            undo_change(actor=alice, assistant_id=assistant.public_id, change_id=change.public_id)
    assert keep_changes(actor=alice, assistant_id=assistant.public_id) == 1
    assert waiting(alice, assistant) == []
    assert present_draft(alice, assistant)["profile"]["tagline"] == "Two"


def test_the_pages_take_back_and_keep_without_javascript(alice: Actor, assistant: Assistant) -> None:
    client, base = client_for(alice), f"/build/{assistant.public_id}/changes"
    change = edit(alice, assistant, "profile.tagline", "Undo me")
    kept = edit(alice, assistant, "instructions.role", "Keep me")
    assert "Undo me" in client.get(f"/build/{assistant.public_id}/create").content.decode()
    client.post(f"{base}/{change.public_id}/undo", follow=True)
    client.post(f"{base}/{kept.public_id}/keep", follow=True)
    assert waiting(alice, assistant) == []
    edit(alice, assistant, "profile.name", "Ada")
    page = client.post(f"{base}/keep", follow=True).content.decode()
    assert "Keep all" not in page and "Ada" in page


def test_another_picture_is_shown_before_it_is_taken(alice: Actor, assistant: Assistant) -> None:
    client, address = client_for(alice), f"/build/{assistant.public_id}/create/picture"
    before = present_draft(alice, assistant)["profile"]["picture"]
    offer = client.get(address).content.decode()
    seed = offer.split('name="seed" value="')[1].split('"')[0]
    assert present_draft(alice, assistant)["profile"]["picture"] == before
    client.post(address, {"seed": seed})
    assert present_draft(alice, assistant)["profile"]["picture"] == seed
    assert waiting(alice, assistant) == ["profile.picture"]
    assert client.post(address, {"seed": "<script>"}).status_code == 400


def test_over_rest_a_change_is_taken_back_and_kept(alice: Actor, assistant: Assistant) -> None:
    api, base = api_client_for(alice), f"/api/v1/assistants/{assistant.public_id}/workshop"
    change = edit(alice, assistant, "profile.tagline", "One")
    listed = api.get(base).json()["changes"]
    assert [(c["id"], c["path"], c["before"], c["after"], c["now"]) for c in listed] == [
        (change.public_id, "profile.tagline", "", "One", "One")
    ]
    assert api.post(f"{base}/changes/{change.public_id}/undo").json()["undone_at"]
    again = api.post(f"{base}/changes/{change.public_id}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "change_settled")
    kept = edit(alice, assistant, "profile.tagline", "Two")
    assert api.post(f"{base}/changes/{kept.public_id}/keep").json()["kept_at"]


def test_only_who_may_edit_the_assistant_settles_its_changes(
    alice: Actor, bob: Actor, charlie: Actor, assistant: Assistant
) -> None:
    dora = add_member(alice.organisation, make_user("dora@example.org"), Role.BUILDER)
    change = edit(alice, assistant, "profile.tagline", "One").public_id
    for actor, refusal in ((bob, PermissionDenied), (charlie, NotFound), (dora, NotFound)):
        with pytest.raises(refusal):
            undo_change(actor=actor, assistant_id=assistant.public_id, change_id=change)
        with pytest.raises(refusal):
            edit(actor, assistant, "profile.tagline", "Two")
    share(alice, assistant.public_id, dora, Level.VIEW)
    with pytest.raises(PermissionDenied):
        keep_changes(actor=dora, assistant_id=assistant.public_id)
    assert client_for(dora).get(f"/build/{assistant.public_id}/create").status_code == 403
    share(alice, assistant.public_id, dora, Level.EDIT)
    undo_change(actor=dora, assistant_id=assistant.public_id, change_id=change)
    assert present_draft(alice, assistant)["profile"]["tagline"] == ""


def test_a_change_of_another_assistant_is_not_found(alice: Actor, assistant: Assistant) -> None:
    other = make_assistant(alice, "Other")
    change = edit(alice, other, "profile.tagline", "One")
    with pytest.raises(NotFound):
        undo_change(actor=alice, assistant_id=assistant.public_id, change_id=change.public_id)
