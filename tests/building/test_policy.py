"""What an organisation's policy says about building and publishing holds in every way that leads there."""

import pytest

from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.publish import publish
from assistants.building.actions.publish_version import NotReadyToPublish, publish_version
from assistants.building.actions.set_publication import set_publication
from assistants.building.actions.unpublish import unpublish
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant
from assistants.building.opening import LinksForbidden, NewerVersionLive, pending_opening
from assistants.building.plans import PublicationUnavailable, plan_for_publication
from assistants.building.queries import versions
from assistants.chat.faces import face_of
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actions.decide_approval import decide_approval
from organisations.actions.request_approval import ApprovalPending
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from organisations.models import Approval
from organisations.permissions import Role
from organisations.policy_preview import preview_policy
from organisations.policy_rules import PolicyForbids
from organisations.queries import anonymous_actor
from tests.factories.building import make_assistant, make_publication, present_publication
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
ASKS = {"publishing": {"directory_approval": True, "store_approval": True}}


@pytest.fixture
def second(alice: Actor) -> Actor:
    """Another publisher."""
    return add_member(alice.organisation, make_user("emil@example.org"), Role.PUBLISHER)


def waiting_for(actor: Actor, assistant: Assistant) -> Approval:
    with tenant_scope(actor.organisation):
        found = pending_opening(actor.organisation, assistant.public_id)
    assert found is not None
    return found


def waits(actor: Actor, assistant: Assistant) -> bool:
    with tenant_scope(actor.organisation):
        return pending_opening(actor.organisation, assistant.public_id) is not None


def live(actor: Actor, assistant: Assistant) -> tuple[str, int]:
    publication = present_publication(actor, assistant)
    return publication.visibility, publication.live_version.number


class TestCreating:
    def test_roles_that_are_left_out_create_nothing(self, alice: Actor) -> None:
        builder = add_member(alice.organisation, make_user(), Role.BUILDER)
        set_policy(actor=alice, document={"building": {"create": {"roles": ["publisher", "owner"]}}})
        with pytest.raises(PolicyForbids, match="does not let you create assistants"):
            create_assistant(actor=builder, name="Ada")
        assert create_assistant(actor=alice, name="Ada").name == "Ada"

    def test_over_rest_and_on_the_page_alike(self, alice: Actor) -> None:
        builder = add_member(alice.organisation, make_user(), Role.BUILDER)
        set_policy(actor=alice, document={"building": {"create": {"roles": ["owner"]}}})
        answer = api_client_for(builder).post("/api/v1/assistants", {"name": "Ada"})
        assert (answer.status_code, answer.json()["code"]) == (403, "policy_forbids")
        page = client_for(builder).post("/build/new", {"name": "Ada"})
        assert page.status_code == 403 and b"does not let you create assistants" in page.content

    def test_another_organisations_policy_is_its_own(self, alice: Actor, charlie: Actor) -> None:
        set_policy(actor=alice, document={"building": {"create": {"roles": []}}})
        assert create_assistant(actor=charlie, name="Ada").name == "Ada"


class TestRoles:
    @pytest.mark.parametrize(
        ("field", "visibility"), [("directory", "organisation"), ("directory", "link"), ("store", "public")]
    )
    def test_left_out_they_publish_nowhere(
        self, alice: Actor, second: Actor, field: str, visibility: str
    ) -> None:
        assistant = make_assistant(second, "Ada")
        publish_version(actor=second, assistant_id=assistant.public_id)
        set_policy(actor=alice, document={"publishing": {field: {"roles": ["owner"]}}})
        with pytest.raises(PolicyForbids):
            set_publication(actor=second, assistant_id=assistant.public_id, visibility=visibility)
        with pytest.raises(PolicyForbids):
            publish(actor=second, assistant_id=assistant.public_id, visibility=visibility)
        assert live(alice, assistant) == ("private", 1)

    def test_nor_do_they_change_what_is_open_already(self, alice: Actor, second: Actor) -> None:
        assistant = make_assistant(second, "Ada")
        publish(actor=second, assistant_id=assistant.public_id, visibility="public")
        set_policy(actor=alice, document={"publishing": {"store": {"roles": ["owner"]}}})
        with pytest.raises(PolicyForbids):
            publish_version(actor=second, assistant_id=assistant.public_id)
        answer = api_client_for(second).post(f"/api/v1/assistants/{assistant.public_id}/versions", {})
        assert (answer.status_code, answer.json()["code"]) == (403, "policy_forbids")
        assert live(alice, assistant) == ("public", 1)


