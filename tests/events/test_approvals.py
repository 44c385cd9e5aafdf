"""Who may decide hears of what waits; who asked hears how it ended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kernel.outbox import deliver_events, publish_event
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import Approval
from tests.events.helpers import told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def approval(alice: Actor, bob: Actor) -> Approval:
    """Bob asks for something that Alice may decide."""
    with tenant_scope(alice.organisation, durable=True):
        made: Approval = Approval.objects.create(
            organisation=alice.organisation,
            kind="publish",
            subject_type="assistant",
            subject_id="asst_1",
            subject_label="Wood Library",
            requested_by=bob.user,
            expires_at=timezone.now() + timedelta(days=7),
        )
        publish_event(alice.organisation, "approval.requested", {"approval": made.public_id})
    deliver_events()
    return made


def test_who_may_decide_is_told_and_the_one_who_asks_is_not(
    alice: Actor, bob: Actor, approval: Approval
) -> None:
    [row] = [row for row in told(alice) if row.kind == "approval_requested"]
    assert row.title_words == "Bob Reed asks for your approval: Wood Library"
    assert told(bob) == []


def test_who_asked_is_told_how_it_ended(alice: Actor, bob: Actor, approval: Approval) -> None:
    with tenant_scope(alice.organisation, durable=True):
        approval.state, approval.decision_reason = Approval.State.REJECTED, "Not before the trial"
        approval.save()
        publish_event(alice.organisation, "approval.decided", {"approval": approval.public_id})
    deliver_events()
    [row] = told(bob)
    assert row.title_words == "Refused: Wood Library"
    assert row.body_words == "The reason: Not before the trial"
