"""What goes live leaves its line; versions that exist go live at once, or by themselves at a moment."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assistants.building.actions.publish import publish
from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.release_due import release_due
from assistants.building.actions.release_version import release_version
from assistants.building.actions.schedule_release import (
    NothingScheduled,
    cancel_scheduled_release,
    schedule_release,
)
from assistants.building.actions.set_publication import set_publication
from assistants.building.actions.unpublish import unpublish
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant, Release, ScheduledRelease, Version
from assistants.building.opening import PublicationSuspended
from kernel.errors import InvalidInput, PermissionDenied
from kernel.models import OutboxEvent
from kernel.tenancy import tenant_scope
from organisations.actions.remove_member import remove_member
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from organisations.models import Approval, Membership
from organisations.permissions import Level, Role
from tests.factories.building import make_assistant, make_publication, present_publication, share
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


def log_of(actor: Actor) -> list[tuple[int, str]]:
    with tenant_scope(actor.organisation):
        rows = Release.objects.for_organisation(actor.organisation).select_related("version").order_by("id")
        return [(row.version.number, row.kind) for row in rows]


def live_number(actor: Actor, assistant: Assistant) -> int:
    return present_publication(actor, assistant).live_version.number


def two_versions(actor: Actor, visibility: str = "organisation") -> Assistant:
    assistant = make_publication(actor, visibility).assistant
    patch = {"instructions": {"role": "Second"}}
    update_draft(actor=actor, assistant_id=assistant.public_id, patch=patch)
    publish_version(actor=actor, assistant_id=assistant.public_id, note="Second")
    return assistant


def scheduled_of(actor: Actor) -> ScheduledRelease:
    with tenant_scope(actor.organisation):
        return ScheduledRelease.objects.for_organisation(actor.organisation).get()  # type: ignore[no-any-return]


def let_it_be_due(actor: Actor) -> None:
    with tenant_scope(actor.organisation):
        rows = ScheduledRelease.objects.for_organisation(actor.organisation)
        rows.update(due_at=timezone.now() - timedelta(seconds=1))


# --- The list of releases ---


def test_every_publishing_leaves_its_line(alice: Actor) -> None:
    two_versions(alice)
    assert log_of(alice) == [(1, "published"), (2, "published")]


def test_opening_again_after_a_withdrawal_leaves_one_too(alice: Actor) -> None:
    assistant = make_publication(alice).assistant
    unpublish(actor=alice, assistant_id=assistant.public_id)
    set_publication(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
    assert log_of(alice) == [(1, "published"), (1, "published")]


def test_the_words_for_readers_stand_beside_the_private_note(alice: Actor) -> None:
    assistant = make_assistant(alice)
    made = publish(actor=alice, assistant_id=assistant.public_id, note="Ours", changes=" Answers shorter. ")
    assert (made.note, made.changes) == ("Ours", "Answers shorter.")
    with pytest.raises(InvalidInput):
        publish_version(actor=alice, assistant_id=assistant.public_id, changes="x" * 1001)


# --- An existing version ---


def test_an_earlier_version_goes_live_again(alice: Actor) -> None:
    assistant = two_versions(alice)
    assert release_version(actor=alice, assistant_id=assistant.public_id, number=1) is None
    assert live_number(alice, assistant) == 1
    assert log_of(alice)[-1] == (1, "published")


def test_the_live_one_again_changes_nothing(alice: Actor) -> None:
    assistant = two_versions(alice)
    release_version(actor=alice, assistant_id=assistant.public_id, number=2)
    assert len(log_of(alice)) == 2


def test_whoever_may_not_publish_may_not_release(alice: Actor) -> None:
    assistant = two_versions(alice)
    builder = add_member(alice.organisation, make_user("bo@example.org"), Role.BUILDER)
    share(alice, assistant.public_id, builder, Level.OWN)
    with pytest.raises(PermissionDenied):
        release_version(actor=builder, assistant_id=assistant.public_id, number=1)


def test_over_rest_it_is_released_and_the_log_read(alice: Actor, charlie: Actor) -> None:
    assistant = two_versions(alice)
    address = f"/api/v1/assistants/{assistant.public_id}"
    client = api_client_for(alice)
    body = {"moves_conversations": True}
    assert client.post(f"{address}/versions/1/release", body).status_code == 204
    newest = client.get(f"{address}/releases").json()["results"][0]
    assert (newest["version"], newest["kind"], newest["moves_conversations"]) == (1, "published", True)
    assert newest["by"] == "Alice Moss"
    assert api_client_for(charlie).get(f"{address}/releases").status_code == 404


# --- At a moment ---


def schedule(actor: Actor, assistant: Assistant, version: int | None = 1, **more: Any) -> ScheduledRelease:
    due_at = timezone.now() + timedelta(hours=1)
    return schedule_release(
        actor=actor, assistant_id=assistant.public_id, version=version, due_at=due_at, **more
    )


def test_a_version_goes_live_when_its_moment_has_come_and_not_before(alice: Actor) -> None:
    assistant = two_versions(alice)
    schedule(alice, assistant)
    assert release_due() == 0
    assert live_number(alice, assistant) == 2
    let_it_be_due(alice)
    assert release_due() == 1
    assert live_number(alice, assistant) == 1
    assert log_of(alice)[-1] == (1, "scheduled")
    assert scheduled_of(alice).state == "done"
    assert release_due() == 0


def test_the_draft_is_frozen_when_it_is_scheduled(alice: Actor) -> None:
    assistant = make_publication(alice).assistant
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"instructions": {"role": "Then"}})
    schedule(alice, assistant, None, note="Later")
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"instructions": {"role": "Now"}})
    let_it_be_due(alice)
    release_due()
    live = present_publication(alice, assistant).live_version
    assert (live.number, live.note, live.specification["instructions"]["role"]) == (2, "Later", "Then")


def test_a_first_version_can_be_scheduled(alice: Actor) -> None:
    assistant = make_assistant(alice)
    schedule(alice, assistant, None)
    let_it_be_due(alice)
    assert release_due() == 1
    assert present_publication(alice, assistant).visibility == "private"


def test_another_moment_replaces_the_first(alice: Actor) -> None:
    assistant = two_versions(alice)
    schedule(alice, assistant)
    schedule(alice, assistant, 2)
    assert scheduled_of(alice).version_id == present_publication(alice, assistant).live_version_id


def test_what_was_cancelled_never_goes_live(alice: Actor) -> None:
    assistant = two_versions(alice)
    schedule(alice, assistant)
    cancel_scheduled_release(actor=alice, assistant_id=assistant.public_id)
    let_it_be_due(alice)
    assert release_due() == 0
    with pytest.raises(NothingScheduled):
        cancel_scheduled_release(actor=alice, assistant_id=assistant.public_id)


@pytest.mark.parametrize("days", [-1, 400])
def test_a_moment_in_the_past_or_far_away_is_refused(alice: Actor, days: int) -> None:
    assistant = two_versions(alice)
    due_at = timezone.now() + timedelta(days=days)
    with pytest.raises(InvalidInput):
        schedule_release(actor=alice, assistant_id=assistant.public_id, version=1, due_at=due_at)


def failure(actor: Actor) -> dict[str, Any]:
    with tenant_scope(actor.organisation):
        rows = OutboxEvent.objects.for_organisation(actor.organisation).filter(kind="release.failed")
        return rows.get().payload  # type: ignore[no-any-return]


def test_it_fails_with_the_reason_when_the_person_lost_the_right(alice: Actor) -> None:
    assistant = two_versions(alice)
    publisher = add_member(alice.organisation, make_user("pat@example.org"), Role.PUBLISHER)
    share(alice, assistant.public_id, publisher, Level.OWN)
    schedule(publisher, assistant)
    with tenant_scope(alice.organisation):
        Membership.objects.for_organisation(alice.organisation).filter(pk=publisher.membership_id).update(
            role=Role.MEMBER
        )
    let_it_be_due(alice)
    assert release_due() == 0
    assert live_number(alice, assistant) == 2
    assert scheduled_of(alice).state == "failed"
    assert scheduled_of(alice).reason
    assert failure(alice)["version"] == 1


def test_it_fails_when_the_person_left(alice: Actor) -> None:
    assistant = two_versions(alice)
    publisher = add_member(alice.organisation, make_user("pat@example.org"), Role.PUBLISHER)
    share(alice, assistant.public_id, publisher, Level.OWN)
    schedule(publisher, assistant)
    with tenant_scope(alice.organisation):
        member = Membership.objects.for_organisation(alice.organisation).get(pk=publisher.membership_id)
    remove_member(actor=alice, membership_id=member.public_id)
    let_it_be_due(alice)
    assert release_due() == 0
    assert "does not belong" in scheduled_of(alice).reason


def test_it_fails_when_the_operator_suspended_the_assistant(alice: Actor) -> None:
    assistant = two_versions(alice)
    schedule(alice, assistant)
    with tenant_scope(alice.organisation):
        type(present_publication(alice, assistant)).objects.for_organisation(alice.organisation).update(
            state="suspended"
        )
    let_it_be_due(alice)
    assert release_due() == 0
    assert scheduled_of(alice).reason == str(PublicationSuspended.user_message)


def test_where_a_second_person_has_to_agree_the_moment_asks_them(alice: Actor) -> None:
    assistant = make_publication(alice).assistant
    set_policy(actor=alice, document={"publishing": {"directory_approval": True}})
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"instructions": {"role": "New"}})
    schedule(alice, assistant, None)
    let_it_be_due(alice)
    assert release_due() == 1
    assert live_number(alice, assistant) == 1
    with tenant_scope(alice.organisation):
        assert Approval.objects.for_organisation(alice.organisation).get().payload["number"] == 2
        assert Version.objects.for_organisation(alice.organisation).count() == 2


def test_over_rest_it_is_scheduled_read_and_cancelled(alice: Actor) -> None:
    assistant = two_versions(alice)
    address, client = f"/api/v1/assistants/{assistant.public_id}/schedule", api_client_for(alice)
    assert client.get(address).status_code == 404
    due = (timezone.now() + timedelta(days=1)).isoformat()
    put = client.put(address, {"version": "1", "due_at": due})
    assert (put.status_code, put.json()["version"]) == (200, 1), put.json()
    assert client.get(address).json()["state"] == "waiting"
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert client.put(address, {"version": "x", "due_at": due}).status_code == 400


# --- The page ---


def test_on_the_page_it_is_scheduled_and_taken_back(alice: Actor) -> None:
    assistant = two_versions(alice)
    browser, address = client_for(alice), f"/build/{assistant.public_id}"
    due = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    browser.post(f"{address}/schedule", {"version": "1", "due_at": due})
    assert "Version 1 goes live on" in browser.get(f"{address}/versions").content.decode()
    browser.post(f"{address}/schedule/cancel")
    assert scheduled_of(alice).state == "cancelled"


@pytest.mark.parametrize(
    "typed", [{"version": "x", "due_at": "2030-01-01T00:00"}, {"version": "1", "due_at": "2001-01-01T00:00"}]
)
def test_what_cannot_be_scheduled_is_said(alice: Actor, typed: dict[str, str]) -> None:
    assistant = two_versions(alice)
    browser = client_for(alice)
    answer = browser.post(f"/build/{assistant.public_id}/schedule", typed, follow=True)
    assert answer.status_code == 200
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_on_the_page_an_earlier_version_goes_live_and_says_since_when(alice: Actor) -> None:
    assistant = two_versions(alice)
    browser, address = client_for(alice), f"/build/{assistant.public_id}/versions"
    browser.post(f"{address}/1/release")
    assert live_number(alice, assistant) == 1
    assert "Live since" in browser.get(f"{address}/1").content.decode()
    assert "Live from" in browser.get(f"{address}/2").content.decode()


def test_on_the_page_of_publishing_readers_get_words_of_their_own(alice: Actor) -> None:
    assistant = make_publication(alice).assistant
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"instructions": {"role": "Next"}})
    typed = {"note": "Ours", "changes": "Theirs", "moves_conversations": "on"}
    client_for(alice).post(f"/build/{assistant.public_id}/publish", typed)
    publication = present_publication(alice, assistant)
    assert (publication.live_version.note, publication.live_version.changes) == ("Ours", "Theirs")
    assert publication.conversations_moved_at is not None