class TestLinks:
    def test_switched_off_none_is_made(self, alice: Actor) -> None:
        set_policy(actor=alice, document={"publishing": {"links": False}})
        with pytest.raises(LinksForbidden):
            make_publication(alice, "link")

    def test_those_that_exist_end_for_everybody_outside(self, alice: Actor, charlie: Actor) -> None:
        publication = make_publication(alice, "link")
        assert plan_for_publication(charlie, publication.slug)
        set_policy(actor=alice, document={"publishing": {"links": False}})
        for actor in (charlie, anonymous_actor()):
            for reference in (publication.slug, publication.public_id):
                with pytest.raises(NotFound):
                    plan_for_publication(actor, reference)
        with pytest.raises(PublicationUnavailable):
            plan_for_publication(charlie, publication.slug, used_before=True)
        with tenant_scope(charlie.organisation):
            assert face_of(charlie, publication.slug).available is False

    def test_a_member_without_a_grant_is_outside_too_and_its_builder_is_not(
        self, alice: Actor, bob: Actor
    ) -> None:
        publication = make_publication(alice, "link")
        set_policy(actor=alice, document={"publishing": {"links": False}})
        with pytest.raises(NotFound):
            plan_for_publication(bob, publication.slug)
        assert plan_for_publication(alice, publication.slug)

    def test_switched_on_again_they_open_again(self, alice: Actor, charlie: Actor) -> None:
        publication = make_publication(alice, "link")
        set_policy(actor=alice, document={"publishing": {"links": False}})
        set_policy(actor=alice, document={})
        assert plan_for_publication(charlie, publication.slug)

    def test_a_change_names_those_that_would_end(self, alice: Actor) -> None:
        make_publication(alice, "link", "Ada")
        make_publication(alice, "organisation", "Bea")
        with tenant_scope(alice.organisation):
            [impact] = preview_policy(actor=alice, document={"publishing": {"links": False}})
        assert impact.sentences == ("1 assistant that is shared by link would stop opening: Ada.",)


class TestModels:
    def test_a_forbidden_one_blocks_publishing(self, alice: Actor) -> None:
        assistant = make_assistant(alice, "Ada")
        set_policy(actor=alice, document={"models": {"models": []}})
        with pytest.raises(NotReadyToPublish, match="does not allow Quote"):
            publish_version(actor=alice, assistant_id=assistant.public_id)

    def test_a_change_names_those_that_would_stop(self, alice: Actor) -> None:
        for name in ("Ada", "Bea"):
            make_publication(alice, "organisation", name)
        with tenant_scope(alice.organisation):
            [impact] = preview_policy(actor=alice, document={"models": {"providers": []}})
        assert impact.sentences == (
            "2 live assistants use the model Quote and would stop answering: Ada, Bea.",
        )


