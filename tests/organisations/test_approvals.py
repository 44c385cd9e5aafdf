"""A second person's word: asked for, given, refused, withdrawn, run out. Publishing is what uses it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assistants.building.actions.delete_assistant import delete_assistant
from assistants.building.models import Assistant
from assistants.building.opening import LinksForbidden
from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.models import OutboxEvent
from kernel.tenancy import tenant_scope
from organisations.actions.decide_approval import (
    ApprovalClosed,
    NeedsAPerson,
    OwnRequest,
    decide_approval,
)
from organisations.actions.expire_approvals import expire_approvals
from organisations.actions.set_policy import set_policy
from organisations.actions.withdraw_approval import withdraw_approval
from organisations.actors import Actor
from organisations.approvals import approvals, waiting_for
from organisations.models import Approval
from organisations.permissions import Permission, Role
from tests.factories.building import make_assistant, present_publication
from tests.factories.organisations import add_member, make_user
from tests.organisations.helpers import audit_of

pytestmark = pytest.mark.django_db(transaction=True)
ASKS = {"publishing": {"directory_approval": True, "store_approval": True}}


@pytest.fixture
def asking(alice: Actor) -> Actor:
    """Dora, a publisher of an organisation whose policy wants a second person before anything is opened."""
    set_policy(actor=alice, document=ASKS)
    return add_member(alice.organisation, make_user("dora@example.org", name="Dora Lind"), Role.PUBLISHER)


@pytest.fixture
def second(alice: Actor) -> Actor:
    """Emil, another publisher."""
    return add_member(alice.organisation, make_user("emil@example.org", name="Emil Roth"), Role.PUBLISHER)


@pytest.fixture
def waiting(asking: Actor) -> Approval:
    """Dora's assistant waits to be opened to the organisation."""
    return ask(asking, make_assistant(asking, "Tide Tables"))


def ask(actor: Actor, assistant: Assistant, visibility: str = "organisation") -> Approval:
    from assistants.building.actions.publish import publish

    publish(actor=actor, assistant_id=assistant.public_id, visibility=visibility, note="It knows the tides")
    with tenant_scope(actor.organisation):
        return approvals(actor, state="pending").get(subject_id=assistant.public_id)


def fresh(actor: Actor, approval: Approval) -> Approval:
    with tenant_scope(actor.organisation):
        found: Approval = Approval.objects.for_organisation(actor.organisation).get(pk=approval.pk)
        return found


def events_of(actor: Actor) -> list[str]:
    with tenant_scope(actor.organisation):
        rows = OutboxEvent.objects.across_organisations(reason="a test").filter(kind__startswith="approval.")
        return list(rows.order_by("id").values_list("kind", flat=True))


def test_approving_does_at_once_what_was_asked(asking: Actor, second: Actor, waiting: Approval) -> None:
    decided = decide_approval(actor=second, approval_id=waiting.public_id, approve=True)
    assert (decided.state, decided.decided_by) == ("approved", second.user)
    assert events_of(asking) == ["approval.requested", "approval.decided"]
    log = audit_of(asking)
    assert log.index("approval.requested") < log.index("approval.decided")


def test_refusing_needs_a_reason_and_changes_nothing(asking: Actor, second: Actor, waiting: Approval) -> None:
    with pytest.raises(InvalidInput):
        decide_approval(actor=second, approval_id=waiting.public_id, approve=False)
    assert fresh(asking, waiting).state == "pending"
    decide_approval(actor=second, approval_id=waiting.public_id, approve=False, reason="Too early")
    assert (fresh(asking, waiting).state, fresh(asking, waiting).decision_reason) == ("rejected", "Too early")


def test_whoever_asks_cannot_decide(asking: Actor, waiting: Approval) -> None:
    for approve in (True, False):
        with pytest.raises(OwnRequest):
            decide_approval(actor=asking, approval_id=waiting.public_id, approve=approve, reason="Mine")


def test_whoever_made_the_version_cannot_decide_either(alice: Actor, asking: Actor, second: Actor) -> None:
    from assistants.building.actions.publish_version import publish_version
    from assistants.building.actions.set_publication import set_publication

    assistant = make_assistant(asking, "Tide Tables")
    publish_version(actor=asking, assistant_id=assistant.public_id)
    set_publication(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
    with tenant_scope(alice.organisation):
        approval = approvals(alice, state="pending").get()
    assert approval.requested_by == alice.user
    with pytest.raises(OwnRequest):
        decide_approval(actor=asking, approval_id=approval.public_id, approve=True)
    decide_approval(actor=second, approval_id=approval.public_id, approve=True)


def test_not_even_an_owner_opens_alone(alice: Actor, asking: Actor) -> None:
    approval = ask(alice, make_assistant(alice, "Tide Tables"))
    with pytest.raises(OwnRequest):
        decide_approval(actor=alice, approval_id=approval.public_id, approve=True)


def test_a_service_account_cannot_decide(alice: Actor, waiting: Approval) -> None:
    from dataclasses import replace

    machine = replace(alice, user=None, service_account_id=1, service_account_name="Robot")
    with pytest.raises(NeedsAPerson):
        decide_approval(actor=machine, approval_id=waiting.public_id, approve=True)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.BUILDER, Role.BILLING])
