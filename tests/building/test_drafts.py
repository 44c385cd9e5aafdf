"""Drafts: created with sense, changed by patch, guarded by revisions."""

from typing import Any

import pytest

from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.publish_version import NotReadyToPublish, publish_version
from assistants.building.actions.replace_draft import replace_draft
from assistants.building.actions.restore_version import restore_version
from assistants.building.actions.update_draft import update_draft
from assistants.building.queries import assistants
from kernel.errors import InvalidInput, NotFound, PermissionDenied, StaleRevision
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import AuditEntry
from providers import catalogue
from providers.catalogue import default_chat_model
from providers.models import Model
from tests.factories.building import make_assistant, present_draft
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_new_assistant_has_a_model_a_policy_and_a_picture_of_its_own(alice: Actor) -> None:
    one, other = make_assistant(alice), make_assistant(alice)
    draft = present_draft(alice, one)
    assert draft["model"]["id"] == default_chat_model().id
    assert draft["answer_policy"]["grounding"] == "prefer"
    assert draft["profile"]["picture"] != present_draft(alice, other)["profile"]["picture"] != ""
    assert one.source_set_id != other.source_set_id


def test_a_first_definition_is_merged_over_the_defaults(alice: Actor) -> None:
    made = create_assistant(
        actor=alice, name="Ada", description="About her", draft={"answer_policy": {"grounding": "only"}}
    )
    draft = present_draft(alice, made)
    assert (draft["profile"]["name"], draft["profile"]["description"]) == ("Ada", "About her")
    assert draft["answer_policy"]["grounding"] == "only"


def test_a_name_is_needed(alice: Actor) -> None:
    with pytest.raises(InvalidInput):
        create_assistant(actor=alice, name="  ")


def test_members_may_not_build(bob: Actor) -> None:
    with pytest.raises(PermissionDenied):
        create_assistant(actor=bob, name="Ada")


def test_a_patch_changes_only_what_it_names(alice: Actor) -> None:
    assistant = make_assistant(alice, "Ada", instructions={"role": "Poet", "text": "Rhyme"})
    draft = update_draft(
        actor=alice, assistant_id=assistant.public_id, patch={"instructions": {"role": "Engineer"}}
    )
    assert draft.revision == 2
    assert draft.specification["instructions"]["text"] == "Rhyme"
    assert draft.specification["instructions"]["role"] == "Engineer"


def test_saving_the_same_again_is_no_new_revision(alice: Actor) -> None:
    assistant = make_assistant(alice, "Ada")
    draft = update_draft(actor=alice, assistant_id=assistant.public_id, patch={"profile": {"name": "Ada"}})
    assert draft.revision == 1


def test_the_second_of_two_writers_is_told(alice: Actor) -> None:
    assistant = make_assistant(alice, "Ada")
    update_draft(
        actor=alice, assistant_id=assistant.public_id, patch={"profile": {"tagline": "a"}}, revision=1
    )
    with pytest.raises(StaleRevision):
        update_draft(
            actor=alice, assistant_id=assistant.public_id, patch={"profile": {"tagline": "b"}}, revision=1
        )
    assert present_draft(alice, assistant)["profile"]["tagline"] == "a"


def test_replacing_brings_defaults_back(alice: Actor) -> None:
    assistant = make_assistant(alice, "Ada", instructions={"role": "Poet"})
    document = {"profile": {"name": "Grace"}, "model": {"id": default_chat_model().id}}
    draft = replace_draft(actor=alice, assistant_id=assistant.public_id, document=document)
    assert draft.specification["instructions"]["role"] == ""
    with tenant_scope(alice.organisation):
        assert assistants(alice).get(pk=assistant.pk).name == "Grace"


def test_a_wrong_patch_leaves_the_draft_alone(alice: Actor) -> None:
    assistant = make_assistant(alice, "Ada")
    before = present_draft(alice, assistant)
    with pytest.raises(InvalidInput):
        update_draft(
            actor=alice, assistant_id=assistant.public_id, patch={"profile": {"tagline": "x", "nope": 1}}
        )
    assert present_draft(alice, assistant) == before


@pytest.mark.parametrize("model", ["openai/no-such-model", "bottega/e5", "x"])
def test_a_model_that_is_not_offered_is_refused(alice: Actor, model: str) -> None:
    assistant = make_assistant(alice, "Ada")
    with pytest.raises(InvalidInput) as raised:
        update_draft(actor=alice, assistant_id=assistant.public_id, patch={"model": {"id": model}})
    assert raised.value.errors[0].field == "model.id"


def test_a_patch_of_any_depth_is_answered(alice: Actor) -> None:
    assistant = make_assistant(alice, "Ada")
    deep: Any = {}
    for _ in range(5000):
        deep = {"profile": deep}
    with pytest.raises(InvalidInput):
        update_draft(actor=alice, assistant_id=assistant.public_id, patch=deep)


def test_a_model_that_was_withdrawn_stays_until_another_is_chosen(
    alice: Actor, model_server: ModelServer
) -> None:
    assistant = make_assistant(alice, "Ada", model={"id": "fake/chat"})
    publish_version(actor=alice, assistant_id=assistant.public_id)
    Model.objects.filter(name="chat").update(offered=False)
    catalogue.forget()
    draft = update_draft(
        actor=alice, assistant_id=assistant.public_id, patch={"profile": {"tagline": "Still here"}}
    )
    assert draft.specification["model"]["id"] == "fake/chat"
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"model": {"id": "bottega/quote"}})
    draft = restore_version(actor=alice, assistant_id=assistant.public_id, number=1).draft
    assert draft.specification["model"]["id"] == "fake/chat"
    with pytest.raises(NotReadyToPublish):
        publish_version(actor=alice, assistant_id=assistant.public_id)


def test_an_outsider_and_a_missing_id_get_the_same_answer(alice: Actor, charlie: Actor) -> None:
    assistant = make_assistant(alice, "Ada")
    for actor, wanted in ((charlie, assistant.public_id), (alice, "asst_missing"), (alice, "asst_\x00")):
        with pytest.raises(NotFound):
            update_draft(actor=actor, assistant_id=wanted, patch={})


def test_creating_is_in_the_audit_log(alice: Actor) -> None:
    assistant = make_assistant(alice, "Ada")
    with tenant_scope(alice.organisation):
        rows = AuditEntry.objects.for_organisation(alice.organisation).filter(action="assistant.created")
        assert [row.target_id for row in rows] == [assistant.public_id]