class TestApproval:
    def test_the_first_version_waits_and_only_builders_have_it(self, alice: Actor, bob: Actor) -> None:
        set_policy(actor=alice, document=ASKS)
        assistant = make_assistant(alice, "Ada")
        version = publish(actor=alice, assistant_id=assistant.public_id, visibility="public")
        assert version.number == 1
        assert live(alice, assistant) == ("private", 1)
        with pytest.raises(NotFound):
            plan_for_publication(bob, assistant.public_id)

    def test_exactly_that_version_is_opened_and_no_later_draft(self, alice: Actor, second: Actor) -> None:
        set_policy(actor=alice, document=ASKS)
        assistant = make_assistant(alice, "Ada")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        update_draft(
            actor=alice, assistant_id=assistant.public_id, patch={"instructions": {"role": "Slipped in"}}
        )
        approval = waiting_for(alice, assistant)
        decide_approval(actor=second, approval_id=approval.public_id, approve=True)
        assert live(alice, assistant) == ("organisation", 1)
        assert "Slipped in" not in plan_for_publication(second, assistant.public_id).system_prompt

    def test_nor_a_version_that_was_made_meanwhile(self, alice: Actor, second: Actor) -> None:
        set_policy(actor=alice, document=ASKS)
        assistant = make_assistant(alice, "Ada")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        update_draft(
            actor=alice, assistant_id=assistant.public_id, patch={"instructions": {"role": "Slipped in"}}
        )
        publish_version(actor=alice, assistant_id=assistant.public_id)
        assert live(alice, assistant) == ("private", 2)
        decide_approval(actor=second, approval_id=waiting_for(alice, assistant).public_id, approve=True)
        assert live(alice, assistant) == ("organisation", 1)

    def test_the_next_version_of_what_is_open_waits_too(self, alice: Actor, second: Actor) -> None:
        assistant = make_assistant(alice, "Ada")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="public")
        set_policy(actor=alice, document=ASKS)
        made = publish_version(actor=alice, assistant_id=assistant.public_id)
        assert (made.number, live(alice, assistant)) == (2, ("public", 1))
        decide_approval(actor=second, approval_id=waiting_for(alice, assistant).public_id, approve=True)
        assert live(alice, assistant) == ("public", 2)

    @pytest.mark.parametrize("visibility", ["organisation", "link", "public"])
    def test_opening_a_private_version_waits(self, alice: Actor, visibility: str) -> None:
        assistant = make_assistant(alice, "Ada")
        publish_version(actor=alice, assistant_id=assistant.public_id)
        set_policy(actor=alice, document=ASKS)
        set_publication(actor=alice, assistant_id=assistant.public_id, visibility=visibility)
        assert (live(alice, assistant), waits(alice, assistant)) == (("private", 1), True)

    def test_opening_what_was_withdrawn_waits_again(self, alice: Actor) -> None:
        assistant = make_assistant(alice, "Ada")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="public")
        set_policy(actor=alice, document=ASKS)
        unpublish(actor=alice, assistant_id=assistant.public_id)
        set_publication(actor=alice, assistant_id=assistant.public_id, visibility="public")
        assert present_publication(alice, assistant).state == "unpublished"
        assert waits(alice, assistant)

    def test_narrowing_and_renaming_wait_for_nobody(self, alice: Actor) -> None:
        assistant = make_assistant(alice, "Ada")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="public")
        set_policy(actor=alice, document=ASKS)
        set_publication(
            actor=alice, assistant_id=assistant.public_id, visibility="public", slug="another-name"
        )
        assert present_publication(alice, assistant).slug == "another-name"
        set_publication(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        assert (live(alice, assistant)[0], waits(alice, assistant)) == ("organisation", False)

    def test_a_second_request_waits_for_the_first(self, alice: Actor) -> None:
        set_policy(actor=alice, document=ASKS)
        assistant = make_assistant(alice, "Ada")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        with pytest.raises(ApprovalPending):
            publish(actor=alice, assistant_id=assistant.public_id, visibility="public")
        with tenant_scope(alice.organisation):
            assert versions(assistant).count() == 1, "nothing half done"

    def test_withdrawing_it_from_everybody_takes_the_request_back(self, alice: Actor) -> None:
        set_policy(actor=alice, document=ASKS)
        assistant = make_assistant(alice, "Ada")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        unpublish(actor=alice, assistant_id=assistant.public_id)
        assert not waits(alice, assistant)

    def test_an_old_request_does_not_take_a_newer_version_back(self, alice: Actor, second: Actor) -> None:
        assistant = make_assistant(alice, "Ada")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        set_policy(actor=alice, document={"publishing": {"store_approval": True}})
        set_publication(actor=alice, assistant_id=assistant.public_id, visibility="public")
        publish_version(actor=alice, assistant_id=assistant.public_id)
        assert live(alice, assistant) == ("organisation", 2)
        with pytest.raises(NewerVersionLive):
            decide_approval(actor=second, approval_id=waiting_for(alice, assistant).public_id, approve=True)

    def test_over_rest_202_names_the_request(self, alice: Actor) -> None:
        assistant = make_assistant(alice, "Ada")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="public")
        set_policy(actor=alice, document=ASKS)
        answer = api_client_for(alice).post(
            f"/api/v1/assistants/{assistant.public_id}/versions", {"note": "Knows more"}
        )
        approval = waiting_for(alice, assistant)
        assert (answer.status_code, answer.json()["approval"]["id"]) == (202, approval.public_id)
        assert answer.json()["approval"]["reason"] == "Knows more"

    def test_on_the_page_it_waits_and_can_be_taken_back(self, alice: Actor) -> None:
        set_policy(actor=alice, document=ASKS)
        assistant = make_assistant(alice, "Ada")
        browser, page = client_for(alice), f"/build/{assistant.public_id}/publish"
        browser.post(page, {"visibility": "organisation", "slug": "", "note": ""})
        shown = browser.get(page).content.decode()
        assert "Version 1 waits for approval" in shown
        assert live(alice, assistant) == ("private", 1)
        approval = waiting_for(alice, assistant)
        back = browser.post(f"/organisation/approvals/{approval.public_id}/withdraw", {"back": page})
        assert back.headers["Location"] == page
        assert "waits for approval" not in browser.get(page).content.decode()