def test_other_roles_cannot_decide(alice: Actor, waiting: Approval, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        decide_approval(
            actor=add_member(alice.organisation, make_user(), role),
            approval_id=waiting.public_id,
            approve=True,
        )


def test_deciding_is_not_enough_the_kind_asks_for_publishing(alice: Actor, waiting: Approval) -> None:
    from dataclasses import replace

    only = replace(second_of(alice), permissions=frozenset({Permission.DECIDE_APPROVALS}))
    with pytest.raises(PermissionDenied):
        decide_approval(actor=only, approval_id=waiting.public_id, approve=True)


def second_of(alice: Actor) -> Actor:
    return add_member(alice.organisation, make_user(), Role.PUBLISHER)


def test_an_outsider_and_a_missing_one_answer_alike(charlie: Actor, waiting: Approval) -> None:
    for identity in (waiting.public_id, "apr_0000000000000000", "\x00"):
        with pytest.raises(NotFound):
            decide_approval(actor=charlie, approval_id=identity, approve=True)


def test_nothing_is_decided_twice(second: Actor, waiting: Approval) -> None:
    decide_approval(actor=second, approval_id=waiting.public_id, approve=False, reason="No")
    with pytest.raises(ApprovalClosed):
        decide_approval(actor=second, approval_id=waiting.public_id, approve=True)


def test_withdrawing_ends_it(asking: Actor, second: Actor, waiting: Approval) -> None:
    withdraw_approval(actor=asking, approval_id=waiting.public_id)
    assert fresh(asking, waiting).state == "withdrawn"
    with pytest.raises(ApprovalClosed):
        decide_approval(actor=second, approval_id=waiting.public_id, approve=True)


def test_another_publisher_does_not_withdraw_it_and_an_owner_does(
    alice: Actor, second: Actor, waiting: Approval
) -> None:
    with pytest.raises(PermissionDenied):
        withdraw_approval(actor=second, approval_id=waiting.public_id)
    assert withdraw_approval(actor=alice, approval_id=waiting.public_id).state == "withdrawn"


def test_after_its_time_nobody_decides_and_the_sweep_closes_it(
    asking: Actor, second: Actor, waiting: Approval
) -> None:
    with tenant_scope(asking.organisation):
        rows = Approval.objects.for_organisation(asking.organisation)
        rows.update(expires_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(ApprovalClosed):
        decide_approval(actor=second, approval_id=waiting.public_id, approve=True)
    assert expire_approvals() == 1
    assert fresh(asking, waiting).state == "expired"
    assert expire_approvals() == 0
    assert "approval.expired" in audit_of(asking)


def test_a_fresh_one_outlives_the_sweep(asking: Actor, waiting: Approval) -> None:
    assert expire_approvals() == 0
    assert waiting.expires_at - waiting.created_at > timedelta(days=13)


def test_what_cannot_be_done_any_more_says_why_and_stays_open(
    alice: Actor, asking: Actor, second: Actor
) -> None:
    approval = ask(asking, make_assistant(asking, "Tide Tables"), "link")
    set_policy(actor=alice, document={"publishing": {"directory_approval": True, "links": False}})
    with pytest.raises(LinksForbidden):
        decide_approval(actor=second, approval_id=approval.public_id, approve=True)
    assert fresh(asking, approval).state == "pending"


def test_throwing_the_assistant_away_takes_its_request_back(asking: Actor, waiting: Approval) -> None:
    delete_assistant(actor=asking, assistant_id=waiting.subject_id)
    assert fresh(asking, waiting).state == "withdrawn"


def test_everybody_sees_what_is_theirs(alice: Actor, bob: Actor, asking: Actor, second: Actor) -> None:
    builder = add_member(alice.organisation, make_user(), Role.BUILDER)
    ask(asking, make_assistant(asking, "Tide Tables"))
    for actor, seen, waits in ((alice, 1, 1), (second, 1, 1), (asking, 1, 0), (builder, 0, 0), (bob, 0, 0)):
        with tenant_scope(actor.organisation):
            assert (approvals(actor).count(), waiting_for(actor)) == (seen, waits)


def test_approved_means_open_to_the_organisation(asking: Actor, second: Actor) -> None:
    assistant = make_assistant(asking, "Tide Tables")
    approval = ask(asking, assistant)
    assert present_publication(asking, assistant).visibility == "private"
    decide_approval(actor=second, approval_id=approval.public_id, approve=True)
    opened = present_publication(asking, assistant)
    assert (opened.visibility, opened.state) == ("organisation", "live")
